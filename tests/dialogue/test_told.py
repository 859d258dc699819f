"""What a person tells of their life is noticed, and what must not be given back is not."""

import pytest

from coach.dialogue.told import Mention, read_told, telling_words


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello. My name is Arthur. My daughter showed me this.", "Arthur"),
        ("hi, I'm Jess", "Jess"),
        ("my name is priya", "Priya"),
        ("Call me Sam.", "Sam"),
        ("I’m Tom, and I’m new here", "Tom"),
        ("I'm Polish and I'm tired", None),
        ("I'm sad", None),
        ("im so lonely", None),
        ("My name is on the list", None),
    ],
)
def test_a_name_is_taken_when_it_is_given(text: str, name: str | None) -> None:
    assert read_told([text]).name == name


def test_people_are_named_as_the_person_named_them() -> None:
    told = read_told(["My sister Ana doesn't ring.", "my boss said no", "my best friend moved"])
    assert told.people == (
        Mention("Ana", 0),
        Mention("your boss", 1),
        Mention("your best friend", 2),
    )


def test_whoever_died_is_not_asked_after_as_if_they_lived() -> None:
    told = read_told(["My wife Joan died in March.", "My son rings on Sundays."])
    assert told.gone == (Mention("Joan", 0),)
    assert told.people == (Mention("your son", 1),)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("There's a party on friday and I don't want to go.", "the party on Friday"),
        ("I've got my interview tomorrow", "your interview tomorrow"),
        ("there is the lunch club on Thursday", "the lunch club on Thursday"),
        ("The party on Friday was awful", None),
    ],
)
def test_what_lies_ahead_is_noticed_and_what_is_over_is_not(text: str, event: str | None) -> None:
    assert [mention.words for mention in read_told([text]).events] == ([event] if event else [])


@pytest.mark.parametrize(
    ("turns", "only_listen", "no_advice"),
    [
        (["I just want someone to listen"], True, False),
        (["please, no advice"], False, True),
        (["I'm not one for exercises", "it was a long day"], False, True),
        (["I don't want any tips", "ok, what could I try?"], False, False),
        (["any advice?"], False, False),
    ],
)
def test_a_wish_holds_until_advice_is_asked_for(
    turns: list[str], only_listen: bool, no_advice: bool
) -> None:
    told = read_told(turns)
    assert (told.only_listen, told.no_advice) == (only_listen, no_advice)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I still put two cups out.", "I still put two cups out."),
        ("No, nobody knows that.", "Nobody knows that."),
        ("went to the shop; nobody said a word to me", "Nobody said a word to me."),
        ("I am so stupid and worthless", None),
        ("I don't want to be alive anymore, I want to die", None),
        ("you are a useless coach and nobody needs you", None),
        ("see https://nobody.example for what I still miss", None),
        ("Nobody ever rings?", None),
        ("The bus was red.", None),
    ],
)
def test_only_words_that_can_be_given_back_are(text: str, words: str | None) -> None:
    assert telling_words(text) == words
