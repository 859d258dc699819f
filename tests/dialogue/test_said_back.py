"""What is said back in danger to the very thing that somebody tells, and where nothing is."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.phrasing import VeryThing, Voice
from coach.schema import Message

OF_DYING = "i want to kill myself"


def told(voice: Voice, first: str) -> VeryThing:
    return next(thing for thing in voice.heard if first in thing.asks)


def reply_to(conversation: Conversation, *theirs: str) -> str:
    messages: list[Message] = []
    for text in theirs:
        messages.append(Message(role="user", content=text))
        reply = conversation.reply(messages, region="GB")
        messages.append(Message(role="assistant", content=reply.text))
    return messages[-1].content


GRAVE = "My best friend ended our friendship and there's no word for that kind of break-up"


def test_the_very_thing_is_said_back_to_who_thinks_of_dying(
    conversation: Conversation, voice: Voice
) -> None:
    reply = reply_to(conversation, OF_DYING, f"yes. {GRAVE}")
    assert any(line in reply for line in told(voice, GRAVE).say)
    assert "?" in reply


@pytest.mark.parametrize(
    "danger",
    [
        "I just swallowed a whole packet of paracetamol.",
        "I am going to kill my husband tonight, I have the knife.",
    ],
)
def test_nothing_comes_before_what_cannot_wait(
    conversation: Conversation, voice: Voice, danger: str
) -> None:
    reply = reply_to(conversation, f"{danger} {GRAVE}")
    assert not any(line in reply for line in told(voice, GRAVE).say)
    assert "999" in reply


def test_nothing_light_is_said_back_in_danger(conversation: Conversation, voice: Voice) -> None:
    light = next(thing for thing in voice.heard if thing.light)
    reply = reply_to(conversation, OF_DYING, f"yes. {light.asks[0]}")
    assert not any(line in reply for line in light.say)
    assert sum(thing.light for thing in voice.heard) > 100
