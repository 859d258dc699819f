"""What counts as a word heard wrongly."""

import pytest

from coach.evaluation.words import WordErrors, digits_of, word_errors


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Twenty-five people, please!", "25 people please"),
        ("You're right; I can't.", "You are right I cannot"),
        ("The neighbour practised in grey armour.", "the neighbor practiced in gray armor"),
        ("one one six, one two three", "116 123"),
        ("A counsellor realised it.", "A counselor realized it."),
        ("He read 1,589 lines.", "he read 1589 lines"),
    ],
)
def test_what_is_only_written_otherwise_is_no_error(said: str, heard: str) -> None:
    assert word_errors(said, heard).errors == 0


def test_each_word_changed_left_out_or_added_is_one_error() -> None:
    assert word_errors("I want to die", "I went to die") == WordErrors(1, 4)
    assert word_errors("I am alone", "I alone") == WordErrors(1, 3)
    assert word_errors("alone", "all alone here") == WordErrors(2, 1)
    assert word_errors("", "") == WordErrors(0, 0)
    assert word_errors("", "you").rate == 1


@pytest.mark.parametrize(
    "heard",
    ["call 116 123 now", "one, one, six, one two three", "1-1-6 1-2-3", "double one six 123"],
)
def test_digits_are_read_however_they_are_written(heard: str) -> None:
    assert digits_of(heard) == "116123"


def test_what_sounds_like_a_digit_is_one_beside_another_and_nowhere_else() -> None:
    assert digits_of("You can call 0 to 4 now, or write to us for help.") == "024"
    assert digits_of("call 1-3 1-1 1 for now") == "131114"
    assert digits_of("call 1-A-A now") == "1"


def test_runs_of_a_digit_are_read() -> None:
    assert digits_of("oh eight hundred, double one, double one".replace("hundred", "oh oh")) == (
        "08001111"
    )
    assert digits_of("triple nine") == digits_of("triple 9") == digits_of("triple-9") == "999"
    assert digits_of("call 7 8 1, double, 7") == "78177"
