"""Judge messages and sentences by what was learnt of labelled ones: the tuned encoder's heads.

Flow: `evals/safety/train/` -> `safety.training` (once) -> `adapter.npz` -> `index.tuned` ->
here -> screen (level, categories), boundaries, crisis path (answers), check (never).

One pass over a text answers every question about it, and is remembered by a keyed hash
without a word of the text, so a message is read once however many ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coach.index.tuned import Adapter, Scores, ensure_tuned, open_tuned
from coach.remembered import Remembered
from coach.schema import Level

__all__ = ["ADAPTER_FILE", "HEADS", "Judged", "Reader", "SafetyReader"]

ADAPTER_FILE = Path(__file__).with_name("adapter.npz")
HEADS = ("level", "category", "boundary", "answer", "never")
"""What is asked of a text. `level` and `boundary` have one answer, the others any number."""
LEVELS = tuple(level.value for level in Level)
NO_BOUNDARY = "none"
NEVER = "never"

REMEMBERED = 8192
LIKELY = 0.5
"""The probability from which a category or an answer is taken as given."""


@dataclass(frozen=True)
class Judged:
    """What was learnt says of one text; probabilities from 0 to 1.

    Attributes:
        chances: Of each level, in the order of `Level`; they sum to 1, calibrated.
        categories: Of each category of risk.
        boundaries: Of each boundary, and of none; they sum to 1.
        answers: Of each kind of answer within a crisis.
        never: That it is a sentence which the coach must not say.
    """

    chances: tuple[float, float, float]
    categories: dict[str, float]
    boundaries: dict[str, float]
    answers: dict[str, float]
    never: float

    @property
    def crisis(self) -> float:
        """The probability that someone is in danger now."""
        return self.chances[2]

    @property
    def at_risk(self) -> float:
        """The probability of concern or crisis."""
        return self.chances[1] + self.chances[2]

    @property
    def likely_categories(self) -> tuple[str, ...]:
        """The categories that are given, likeliest first; the likeliest in any case."""
        ordered = sorted(self.categories, key=lambda name: -self.categories[name])
        return tuple(n for n in ordered if self.categories[n] >= LIKELY) or tuple(ordered[:1])

    @property
    def likely_answers(self) -> frozenset[str]:
        """The answers that are given."""
        return frozenset(name for name, chance in self.answers.items() if chance >= LIKELY)


class Reader(Protocol):
    """Judges texts."""

    def read(self, texts: Sequence[str]) -> list[Judged]:
        """Return what was learnt says of each text, in order.

        Raises:
            EmbeddingError: The model failed.
        """


class SafetyReader:
    """Judges texts by the tuned encoder; remembers its findings, and no text."""

    def __init__(self, encoders: Path, *, adapter: Path = ADAPTER_FILE) -> None:
        """Open the encoder that a build exported.

        Args:
            encoders: The folder of exported encoders.
            adapter: What was learnt.

        Raises:
            IndexMissingError: No build has exported it yet.
            EmbeddingError: It was altered.
        """
        learnt = Adapter.load(adapter)
        self._encoder = open_tuned(learnt, encoders)
        self._temperature = float(learnt.card["temperature"])
        self._remembered: Remembered[Judged] = Remembered(REMEMBERED)

    @classmethod
    def prepare(cls, encoders: Path, *, fresh: bool = False) -> None:
        """Export the encoder where there is none yet.

        Raises:
            EmbeddingError: The packaged weights are missing or others, or it cannot be exported.
        """
        ensure_tuned(Adapter.load(ADAPTER_FILE), encoders, fresh=fresh)

    def read(self, texts: Sequence[str]) -> list[Judged]:
        """Return what was learnt says of each text, in order.

        Raises:
            EmbeddingError: The model failed.
        """
        known = {t: found for t in texts if (found := self._remembered.get(t)) is not None}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            judged = dict(zip(fresh, self._judge(fresh), strict=True))
            self._remembered.put(judged)
            known |= judged
        return [known[text] for text in texts]

    def _judge(self, texts: Sequence[str]) -> list[Judged]:
        scores = self._encoder.scores(texts)
        labels = self._encoder.labels
        level = softmax(scores["level"] / self._temperature)
        boundary = softmax(scores["boundary"])
        category, answer, never = (logistic(scores[h]) for h in ("category", "answer", "never"))

        def named(head: str, row: Scores) -> dict[str, float]:
            return dict(zip(labels[head], map(float, row), strict=True))

        return [
            Judged(
                chances=(float(level[i, 0]), float(level[i, 1]), float(level[i, 2])),
                categories=named("category", category[i]),
                boundaries=named("boundary", boundary[i]),
                answers=named("answer", answer[i]),
                never=float(never[i, 0]),
            )
            for i in range(len(texts))
        ]


def softmax(scores: Scores) -> NDArray[np.float64]:
    """Return the probability of each label, the labels of a row excluding each other."""
    powers = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def logistic(scores: Scores) -> NDArray[np.float64]:
    """Return the probability of each label by itself."""
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-scores.astype(np.float64)))
    return chances
