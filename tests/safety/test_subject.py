"""Whose danger a talk is about is told by the talk as a whole."""

import pytest

from coach.safety.reader import SUBJECTS, SafetyReader
from coach.safety.subject import but_of_helpers, leading, sides, whose

THIRD = {"own": 0.02, "harm": 0.01, "third": 0.9, "abuse": 0.02, "none": 0.05}
OWN = {"own": 0.7, "harm": 0.02, "third": 0.2, "abuse": 0.03, "none": 0.05}
NOTHING = {"own": 0.01, "harm": 0.0, "third": 0.01, "abuse": 0.0, "none": 0.98}


def test_where_nobody_is_in_danger_nothing_is_told() -> None:
    assert whose([]) == {}
    assert leading(whose([])) is None
    assert leading(whose([NOTHING])) is None


def test_one_odd_message_does_not_turn_a_talk() -> None:
    assert leading(whose([THIRD])) == "third"
    assert leading(whose([THIRD, THIRD, OWN])) == "third"
    assert leading(whose([THIRD, NOTHING, NOTHING])) == "third"


def test_a_talk_that_goes_on_about_another_danger_turns() -> None:
    assert leading(whose([THIRD, *[OWN] * 12])) == "own"


def test_what_is_unsure_counts_less_than_what_is_sure() -> None:
    unsure = {"own": 0.3, "harm": 0.2, "third": 0.2, "abuse": 0.2, "none": 0.1}
    after_unsure, after_own = whose([THIRD, unsure]), whose([THIRD, OWN])
    assert after_unsure["own"] < after_own["own"]


def test_the_chances_sum_to_one_and_sides_add_them_up() -> None:
    chances = whose([THIRD, OWN])
    assert sum(chances.values()) == pytest.approx(1)
    assert sides(chances)["self"] == pytest.approx(chances["own"] + chances["harm"])


TALKS = {
    "third_party": (
        "I can't sleep. My wife told me last night that she has thought of ending it. She is asleep"
        " upstairs and I am sitting in the kitchen.",
        "Should I hide the tablets? Or will she feel that I treat her like a child?",
        "Her sister is a nurse, but they had a row at Easter. What would I even put in a text?",
    ),
    "abuse": (
        "On Sunday he grabbed my arm and pushed me on the wall, because the dinner was cold.",
        "If I tell somebody, do they take my son? Only my colleague saw the arm.",
        "He comes home at eleven. Where do I go with the boy if he is angry again?",
    ),
    "self": (
        "some nights i think everyone would be better off without me. my husband has no idea",
        "you won't tell my son, will you? he would be so frightened",
        "could my uncle keep the gun at his place for a while",
    ),
}


@pytest.mark.parametrize("side", TALKS)
def test_real_talks_are_told_apart(reader: SafetyReader, side: str) -> None:
    for length in range(2, len(TALKS[side]) + 1):
        found = reader.subjects(TALKS[side][:length])
        assert all(set(chances) == set(SUBJECTS) for chances in found)
        assert leading(sides(whose(found))) in {side, None}
    assert leading(sides(whose(reader.subjects(TALKS[side])))) == side


def test_who_helps_is_not_who_is_in_danger_until_that_is_named() -> None:
    sure = {**OWN, "own": 0.9, "third": 0.0}
    talk = [sure, THIRD, THIRD, THIRD]
    assert leading(whose(talk)) == "third"
    of_a_helper = but_of_helpers(talk, [False] * 4)
    assert leading(whose(of_a_helper)) == "own"
    assert sum(of_a_helper[1].values()) == pytest.approx(sum(THIRD.values()))
    assert leading(whose(but_of_helpers(talk, [False, True, False, False]))) == "third"
    # Without a danger of one's own it all counts.
    assert but_of_helpers([THIRD, OWN], [False, False]) == [THIRD, OWN]
