"""Compare a message with groups of examples, by their embeddings.

Flow: the cues of `voice.yaml` -> here -> `dialogue.understand`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from coach.index.embedder import Embedder, Vectors

__all__ = ["NearestGroups", "stands_out"]

NEAREST = 2
"""How many of a group's examples count: the nearest ones."""


def stands_out(near: float, ahead: float, pairs: Sequence[tuple[float, float]]) -> bool:
    """Tell whether the nearest is near enough, and enough nearer than any other, by any pair."""
    return any(near >= least and ahead >= apart for least, apart in pairs)


class NearestGroups:
    """Groups of example texts; a message is near a group by its nearest examples."""

    def __init__(self, groups: Mapping[str, Sequence[str]], embedder: Embedder) -> None:
        held = {name: embedder.embed(texts) for name, texts in groups.items() if texts}
        self._names = tuple(held)
        ends = np.cumsum([0, *map(len, held.values())])
        self._parts = [slice(*ends_of_one) for ends_of_one in pairwise(ends.tolist())]
        self._examples = np.concatenate(
            [*held.values(), np.empty((0, embedder.dimension), np.float32)]
        )

    def nearness(self, vector: Vectors) -> dict[str, float]:
        """Return for each group the mean cosine of its two nearest examples."""
        cosines = (self._examples @ vector).tolist()  # one product: a group has but a few
        nearest = (sorted(cosines[part])[-NEAREST:] for part in self._parts)
        return {
            name: sum(near) / len(near) for name, near in zip(self._names, nearest, strict=True)
        }
