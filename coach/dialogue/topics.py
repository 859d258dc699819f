"""Tell which topics a message is after, from what people ask who are after them.

Flow: `corpus/questions/*.txt`, `off_topic.txt` -> here -> `dialogue.understand`.

What was learnt of the questions as shipped stands in `learnt/` (`coach train topics`); of others it
is learnt when the index is built.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from coach.dialogue.readers import LEARNT_DIR
from coach.index.embedder import Embedder
from coach.index.learning import Learnt, Scores
from coach.index.models import PACKAGED_SHA256
from coach.remembered import Remembered
from coach.schema import Topic

__all__ = ["Leaning", "TopicReader", "off_topic"]

RIDGE = 0.3
"""Chosen on the even lines of evals/retrieval, as the shares of `index.learning` were."""
LANDMARKS = 4096
"""Questions with which meaning is compared; the words and letters of all are."""

REMEMBERED = 1024


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

    What was found of a message is remembered without a word of it, for a turn asks more than once.
    """

    def __init__(self, topics: Sequence[Topic], embedder: Embedder, folder: Path) -> None:
        """Learn from the topics' questions, or take up what was learnt from them before.

        Args:
            topics: With their questions.
            embedder: The packaged model.
            folder: Where what is learnt of other questions than those shipped is kept.
        """
        asked = [topic for topic in topics if topic.questions]
        self._ids = [topic.id for topic in asked]
        self._embedder = embedder
        self._learnt = self._learn(asked, folder) if asked else None
        self._leanings: Remembered[Leaning] = Remembered(REMEMBERED)

    def lean(self, query: str) -> Leaning:
        """Return how a query leans to each topic, and away from all of them."""
        return self._leanings.of_each([query], self._weigh)[0]

    def _weigh(self, queries: Sequence[str]) -> list[Leaning]:
        if self._learnt is None:
            return [Leaning({}, 0.0)] * len(queries)
        rows = self._learnt.scores(queries, self._embedder.embed(queries))
        return [self._leaning(row) for row in rows]

    def _leaning(self, row: Scores) -> Leaning:
        *scores, off = row
        spread = float(np.std(scores)) or 1.0
        leaning = (np.asarray(scores) - np.mean(scores)) / spread
        topics = dict(zip(self._ids, map(float, leaning), strict=True))
        return Leaning(topics, float(off - max(scores)))

    def _learn(self, asked: Sequence[Topic], folder: Path) -> Learnt:
        groups = [*(topic.questions for topic in asked), off_topic()]
        texts = [text for group in groups for text in group]
        labels = [n for n, group in enumerate(groups) for _ in group]
        goals = np.eye(len(groups), dtype=np.float32)[labels] - np.float32(1 / len(groups))
        return Learnt.kept(
            (LEARNT_DIR, folder),
            "topics",
            texts=texts,
            embed=self._embedder.embed,
            made_by=PACKAGED_SHA256,
            goals=goals,
            ridge=RIDGE,
            landmarks=LANDMARKS,
        )


@cache
def off_topic() -> tuple[str, ...]:
    """Return messages that no corpus of this kind can answer."""
    lines = Path(__file__).with_name("off_topic.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line)
