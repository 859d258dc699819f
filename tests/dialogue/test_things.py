"""The concrete things that a message speaks of, and what is asked after them."""

import pytest

from coach.dialogue.phrasing import Voice
from coach.dialogue.things import Things
from coach.safety.check import check


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Now I sit with the Yorkshire Post and my crossword.", ["your crossword"]),
        ("There is a fox. I told her about it.", ["the fox"]),
        ("she left her cardigan here", ["her cardigan"]),
        ("i play fifa, then five a side", ["five a side", "fifa"]),
        ("I am going to a curry night on Friday", ["the curry night"]),
        ("I can hear them laughing", []),
        ("we ring at six", []),
    ],
)
def test_things_are_named_as_the_coach_would_name_them(
    voice: Voice, message: str, words: list[str]
) -> None:
    assert [thing.words for thing in Things(voice.things).in_message(message)] == words


def test_every_question_may_be_said_and_asks_one_thing_after_the_thing(voice: Voice) -> None:
    for kind in voice.things:
        for line in kind.lines:
            assert line.count("{thing}") == 1
            assert line.count("?") <= 1
            assert check(line.format(thing="the fox")) is None, line
