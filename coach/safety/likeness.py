"""Say how like the labelled examples a text is: the second half of the screen.

Flow: `examples.jsonl` and the shared `Embedder` -> here -> `safety.screen`.

Two measures are averaged, because each fails where the other holds: a ridge
regression from vector to level (three classes, equal weight), and the mean
similarity to the three nearest examples of a level.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.index.embedder import Embedder, Vectors
from coach.schema import Level

__all__ = ["Example", "Likeness", "Likenesses", "load_examples"]

EXAMPLES_FILE = Path(__file__).parent / "examples.jsonl"
LEVELS = (Level.NONE, Level.CONCERN, Level.CRISIS)
RIDGE = 2.0
NEAREST = 3
NEAREST_WEIGHT = 3.0

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One labelled message."""

    text: str
    level: Level
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Likeness:
    """How one text compares with the examples."""

    crisis: float
    """How much more like crisis than like no risk; comparable between texts."""
    concern: float
    """The same for concern or crisis together against no risk."""
    categories: tuple[str, ...]
    """Categories of the nearest example that carries risk."""


@functools.cache
def load_examples(path: Path = EXAMPLES_FILE) -> tuple[Example, ...]:
    """Return the labelled examples, in the order of the file."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return tuple(Example(r["text"], Level(r["level"]), tuple(r["categories"])) for r in rows)


class Likenesses:
    """The labelled examples as vectors, and what is fitted to them.

    Fitting is a linear solve of a few milliseconds; nothing is stored on disk.
    """

    def __init__(self, vectors: Vectors, examples: Sequence[Example]) -> None:
        self._examples = tuple(examples)
        self._vectors = vectors.astype(np.float64)
        self._labels = np.array([LEVELS.index(e.level) for e in self._examples])
        self._weights = fit_ridge(self._vectors, self._labels)

    @classmethod
    def of(cls, embedder: Embedder, examples: Sequence[Example] | None = None) -> "Likenesses":
        """Embed the examples with `embedder` and fit to them.

        Raises:
            EmbeddingError: The model failed.
        """
        examples = load_examples() if examples is None else examples
        return cls(embedder.embed([e.text for e in examples]), examples)

    def compare(self, vectors: Vectors) -> list[Likeness]:
        """Return how like the examples each row of `vectors` is, in order."""
        rows = vectors.astype(np.float64)
        fitted = with_bias(rows) @ self._weights
        similar = rows @ self._vectors.T
        near = np.stack([mean_of_nearest(similar[:, self._labels == i]) for i in range(3)], axis=1)
        near_risk = near[:, 1:].max(axis=1)
        crisis = fitted[:, 2] - fitted[:, 0] + NEAREST_WEIGHT * (near[:, 2] - near[:, 0])
        concern = 0.5 - fitted[:, 0] + 0.5 * NEAREST_WEIGHT * (near_risk - near[:, 0])
        at_risk = np.flatnonzero(self._labels > 0)
        nearest = at_risk[similar[:, at_risk].argmax(axis=1)]
        return [
            Likeness(float(c), float(k), self._examples[i].categories)
            for c, k, i in zip(crisis, concern, nearest, strict=True)
        ]


def with_bias(rows: Scores) -> Scores:
    """Return `rows` with a column of ones."""
    return np.hstack([rows, np.ones((len(rows), 1))])


def mean_of_nearest(similar: Scores) -> Scores:
    """Return the mean of the `NEAREST` highest similarities of each row."""
    count = min(NEAREST, similar.shape[1])
    top = np.partition(similar, similar.shape[1] - count, axis=1)[:, -count:]
    mean: Scores = top.mean(axis=1)
    return mean


def fit_ridge(rows: Scores, labels: NDArray[np.int_]) -> Scores:
    """Return weights (dimension + 1, 3) that map a vector to the three levels."""
    inputs = with_bias(rows)
    targets = np.eye(3)[labels]
    counts = np.bincount(labels, minlength=3)
    share = (len(labels) / (3 * np.maximum(counts, 1)))[labels][:, None]
    gram = inputs.T @ (inputs * share) + RIDGE * np.eye(inputs.shape[1])
    weights: Scores = np.linalg.solve(gram, inputs.T @ (targets * share))
    return weights
