"""What the tests of `coach.safety` share."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from coach.index.embedder import Vectors
from coach.safety.crisis import CrisisPath
from coach.safety.helplines import Helplines
from coach.safety.screen import Screen

CORPUS = Path(__file__).parents[2] / "corpus"


class WordEmbedder:
    """Embeds a text by the words it has; close for shared words, and the same every time."""

    dimension = 384

    def __init__(self) -> None:
        self.calls: list[int] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(len(texts))
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self.dimension, 0.01, dtype=np.float32)
        for word in text.lower().split():
            seed = int.from_bytes(word.encode()[:8].ljust(8, b"\0"))
            vector += np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit


class BrokenEmbedder:
    """Fails whenever it is asked."""

    dimension = 384

    def embed(self, texts: Sequence[str]) -> Vectors:
        raise RuntimeError(f"the model is gone, {len(texts)} texts wait")


@pytest.fixture
def words() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture(scope="session")
def screen() -> Screen:
    return Screen(WordEmbedder())


@pytest.fixture(scope="session")
def path() -> CrisisPath:
    return CrisisPath(CORPUS / "crisis")


@pytest.fixture(scope="session")
def helplines() -> Helplines:
    return Helplines.load(CORPUS / "helplines.json")
