"""The vectors by which messages are likened to what was written beforehand.

Flow: what people may say in other words (`corpus/crisis/answers.yaml`, `heard.yaml`) -> here, once,
when the index is built -> `index/learnt/alike-*.npy` -> `index.written`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import numpy as np

from coach.index.embedder import Encoder, Vectors

__all__ = ["Alike"]

NAME = "alike"


class Alike:
    """Unit vectors that are near where two texts say the same in other words.

    Args:
        encoder: The packaged model.
        known: The vectors of texts that never change.
    """

    def __init__(self, encoder: Encoder, known: Mapping[str, Vectors] | None = None) -> None:
        self._encoder = encoder
        self._known = known or {}

    @classmethod
    def kept(cls, encoder: Encoder, texts: Sequence[str], folder: Path, made_by: str) -> "Alike":
        """Return it with the vectors of texts, taken from a folder if they were made before.

        The file's name carries the digest of the texts and the model, so that it never answers for
        others.

        Args:
            encoder: The packaged model.
            texts: Those that never change.
            folder: Where their vectors are kept.
            made_by: What tells the model from others.

        Raises:
            EmbeddingError: The model failed.
        """
        texts = list(dict.fromkeys(texts))
        digest = hashlib.sha256("\0".join([made_by, *texts]).encode("utf-8", "replace"))
        path = folder / f"{NAME}-{digest.hexdigest()[:32]}.npy"
        with suppress(OSError, ValueError, EOFError):
            held = np.load(path, allow_pickle=False).astype(np.float32)
            return cls(encoder, dict(zip(texts, held, strict=True)))
        vectors = encoder.alike(texts)
        with suppress(OSError):  # a folder that cannot be written to costs minutes a start
            _publish(path, vectors)
        return cls(encoder, dict(zip(texts, vectors, strict=True)))

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vector of each text, in order.

        Raises:
            EmbeddingError: The model failed.
        """
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        found = dict(zip(fresh, self._encoder.alike(fresh), strict=True)) if fresh else {}
        return np.stack([self._known[t] if t in self._known else found[t] for t in texts])


def _publish(path: Path, vectors: Vectors) -> None:
    """Write the file in one step, in half precision, and remove those of other texts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{uuid4().hex}")
    try:
        with draft.open("wb") as file:
            np.save(file, vectors.astype(np.float16), allow_pickle=False)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    for other in path.parent.glob(f"{NAME}-*.npy"):
        if other != path:
            other.unlink(missing_ok=True)
