"""Tellings: what one sentence of a message tells, and what the coach says back to just that."""

import json

import pytest

from coach.dialogue.conversation import Conversation, Readers
from coach.dialogue.phrasing import Voice
from coach.dialogue.readers import LEARNT_DIR, NOTHING
from coach.dialogue.tellings import MOST, TELLS, TellingReader
from coach.index.search import Searcher
from coach.library import Corpus
from coach.pronouns import says_any, ways
from coach.safety.check import check
from coach.sentences import sentences
from coach.settings import Settings
from tests.dialogue.talks import talk

TOLD = "I moved into the flat above the bakery in spring, and I work at the tile shop."
LEFT_OUT = (
    "Then I saw the photos from the lake, all five of them, and nobody had said a word to me."
)


@pytest.fixture(scope="module")
def reader(settings: Settings, corpus: Corpus) -> TellingReader:
    return TellingReader(Readers.open(settings, Searcher.open(settings, corpus)).tellings)


def test_everything_that_was_learnt_has_its_words_and_nothing_else_has(voice: Voice) -> None:
    labels = json.loads((LEARNT_DIR / "tellings.json").read_text())["labels"]
    assert set(labels) - {NOTHING} == {n for n, told in voice.tellings.items() if not told.of}


def test_every_line_may_be_said_and_only_the_questions_ask(voice: Voice) -> None:
    for name, telling in voice.tellings.items():
        assert len(telling.reflections) >= (4 if telling.of else 5), name
        assert len(telling.questions) >= (2 if telling.of else 4), name
        assert not any("?" in line for line in telling.reflections), name
        assert all(line.count("?") == 1 for line in telling.questions), name
        lines = (*telling.reflections, *telling.questions)
        said = (way for line in lines for way in ways(line))
        assert not any(check(s) for way in said for s in sentences(way)), name


def test_what_it_answers_after_it_was_told_stands_in_the_corpus(
    corpus: Corpus, voice: Voice
) -> None:
    places = {
        place
        for telling in voice.tellings.values()
        for place in (telling.words, telling.whether)
        if place
    }
    assert len(places) > 20
    assert [place for place in places if corpus.section(place) is None] == []


def test_a_short_wish_for_words_goes_by_what_was_told(conversation: Conversation) -> None:
    silent = "I've lost touch with my oldest friend, and it was me who stopped ringing."
    row = "My brother and I had a huge row at Easter and we haven't spoken since."
    for told, heading in (
        (silent, "How do I get in touch after a very long time?"),
        (row, "How do I make up with a brother or sister after a quarrel?"),
    ):
        *_, reply = talk(conversation, told, "What do I write then?")
        assert [citation.section for citation in reply.citations] == [heading]


def test_no_line_stands_twice(voice: Voice) -> None:
    lines = [
        line
        for telling in voice.tellings.values()
        for line in (*telling.reflections, *telling.questions)
    ]
    assert len(set(lines)) == len(lines)


def test_the_sentence_is_taken_up_that_the_coach_has_words_for(
    conversation: Conversation, voice: Voice
) -> None:
    message = f"The week was long and the van broke down again. {LEFT_OUT} My tea is cold now."
    _, reply = talk(conversation, TOLD, message)
    known = voice.tellings["left-out-of-photos"]
    assert any(line in reply.text for line in known.reflections)
    assert any(line in reply.text for line in known.questions)


def test_who_tells_and_then_asks_is_heard_before_the_answer(
    conversation: Conversation, voice: Voice
) -> None:
    message = f"{LEFT_OUT} Should I say something to them or leave it?"
    _, reply = talk(conversation, TOLD, message)
    first, *rest = reply.text.split("\n\n")
    assert first in voice.tellings["left-out-of-photos"].reflections
    assert reply.citations
    assert reply.citations[0].quote in "\n\n".join(rest)


def test_the_same_thing_told_again_is_met_with_other_words(
    conversation: Conversation, voice: Voice
) -> None:
    _, first, second = talk(conversation, TOLD, LEFT_OUT, f"I keep looking. {LEFT_OUT}")
    lines = voice.tellings["left-out-of-photos"].reflections
    said = [{line for line in lines if line in reply.text} for reply in (first, second)]
    assert said[0]
    assert said[0].isdisjoint(said[1])


def test_a_parting_with_a_plan_is_heard_and_let_go(
    conversation: Conversation, voice: Voice
) -> None:
    _, reply = talk(
        conversation, TOLD, "I am going to write to my cousin first thing tomorrow. Good night."
    )
    wishes = [line.format(person="your cousin") for line in voice.farewell.with_somebody]
    assert any(line in reply.text for line in wishes)
    assert "?" not in reply.text


def test_where_somebody_died_nothing_is_said_that_fits_a_parting(
    conversation: Conversation, voice: Voice
) -> None:
    *_, reply = talk(
        conversation,
        "My husband died in March, and the house is quiet.",
        "We were married for thirty-one years, and then one morning it was over.",
    )
    parted = [t for t in voice.tellings.values() if t.mourned is False]
    assert parted
    assert not any(says_any(reply.text, t.reflections) for t in parted)


def test_only_the_last_sentences_that_tell_something_are_read(reader: TellingReader) -> None:
    message = "Is that odd? Yes. " + " ".join(f"This is sentence {n} of it." for n in range(9))
    assert reader.texts(message) == [f"This is sentence {n} of it." for n in range(9 - MOST, 9)]


def test_a_no_that_belongs_to_its_noun_is_not_taken_for_an_answer(reader: TellingReader) -> None:
    told = ("No one came to my birthday.", "No friends called today.")
    assert [reader.texts(text) for text in told] == [[text] for text in told]
    assert reader.texts("No, it hurts, if you want to know.") == ["it hurts."]


def test_where_it_is_unclear_which_is_told_the_family_is(
    conversation: Conversation, voice: Voice
) -> None:
    families = {name: told.of for name, told in voice.tellings.items() if told.of}
    assert len(families) > 50
    alone = Readers.open(conversation.settings, conversation.searcher).tellings
    message = "We had a row and it is still not right between us."
    (one,) = alone.read_each([message])
    assert one.chance < TELLS
    found = TellingReader(alone, families).read(message)
    assert [(told.name, told.plainly) for told in found] == [("a-quarrel", True)]
    assert one.name in families["a-quarrel"]


def test_no_words_follow_what_was_told_for_one_who_wants_none(conversation: Conversation) -> None:
    row = "We had a huge row at Easter and my sister told me not to contact her again."
    *_, reply = talk(conversation, row, "How long should I wait before I text her?")
    assert "Who should get in touch first" not in str([c.section for c in reply.citations])


def test_two_things_that_are_told_are_both_met_in_their_order(
    conversation: Conversation, voice: Voice
) -> None:
    message = f"{LEFT_OUT} My tea is cold now. I am going to write to my cousin tomorrow."
    _, reply = talk(conversation, TOLD, message)
    reflection = reply.text.partition("\n\n")[0]
    places = [
        next(
            at
            for line in voice.tellings[name].reflections
            for way in ways(line)
            if (at := reflection.find(way)) >= 0
        )
        for name in ("left-out-of-photos", "will-text-them")
    ]
    assert places == sorted(places)
    assert reply.text.count("?") <= 1
