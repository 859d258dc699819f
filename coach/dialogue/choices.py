"""Read which one of many hundred things a text says, by what was learnt of a training set.

Flow: `evals/dialogue/train/*.jsonl` -> `dialogue.training` (once, by an engineer) -> `learnt/*.npz`
-> here -> `dialogue.understand`: which of the questions that the author has answered in a few words
(`corpus/short_answers.yaml`); and `dialogue.tellings`: what a person tells
(`corpus/tellings.yaml`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from coach.dialogue.readers import LEARNT_DIR, REMEMBERED
from coach.index.choice import Choice
from coach.index.embedder import Encoder
from coach.index.learning import Scores
from coach.remembered import Remembered

__all__ = ["ChoiceReader", "Found"]


class Found(NamedTuple):
    """What a text says.

    Attributes:
        name: The likeliest thing.
        chance: How likely it is, 0 to 1.
        chances: How likely it says each of the things, in the order of `ChoiceReader.labels`.
    """

    name: str
    chance: float
    chances: Scores


class ChoiceReader:
    """Reads which of many things a text says; remembers its findings, and no text.

    Args:
        encoder: The model that the arrays were learnt with (`index.models.PACKAGED`).
        learnt_of: The name of the training set.
        folder: Where the arrays are.

    Raises:
        EmbeddingError: Something is missing or broken.
    """

    def __init__(self, encoder: Encoder, learnt_of: str, folder: Path = LEARNT_DIR) -> None:
        self._encoder = encoder
        self._choice = Choice.read(folder, learnt_of)
        self._findings: Remembered[Found] = Remembered(REMEMBERED)

    @property
    def labels(self) -> tuple[str, ...]:
        """What a text may say."""
        return self._choice.labels

    def read(self, text: str) -> Found:
        """Return the likeliest thing that a text says, and how likely it is.

        Raises:
            EmbeddingError: The model failed.
        """
        return self.read_each([text])[0]

    def read_each(self, texts: Sequence[str]) -> list[Found]:
        """Return the same for each of several texts.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._findings.of_each(texts, self._likeliest)

    def _likeliest(self, texts: Sequence[str]) -> list[Found]:
        chances = self._choice.chances(texts, self._encoder.encode(texts)).astype(np.float32)
        best = chances.argmax(axis=1)
        return [
            Found(self.labels[at], float(row[at]), row)
            for at, row in zip(best, chances, strict=True)
        ]
