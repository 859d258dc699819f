"""Measure hearing and speaking, as `coach eval voice` does, and write its report.

.venv/bin/python -m benchmarks.voice
"""

import json
import subprocess
import sys

from benchmarks.record import Budget, report

COMMAND = ("-m", "coach", "eval", "voice", "--json", "--report", "evals/voice-report.md")


def main() -> None:
    """Take the figures out of the evaluation of the voice, which measures in pairs."""
    # It ends with 1 where a figure is beyond its gate; the figures are there nevertheless.
    done = subprocess.run([sys.executable, *COMMAND], capture_output=True, text=True, check=False)  # noqa: S603
    if not done.stdout.strip():
        sys.exit(done.stderr.strip() or "The voice could not be measured.")
    found = json.loads(done.stdout)["figures"]
    figures = {name: figure["value"] for name, figure in found.items()}
    ratio = figures["first_sound_ratio"]
    report(
        "voice",
        figures,
        [Budget("end of speech to first sound, against hearing and saying it", ratio, 1.2)],
    )


if __name__ == "__main__":
    main()
