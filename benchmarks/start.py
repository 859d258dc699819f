"""Measure the start to the first page served, against importing gradio alone, in alternation.

.venv/bin/python -m benchmarks.start
"""

import os
import re
import subprocess
import sys
import urllib.request
from statistics import median
from time import perf_counter

from benchmarks.record import Budget, report, timed

ROUNDS = 3
ADDRESS = re.compile(r"http://[^/\s]+/")


def first_page() -> float:
    """Start the coach, fetch its page, and return how many milliseconds both took."""
    command = [sys.executable, "-m", "coach", "serve", "--port", "0"]
    begun = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            lines = iter(server.stdout or ())
            found = next(found for line in lines if (found := ADDRESS.search(line)))
            with urllib.request.urlopen(found.group()) as page:  # noqa: S310 - our own server
                page.read()
            return (perf_counter() - begun) * 1000
        finally:
            server.terminate()  # how long it takes to end counts for nothing


def gradio_alone() -> None:
    """Import gradio in a process of its own."""
    quiet = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"}
    subprocess.run([sys.executable, "-c", "import gradio"], check=True, env=quiet)


def main() -> None:
    """Run the pairs; the first of each only fills the disk's cache."""
    starts, imports = [], []
    for _ in range(ROUNDS + 1):
        starts.append(first_page())
        imports.append(timed(gradio_alone))
    start, alone = median(starts[1:]) / 1000, median(imports[1:]) / 1000
    figures = {
        f"from start to first page, median of {ROUNDS}, s": start,
        "importing gradio alone, s": alone,
    }
    ratio = Budget("start to first page, against importing gradio alone", start / alone, 1.5)
    report("start", figures, [ratio])


if __name__ == "__main__":
    main()
