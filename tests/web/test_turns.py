"""A turn of the talk: shown as it grows, and nothing lost when it fails."""

from collections.abc import Iterator, Sequence

import pytest

from coach.dialogue.conversation import Conversation
from coach.errors import InputError
from coach.schema import Message, Reply, Resource
from coach.settings import Settings
from coach.web.turns import Exchange, Shown, Talk, Turns
from coach.web.wording import load_strings


@pytest.fixture
def turns(conversation: Conversation, settings: Settings) -> Turns:
    return Turns(conversation, conversation.corpus, settings)


def last(turns: Turns, said: str, held: object = None) -> Shown:
    *_, shown = turns.take(said, held, None)
    return shown


def test_a_turn_ends_with_both_messages_held_and_the_box_empty(turns: Turns) -> None:
    first, *_, end = turns.take("How do I do the self-compassion practice?", None, None)
    assert first.running
    assert [message["role"] for message in first.chat] == ["user"]
    assert first.box == ""
    assert not end.running
    assert [message.role for message in end.talk.messages] == ["user", "assistant"]
    assert 'class="source"' in end.chat[1]["content"]
    assert " whole" in end.chat[1]["content"]


def test_a_talk_goes_on_from_what_the_browser_holds(turns: Turns) -> None:
    held = last(turns, "I feel lonely").talk.for_browser()
    end = last(turns, "Tell me more", held)
    assert [m.role for m in end.talk.messages] == ["user", "assistant"] * 2


def test_resources_stay_once_shown(turns: Turns) -> None:
    crisis = last(turns, "I don't want to be here anymore")
    assert crisis.talk.resources
    later = last(turns, "thank you", crisis.talk.for_browser())
    assert set(crisis.talk.resources) <= set(later.talk.resources)


def test_nothing_written_is_said_and_leaves_the_talk(turns: Turns) -> None:
    held = Talk(exchanges=(Exchange(said="a"),)).for_browser()
    shown = last(turns, "  \n", held)
    assert shown.problem == load_strings().error_nothing_written
    assert shown.talk.for_browser() == held
    assert shown.box is None


def test_too_long_a_message_stays_in_the_box(turns: Turns, settings: Settings) -> None:
    said = "word " * settings.max_message_chars
    shown = last(turns, said)
    assert shown.box == said
    assert shown.problem
    assert shown.chat == ()
    assert shown.talk == Talk()


def test_too_long_a_talk_is_said(turns: Turns, settings: Settings) -> None:
    full = Talk(exchanges=(Exchange(said="a"),) * settings.max_messages)
    shown = last(turns, "one more", full.for_browser())
    assert shown.problem == load_strings().error_too_long_a_talk
    assert shown.box == "one more"


@pytest.mark.parametrize(
    "held",
    ['{"exchanges": [{"said": 7}]}', '{"exchanges": 7}', "no talk", '{"resources": []}', {"a": 1}],
)
def test_a_talk_that_was_tampered_with_is_refused(turns: Turns, held: object) -> None:
    shown = last(turns, "hello", held)
    assert shown.problem
    assert shown.box == "hello"
    with pytest.raises(InputError):
        Talk.from_browser(held)
    resumed = turns.resume(held)
    assert resumed.problem == load_strings().tools.talk_unread
    assert resumed.chat == ()


def test_a_talk_comes_back_as_it_was_shown(turns: Turns) -> None:
    asked = last(turns, "How do I do the self-compassion practice?")
    end = last(turns, "Yes, lead me through it", asked.talk.for_browser())
    resumed = turns.resume(end.talk.for_browser())
    assert resumed.chat == end.chat
    assert resumed.talk.resources == end.talk.resources
    assert not resumed.running
    offered = [bool(message.get("options")) for message in end.chat]
    assert offered == [False, False, False, True]


def test_a_talk_that_was_cut_short_goes_on_from_there(turns: Turns) -> None:
    end = last(turns, "I feel lonely")
    later = last(turns, "Tell me more", end.talk.for_browser())
    cut = Talk(exchanges=later.talk.exchanges[:1])
    assert turns.resume(cut.for_browser()).talk == Talk.from_browser(end.talk.for_browser())


class Breaking:
    """A coach that fails after its first sentence, or says nothing at all."""

    def __init__(self, *replies: Reply, error: Exception | None = None) -> None:
        self.replies = replies
        self.error = error

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        raise NotImplementedError

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        assert messages[-1].role == "user"
        assert region is None
        yield from self.replies
        if self.error:
            raise self.error


@pytest.mark.parametrize(
    "coach",
    [
        Breaking(Reply(text="Half a", kind="coaching"), error=RuntimeError("private")),
        Breaking(error=RuntimeError("private")),
        Breaking(),
    ],
)
def test_an_unexpected_error_keeps_the_message_and_logs_no_words(
    coach: Breaking,
    conversation: Conversation,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shown = last(Turns(coach, conversation.corpus, settings), "private words")
    assert shown.problem == load_strings().error_unexpected
    assert shown.box == "private words"
    assert not shown.running
    assert "private" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_resource_is_kept_once(conversation: Conversation, settings: Settings) -> None:
    line = Resource(name="Line", call="1")
    coach = Breaking(Reply(text="x", kind="crisis", resources=(line,)))
    turns = Turns(coach, conversation.corpus, settings)
    held = last(turns, "x").talk.for_browser()
    assert last(turns, "x", held).talk.resources == (line,)
