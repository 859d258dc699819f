"""Learn from what readers judged which answers fit where they come near.

Flow: `evals/safety/train/fits.jsonl`, the answers -> here (`coach train fits`, by an engineer, some
seconds) -> `learnt/fits.json` -> `safety.fitting`.

One logistic regression: likeness, and an intercept for each answer, which a penalty holds near to
nothing where few judgements speak for it. Whether the sentence asks, and its length, add nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from coach.index.lessons import Row, read_rows
from coach.safety.answers import Answer, Answers
from coach.safety.fitting import FITS, Fitting
from coach.safety.reader import LEARNT_DIR
from coach.safety.training import TRAINING_DIR

__all__ = ["Judgements", "fitting_from", "judgements_of", "learn"]

ANSWER = "answer"
"""The kind of judged lines that are answers."""
SPREAD = 0.3
"""How far the log odds of one answer are thought to lie from another's (standard deviation).

Chosen among 0.05 to 1.5: by cross-validation over messages up to 0.7 is better, but the more it is,
the more of evals/safety/train/asked.jsonl, where each answer is called for as often as another, is
answered with something else (docs/personas.md)."""
Weights = NDArray[np.float64]

WORTH = {"fits": (1, 1), "passable": (1, 0), "wrong": (0, 0)}
"""What a judgement says twice: that an answer would pass, and that it fits."""


class Judgements(NamedTuple):
    """What readers judged, an answer a row.

    Attributes:
        likeness: How like the sentence was to what the answer is for, (rows,).
        answers: Which answer it was, (rows,).
        worth: Whether it would pass, and whether it fits, (rows, 2).
        messages: Which message it was proposed for, (rows,).
    """

    likeness: NDArray[np.float64]
    answers: NDArray[np.int_]
    worth: NDArray[np.int_]
    messages: NDArray[np.int_]

    def of(self, chosen: NDArray[np.bool_]) -> "Judgements":
        """Return some of the rows."""
        return Judgements(
            self.likeness[chosen],
            self.answers[chosen],
            self.worth[chosen],
            self.messages[chosen],
        )


def learn(corpus: Path, *, told: Callable[[str], None] = lambda _line: None) -> None:
    """Learn which answers fit, and write it.

    Args:
        corpus: The folder of all that people read.
        told: Told of it in a line.

    Raises:
        CorpusError: The answers or the judgements are missing, or a row is wrong.
    """
    answers = Answers(corpus / "crisis").every
    judged = judgements_of(answers, read_rows(TRAINING_DIR / f"{FITS}.jsonl"))
    told(f"{FITS}: {len(judged.answers)} judged answers")
    fitting_from(answers, judged).write(LEARNT_DIR)


def judgements_of(answers: Sequence[Answer], rows: Sequence[Row]) -> Judgements:
    """Return what was judged of the answers that there still are."""
    of_way = {way: n for n, answer in enumerate(answers) for way in answer.asks}
    found: list[tuple[int, Mapping[str, Any]]] = [
        (n, one)
        for n, row in enumerate(rows)
        for one in row["judged"]
        if one["kind"] == ANSWER and one["way"] in of_way
    ]
    return Judgements(
        np.array([one["likeness"] for _, one in found], dtype=np.float64),
        np.array([of_way[one["way"]] for _, one in found]),
        np.array([WORTH[one["grade"]] for _, one in found]),
        np.array([n for n, _ in found]),
    )


def fitting_from(answers: Sequence[Answer], judged: Judgements) -> Fitting:
    """Return what is learnt of judgements.

    Args:
        answers: All that there are.
        judged: What readers said of some.
    """
    likeness, of, spread2 = judged.likeness, judged.answers, SPREAD**2
    middle = likeness.mean()
    signs = 2 * judged.worth - 1

    def cost(point: Weights) -> tuple[float, Weights]:
        """Return the log loss with that of unusual answers, and its slope."""
        slope, alone, own = point[0], point[1], point[2:]
        margins = signs * (alone + slope * (likeness - middle) + own[of])[:, None]
        of_odds = (-signs * expit(-margins)).sum(axis=1)
        of_own = np.bincount(of, of_odds, minlength=len(own)) + own / spread2
        lost = np.logaddexp(0, -margins).sum() + own @ own / (2 * spread2)
        return float(lost), np.array([of_odds @ (likeness - middle), of_odds.sum(), *of_own])

    found = minimize(cost, np.zeros(2 + len(answers)), jac=True, method="L-BFGS-B")
    slope, alone, *own = map(float, found.x)
    return Fitting(
        slope,
        float(alone - slope * middle),
        {answers[n].asks[0]: round(own[n] / slope, 4) for n in sorted(set(of.tolist()))},
    )
