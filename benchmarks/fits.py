"""Show how often what is likest to a sentence fits it, by how like it is, and what is learnt of it.

    .venv/bin/python -m benchmarks.fits

Of `evals/safety/train/fits.jsonl`: lines that were proposed for sentences of other people's
messages, each with the likeness that it had then (`index.written`), judged by readers who had seen
no code. The last lines are of answers that would be given by what is learnt of the other messages
(`safety.judged`), so many of them and by likeness alone, in parts of 50 messages.
"""

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.index.lessons import Row, read_rows
from coach.safety.answers import FITS_FROM, FITS_FROM_SURE, Answers
from coach.safety.judged import fitting_from, judgements_of
from coach.safety.training import TRAINING_DIR
from coach.settings import PROJECT_ROOT

FROM = (0.6, 0.64, 0.68, 0.7, 0.73, 0.76, 0.79, 0.84, 1.0)
FOLDS, TOGETHER = 5, 50


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
    show_learnt(rows)


def show_learnt(rows: list[Row]) -> None:
    """Print what fits of the answers that are given by what is learnt, and of as many likest."""
    answers = Answers(PROJECT_ROOT / "corpus" / "crisis").every
    judged = judgements_of(answers, rows)
    fold = judged.messages // TOGETHER % FOLDS
    chances = np.zeros(len(fold))
    for left_out in range(FOLDS):
        fitting = fitting_from(answers, judged.of(fold != left_out))
        lifts = np.array([fitting.lift(answer.asks) for answer in answers])
        lifted = judged.likeness + lifts[judged.answers]
        chances = np.where(fold == left_out, [fitting.chance(one) for one in lifted], chances)
    sure = np.array([answer.sure for answer in answers])[judged.answers]
    given = chances >= np.where(sure, FITS_FROM_SURE, FITS_FROM)
    show_given("by what is learnt", judged.worth[given])
    likest = np.argsort(-judged.likeness, kind="stable")[: given.sum()]
    show_given("as many, by likeness alone", judged.worth[likest])


def show_given(name: str, worth: NDArray[np.int_]) -> None:
    """Print how many of some answers fit, and how many are wrong."""
    passes, fits = worth.mean(axis=0)
    print(f"{name:32} {len(worth):5}  fits {fits:.2f}  wrong {1 - passes:.2f}")  # noqa: T201


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
