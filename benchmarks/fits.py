"""Show how often what is likest to a sentence fits it, by how like it is.

    .venv/bin/python -m benchmarks.fits

Of `evals/safety/train/fits.jsonl`: lines that were proposed for sentences of other people's
messages, each with the likeness that it had then (`index.written`), judged by readers who had seen
no code. The likeness from which an answer is given was chosen by it.
"""

from collections import Counter
from itertools import pairwise
from typing import Any

from coach.index.lessons import read_rows
from coach.safety.training import TRAINING_DIR

FROM = (0.6, 0.64, 0.68, 0.7, 0.73, 0.76, 0.79, 0.84, 1.0)


def main() -> None:
    """Print a table for answers and for words, and what readers said of questions."""
    rows = read_rows(TRAINING_DIR / "fits.jsonl")
    judged = [one for row in rows for one in row["judged"]]
    show("questions that may follow", [one for one in judged if one["kind"] == "then"])
    for kind in ("answer", "heard"):
        nearest = [one for one in judged if one["kind"] == kind and one["nearest"]]
        for asked, name in (True, "asked"), (False, "told"):
            some = [one for one in nearest if ("?" in one["said"]) == asked]
            for low, high in pairwise(FROM):
                band = [one for one in some if low <= one["likeness"] < high]
                show(f"{kind}, {name}, {low:.2f} to {high:.2f}", band)


def show(name: str, judged: list[dict[str, Any]]) -> None:
    """Print how many of some lines fit, and how many are wrong."""
    if judged:
        grades = Counter(one["grade"] for one in judged)
        shares = "  ".join(
            f"{grade} {grades[grade] / len(judged):.2f}" for grade in ("fits", "wrong")
        )
        print(f"{name:32} {len(judged):5}  {shares}")  # noqa: T201


if __name__ == "__main__":
    main()
