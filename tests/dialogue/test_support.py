"""What counts as a claim, and which passage bears one out."""

import json
from typing import Any

import pytest

from coach.dialogue.phrasing import load_voice
from coach.dialogue.support import Grounds, claims, numbers
from coach.index.search import Searcher
from coach.library import Corpus
from coach.schema import Passage
from coach.settings import PROJECT_ROOT, Settings

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (PROJECT_ROOT / "evals/grounding/sentences.jsonl").read_text().splitlines()
]
JUDGED = [row for row in ROWS if "passage" in row]


@pytest.fixture(scope="module")
def searcher(settings: Settings, corpus: Corpus) -> Searcher:
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    return Searcher.open(settings, corpus, voice.cues)


@pytest.fixture(scope="module")
def grounds(searcher: Searcher) -> Grounds:
    return Grounds(searcher.embedder)


def passages(searcher: Searcher, place: str) -> list[Passage]:
    """Return the passages of a section, named as `document#section`."""
    slug, _, anchor = place.partition("#")
    found = [c for c in searcher.chunks if c.slug == slug and c.anchor == anchor]
    assert found, place
    return [Passage(chunk=chunk, score=1.0, cosine=1.0) for chunk in found]


def test_hardly_a_claim_passes_for_talk_and_most_talk_is_known() -> None:
    talk = [row for row in ROWS if row["kind"] == "conversation"]
    claimed = [row for row in ROWS if row["kind"] == "claim"]
    missed = [row["text"] for row in claimed if not claims(row["text"])]
    assert len(missed) <= 0.01 * len(claimed), missed
    known = sum(not claims(row["text"]) for row in talk) / len(talk)
    assert known >= 0.85


def test_what_the_passage_does_not_say_is_not_supported(
    grounds: Grounds, searcher: Searcher
) -> None:
    unsupported = [row for row in JUDGED if not row["supported"]]
    wrongly = [
        row["text"]
        for row in unsupported
        if grounds.supported(row["text"], passages(searcher, row["passage"]))
    ]
    assert len(wrongly) <= 0.02 * len(unsupported), wrongly


def test_most_of_what_the_passage_says_in_other_words_is_supported(
    grounds: Grounds, searcher: Searcher
) -> None:
    supported = [row for row in JUDGED if row["supported"]]
    seen = [r for r in supported if grounds.supported(r["text"], passages(searcher, r["passage"]))]
    assert len(seen) >= 0.7 * len(supported)


def test_a_quotation_is_supported_by_its_own_passage(grounds: Grounds, searcher: Searcher) -> None:
    other = passages(searcher, "tiny-truths#what-it-is")
    own = passages(searcher, "self-compassion#why-it-may-help")
    support = grounds.supported("A kinder voice gives you somewhere to stand.", [*other, *own])
    assert support is not None
    assert support.passage == own[0]
    assert support.quote in own[0].chunk.text


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("One a day is plenty.", "Five a day is plenty."),
        (
            "Rogers described active listening in 1957.",
            "Rogers described active listening in 1975.",
        ),
        ("It is fine to stop at any step.", "It is not fine to stop at any step."),
    ],
)
def test_numbers_and_denials_must_be_those_of_the_passage(
    grounds: Grounds, searcher: Searcher, true: str, false: str
) -> None:
    where = [
        *passages(searcher, "tiny-truths#how-to-do-it"),
        *passages(searcher, "deep-listening#what-it-is"),
        *passages(searcher, "self-compassion#when-it-is-hard"),
    ]
    assert grounds.supported(true, where)
    assert grounds.supported(false, where) is None


def test_nothing_is_supported_by_nothing(grounds: Grounds) -> None:
    assert grounds.supported("A kinder voice gives you somewhere to stand.", []) is None
    assert grounds.supported("", []) is None


def test_numbers_are_read_in_figures_and_in_words() -> None:
    assert numbers("Two and 40 % of 2,250 in 1997; one is none.") == {"2", "40", "2,250", "1997"}
