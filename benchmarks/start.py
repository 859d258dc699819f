"""Measure the start to the first page served, against importing gradio alone, in alternation.

    .venv/bin/python -m benchmarks.start

The first page is the one that waits for the coach and holds the way to the helplines; how long it
takes until it becomes the talk is measured beside it.
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


def starting() -> tuple[float, float]:
    """Start the coach; return after how many milliseconds its first page came, and the talk."""
    command = [sys.executable, "-m", "coach", "serve", "--port", "0"]
    begun = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            lines = iter(server.stdout or ())
            found = next(found for line in lines if (found := ADDRESS.search(line)))
            with urllib.request.urlopen(found.group()) as page:  # noqa: S310 - our own server
                page.read()
            first = (perf_counter() - begun) * 1000
            next(line for line in lines if "ready" in line)
            return first, (perf_counter() - begun) * 1000
        finally:
            server.terminate()  # how long it takes to end counts for nothing


def gradio_alone() -> None:
    """Import gradio in a process of its own."""
    quiet = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"}
    subprocess.run([sys.executable, "-c", "import gradio"], check=True, env=quiet)


def main() -> None:
    """Run the pairs; the first of each only fills the disk's cache."""
    pages, talks, imports = [], [], []
    for _ in range(ROUNDS + 1):
        first, ready = starting()
        pages.append(first)
        talks.append(ready)
        imports.append(timed(gradio_alone))
    page, talk, alone = (median(spent[1:]) / 1000 for spent in (pages, talks, imports))
    figures = {
        f"from start to first page, median of {ROUNDS}, s": page,
        "from start to the talk that it becomes, s": talk,
        "importing gradio alone, s": alone,
        "the talk, against importing gradio alone (no budget)": talk / alone,
    }
    ratio = Budget("start to first page, against importing gradio alone", page / alone, 1.5)
    report("start", figures, [ratio])


if __name__ == "__main__":
    main()
