"""Run every measurement, each in a process of its own, and print all budgets.

    make bench                              all of them
    .venv/bin/python -m benchmarks turn     some of them

Ends with 1 if one of them failed; a budget that falls short is marked, and is no failure.
"""

import subprocess
import sys

from benchmarks.record import read_budgets

ALL = ("turn", "build", "quality", "scale", "crowd", "start", "voice", "peers")


def main() -> None:
    """Run what is named, or all."""
    wanted = sys.argv[1:] or ALL
    failed = []
    for name in wanted:
        print(f"\n{name}", flush=True)  # noqa: T201
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)  # noqa: S603
        if done.returncode:
            failed.append(name)
    print("\nBudgets, as they were measured last")  # noqa: T201
    for name in ALL:
        for budget in read_budgets(name):
            print(budget)  # noqa: T201
    if failed:
        sys.exit(f"These did not end well: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
