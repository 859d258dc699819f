"""What an embedding model is to the rest of the coach, and how its vectors are shared.

Flow: `index.encoder` makes an `Embedder`; search, screen and
understanding all ask the same `CachingEmbedder`, so a message is embedded once a turn.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coach.remembered import Remembered

__all__ = ["CachingEmbedder", "Embedder", "Vectors"]

Vectors = NDArray[np.float32]
"""Shape (number of texts, dimension); every row has length 1."""


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


class CachingEmbedder:
    """An embedder that remembers its latest vectors, in memory only.

    Texts that never change (chunks, the screen's labelled examples, the cues of
    the coach's voice) are kept for good; of what people write, the vectors of the
    latest `size` messages stay, found by a keyed hash, and no text is kept.
    """

    def __init__(
        self, inner: Embedder, *, known: Mapping[str, Vectors] | None = None, size: int = 2048
    ) -> None:
        self._inner = inner
        self._known = dict(known or {})
        self._latest: Remembered[Vectors] = Remembered(size)

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        return self._inner.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, embedding only what is not remembered."""
        found = {text: vector for text in texts if (vector := self._recall(text)) is not None}
        missing = list(dict.fromkeys(text for text in texts if text not in found))
        if missing:
            fresh = dict(zip(missing, self._inner.embed(missing), strict=True))
            found |= fresh
            self._latest.put(fresh)
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([found[text] for text in texts])

    def _recall(self, text: str) -> Vectors | None:
        return self._known[text] if text in self._known else self._latest.get(text)
