"""Short answers: a question of people's own lives, and the section that answers just it."""

import json
import shutil
from pathlib import Path

import pytest

from coach.dialogue.choices import ChoiceReader
from coach.dialogue.conversation import Conversation, Readers
from coach.dialogue.hearing import ASKS
from coach.dialogue.phrasing import Voice
from coach.dialogue.quoting import quotable
from coach.dialogue.readers import LEARNT_DIR, NOTHING
from coach.errors import EmbeddingError
from coach.index.search import Searcher
from coach.library import Corpus
from coach.safety.check import check
from coach.sentences import sentences
from coach.settings import Settings
from tests.dialogue.test_conversation import talk

TOLD = "I have felt so alone since the summer."
ASKED = "how long should i give him before i take his silence as an answer"


@pytest.fixture(scope="module")
def reader(settings: Settings, corpus: Corpus) -> ChoiceReader:
    """What was learnt, as a conversation opens it."""
    return Readers.open(settings, Searcher.open(settings, corpus)).short_answers


def test_every_question_that_was_learnt_has_its_answer_and_no_other_has(voice: Voice) -> None:
    labels = json.loads((LEARNT_DIR / "short_answers.json").read_text())["labels"]
    learnt = {name for name in voice.short_answers if not name.startswith(ASKS)}
    assert set(labels) - {NOTHING} == learnt


def test_every_answer_is_a_section_that_can_be_quoted_whole(voice: Voice, corpus: Corpus) -> None:
    sections = {
        f"{document.slug}#{section.anchor}": section
        for document in corpus.documents
        for section in document.sections
    }
    for name, answer in voice.short_answers.items():
        text = sections[answer.section].text
        paragraphs = tuple(text.split("\n\n"))
        assert quotable(text) == paragraphs, name
        assert len(paragraphs) == 1 or name.startswith(ASKS), name
        assert all(25 <= len(paragraph.split()) <= 78 for paragraph in paragraphs), name
        assert sections[answer.section].heading.endswith("?"), name


def test_what_follows_an_answer_asks_one_thing_at_most(voice: Voice) -> None:
    then = [line for answer in voice.short_answers.values() for line in answer.then]
    assert [line for line in then if line.count("?") > 1] == []
    assert [line for line in then if any(check(s) for s in sentences(line))] == []


def test_a_question_is_answered_by_the_section_that_answers_just_it(
    conversation: Conversation, voice: Voice
) -> None:
    _, reply = talk(conversation, TOLD, ASKED)
    (citation,) = reply.citations
    slugs = {answer.section.partition("#")[0] for answer in voice.short_answers.values()}
    assert citation.article in slugs
    assert reply.text.startswith(f"{citation.quote} [1]")


def test_the_same_answer_is_not_given_twice(conversation: Conversation) -> None:
    _, first, second = talk(conversation, TOLD, ASKED, f"but {ASKED}")
    assert first.citations[0].quote not in second.text


def test_a_question_amid_other_sentences_is_answered(conversation: Conversation) -> None:
    message = f"I wrote to my friend Karim on Friday and sent a picture of the heron. {ASKED}?"
    _, reply = talk(conversation, TOLD, message)
    assert reply.citations[0].quote in reply.text


def test_what_is_told_is_never_taken_for_a_question(conversation: Conversation) -> None:
    _, reply = talk(conversation, TOLD, "I waited three weeks and took his silence as an answer.")
    assert reply.citations == ()


@pytest.mark.parametrize("missing", ["short_answers.npz", "short_answers.json"])
def test_a_file_that_is_missing_is_named_in_one_line(
    reader: ChoiceReader, tmp_path: Path, missing: str
) -> None:
    folder = shutil.copytree(LEARNT_DIR, tmp_path / "learnt")
    (folder / missing).unlink()
    with pytest.raises(EmbeddingError, match="coach train"):
        ChoiceReader(reader._encoder, "short_answers", folder)


@pytest.mark.parametrize(
    ("asked", "move"),
    [
        ("should i tell margaret or not", "asks-whether-to-tell"),
        ("Do I mention Boxing Day, yes or no?", "asks-whether-to-tell"),
        ("Should I offer to go over there?", "asks-whether-to-ask"),
        ("what would i even say to the landlord about the damp", "asks-how-to-word"),
        ("so what do i write on the form then", "asks-how-to-write"),
        ("What do I do if he says no?", "asks-what-if-no"),
        ("and if she doesnt answer?", "asks-what-if-silence"),
        ("What if he thinks it comes from the committee?", "asks-what-if"),
        ("is it pushy to offer to fly to Calgary?", "asks-if-i-am-too-much"),
        ("do you think I can still ring her after all these months?", "asks-if-too-late"),
        ("why does he keep the gate locked now?", "asks-why-they"),
    ],
)
def test_what_nobody_knows_from_outside_is_answered_for_many_lives(
    conversation: Conversation, voice: Voice, corpus: Corpus, asked: str, move: str
) -> None:
    _, reply = talk(conversation, "The others at the allotment hardly talk to me now.", asked)
    (citation,) = reply.citations
    found = corpus.section(voice.short_answers[move].section)
    assert found
    assert (citation.article, citation.section) == (found[0].slug, found[1].heading)
    assert reply.text.startswith(f"{citation.quote} [1]")


def test_lines_to_send_are_a_wish_for_words_whatever_else_is_turned_down(
    conversation: Conversation,
) -> None:
    asked = "No thanks, not led. Just one or two lines I can copy and send to her."
    _, reply = talk(conversation, "My daughter won't talk to me since the divorce.", asked)
    assert reply.citations
    assert '"' in reply.text


@pytest.mark.parametrize(
    ("asked", "section"),
    [
        ("What do I answer, when they ask in the kitchen how my holiday was?", "it was awful"),
        ("What would you actually say to him on the phone, first line?", "ring without a reason"),
        ("what would the one line even be, that i cant pay for the game", "cannot afford"),
        ("How would you say it, so that he can say no easily?", "so that they can say no"),
        ("What would the first lines of a letter to her be, after our row?", "after a quarrel"),
        ("I need two lines to tell Joan and Harold that Margaret has died.", "somebody has died"),
        ("He asks every Monday. If he asks whether I went home for it, what can I say?", "the one"),
    ],
)
def test_who_wants_words_gets_those_for_their_place_in_life(
    conversation: Conversation, asked: str, section: str
) -> None:
    _, reply = talk(conversation, "The others at the allotment hardly talk to me now.", asked)
    assert section in reply.citations[0].section


def test_every_section_with_words_has_cues_of_its_own_and_can_be_quoted(
    voice: Voice, corpus: Corpus
) -> None:
    cues = [cue for of_one in voice.words_for_it.values() for cue in of_one]
    assert len(set(cues)) == len(cues)
    for place, of_one in voice.words_for_it.items():
        found = corpus.section(place)
        assert found, place
        assert quotable(found[1].text) == (found[1].text,), place
        assert 25 <= len(found[1].text.split()) <= 78, place
        assert len(of_one) >= 20, place


def test_the_same_kind_of_question_is_answered_with_other_words(conversation: Conversation) -> None:
    _, first, second = talk(
        conversation,
        "My brother and I have hardly spoken since August.",
        "should i say something about the money",
        "do i mention the funeral as well",
    )
    assert first.citations[0].section == second.citations[0].section
    assert first.citations[0].quote != second.citations[0].quote


def test_who_wants_only_to_be_heard_is_not_answered(conversation: Conversation) -> None:
    *_, reply = talk(
        conversation,
        "I just want someone to listen, no advice.",
        "what if he thinks it comes from the committee?",
    )
    assert reply.citations == ()


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (
            "My ex used to frighten me, he pushed me into walls for three years.",
            "I miss him though. How do I tell him that I miss him?",
        ),
        (
            "She has blocked me, and her sister told me to leave her alone.",
            "What do I write to her after such a long silence?",
        ),
        (
            "No advice please, I only want you to listen.",
            "She laughed at my weight again. What do I even say to that?",
        ),
    ],
)
def test_nobody_is_given_words_for_one_who_hurts_them_or_wants_quiet_or_unasked(
    conversation: Conversation, told: str, asked: str
) -> None:
    *_, reply = talk(conversation, told, asked)
    assert not any("Words for It" in citation.title for citation in reply.citations)
