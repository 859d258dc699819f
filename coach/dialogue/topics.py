"""Tell which topics a message is after, from what people ask who are after them.

Flow: `corpus/questions/*.txt`, `off_topic.txt` -> here -> `dialogue.understand`.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import numpy as np

from coach.index.embedder import Embedder
from coach.index.learning import Learnt
from coach.schema import Topic

__all__ = ["Leaning", "TopicReader", "off_topic"]

RIDGE = 0.3
"""Chosen on the even lines of evals/retrieval, as the shares of `index.learning` were."""


@dataclass(frozen=True)
class Leaning:
    """How a message leans.

    Attributes:
        topics: The score for each topic, in standard deviations over the topics.
        foreign: By how much the message is likelier off all topics than on the nearest
            one, about -1 to 1; 0 where nothing was learnt.
    """

    topics: Mapping[str, float]
    foreign: float


class TopicReader:
    """Reads messages by the questions of each topic.

    What was learnt is kept beside the index, so that it is learnt once for a corpus.
    """

    def __init__(self, topics: Sequence[Topic], embedder: Embedder, folder: Path | None) -> None:
        """Learn from the topics' questions, or take up what was learnt from them before.

        Args:
            topics: With their questions.
            embedder: The shared embedding model.
            folder: Where what is learnt is kept; None keeps nothing.
        """
        asked = [topic for topic in topics if topic.questions]
        self._ids = [topic.id for topic in asked]
        self._embedder = embedder
        self._learnt = self._learn(asked, folder) if asked else None

    def lean(self, query: str) -> Leaning:
        """Return how a query leans to each topic, and away from all of them."""
        if self._learnt is None:
            return Leaning({}, 0.0)
        *scores, off = self._learnt.scores([query], self._embedder.embed([query]))[0]
        spread = float(np.std(scores)) or 1.0
        leaning = (np.asarray(scores) - np.mean(scores)) / spread
        topics = dict(zip(self._ids, map(float, leaning), strict=True))
        return Leaning(topics, float(off - max(scores)))

    def _learn(self, asked: Sequence[Topic], folder: Path | None) -> Learnt:
        groups = [*(topic.questions for topic in asked), off_topic()]
        texts = [text for group in groups for text in group]
        labels = [n for n, group in enumerate(groups) for _ in group]
        vectors = self._embedder.embed(texts)
        kept = folder / f"{_digest(texts, labels, vectors)}.npz" if folder else None
        if kept and kept.is_file():
            with suppress(OSError, ValueError):
                return Learnt.load(kept, vectors)
        goals = np.eye(len(groups), dtype=np.float32)[labels] - np.float32(1 / len(groups))
        learnt = Learnt.of(texts, vectors, goals, RIDGE)
        if kept:
            with suppress(OSError):  # a folder that cannot be written to costs seconds a start
                _keep(learnt, kept)
        return learnt


@cache
def off_topic() -> tuple[str, ...]:
    """Return messages that no corpus of this kind can answer."""
    lines = Path(__file__).with_name("off_topic.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line)


def _digest(texts: Sequence[str], labels: Sequence[int], vectors: np.ndarray) -> str:
    digest = hashlib.sha256(repr((RIDGE, list(zip(texts, labels, strict=True)))).encode())
    digest.update(np.ascontiguousarray(vectors).tobytes())
    return digest.hexdigest()[:32]


def _keep(learnt: Learnt, path: Path) -> None:
    """Write what was learnt in one step, and remove what was learnt from other questions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{uuid4().hex}")
    try:
        learnt.save(draft)
        os.replace(draft, path)  # noqa: PTH105 - one step, over what is there
    finally:
        draft.unlink(missing_ok=True)
    for other in path.parent.glob("*.npz"):
        if other != path:
            other.unlink(missing_ok=True)
