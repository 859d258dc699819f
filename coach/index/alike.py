"""The vectors by which messages are likened to what was written beforehand.

Flow: what people may say in other words (`corpus/crisis/answers.yaml`, `heard.yaml`) -> here, when
the index is built, or when it is opened without them -> `index/learnt/alike.npz` ->
`index.written`.
"""

import hashlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from coach.index.embedder import Encoder, Vectors

__all__ = ["Alike"]

FILE = "alike.npz"
DIGEST = 16
"""Bytes of the digest by which a text is known again."""

Halves = NDArray[np.float16]
"""Unit vectors in half precision, of which there are many: (texts, dimension)."""


class Alike:
    """Unit vectors that are near where two texts say the same in other words.

    Args:
        encoder: The packaged model.
        known: The vectors of texts that never change, in half precision.
    """

    def __init__(self, encoder: Encoder, known: Mapping[str, Halves] | None = None) -> None:
        self._encoder = encoder
        self._known = known or {}

    @classmethod
    def kept(
        cls,
        encoder: Encoder,
        texts: Sequence[str],
        folder: Path,
        made_by: str,
        *,
        told: Callable[[int], None] = lambda _count: None,
    ) -> "Alike":
        """Return it with the vectors of texts, of which only those are made that are not kept.

        Args:
            encoder: The packaged model.
            texts: Those that never change.
            folder: Where their vectors are kept.
            made_by: What tells the exported model from others; vectors of another are not used.
            told: Told how many are made, before they are.

        Raises:
            EmbeddingError: The model failed.
        """
        by_digest = {_digest(made_by, text): text for text in texts}
        known = _read(folder / FILE)
        if missing := [digest for digest in by_digest if digest not in known]:
            told(len(missing))
            made = encoder.alike([by_digest[digest] for digest in missing]).astype(np.float16)
            known |= dict(zip(missing, made, strict=True))
        if known.keys() != by_digest.keys() or missing:
            _publish(folder / FILE, {digest: known[digest] for digest in by_digest})
        return cls(encoder, {text: known[digest] for digest, text in by_digest.items()})

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vector of each text, in order.

        Raises:
            EmbeddingError: The model failed.
        """
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        found = dict(zip(fresh, self._encoder.alike(fresh), strict=True)) if fresh else {}
        rows = [self._known[t] if t in self._known else found[t] for t in texts]
        return np.stack(rows).astype(np.float32)


def _digest(made_by: str, text: str) -> bytes:
    data = f"{made_by}\0{text}".encode("utf-8", "replace")
    return hashlib.sha256(data).digest()[:DIGEST]


def _read(path: Path) -> dict[bytes, Halves]:
    """Return the vectors that a file holds, by the digests of their texts; none if it is broken."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            digests, vectors = held["digests"], held["vectors"]
            return dict(zip(map(bytes, digests), vectors, strict=True))
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return {}


def _publish(path: Path, known: Mapping[bytes, Halves]) -> None:
    """Write the file in one step; a folder that cannot be written to costs minutes a start."""
    draft = path.with_name(f".{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        digests = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(-1, DIGEST)
        with draft.open("wb") as file:
            np.savez(file, digests=digests, vectors=np.stack(list(known.values())))
        draft.replace(path)
    except OSError:
        pass
    finally:
        draft.unlink(missing_ok=True)
