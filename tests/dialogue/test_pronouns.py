"""Whoever is told of is called what the person calls them."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.phrasing import Phrasing
from coach.dialogue.pronouns import Called, called_in, filled, ways
from tests.dialogue.talks import talk

LINE = "You wrote to {them}, and {they} {havent} answered. {Their} silence say{s} little."


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("She hasn't rung since the row.", Called.SHE),
        ("i told him and he laughed", Called.HE),
        ("My sister never asks.", Called.SHE),
        ("My dad and I don't talk.", Called.HE),
        ("She told him about it.", None),
        ("They never ring.", None),
        ("The flat is empty.", None),
        # A pronoun says more than a word of kin.
        ("My brother's wife, she never liked me.", Called.SHE),
    ],
)
def test_somebody_is_called_what_the_person_calls_them(text: str, called: Called | None) -> None:
    assert called_in(text) is called


def test_the_slots_of_a_line_agree() -> None:
    she = "You wrote to her, and she hasn't answered. Her silence says little."
    assert filled(LINE, Called.SHE) == she
    assert "they haven't answered. Their silence say little" in filled(LINE, Called.THEY)
    assert filled("{person} waits.", Called.HE) == "{person} waits."
    assert len(ways(LINE)) == len(Called)
    assert ways("Nobody came.") == ("Nobody came.",)


def test_a_line_is_not_said_again_of_somebody_else() -> None:
    said = filled(LINE, Called.HE)
    assert Phrasing(said, "1", Called.SHE).fresh([LINE]) == ""
    assert Phrasing("", "1", Called.SHE).fresh([LINE]) == filled(LINE, Called.SHE)


@pytest.mark.parametrize(
    ("told", "called"),
    [
        ("I texted my sister on Sunday and she hasn't answered.", Called.SHE),
        ("I texted my brother on Sunday and he hasn't answered.", Called.HE),
    ],
)
def test_no_reply_calls_one_they_whom_the_person_called_she(
    conversation: Conversation, told: str, called: Called
) -> None:
    *_, reply = talk(conversation, "It has been a quiet week here.", told)
    words = reply.text.lower().split()
    assert called in words
    assert not {"they", "them", "their"} & set(words)
