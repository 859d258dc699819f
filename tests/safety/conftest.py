"""What the tests of `coach.safety` share."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from coach.dialogue.conversation import Readers
from coach.index.embedder import Vectors
from coach.index.search import Searcher
from coach.library import Corpus
from coach.safety.crisis import CrisisPath
from coach.safety.helplines import Helplines
from coach.safety.reader import Chances, Judged, SafetyReader
from coach.safety.screen import Screen
from coach.settings import Settings

CORPUS = Path(__file__).parents[2] / "corpus"


class CalmReader:
    """Is sure of nothing, so that what the patterns find shows; counts what it reads."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def read(self, messages: Sequence[str]) -> list[Judged]:
        self.calls.append(len(messages))
        calm = Judged(Chances(0.7, 0.1, 0.2), {"suicide": 0.0}, {"none": 1.0}, 0.0, {})
        return [calm for _ in messages]

    def bad(self, sentences: Sequence[str]) -> list[float]:
        return [0.0 for _ in sentences]

    def needs(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        return [{} for _ in messages]

    def subjects(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        return [{} for _ in messages]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), 2), np.float32)

    def alike(self, texts: Sequence[str]) -> Vectors:
        return np.eye(2, dtype=np.float32)[np.arange(len(texts)) % 2] * 0.1


class BrokenReader:
    """Fails whenever it is asked."""

    def read(self, messages: Sequence[str]) -> list[Judged]:
        raise RuntimeError(f"the model is gone, {len(messages)} messages wait")

    def bad(self, sentences: Sequence[str]) -> list[float]:
        raise RuntimeError(f"the model is gone, {len(sentences)} sentences wait")

    def needs(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        raise RuntimeError(f"the model is gone, {len(messages)} messages wait")

    def subjects(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        raise RuntimeError(f"the model is gone, {len(messages)} messages wait")

    def vectors(self, texts: Sequence[str]) -> Vectors:
        raise RuntimeError(f"the model is gone, {len(texts)} texts wait")

    def alike(self, texts: Sequence[str]) -> Vectors:
        raise RuntimeError(f"the model is gone, {len(texts)} texts wait")


@pytest.fixture
def calm() -> CalmReader:
    return CalmReader()


@pytest.fixture(scope="session")
def screen() -> Screen:
    """The screen by its patterns alone."""
    return Screen(CalmReader())


@pytest.fixture(scope="session")
def reader(settings: Settings, corpus: Corpus) -> SafetyReader:
    """What was learnt, as a conversation uses it."""
    return Readers.open(settings, Searcher.open(settings, corpus)).safety


@pytest.fixture(scope="session")
def path() -> CrisisPath:
    return CrisisPath(CORPUS / "crisis")


@pytest.fixture(scope="session")
def helplines() -> Helplines:
    return Helplines.load(CORPUS / "helplines.json")
