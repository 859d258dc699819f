"""Tell which topics a message is after, from what people ask who are after them.

Flow: `corpus/questions/*.txt` -> here -> `dialogue.understand`.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import numpy as np

from coach.dialogue.nearest import NearestGroups
from coach.index.embedder import Embedder
from coach.index.learning import Learnt
from coach.schema import Topic

__all__ = ["TopicReader"]

RIDGE = 0.3
"""Chosen on the even lines of evals/retrieval, as the shares of `index.learning` were."""


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
        self._nearest = NearestGroups({t.id: t.questions for t in asked}, embedder)
        self._learnt = self._learn(asked, folder) if len(asked) > 1 else None

    def lean(self, query: str) -> tuple[dict[str, float], float]:
        """Return how a query leans to each topic, and how near it comes to any.

        Returns:
            The score for each topic in standard deviations over the topics, and the mean
            cosine of the query and the two nearest questions of a topic.
        """
        if self._learnt is None:
            return {}, 0.0
        vectors = self._embedder.embed([query])
        nearness = max(self._nearest.nearness(vectors[0]).values())
        scores = self._learnt.scores([query], vectors)[0]
        leaning = (scores - scores.mean()) / (float(scores.std()) or 1.0)
        return dict(zip(self._ids, map(float, leaning), strict=True)), nearness

    def _learn(self, asked: Sequence[Topic], folder: Path | None) -> Learnt:
        texts = [question for topic in asked for question in topic.questions]
        labels = [n for n, topic in enumerate(asked) for _ in topic.questions]
        vectors = self._embedder.embed(texts)
        kept = folder / f"{_digest(texts, labels, vectors)}.npz" if folder else None
        if kept and kept.is_file():
            with suppress(OSError, ValueError):
                return Learnt.load(kept, vectors)
        goals = np.eye(len(asked), dtype=np.float32)[labels] - np.float32(1 / len(asked))
        learnt = Learnt.of(texts, vectors, goals, RIDGE)
        if kept:
            with suppress(OSError):  # a folder that cannot be written to costs a second a start
                _keep(learnt, kept)
        return learnt


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
