"""Search over the real corpus: the right passage first, nothing when there is nothing."""

import numpy as np
import pytest

from coach.index.search import Searcher, highest
from coach.library import Corpus
from coach.schema import Aspect, Chunk, Passage
from coach.settings import Settings

HOW = "How do I do the self-compassion practice?"


@pytest.fixture(scope="module")
def searcher(settings: Settings, corpus: Corpus) -> Searcher:
    """A search over the index as shipped."""
    return Searcher.open(settings, corpus)


def ids(passages: list[Passage]) -> list[str]:
    return [passage.chunk.id for passage in passages]


def test_the_practice_that_is_asked_for_comes_first(searcher: Searcher) -> None:
    best = searcher.search(HOW)[0]
    assert (best.chunk.slug, best.chunk.kind) == ("self-compassion", "practice")


@pytest.mark.parametrize(
    ("query", "topic"),
    [
        ("why does protecting myself make me lonelier?", "paradox-of-protection"),
        ("I lie awake at three in the morning", "nights"),
        ("how can I listen to people better", "deep-listening"),
        ("what are tiny truths", "tiny-truths"),
    ],
)
def test_the_best_passage_is_about_what_was_asked(
    searcher: Searcher, query: str, topic: str
) -> None:
    assert topic in searcher.search(query, limit=1)[0].chunk.topics


@pytest.mark.parametrize(
    "query",
    [
        "What's the boiling point of tungsten?",
        "Which interest rate does a mortgage have?",
        "compile the kernel with gcc",
    ],
)
def test_what_the_corpus_knows_nothing_about_finds_nothing(searcher: Searcher, query: str) -> None:
    assert searcher.search(query) == []
    assert len(searcher.search(query, floor=-1)) == 4


def test_results_come_best_first_and_no_more_than_asked_for(searcher: Searcher) -> None:
    for limit, expected in ((1, 1), (3, 3), (20, 20), (500, 20), (0, 1), (-3, 1)):
        found = searcher.search(HOW, limit=limit)
        assert len(found) == expected
        scores = [passage.score for passage in found]
        assert scores == sorted(scores, reverse=True)
        assert all(-1 <= passage.cosine <= 1.0001 for passage in found)
    assert ids(searcher.search(HOW, limit=20))[:3] == ids(searcher.search(HOW, limit=3))


@pytest.mark.parametrize(
    "query",
    [
        "",
        " \n\t ",
        "\U0001f642",
        "the of and to a",
        "lonely " * 1_500,
        "x" * 10_000,
        "\x00\x01\x02\x1b[31m\x7f",
        "我很孤独，不知道该怎么办",
        "\ud83d",
        "<script>alert(1)</script>",
        "'; DROP TABLE embeddings; --",
        "\u202eylenol\u200b",
    ],
)
def test_odd_queries_are_answered_without_a_crash(searcher: Searcher, query: str) -> None:
    found = searcher.search(query, floor=-1)
    assert len(found) == 4
    assert all(passage.score == passage.score for passage in found)


def test_a_prior_moves_the_passages_it_favours(searcher: Searcher) -> None:
    def when(chunk: Chunk) -> float:
        return 10.0 if chunk.aspect is Aspect.WHEN and chunk.slug == "self-compassion" else 0.0

    prior = np.asarray([when(chunk) for chunk in searcher.chunks])
    plain, moved = searcher.search(HOW, limit=20), searcher.search(HOW, limit=20, prior=prior)
    assert plain[0].chunk.aspect is not Aspect.WHEN
    assert moved[0].chunk.aspect is Aspect.WHEN
    assert moved[0].chunk.slug == "self-compassion"


def test_a_prior_lifts_nothing_over_the_floor(searcher: Searcher) -> None:
    prior = np.full(len(searcher.chunks), 100.0)
    assert searcher.search("tungsten and its boiling point", prior=prior) == []


def test_the_floor_can_be_set_for_one_search(searcher: Searcher) -> None:
    nearest = max(passage.cosine for passage in searcher.search(HOW, limit=20))
    assert searcher.search(HOW, floor=nearest - 0.01)
    assert searcher.search(HOW, floor=nearest + 0.01) == []


def test_the_same_query_gives_the_same_passages(searcher: Searcher) -> None:
    first = searcher.search(HOW, limit=10)
    searcher.search("something else")
    assert searcher.search(HOW, limit=10) == first


def test_rare_words_count_beside_meaning(searcher: Searcher) -> None:
    """Of two queries that mean the same, the one with a passage's own word ranks it higher."""
    chunk = max(searcher.chunks, key=lambda c: len(c.text))
    word = max(chunk.text.split(), key=len).strip(".,;:?!'\"")
    with_word = searcher._bm25(word)
    assert with_word[list(searcher.chunks).index(chunk)] > 0
    assert (searcher._bm25("zzzz qqqq") == 0).all()


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_highest_are_those_of_a_whole_sort_and_ties_keep_their_order(count: int) -> None:
    rng = np.random.default_rng(0)
    for size in (1, 5, 200):
        scores = rng.integers(0, 9, size).astype(np.float32)
        whole = np.argsort(-scores, kind="stable")[:count]
        assert highest(scores, count).tolist() == whole.tolist()


def test_a_word_is_found_by_its_other_forms(searcher: Searcher) -> None:
    assert (searcher._bm25("loneliness") > 0).any()
    assert np.array_equal(searcher._bm25("loneliness"), searcher._bm25("lonely"))
