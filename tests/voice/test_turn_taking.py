"""How long a silence ends a turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.voice.turn_taking import silence_wanted

THINKING = silence_wanted("and")
FINISHED = silence_wanted("I feel left out.")


@pytest.mark.parametrize(
    "words",
    [
        "I feel lonely because",
        "I feel lonely because.",
        "I feel lonely because...",
        "and then I",
        "I…",
        "I,",
        "So I went home and, um",
        "He’s",
        "I think I want to",
        "But",
    ],
)
def test_words_that_promise_more_are_waited_for(words: str) -> None:
    assert silence_wanted(words) == THINKING > FINISHED


@pytest.mark.parametrize(
    "words", ["I don't know.", "That is how I feel.", "I have to move on.", "I feel left out!"]
)
def test_a_sentence_that_can_stand_ends_soon(words: str) -> None:
    assert silence_wanted(words) == FINISHED


@pytest.mark.parametrize("words", ["Yes.", "no", "Next!", "Stop.", "Thank you.", "I'm ready."])
def test_a_whole_short_answer_ends_soonest(words: str) -> None:
    assert silence_wanted(words) < FINISHED


def test_words_without_an_end_are_waited_for_a_little_longer() -> None:
    assert FINISHED < silence_wanted("my friends went away") < THINKING


@given(st.text(max_size=200))
def test_any_words_have_a_silence_that_ends_them(words: str) -> None:
    assert 0.5 <= silence_wanted(words) <= THINKING
