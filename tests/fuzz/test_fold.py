"""The fold over messages: any conversation is answered, and always in the same way."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from coach.dialogue.conversation import Conversation
from coach.dialogue.history import HistoryReader
from coach.errors import InputError
from coach.schema import Message, Reply
from coach.settings import Settings
from coach.web.turns import Talk, Turns
from tests.golden import files
from tests.golden import turns as written_in

WRITTEN = [said for path in files()[::4] for said in written_in(path.read_text(encoding="utf-8"))]
SAID = st.sampled_from(
    [*WRITTEN, "yes", "no", "next", "stop", "I want to die", "", " ", "\ud800"]
) | st.text(max_size=40)
ANSWERED = st.sampled_from(["Would you like to begin?", "Breathe in.", "I hear you.", ""]) | SAID
MESSAGES = st.lists(
    st.builds(lambda said: Message(role="user", content=said), SAID)
    | st.builds(lambda said: Message(role="assistant", content=said), ANSWERED),
    max_size=7,
)


def answer(conversation: Conversation, messages: Sequence[Message]) -> Reply | str:
    try:
        return conversation.reply(messages).model_copy(update={"timings_ms": {}})
    except InputError as error:
        return str(error)


def test_any_messages_are_answered_or_refused_and_twice_the_same(
    conversation: Conversation,
) -> None:
    last: list[Sequence[Message]] = [()]

    @given(MESSAGES)
    def answers(messages: Sequence[Message]) -> None:
        once = answer(conversation, messages)
        answer(conversation, last[0])  # another's conversation between the two changes nothing
        assert answer(conversation, messages) == once
        assert isinstance(once, str) or once.text.strip()
        assert isinstance(once, str) == (not messages or messages[-1].role != "user")
        last[0] = messages

    answers()


def test_a_talk_of_any_messages_goes_on_from_what_the_browser_holds(
    conversation: Conversation, settings: Settings
) -> None:
    """Each turn is given again by whoever gets what the browser holds, as by another replica."""
    turns = Turns(conversation, conversation.corpus, settings)

    @given(st.lists(SAID.filter(str.strip), min_size=1, max_size=5))
    def talks(written: Sequence[str]) -> None:
        held = ""
        for number, said in enumerate(written, start=1):
            *_, last = turns.take(said, held, None)
            *_, again = turns.take(said, held, None)
            assert not last.problem
            assert last.talk.messages == again.talk.messages
            assert len(last.talk.exchanges) == number
            held = last.talk.for_browser()
            assert Talk.from_browser(held).messages == last.talk.messages

    talks()


def test_history_reads_any_messages(conversation: Conversation) -> None:
    reader = HistoryReader(conversation.corpus, conversation.voice)

    @given(MESSAGES.filter(bool))
    def reads(messages: Sequence[Message]) -> None:
        found = reader.read(messages)
        assert found.messages == tuple(messages)
        assert found == reader.read(messages)

    reads()
