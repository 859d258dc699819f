"""Say how like the labelled examples a text is: the second half of the screen.

Flow: `examples.jsonl` and the shared `Embedder` -> here -> `safety.screen`.

A kernel ridge regression over the examples' vectors gives each level a share.
Its kernel falls off with distance, so near examples speak and far ones do not.
On the first 982 examples, each left out in turn, it found 58 % of the crises at 5 %
false alarms among harmless ones that are mostly hard; the mean of the three nearest
found 38 %. The patterns are not counted in either.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

from coach.index.embedder import Embedder, Vectors
from coach.schema import Level

__all__ = ["Example", "Likeness", "Likenesses", "load_examples"]

EXAMPLES_FILE = Path(__file__).parent / "examples.jsonl"
LEVELS = (Level.NONE, Level.CONCERN, Level.CRISIS)
RIDGE = 0.3
NARROWNESS = 1.0
PRIOR = 1 / len(LEVELS)

Scores = NDArray[np.float32]


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
    """Share of crisis minus share of no risk, about -1 to 1."""
    risk: float
    """Share of concern and crisis together above what chance gives."""
    categories: tuple[str, ...]
    """Categories of the nearest example that carries risk."""


@functools.cache
def load_examples(path: Path = EXAMPLES_FILE) -> tuple[Example, ...]:
    """Return the labelled examples, in the order of the file."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return tuple(Example(r["text"], Level(r["level"]), tuple(r["categories"])) for r in rows)


class Likenesses:
    """The labelled examples as vectors, and what is fitted to them.

    Fitting is one linear solve (tens of milliseconds); nothing is stored on disk.
    """

    def __init__(self, vectors: Vectors, examples: Sequence[Example]) -> None:
        self._examples = tuple(examples)
        self._vectors = vectors
        labels = np.array([LEVELS.index(e.level) for e in self._examples])
        self._at_risk = np.flatnonzero(labels > 0)
        self._weights = fit(kernel(vectors @ vectors.T), labels)

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
        similar = vectors @ self._vectors.T
        shares = kernel(similar) @ self._weights
        nearest = self._at_risk[similar[:, self._at_risk].argmax(axis=1)]
        return [
            Likeness(float(c - n), float(-n), self._examples[i].categories)
            for (n, _, c), i in zip(shares, nearest, strict=True)
        ]


def kernel(similar: Vectors) -> Scores:
    """Return nearness, 1 for the same vector and towards 0 for unlike ones."""
    near: Scores = np.exp(-2 * NARROWNESS * (1 - similar)).astype(np.float32)
    return near


def fit(near: Scores, labels: NDArray[np.int_]) -> Scores:
    """Return weights (examples, levels), every level counting the same in sum."""
    counts = np.maximum(np.bincount(labels, minlength=len(LEVELS)), 1)
    loose = RIDGE * counts[labels] * len(LEVELS) / len(labels)
    goal = np.eye(len(LEVELS), dtype=np.float32)[labels] - np.float32(PRIOR)
    spread = near + np.diag(loose).astype(np.float32)
    weights: Scores = solve(spread, goal, assume_a="pos")
    return weights
