"""Measure the first sound after speech, as `coach eval voice` does.

.venv/bin/python -m benchmarks.voice
"""

import json
import subprocess
import sys

from benchmarks.record import Budget, report


def main() -> None:
    """Take the ratio out of the evaluation of the voice, which measures it in pairs."""
    command = [sys.executable, "-m", "coach", "eval", "voice", "--json"]
    # It ends with 1 where a figure is beyond its gate; the figures are there nevertheless.
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if not done.stdout.strip():
        sys.exit(done.stderr.strip() or "The voice could not be measured.")
    ratio = _found(json.loads(done.stdout), "first_sound_ratio")
    budget = Budget("end of speech to first sound, against hearing and saying it", ratio, 1.2)
    report("voice", {}, [budget])


def _found(values: object, name: str) -> float:
    """Return the figure of that name, wherever it stands; NaN if it does not."""
    if isinstance(values, dict):
        held = values.get(name)
        if isinstance(held, int | float):
            return float(held)
        if isinstance(held, dict) and isinstance(held.get("value"), int | float):
            return float(held["value"])
        values = list(values.values())
    if isinstance(values, list):
        return next((got for v in values if (got := _found(v, name)) == got), float("nan"))
    return float("nan")


if __name__ == "__main__":
    main()
