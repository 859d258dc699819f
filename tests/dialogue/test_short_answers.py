"""Short answers: a question of people's own lives, and the section that answers just it."""

import json
import shutil
from pathlib import Path

import pytest

from coach.dialogue.conversation import Conversation, Readers
from coach.dialogue.phrasing import Voice, sentences
from coach.dialogue.quoting import quotable
from coach.dialogue.readers import LEARNT_DIR, NOTHING
from coach.dialogue.short_answers import ShortAnswerReader
from coach.errors import EmbeddingError
from coach.index.search import Searcher
from coach.library import Corpus
from coach.safety.check import check
from coach.settings import Settings
from tests.dialogue.test_conversation import talk

TOLD = "I have felt so alone since the summer."
ASKED = "how long should i give him before i take his silence as an answer"


@pytest.fixture(scope="module")
def reader(settings: Settings, corpus: Corpus) -> ShortAnswerReader:
    """What was learnt, as a conversation opens it."""
    return Readers.open(settings, Searcher.open(settings, corpus)).short_answers


def test_every_question_that_was_learnt_has_its_answer_and_no_other_has(voice: Voice) -> None:
    labels = json.loads((LEARNT_DIR / "short_answers.json").read_text())["labels"]
    assert set(labels) - {NOTHING} == set(voice.short_answers)


def test_every_answer_is_a_section_that_can_be_quoted_whole(voice: Voice, corpus: Corpus) -> None:
    sections = {
        f"{document.slug}#{section.anchor}": section
        for document in corpus.documents
        for section in document.sections
    }
    for name, answer in voice.short_answers.items():
        text = sections[answer.section].text
        assert quotable(text) == (text,), name
        assert len(text.split()) <= 78, name
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
    reader: ShortAnswerReader, tmp_path: Path, missing: str
) -> None:
    folder = shutil.copytree(LEARNT_DIR, tmp_path / "learnt")
    (folder / missing).unlink()
    with pytest.raises(EmbeddingError, match="coach train"):
        ShortAnswerReader(reader._encoder, folder)
