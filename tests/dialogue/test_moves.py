"""Moves: what a message does amid a talk, and that the coach answers just that."""

import shutil
from pathlib import Path

import pytest

from coach.dialogue.conversation import Conversation, Readers
from coach.dialogue.moves import MoveReader
from coach.dialogue.phrasing import Voice
from coach.dialogue.readers import LEARNT_DIR, NOTHING
from coach.errors import EmbeddingError
from coach.index.search import Searcher
from coach.library import Corpus
from coach.pronouns import ways
from coach.safety.check import check
from coach.sentences import sentences
from coach.settings import Settings
from tests.dialogue.test_conversation import talk


@pytest.fixture(scope="module")
def reader(settings: Settings, corpus: Corpus) -> MoveReader:
    """What was learnt, as a conversation opens it."""
    return Readers.open(settings, Searcher.open(settings, corpus)).moves


@pytest.mark.parametrize(
    ("message", "move"),
    [
        ("it's nothing really, others have it far worse than me", "plays-it-down"),
        ("I haven't told a soul about this until now", "nobody-knows"),
        ("i'm scared of what he'd say back if i sent it", "afraid-of-answer"),
        ("do i text her", "asks-whether-to-reach-out"),
        ("is it too late for me", "asks-if-too-late"),
        ("he wrote back and we are meeting on friday!!", "step-went-well"),
        ("what would I even write to her", "asks-how-to-word"),
        ("the capital of Peru is Lima", None),
    ],
)
def test_what_a_message_does_is_seen(reader: MoveReader, message: str, move: str | None) -> None:
    assert reader.read(message) == move


def test_every_move_that_was_learnt_has_words_and_no_other_has(
    reader: MoveReader, voice: Voice
) -> None:
    assert set(voice.moves) == set(reader._judgement.labels["move"]) - {NOTHING}


def test_every_move_can_be_met_with_a_question_without_one_and_with_nobody_named(
    voice: Voice,
) -> None:
    for move, lines in voice.moves.items():
        plain = [line for line in lines if "{" not in ways(line)[0]]
        assert sum("?" in line for line in plain) >= 5, move
        assert sum("?" not in line for line in plain) >= 4, move


def test_no_words_for_a_move_are_such_as_the_coach_may_not_say(voice: Voice) -> None:
    said = [
        sentence
        for lines in voice.moves.values()
        for line in lines
        for way in ways(line)
        for sentence in sentences(way.format(person="your sister", name="Ann"))
    ]
    assert [sentence for sentence in said if check(sentence)] == []


def test_what_a_message_does_amid_a_talk_is_met_by_words_for_it(
    conversation: Conversation, voice: Voice
) -> None:
    *_, told = talk(
        conversation,
        "I moved to a new town in spring and know nobody here.",
        "I haven't told a soul about it until now",
    )
    lines = (*voice.moves["nobody-knows"], *voice.tellings["never-told-anyone"].reflections)
    said = (way.split("?")[0] for line in lines for way in ways(line))
    assert any(way in told.text for way in said)


def test_whoever_is_named_may_be_named_in_the_answer(
    conversation: Conversation, voice: Voice
) -> None:
    *_, cross = talk(
        conversation, "I feel so alone since I left home.", "I'm cross with my sister, honestly"
    )
    lines = voice.moves["angry-at-someone"]
    of_them = [way.format(person="your sister") for line in lines for way in ways(line)]
    assert any(line in cross.text for line in of_them)
    assert "{person}" not in cross.text


def test_a_question_of_ones_own_life_is_no_search(conversation: Conversation, voice: Voice) -> None:
    *_, reply = talk(
        conversation,
        "My brother and I have not spoken since the funeral.",
        "do you think I was wrong?",
    )
    (citation,) = reply.citations
    slug, _, _ = voice.short_answers["asks-if-i-was-wrong"].section.partition("#")
    assert citation.article == slug


@pytest.mark.parametrize("missing", ["moves.npz", "moves.json"])
def test_a_file_that_is_missing_is_named_in_one_line(
    reader: MoveReader, tmp_path: Path, missing: str
) -> None:
    folder = shutil.copytree(LEARNT_DIR, tmp_path / "learnt")
    (folder / missing).unlink()
    with pytest.raises(EmbeddingError, match="coach train"):
        MoveReader(reader._encoder, folder)
