"""Say what a conversation adds to the score of each passage that could be found.

Flow: `dialogue.understand` -> here -> `index.search`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from coach.dialogue.understood import Understood
from coach.schema import Chunk

__all__ = ["STRENGTHS", "Prior", "Strengths"]


@dataclass(frozen=True)
class Strengths:
    """How many standard deviations a chunk gains for what; `coach eval ablation` varies them.

    Chosen on the even lines of evals/retrieval, confirmed on the odd ones.
    """

    topic: float = 1.0
    """Its topic was named."""
    aspect: float = 1.0
    """It says the side of the matter that was asked for."""
    leaning: float = 2.0
    """Each standard deviation by which the message leans to its topics."""
    subject: float = 3.0
    """It is of the document that was referred to."""
    unwanted: float = -5.0
    """Its topic was named as one that is not meant."""
    aside: float = -1.5
    """It is a scene between the sections that answer."""


STRENGTHS = Strengths()


class Prior:
    """What an understanding adds to the score of each chunk; the chunks are sorted only once.

    A document is divided if any of its sections says which side of the matter it is on.
    """

    def __init__(self, chunks: Sequence[Chunk], strengths: Strengths = STRENGTHS) -> None:
        self._strengths = strengths
        divided = {chunk.slug for chunk in chunks if chunk.aspect is not None}
        topics = {chunk.topics: None for chunk in chunks}
        numbers = {named: number for number, named in enumerate(topics)}
        self._topics = tuple(topics)
        self._topics_of = np.asarray([numbers[chunk.topics] for chunk in chunks], dtype=np.int64)
        self._aspects = np.asarray([chunk.aspect or "" for chunk in chunks], dtype=object)
        self._slugs = np.asarray([chunk.slug for chunk in chunks], dtype=object)
        self._aside = np.asarray([c.aspect is None and c.slug in divided for c in chunks])

    def of(self, understood: Understood) -> NDArray[np.float64]:
        """Return what each chunk gains, (chunks,), in standard deviations of the score."""
        gains = np.asarray([self._of_topics(named, understood) for named in self._topics])
        gain: NDArray[np.float64] = gains[self._topics_of]
        answers = np.zeros(len(gain))
        if understood.aspect is not None:
            answers += self._strengths.aspect * (self._aspects == understood.aspect)
        if understood.subject is not None:
            answers += self._strengths.subject * (self._slugs == understood.subject)
        return gain + np.where(self._aside, self._strengths.aside, answers)

    def _of_topics(self, topics: tuple[str, ...], understood: Understood) -> float:
        # What carries no topic, as imported text may, competes by its words alone.
        of_each = [understood.leaning.get(topic, 0.0) for topic in topics]
        leaning = fmean(of_each or [max(understood.leaning.values(), default=0.0)])
        about = not understood.topics.isdisjoint(topics)
        unwanted = not understood.unwanted.isdisjoint(topics)
        gain = self._strengths.topic * about + self._strengths.unwanted * unwanted
        return gain + self._strengths.leaning * leaning
