"""Nothing is said of somebody, or of a life, that the talk was not about."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.told import read_told, says_not_of
from coach.pronouns import says_any
from tests.dialogue.talks import talk

LUNCH = "i have nobody to sit with at lunch at work"
TABLE = "theres a table but they all stopped talking when i sat down once"
MUM = "im on my own in halls and my mum thinks its all great. she rang sunday and i said yeah"
FLAT = "its not rly about my mum its the flat. they all sit in the kitchen at 7"


def test_a_short_question_is_of_no_ex_where_none_was_spoken_of(conversation: Conversation) -> None:
    reply = talk(conversation, LUNCH, TABLE, "its been three weeks. should i try again")[-1]
    assert not any("My ex" in citation.section for citation in reply.citations)


def test_the_same_question_is_of_an_ex_who_was_spoken_of(conversation: Conversation) -> None:
    told = "My ex came round on Sunday and he wants us to try again."
    reply = talk(conversation, "I left him in May after eight years.", told, "Should I try again?")
    assert any("My ex" in citation.section for citation in reply[-1].citations)


@pytest.mark.parametrize(
    "asked", ["what do i say when i open the door", "so what do i say to them"]
)
def test_nobody_is_named_who_is_not_meant(conversation: Conversation, asked: str) -> None:
    assert "your mum" not in talk(conversation, MUM, FLAT, asked)[-1].text


def test_nobody_is_come_back_to_of_whom_it_is_said_that_they_are_not_the_matter(
    conversation: Conversation,
) -> None:
    replies = talk(
        conversation, MUM, "my mum never asks twice", FLAT, "the kettle is on", "it smells of toast"
    )
    assert not any("your mum" in reply.text for reply in replies[3:])
    assert says_not_of("your mum", FLAT)
    assert not says_not_of("your mum", MUM)


@pytest.mark.parametrize(
    ("told", "gone"),
    [
        ("He calls me Brenda sometimes, that's his sister, she died in 2009.", 0),
        ("My sister Brenda died in 2009.", 1),
        ("I buried my husband in March, and now his brother is dead too.", 1),
        ("My friend Joan came to their house, and my brother died that night.", 1),
    ],
)
def test_a_death_in_another_family_is_no_loss_of_ones_own(told: str, gone: int) -> None:
    assert len(read_told([told]).gone) == gone


def test_one_who_lunches_alone_is_not_met_as_one_who_is_in_charge(
    conversation: Conversation,
) -> None:
    (charge,) = (s for s in conversation.voice.situations if s.id == "lonely-at-the-top")
    said = talk(conversation, LUNCH)[-1].text
    assert not says_any(said, charge.reflections)
