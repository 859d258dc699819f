"""Judge messages and sentences by what was learnt of labelled ones.

Flow: `evals/safety/train/` -> `safety.training` (once, by an engineer) -> `learnt/*.npz` ->
here -> screen (level, categories), boundaries, crisis path (answers), check (never).

What was learnt is plain arrays over the packaged embedding model, committed with a card of
their data and figures, so that no setting and no build can make the coach less careful.
Findings are remembered by a keyed hash without a word of the text: a message is judged once
however many ask.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from coach.errors import EmbeddingError
from coach.index.embedder import Encoder, Vectors
from coach.index.learning import Learnt, Scores
from coach.remembered import Remembered
from coach.schema import Level

__all__ = [
    "EXCLUSIVE",
    "LEARNT_DIR",
    "LEVELS",
    "NEVER",
    "NO_BOUNDARY",
    "SETS",
    "Chances",
    "Judged",
    "Judgement",
    "Reader",
    "SafetyReader",
    "traits_of",
]

LEARNT_DIR = Path(__file__).with_name("learnt")
SETS = ("messages", "boundaries", "answers", "sentences")
"""The training sets, each of which is learnt by itself."""
EXCLUSIVE = frozenset({"level", "boundary"})
"""Questions with exactly one answer; the others have any number."""
LEVELS = tuple(level.value for level in Level)
NO_BOUNDARY = "none"
NEVER = "never"

REMEMBERED = 4096
TINY = 1e-9
LIKELY = 0.5
"""The probability from which a category or an answer is taken as given."""


class Chances(NamedTuple):
    """The probability of each level; they sum to 1."""

    none: float
    concern: float
    crisis: float


@dataclass(frozen=True)
class Judged:
    """What was learnt says of one message; probabilities from 0 to 1.

    Attributes:
        chances: Of each level, calibrated.
        categories: Of each category of risk.
        boundaries: Of each boundary, and of none; they sum to 1.
        answers: Of each kind of answer within a crisis.
    """

    chances: Chances
    categories: Mapping[str, float]
    boundaries: Mapping[str, float]
    answers: Mapping[str, float]

    @property
    def crisis(self) -> float:
        """The probability that someone is in danger now."""
        return self.chances.crisis

    @property
    def at_risk(self) -> float:
        """The probability of concern or crisis."""
        return self.chances.concern + self.chances.crisis

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

    def read(self, messages: Sequence[str]) -> list[Judged]:
        """Return what was learnt says of each message, in order.

        Raises:
            EmbeddingError: The model failed.
        """

    def bad(self, sentences: Sequence[str]) -> list[float]:
        """Return the probability that each sentence is one that the coach must not say.

        Raises:
            EmbeddingError: The model failed.
        """


@dataclass(frozen=True)
class Judgement:
    """What one training set taught: scores, and what makes probabilities of them.

    Attributes:
        learnt: Gives each label a score.
        centres: The mean vector and the mean inner state of the training texts, (2, dimension).
        slopes: What the scores are multiplied with, (labels, labels).
        offsets: What is then added, (labels,).
        labels: The labels of each question, in the order of the scores.
    """

    learnt: Learnt
    centres: Scores
    slopes: Scores
    offsets: Scores
    labels: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """Return what was learnt of the set of that name.

        Raises:
            EmbeddingError: A file is missing or broken.
        """
        try:
            card = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            learnt, more = Learnt.read(folder / f"{name}.npz")
            labels = {question: tuple(names) for question, names in card["labels"].items()}
            return cls(learnt, more["centres"], more["slopes"], more["offsets"], labels)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise EmbeddingError(
                f"{folder / name}.npz cannot be read ({type(error).__name__}); "
                "take it from the release again, or run `coach train`."
            ) from None

    def chances(
        self, texts: Sequence[str], encoded: tuple[Vectors, Vectors]
    ) -> dict[str, NDArray[np.float64]]:
        """Return for each question the probability of each label, (texts, labels)."""
        traits = traits_of(encoded, self.centres)
        scores = self.learnt.scores(texts, traits) @ self.slopes + self.offsets
        ends = np.cumsum([len(names) for names in self.labels.values()])[:-1]
        parts = np.split(scores, ends, axis=1)
        return {
            question: softmax(part) if question in EXCLUSIVE else logistic(part)
            for question, part in zip(self.labels, parts, strict=True)
        }


class SafetyReader:
    """Judges texts by what was learnt; remembers its findings, and no text.

    Args:
        encoder: The packaged model, which the arrays were learnt with.
        folder: Where the arrays are.

    Raises:
        EmbeddingError: Something is missing or broken.
    """

    def __init__(self, encoder: Encoder, folder: Path = LEARNT_DIR) -> None:
        self._encoder = encoder
        self._sets = {name: Judgement.read(folder, name) for name in SETS}
        self._messages: Remembered[Judged] = Remembered(REMEMBERED)
        self._sentences: Remembered[float] = Remembered(REMEMBERED)

    def read(self, messages: Sequence[str]) -> list[Judged]:
        """Return what was learnt says of each message, in order.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._messages.of_each(messages, self._judge)

    def bad(self, sentences: Sequence[str]) -> list[float]:
        """Return the probability that each sentence is one that the coach must not say.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._sentences.of_each(sentences, self._weigh)

    def _judge(self, messages: Sequence[str]) -> list[Judged]:
        encoded = self._encoder.encode(messages)
        found: dict[str, list[dict[str, float]]] = {}
        for name in ("messages", "boundaries", "answers"):
            judgement = self._sets[name]
            for question, chances in judgement.chances(messages, encoded).items():
                labels = judgement.labels[question]
                found[question] = [
                    dict(zip(labels, map(float, row), strict=True)) for row in chances
                ]
        rows = (found[question] for question in ("level", "category", "boundary", "answer"))
        return [
            Judged(Chances(*level.values()), category, boundary, answer)
            for level, category, boundary, answer in zip(*rows, strict=True)
        ]

    def _weigh(self, sentences: Sequence[str]) -> list[float]:
        encoded = self._encoder.encode(sentences)
        return [float(row[0]) for row in self._sets["sentences"].chances(sentences, encoded)[NEVER]]


def traits_of(encoded: tuple[Vectors, Vectors], centres: Scores) -> Vectors:
    """Return what a text is judged by: vector and inner state, side by side, of unit length.

    Both are taken from their means over the training texts first, for what all texts share
    would drown what tells them apart.
    """
    parts = [part - centre for part, centre in zip(encoded, centres, strict=True)]
    units = [part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), TINY) for part in parts]
    traits: Vectors = (np.concatenate(units, axis=1) / np.sqrt(len(units))).astype(np.float32)
    return traits


def softmax(scores: Scores) -> NDArray[np.float64]:
    """Return the probability of each label, the labels of a row excluding each other."""
    powers = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def logistic(scores: Scores) -> NDArray[np.float64]:
    """Return the probability of each label by itself."""
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-scores.astype(np.float64)))
    return chances
