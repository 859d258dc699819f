"""Find which ways to put things, written beforehand, the sentences of a message come near to.

Flow: groups of sentences, each group one thing that people ask or tell -> here, with the vectors of
`index.alike` -> `safety.answers`, `dialogue.situations`, which have words for each group.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coach.index.embedder import Vectors

__all__ = ["Near", "Written"]

OPPOSITE = 0.1
"""What a cosine loses where one of two questions has a no in it; what is told is then its opposite,
and never the same."""
NEGATION = re.compile(
    r"n['’]t\b|\b(?:not|no|never|nothing|nobody|no one|none|without|neither|nor|cannot|dont|cant"
    r"|wont|didnt|doesnt|isnt|arent|wasnt|werent|havent|hasnt|hadnt|wouldnt|couldnt|shouldnt|aint)\b",
    re.IGNORECASE,
)
BEGINNING = 4
"""Words of a sentence among which a no is one to the whole of it."""
LEAST_WORDS = 3
"""A sentence of fewer words is like too many."""
OF_MIDDLE = 0.6
"""How much the middle of all ways to put a thing counts beside the nearest of them.

Chosen on evals/safety/train/asked.jsonl among 0, 0.3, 0.6, 1 and 2: where three of four answers
were right, it found 0.42 of what was called for in place of 0.32 (docs/personas.md)."""

Embed = Callable[[Sequence[str]], Vectors]


class Near(NamedTuple):
    """A group that a message comes near to.

    Attributes:
        group: Which one.
        likeness: The cosine of a sentence to the nearest way to put it, and to the middle of all of
            them, less where one denies; the lift of the group is added.
        sentence: Which sentence of the message it was.
    """

    group: int
    likeness: float
    sentence: str


class Written:
    """Groups of sentences that mean the same.

    Args:
        groups: The ways to put each thing.
        embed: Gives the vectors of texts.
        lifts: What is added to the likeness to each group; None adds nothing.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[str]],
        embed: Embed,
        lifts: Sequence[float] | None = None,
    ) -> None:
        self._groups = len(groups)
        self._lifts = np.array(lifts or [0.0] * len(groups), dtype=np.float32)
        self._texts = [text for group in groups for text in group]
        self._owners = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        self._embed = embed

    @cached_property
    def _vectors(self) -> Vectors:
        return self._embed(self._texts)

    @cached_property
    def _middles(self) -> Vectors:
        """The unit vector of what is common to all ways to put each thing, (groups, dimension)."""
        sums = np.zeros((self._groups, self._vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, self._owners, self._vectors)
        middles: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return middles

    @cached_property
    def _negating(self) -> NDArray[np.bool_]:
        return np.array([negations(text) for text in self._texts]).reshape(-1, 2)

    @cached_property
    def _asking(self) -> NDArray[np.bool_]:
        return np.array(["?" in text for text in self._texts])

    def near(
        self,
        parts: Sequence[str],
        *,
        least: float,
        among: NDArray[np.bool_] | None = None,
    ) -> list[Near]:
        """Return the groups that sentences come near to, the nearest first, each once.

        Args:
            parts: The sentences of a message.
            least: The likeness from which a sentence means the same.
            among: Which groups count; None counts all.

        Raises:
            EmbeddingError: The model failed.
        """
        parts = [part for part in parts if len(part.split()) >= LEAST_WORDS]
        rows = np.arange(len(self._texts)) if among is None else np.flatnonzero(among[self._owners])
        if not parts or not len(rows):
            return []
        vectors = self._embed(parts)
        likeness = vectors @ self._vectors[rows].T
        likeness += OF_MIDDLE * (vectors @ self._middles.T)[:, self._owners[rows]]
        likeness /= 1 + OF_MIDDLE
        denied = np.array([negations(part) for part in parts])
        opposite = (denied[:, None, :] != self._negating[rows]).any(axis=2)
        asking = np.array(["?" in part for part in parts])[:, None] | self._asking[rows]
        likeness -= np.where(asking, OPPOSITE, 1.0) * opposite
        likeness += self._lifts[self._owners[rows]]
        best: dict[int, Near] = {}
        for part, at, value in zip(parts, likeness.argmax(1), likeness.max(1), strict=True):
            group = int(self._owners[rows[at]])
            if value >= least and (group not in best or best[group].likeness < value):
                best[group] = Near(group, float(value), part)
        return sorted(best.values(), key=lambda near: -near.likeness)


def negations(text: str) -> tuple[bool, bool]:
    """Tell whether a sentence says that something is not so, and whether it begins with that."""
    found = NEGATION.search(text)
    if found is None:
        return False, False
    return True, len(text[: found.start()].split()) < BEGINNING
