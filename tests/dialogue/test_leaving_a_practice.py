"""A practice lets go of whoever turns to something else, and says first what it is."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.phrasing import Voice
from coach.pronouns import says_any
from tests.dialogue.talks import talk

BEGIN = "Guide me through tiny truths"
ISOBEL = (
    "the chemist asked how i was and i said not bad. but what has this to do with isobel, i was"
    " wanting to know how to start the letter"
)

OFFERED = (
    "I say I'm fine at work every single day and nobody there knows me at all.",
    "Could you suggest a practice, like Tiny truths?",
)


def to_the_last_step(conversation: Conversation) -> tuple[str, ...]:
    """Return what leads through a practice to its last step."""
    practice = conversation.corpus.practice("tiny-truths")
    assert practice is not None
    return BEGIN, *["next"] * (len(practice.steps) - 1)


@pytest.mark.parametrize(
    "said",
    [
        "I would like to talk about why I keep everybody at arm's length.",
        "What has this to do with my sister?",
        "Sorry, can we talk about what happened with my dad?",
        ISOBEL,
        "That's not it. Can you help me with the letter to Isobel instead",
    ],
)
def test_who_would_rather_talk_of_something_is_followed(
    conversation: Conversation, voice: Voice, said: str
) -> None:
    *_, reply = talk(conversation, BEGIN, "next", said)
    assert reply.practice is None
    assert says_any(reply.text, voice.walkthrough.put_down)


@pytest.mark.parametrize(
    "said",
    [
        "I said I was fine when I would have liked to talk.",
        "what has to be true about it, does it have to be about today",
        "I'd rather pick the one about the soup.",
        "I would rather talk about the weather than say how I am.",
        "I said fine to the woman at the till, and I need to talk about things like that more",
        "Can I talk about my boss for this one?",
    ],
)
def test_an_answer_to_a_step_does_not_end_the_practice(
    conversation: Conversation, said: str
) -> None:
    *_, reply = talk(conversation, BEGIN, "next", said, "next")
    assert reply.practice is not None


def test_who_is_done_at_the_last_step_and_goes_on_is_heard(
    conversation: Conversation, voice: Voice
) -> None:
    asked = (
        "I am done. It was more useful than I thought. But I have kept everyone at a distance since"
        " the divorce, like a wall so that nobody can leave me again, and I would like to know how"
        " one starts to take such a thing down."
    )
    steps = to_the_last_step(conversation)
    *_, last, reply = talk(conversation, *steps, asked)
    assert last.practice is not None
    assert last.practice.step == len(steps)
    assert reply.practice is None
    assert says_any(reply.text, voice.walkthrough.finished)
    assert "still step" not in reply.text


def test_a_practice_that_is_asked_for_at_the_end_of_another_goes_on(
    conversation: Conversation,
) -> None:
    asked = (
        "I'm done. That was good for me and the evening is long and quiet here in the house, so I"
        " would like another one. Guide me through self-compassion please."
    )
    *_, begun, second = talk(conversation, *to_the_last_step(conversation), asked, "next")
    assert begun.practice is not None
    assert second.practice is not None
    assert second.practice.step == begun.practice.step + 1


def test_a_death_that_is_told_amid_a_practice_is_mourned(
    conversation: Conversation, voice: Voice
) -> None:
    said = "I would like to talk about my mum, she died on Monday."
    *_, reply = talk(conversation, BEGIN, "next", said)
    assert reply.practice is None
    assert not says_any(reply.text, voice.walkthrough.to_talk)


@pytest.mark.parametrize("yes", ["Yeah sure why not, I've got nothing else on tonight", "yes ok"])
def test_a_yes_that_asks_nothing_begins_the_practice(conversation: Conversation, yes: str) -> None:
    *_, reply = talk(conversation, *OFFERED, yes)
    assert reply.practice is not None


@pytest.mark.parametrize(
    "asked",
    [
        'Before I try it: what is "Tiny truths", and why would it help? Tell me first.',
        "whats tiny truths, is it long, i could try it if its short",
        "You did not answer. What do I do in Tiny truths, step by step, and why should it work?",
    ],
)
def test_what_an_offered_practice_is_is_told_before_it_begins(
    conversation: Conversation, asked: str
) -> None:
    *_, reply = talk(conversation, *OFFERED, asked)
    assert reply.practice is None
    assert [c.article for c in reply.citations][:1] == ["tiny-truths"]


@pytest.mark.parametrize(
    "said",
    [
        "No thanks, I don't see why I should.",
        "Maybe. She left and never said why, and I miss her.",
    ],
)
def test_what_is_told_or_refused_after_an_offer_is_no_question_of_the_practice(
    conversation: Conversation, said: str
) -> None:
    *_, reply = talk(conversation, *OFFERED, said)
    assert "tiny-truths" not in {c.article for c in reply.citations}
