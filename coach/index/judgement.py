"""Judge texts by what was learnt of labelled ones: probabilities from plain arrays.

Flow: `learnt/*.npz` with a card each, written by `index.lessons` -> here -> `safety.reader`,
`dialogue.readers`.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from coach.errors import EmbeddingError
from coach.index.embedder import Encoded, Vectors
from coach.index.learning import Learnt, Scores

__all__ = ["TINY", "Judgement", "logistic", "softmax", "traits_of"]

TINY = 1e-9


@dataclass(frozen=True)
class Judgement:
    """What one training set taught: scores, and what makes probabilities of them.

    Attributes:
        learnt: Gives each label a score.
        centres: The mean vector and the mean inner state of the training texts, (2, dimension).
        slopes: What the scores are multiplied with, (labels, labels).
        offsets: What is then added, (labels,).
        labels: The labels of each question, in the order of the scores.
        exclusive: The questions with exactly one answer; the others have any number.
        head: What each label weighs the adapted state with, (dimension, labels), where what
            was learnt rests on it, too.
    """

    learnt: Learnt
    centres: Scores
    slopes: Scores
    offsets: Scores
    labels: Mapping[str, tuple[str, ...]]
    exclusive: frozenset[str]
    head: Scores | None = None

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
            exclusive = frozenset(card["exclusive"])
            arrays = more["centres"], more["slopes"], more["offsets"]
            return cls(learnt, *arrays, labels, exclusive, more.get("head"))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise EmbeddingError(
                f"{folder / name}.npz cannot be read ({type(error).__name__}); "
                "take it from the release again, or run `coach train`."
            ) from None

    def chances(self, texts: Sequence[str], encoded: Encoded) -> dict[str, NDArray[np.float64]]:
        """Return for each question the probability of each label, (texts, labels)."""
        traits = traits_of(encoded, self.centres)
        scores = self.learnt.scores(texts, traits) @ self.slopes + self.offsets
        if self.head is not None:
            scores += encoded.adapted @ self.head
        ends = np.cumsum([len(names) for names in self.labels.values()])[:-1]
        parts = np.split(scores, ends, axis=1)
        return {
            question: softmax(part) if question in self.exclusive else logistic(part)
            for question, part in zip(self.labels, parts, strict=True)
        }

    def named(self, texts: Sequence[str], encoded: Encoded) -> dict[str, list[dict[str, float]]]:
        """Return for each question the probability of each label by its name, a text a row."""
        return {
            question: [
                dict(zip(self.labels[question], map(float, row), strict=True)) for row in rows
            ]
            for question, rows in self.chances(texts, encoded).items()
        }


def traits_of(encoded: Encoded, centres: Scores) -> Vectors:
    """Return what a text is judged by: vector and inner state, side by side, of unit length.

    Both are taken from their means over the training texts first, for what all texts share
    would drown what tells them apart.
    """
    pairs = zip((encoded.vectors, encoded.states), centres, strict=True)
    parts = [part - centre for part, centre in pairs]
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
