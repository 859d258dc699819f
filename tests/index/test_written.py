"""Sentences near those that were written beforehand are found, with the real encoder."""

import numpy as np
import pytest

from coach.index.embedder import Embedder
from coach.index.search import Searcher
from coach.index.written import Written
from coach.library import Corpus
from coach.settings import Settings

GROUPS = (
    ("I eat my dinner standing at the counter", "supper is toast over the sink these days"),
    ("she answered my message", "he wrote back to me at last"),
    ("she did not answer my message", "he never wrote back to me"),
)


@pytest.fixture(scope="module")
def embedder(settings: Settings, corpus: Corpus) -> Embedder:
    return Searcher.open(settings, corpus).embedder


@pytest.fixture(scope="module")
def written(embedder: Embedder) -> Written:
    return Written(GROUPS, embedder.embed)


def test_the_nearest_group_is_found_and_the_sentence_that_led_to_it(written: Written) -> None:
    said = ["The buses were late.", "I have my supper standing up at the counter."]
    (near, *_) = written.near(said, least=0.6)
    assert near.group == 0
    assert near.sentence == said[1]
    assert 0.6 <= near.likeness <= 1


def test_a_sentence_and_what_denies_it_are_told_apart(written: Written) -> None:
    assert written.near(["she answered my text message"], least=0.5)[0].group == 1
    assert written.near(["she didn't answer my text message"], least=0.5)[0].group == 2


def test_what_is_like_nothing_and_what_says_too_little_is_near_to_nothing(written: Written) -> None:
    assert written.near(["the piston of the old steam engine needs new rings"], least=0.6) == []
    assert written.near(["she answered"], least=0.0) == []
    assert written.near([], least=0.0) == []


def test_only_some_groups_may_count(written: Written) -> None:
    found = written.near(GROUPS[0], least=0.0, among=np.array([False, True, True]))
    assert {near.group for near in found} <= {1, 2}


def test_where_nothing_is_written_nothing_is_near(embedder: Embedder) -> None:
    assert Written((), embedder.embed).near(["she answered my message"], least=0.0) == []
