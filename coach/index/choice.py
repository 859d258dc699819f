"""Tell which one of many hundred things a text says: one softmax over its vector and its words.

Flow: `learnt/*.npz` with a card, written by `index.choosing` -> here -> `dialogue.choices`.

`index.judgement` keeps weights of every word and letter n-gram for every label, which is more
than a small label set needs and, for many hundred labels, hundreds of megabytes.  Here words and
pairs of words share `BUCKETS`, and letters are left out.
"""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from coach.errors import EmbeddingError
from coach.index.embedder import Encoded
from coach.index.judgement import TINY, softmax, traits_of
from coach.index.learning import Scores, words_in

__all__ = ["BUCKETS", "Choice", "counted_words", "rarity_of"]

BUCKETS = 4096
"""How many weights the words and pairs of words share."""
WORDS_WEIGH = 0.8
"""The length of the words' part of a text; that of the vector's part is 1."""

_ARRAYS = ("centres", "rarity", "weights", "offsets")


@dataclass(frozen=True)
class Choice:
    """What one training set taught.

    Attributes:
        labels: What a text may say.
        centres: The mean vector and the mean inner state of the training texts, (2, dimension).
        rarity: What each bucket of words counts, (buckets,).
        weights: What each label weighs a text's traits and then its words with,
            (traits + buckets, labels).
        offsets: What is then added, (labels,).
    """

    labels: tuple[str, ...]
    centres: Scores
    rarity: Scores
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

    def chances(self, texts: Sequence[str], encoded: Encoded) -> NDArray[np.float64]:
        """Return how likely each text says each of the labels, (texts, labels); rows sum to 1."""
        traits, words = traits_of(encoded, self.centres), counted_words(texts, self.rarity)
        size = traits.shape[1]
        return softmax(traits @ self.weights[:size] + words @ self.weights[size:] + self.offsets)


def counted_words(texts: Sequence[str], rarity: Scores) -> csr_array:
    """Return the words and pairs of words of each text, (texts, buckets).

    Args:
        texts: What is counted.
        rarity: What each bucket counts, (buckets,).
    """
    rows, columns, values = _counts(texts)
    values = (values * rarity[columns]).astype(np.float32)
    lengths = np.sqrt(np.bincount(rows, values**2, minlength=len(texts)))
    values *= (WORDS_WEIGH / np.maximum(lengths, TINY))[rows].astype(np.float32)
    return csr_array((values, (rows, columns)), shape=(len(texts), len(rarity)))


def rarity_of(texts: Sequence[str]) -> Scores:
    """Return what each bucket counts: the more, the fewer of the texts have words of it."""
    rows, columns, _ = _counts(texts)
    held_by = np.bincount(np.unique(np.stack([rows, columns]), axis=1)[1], minlength=BUCKETS)
    return np.asarray(np.log((1 + len(texts)) / (1 + held_by)) + 1, dtype=np.float32)


def _counts(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], Scores]:
    """Return row, bucket and count of each word of each text; some buckets come twice in a row."""
    words = [words_in(text) for text in texts]
    rows = np.repeat(np.arange(len(texts)), [len(counts) for counts in words])
    columns = np.fromiter((bucket % BUCKETS for w in words for bucket in w), dtype=np.int64)
    counts = np.fromiter((count for w in words for count in w.values()), dtype=np.float32)
    return rows, columns, counts
