"""What a person told comes back in the second person, or not at all."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.dialogue.paraphrase import paraphrase, weightiest


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("i rang Phil three times", "You rang Phil three times."),
        (
            "I'm just like my mother and everyone says so",
            "You're just like your mother and everyone says so.",
        ),
        (
            "they only like me when I pay for drinks",
            "They only like you when you pay for drinks.",
        ),
        (
            "now im worried ill have nothing to say",
            "Now you're worried you'll have nothing to say.",
        ),
        (
            "i havent talked to anyone else since like tuesday",
            "You haven't talked to anyone else since Tuesday.",
        ),
        ("I'm the one she asks", "You're the one she asks."),
        (
            "It's to Jean. I called her Jinty, only me",
            "You called her Jinty, only you.",
        ),
        (
            "We used to do the crossword and argue about it",
            "You used to do the crossword and argue about it.",
        ),
        ("I was always the quiet one", "You were always the quiet one."),
        ("I just wasn't asked", "You just weren't asked."),
        ("I went out and was sick of it by nine", "You went out and were sick of it by nine."),
        (
            "My sister and I haven't spoken since May",
            "Your sister and you haven't spoken since May.",
        ),
        ("She told me I can come any time", "She told you that you can come any time."),
        ("dont want to go home", "You don't want to go home."),
        ("been walking about since my shift", "You've been walking about since your shift."),
        ("sitting in my car outside", "You're sitting in your car outside."),
        ("mum says I never ring", "Your mum says you never ring."),
        ("no, I haven't written to her lol", "You haven't written to her."),
        ("Not one of them has been in touch", "Not one of them has been in touch."),
        (
            "He looks at the phone and I look at him looking at the phone.",
            "He looks at the phone and you look at him looking at the phone.",
        ),
    ],
)
def test_what_was_told_comes_back_in_the_second_person(told: str, said: str) -> None:
    assert paraphrase(told) == said


@pytest.mark.parametrize(
    "told",
    [
        "Why does nobody ring me?",
        "you never listen to me",
        "tell me about my walls",
        "can you lead me through it",
        "I'm so stupid and worthless",
        "I want to kill myself",
        'she said "you are too much for me"',
        "see https://nobody.example for what I miss",
        "My name is Winifred",
        "I don't know",
        "yes",
        "",
    ],
)
def test_what_must_not_be_said_back_is_not(told: str) -> None:
    assert paraphrase(told) is None


def test_of_a_long_message_the_clause_that_tells_most_comes_back() -> None:
    told = (
        "I had supposed that retirement would be a matter of finally reading everything I had "
        "been stamping for thirty-one years in the same branch; it turns out that I miss the "
        "people who came up to the desk."
    )
    assert paraphrase(told) == "It turns out that you miss the people who came up to the desk."


@given(st.text(max_size=200))
def test_any_text_gives_whole_sentences_in_no_first_person_or_nothing(text: str) -> None:
    said = paraphrase(text)
    assert said is None or (
        said.endswith(".") and not re.search(r"\b(?:I|I'm|my|myself)\b", said, re.IGNORECASE)
    )


def test_what_comes_after_but_and_at_the_end_weighs_more() -> None:
    told = (
        "I look in my phone. There is nothing in the phone, I read the same message again. "
        "All day I talk with patients. But at this gate my tongue becomes stone."
    )
    said = paraphrase(told)
    assert said == "All day you talk with patients. At this gate your tongue becomes stone."


def test_the_sentence_that_tells_most_is_quoted_as_it_stands() -> None:
    told = "The woman opposite told me about her hip from soup until pudding. I felt quite a snob."
    assert weightiest(told) == "I felt quite a snob."


@pytest.mark.parametrize(
    "message",
    [
        "The bus was late.",
        "me mate's cousin runs it",
        "I am too needy and that's why my friends left me last year.",
        "I deserve to be alone after what I did to my daughter.",
        "I always ruin everything with my friends and my family.",
        "Do I always have to ask first?",
    ],
)
def test_a_verdict_on_oneself_and_what_tells_little_are_not_quoted(message: str) -> None:
    assert weightiest(message) is None


@pytest.mark.parametrize(
    "said",
    [
        "I was asking what I do if that's all I get back. Don't need the unsent letter.",
        "We can leave the pride for daylight. I asked whether you have a practice.",
    ],
)
def test_what_is_said_to_the_coach_is_not_said_back(said: str) -> None:
    assert paraphrase(said) is None
