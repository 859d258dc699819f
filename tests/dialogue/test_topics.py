"""How messages lean to topics, read by the real encoder."""

from pathlib import Path

import pytest

from coach.dialogue.topics import TopicReader
from coach.dialogue.understood import FOREIGN
from coach.index.search import Searcher
from coach.library import Corpus
from coach.settings import Settings


@pytest.fixture(scope="module")
def searcher(settings: Settings, corpus: Corpus) -> Searcher:
    """The search, for its encoder."""
    return Searcher.open(settings, corpus)


@pytest.fixture(scope="module")
def reader(settings: Settings, corpus: Corpus, searcher: Searcher) -> TopicReader:
    """The reader of the shipped topics."""
    return TopicReader(corpus.topics, searcher.embedder, settings.learnt_dir)


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("she read it on tuesday and still hasnt answered", "rejection"),
        ("the kids have left and the house is too tidy", "empty-house"),
        ("how do i brethe slower when im panicky before a call", "paced-breathing"),
        ("my wife and I share a bed and a mortgage and hardly a sentence", "lonely-together"),
    ],
)
def test_a_message_leans_to_what_it_is_about(reader: TopicReader, message: str, topic: str) -> None:
    leaning = reader.lean(message)
    assert max(leaning.topics, key=lambda name: leaning.topics[name]) == topic
    assert leaning.foreign < FOREIGN


@pytest.mark.parametrize(
    "message", ["how do I bleed a radiator", "who won the cup final", "price of a pint of milk"]
)
def test_what_is_off_all_topics_is_foreign(reader: TopicReader, message: str) -> None:
    assert reader.lean(message).foreign > FOREIGN


def test_what_was_learnt_of_the_questions_as_shipped_stands_beside_the_other_arrays(
    corpus: Corpus, searcher: Searcher, tmp_path: Path
) -> None:
    TopicReader(corpus.topics, searcher.embedder, tmp_path)
    assert list(tmp_path.iterdir()) == [], "learnt anew: run `coach train topics`"


def test_what_is_learnt_is_kept_once_and_spoilt_files_are_learnt_anew(
    corpus: Corpus, searcher: Searcher, tmp_path: Path
) -> None:
    few = corpus.topics[:2]
    first = TopicReader(few, searcher.embedder, tmp_path / "learnt").lean("hello wall")
    (kept,) = (tmp_path / "learnt").iterdir()
    written = kept.stat().st_mtime_ns
    assert TopicReader(few, searcher.embedder, tmp_path / "learnt").lean("hello wall") == first
    assert kept.stat().st_mtime_ns == written
    kept.write_bytes(b"spoilt")
    assert TopicReader(few, searcher.embedder, tmp_path / "learnt").lean("hello wall") == first
    assert kept.stat().st_size > len(b"spoilt")
    TopicReader(corpus.topics[:3], searcher.embedder, tmp_path / "learnt")
    assert not kept.exists()


def test_topics_without_questions_lean_nowhere(
    corpus: Corpus, searcher: Searcher, tmp_path: Path
) -> None:
    bare = [topic.model_copy(update={"questions": ()}) for topic in corpus.topics]
    leaning = TopicReader(bare, searcher.embedder, tmp_path).lean("hello wall")
    assert (leaning.topics, leaning.foreign) == ({}, 0.0)
