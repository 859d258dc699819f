"""Find an open question that is about what a person has just told.

Flow: `corpus/open_questions.yaml` -> here -> `dialogue.understand`.

The questions were written to take nothing for granted beyond what they name, so the one whose
meaning comes nearest to a message may be asked of whoever wrote it.  Their vectors as shipped stand
in `learnt/` (`coach train questions`); of others they are made when the index is built.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from coach.dialogue.readers import LEARNT_DIR
from coach.index.embedder import Embedder, Vectors
from coach.index.keeping import kept
from coach.index.models import PACKAGED_SHA256

__all__ = ["OpenQuestions"]

NEAR = 0.42
"""The cosine from which a question is about what was told; see docs/conversations."""

MOST = 6
"""How many questions are given, for some may have been asked before."""


class OpenQuestions:
    """Finds questions by what they are about."""

    def __init__(
        self, questions: Mapping[str, Sequence[str]], embedder: Embedder, folder: Path
    ) -> None:
        """Embed the questions, or take up their vectors.

        Args:
            questions: What may be asked, by the part of life that it is about.
            embedder: The packaged model.
            folder: Where the vectors of other questions than those shipped are kept.
        """
        self._questions = tuple(dict.fromkeys(chain.from_iterable(questions.values())))
        self._embedder = embedder
        digest = hashlib.sha256("\0".join([PACKAGED_SHA256, *self._questions]).encode()).hexdigest()
        self._vectors = kept(
            (LEARNT_DIR, folder),
            "questions",
            digest,
            make=lambda: embedder.embed(self._questions),
            read=_read,
            write=_write,
        )

    def near(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Return the questions that are about what was told, the nearest first; or none.

        Args:
            texts: A message, and the part of it that weighs most; all count alike.
        """
        if not self._questions or not texts:
            return ()
        nearness = self._vectors @ self._embedder.embed(texts).mean(axis=0)
        nearest = np.argsort(-nearness)[:MOST]
        return tuple(self._questions[i] for i in nearest if nearness[i] >= NEAR)


def _read(path: Path) -> Vectors:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
        vectors: Vectors = held["vectors"].astype(np.float32)
    return vectors


def _write(vectors: Vectors, path: Path) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, vectors=vectors.astype(np.float16))
