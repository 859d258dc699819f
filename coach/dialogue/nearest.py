"""Compare a message with groups of examples, by their embeddings.

Flow: the cues of `voice.yaml` -> here -> `dialogue.understand`; the questions of each
topic -> here -> `dialogue.topics`.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from coach.index.embedder import Embedder, Vectors

__all__ = ["NearestGroups"]

NEAREST = 2
"""How many of a group's examples count: the nearest ones."""


class NearestGroups:
    """Groups of example texts; a message is near a group by its nearest examples."""

    def __init__(self, groups: Mapping[str, Sequence[str]], embedder: Embedder) -> None:
        self._groups = {name: embedder.embed(texts) for name, texts in groups.items() if texts}

    def nearness(self, vector: Vectors) -> dict[str, float]:
        """Return for each group the mean cosine of its two nearest examples."""
        return {
            name: float(np.sort(examples @ vector)[-NEAREST:].mean())
            for name, examples in self._groups.items()
        }
