"""Whoever is told of is called what the person calls them."""

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.phrasing import Phrasing
from coach.pronouns import Called, called_in, filled, turned, ways
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
        ("They never ring.", Called.THEY),
        ("My parents never ring.", Called.THEY),
        ("My parents and my brother never ring.", None),
        ("His mother always finds fault with me.", Called.SHE),
        ("Mum always criticises me", Called.SHE),
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
    for before in Called:
        assert Phrasing(filled(LINE, before), "1", Called.SHE).fresh([LINE]) == ""
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


def test_the_one_who_died_is_called_so_and_not_as_whoever_else_is_told_of(
    conversation: Conversation,
) -> None:
    *_, reply = talk(
        conversation,
        "It has been a hard spring here.",
        "My mum died in March. My husband says he can't stand to see me cry.",
    )
    assert not {"him", "him?"} & set(reply.text.lower().split())


@pytest.mark.parametrize(
    ("line", "called", "turned_line"),
    [
        (
            "He may be tired; ask him, it's his job.",
            Called.SHE,
            "She may be tired; ask her, it's her job.",
        ),
        (
            "She'll need her sister. Tell her that.",
            Called.HE,
            "He'll need his sister. Tell him that.",
        ),
        ("Her bag stays with her.", Called.HE, "His bag stays with him."),
        ("She keeps it in his mother's room.", Called.HE, "He keeps it in his mother's room."),
        ("They may be tired.", Called.SHE, "They may be tired."),
        ("Nobody is spoken of.", Called.HE, "Nobody is spoken of."),
        ("He may be tired.", Called.THEY, "He may be tired."),
        ("He may be tired.", None, "He may be tired."),
    ],
)
def test_a_line_about_a_man_is_turned_into_one_about_a_woman_and_back(
    line: str, called: Called | None, turned_line: str
) -> None:
    assert turned(line, called) == turned_line
