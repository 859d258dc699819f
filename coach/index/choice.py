"""Tell which one of many hundred things a text says: one softmax over its vector.

Flow: `learnt/*.npz` with a card, written by `index.choosing` -> here -> `dialogue.short_answers`.

`index.judgement` keeps weights of every word and letter n-gram for every label, which is more
than a small label set needs and, for many hundred labels, hundreds of megabytes.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from coach.errors import EmbeddingError
from coach.index.embedder import Encoded
from coach.index.judgement import softmax, traits_of
from coach.index.learning import Scores

__all__ = ["Choice"]

_ARRAYS = ("centres", "weights", "offsets")


@dataclass(frozen=True)
class Choice:
    """What one training set taught.

    Attributes:
        labels: What a text may say.
        centres: The mean vector and the mean inner state of the training texts, (2, dimension).
        weights: What each label weighs a text's traits with, (traits, labels).
        offsets: What is then added, (labels,).
    """

    labels: tuple[str, ...]
    centres: Scores
    weights: Scores
    offsets: Scores

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """Return what was learnt of the set of that name.

        Raises:
            EmbeddingError: A file is missing or broken.
        """
        path = folder / f"{name}.npz"
        try:
            card = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                arrays = [held[array].astype(np.float32) for array in _ARRAYS]
            return cls(tuple(card["labels"]), *arrays)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise EmbeddingError(
                f"{path} cannot be read ({type(error).__name__}); "
                "take it from the release again, or run `coach train`."
            ) from None

    def chances(self, encoded: Encoded) -> NDArray[np.float64]:
        """Return how likely each text says each of the labels, (texts, labels); rows sum to 1."""
        return softmax(traits_of(encoded, self.centres) @ self.weights + self.offsets)
