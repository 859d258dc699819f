"""The expressions of `acts.yaml` by themselves: what they find, and what only looks like it."""

import pytest

from coach.dialogue.expressions import Expressions

SAYS = Expressions()


@pytest.mark.parametrize(
    ("message", "rehearses"),
    [
        ("You play my housemate Daan.", True),
        ("You are Daan and I am me.", True),
        ("Can I practise it on you first?", True),
        ("Could we role play the phone call?", True),
        ("At work I pretend to be busy so that nobody asks me why I eat alone.", False),
        ("I pretend to be fine and then I cry in the car.", False),
        ("You are so kind and I'm crying a bit now.", False),
        ("You are a machine and I am telling you more than I told my wife.", False),
        ("My therapist and I did a role play last week and I hated it.", False),
        ("will you be my friend?", False),
        ("do you play the guitar?", False),
    ],
)
def test_a_wish_to_try_a_line_out_is_told_from_what_only_looks_like_it(
    message: str, *, rehearses: bool
) -> None:
    assert (SAYS.first_anywhere("asks_for", message) == "asks-to-rehearse") == rehearses


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("Do you hold any view on municipal begonias?", True),
        ("I ate soup. Do you know where one buys star anise?", True),
        ("I feel so low. Can you help me please?", False),
        ("I'm scared of tonight. Can you just listen for a minute?", False),
        ("He left in May. Are you still there?", False),
        ("I have nobody. Do you remember what I told you about Derek?", False),
        ("My sister rang and said, are you coming for Christmas?", False),
    ],
)
def test_a_question_to_the_coach_is_told_from_a_plea(message: str, *, asked: bool) -> None:
    assert SAYS.anywhere("asks_you", message) == asked


@pytest.mark.parametrize(
    ("message", "lost"),
    [
        ("I'm not sure what I'm meant to say to it.", True),
        ("i don't know what to write here", True),
        ("I lost my husband in March. I don't know what to do", False),
        ("My boyfriend hits me and I don't know what to do.", False),
        ("I don't know what people say, they whisper", False),
    ],
)
def test_who_has_no_words_yet_is_told_from_who_is_at_a_loss(message: str, *, lost: bool) -> None:
    assert SAYS.anywhere("lost", message) == lost


def test_another_form_is_no_view_that_is_asked_for() -> None:
    for message in ("Would you say that more simply?", "Would you put it in plainer words?"):
        assert SAYS.first_anywhere("asks_for", message) != "asks-your-view"
    assert SAYS.first_anywhere("asks_for", "Would you?") == "asks-your-view"


def test_who_is_meant_is_not_doubted() -> None:
    doubts = list(SAYS.each("asks_if"))
    assert any(doubt.search("is that sad?") for doubt in doubts)
    assert not any(doubt.search("Do you think she is sad?") for doubt in doubts)
