"""A goodbye goes by what was told: the name, the hour, and what lies ahead."""

import pytest

from coach.dialogue.conversation import Conversation
from tests.dialogue.test_conversation import talk


@pytest.mark.parametrize(
    "goodbye",
    [
        "Thanks for that. I'm off to bed now. Night!",
        "I think I'll just say it before I've got my coat off. Thank you for listening. Goodnight.",
        "anyway its late and ive got school. thanks i guess, bye x",
        "i will try it on thursday i guess breaks over thanks",
        "Sunday at one, then. I'm up at five so I'd best get my head down. Ta for that.",
        "I consider the books closed. Goodnight to you, and thank you for the company, such as it "
        "was.",
    ],
)
def test_who_leaves_is_let_go_without_a_question(conversation: Conversation, goodbye: str) -> None:
    reply = talk(conversation, "There's a new colleague, Beth, and I said no to her.", goodbye)[-1]
    assert reply.kind == "smalltalk"
    assert "?" not in reply.text


@pytest.mark.parametrize(
    "told",
    [
        "My dad comes in after I go to bed. Thank you for listening.",
        "Thank you for asking. I lay my head down and see my mum's face every night.",
        "Thank you. I told my mum what he does and she's crying.",
        "Thanks. My break is nearly over, what do I say to her?",
        "how do i get her to bed thanks",
    ],
)
def test_who_tells_or_asks_beside_the_thanks_is_not_sent_off(
    conversation: Conversation, told: str
) -> None:
    reply = talk(conversation, "There's a new colleague, Beth, and I said no to her.", told)[-1]
    farewell = conversation.voice.farewell
    bye = (line.format(name="") for line in (*farewell.day, *farewell.night))
    assert not any(line in reply.text for line in bye)


def test_a_goodbye_knows_the_name_the_hour_and_the_plan(conversation: Conversation) -> None:
    reply = talk(
        conversation,
        "Hello, my name is Maureen.",
        "My friend Brenda rang two years ago and I let it ring out.",
        "I'll ring her at one tomorrow. Thanks, I'm off to bed. Goodnight.",
    )[-1]
    assert "Maureen" in reply.text
    assert "Brenda" in reply.text
    assert "night" in reply.text.lower() or "sleep" in reply.text.lower()


def test_a_goodbye_amid_a_practice_ends_it(conversation: Conversation) -> None:
    replies = talk(
        conversation,
        "guide me through paced breathing",
        "gonna stop there, the dog wants out. cheers, bye",
    )
    assert replies[0].practice is not None
    assert replies[1].practice is None
    assert "?" not in replies[1].text


def test_who_corrects_an_early_goodbye_is_not_sent_off(conversation: Conversation) -> None:
    reply = talk(
        conversation,
        "My friend Brenda and I used to bowl.",
        "It's gone ten now so she'll be in bed. Will it be awkward after all this time?",
    )[-1]
    assert reply.kind != "smalltalk"
