"""What an embedding model is to the rest of the coach, and how its vectors are shared.

Flow: `index.encoder` makes an `Embedder`; search, screen and the readers of `dialogue` ask one
`CachingEmbedder`, so that a message is embedded once a turn.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from coach.errors import EmbeddingError
from coach.remembered import Remembered

__all__ = ["NO_STATES", "CachingEmbedder", "Embedder", "Encoded", "Encoder", "Vectors"]

NO_STATES = "This embedding model does not show its inner states."

_LOG = logging.getLogger(__name__)

Vectors = NDArray[np.float32]
"""Shape (number of texts, dimension); every row has length 1."""


class Encoded(NamedTuple):
    """What a network holds of texts, a text a row, each (texts, dimension).

    Sentence embeddings are trained to say what a text is about; the inner state still
    knows who does what to whom and in which tense, which is what danger turns on.

    Attributes:
        vectors: The unit vectors that `Embedder.embed` gives.
        states: The mean inner state, two thirds of the way up.
        adapted: The mean last state of the adapted network (`index.adapter`).
    """

    vectors: Vectors
    states: Vectors
    adapted: Vectors

    @classmethod
    def empty(cls, rows: int, dimension: int) -> "Encoded":
        """Return arrays of that size for the rows to be written to."""
        return cls(*(np.empty((rows, dimension), dtype=np.float32) for _ in cls._fields))


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is their similarity."""

    @property
    def dimension(self) -> int:
        """The length of each vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, in order.

        Raises:
            EmbeddingError: The model failed.
        """


@runtime_checkable
class Encoder(Embedder, Protocol):
    """An embedder that also shows what its network holds of a text besides the vector."""

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return the unit vectors of `embed`, and the states, as they are.

        Raises:
            EmbeddingError: The model failed.
        """

    def alike(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors that are near where two texts say the same in other words.

        Those of `embed` are near where two texts are about the same.

        Raises:
            EmbeddingError: The model failed.
        """


class CachingEmbedder:
    """An embedder that remembers its latest vectors, in memory only.

    Texts that never change (chunks, the screen's labelled examples, the cues of
    the coach's voice) are kept for good; of what people write, the vectors of the
    latest `size` messages stay, found by a keyed hash, and no text is kept.
    """

    def __init__(
        self,
        inner: Embedder,
        *,
        known: Mapping[str, Vectors] | None = None,
        size: int = 2048,
        may_fail: bool = False,
    ) -> None:
        """Wrap an embedder.

        Args:
            inner: What embeds.
            known: Texts that never change, with their vectors.
            size: How many of the latest vectors stay.
            may_fail: Where `inner` fails, give vectors of zeros, which are like nothing and
                are not remembered, in place of the error.
        """
        self._inner = inner
        self._may_fail = may_fail
        self._known = dict(known or {})
        self._latest: Remembered[Vectors] = Remembered(size)
        self._encoded: Remembered[Encoded] = Remembered(size)
        self._alike: Remembered[Vectors] = Remembered(size)

    @property
    def is_elsewhere(self) -> bool:
        """Whether what is embedded goes to another machine, which may be away."""
        return self._may_fail

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        known = next(iter(self._known.values()), None)
        return self._inner.dimension if known is None else len(known)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, embedding only what is not remembered."""
        found = {text: vector for text in texts if (vector := self._recall(text)) is not None}
        missing = list(dict.fromkeys(text for text in texts if text not in found))
        if missing:
            try:
                fresh = dict(zip(missing, self._inner.embed(missing), strict=True))
                self._latest.put(fresh)
            except EmbeddingError as error:
                if not self._may_fail:
                    raise
                _LOG.warning("%s Search goes by words alone.", error)
                fresh = dict.fromkeys(missing, np.zeros(self.dimension, dtype=np.float32))
            found |= fresh
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([found[text] for text in texts])

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return vectors and states, as `Encoder.encode`, of what is not remembered anew.

        Raises:
            EmbeddingError: The model failed, or it does not show its inner states.
        """
        if not texts:
            return Encoded.empty(0, self.dimension)
        rows = self._encoded.of_each(texts, self._encode)
        return Encoded(*map(np.stack, zip(*rows, strict=True)))

    def alike(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of `Encoder.alike`, of what is not remembered anew.

        Raises:
            EmbeddingError: The model failed, or it has none.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack(self._alike.of_each(texts, self._likened))

    def _likened(self, texts: Sequence[str]) -> list[Vectors]:
        if not isinstance(self._inner, Encoder):
            raise EmbeddingError(NO_STATES)
        return list(self._inner.alike(texts))

    def _encode(self, texts: Sequence[str]) -> list[Encoded]:
        if not isinstance(self._inner, Encoder):
            raise EmbeddingError(NO_STATES)
        encoded = self._inner.encode(texts)
        self._latest.put(dict(zip(texts, encoded.vectors, strict=True)))
        return [Encoded(*row) for row in zip(*encoded, strict=True)]

    def _recall(self, text: str) -> Vectors | None:
        return self._known[text] if text in self._known else self._latest.get(text)
