"""What is said aloud of what is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.settings import Settings
from coach.voice.spoken import LONGEST_SENTENCE, sentences, spoken_text


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Call 988.", "Call nine. eight. eight."),
        (
            "You can call Samaritans on 116 123.",
            "You can call Samaritans on double one, six. one, two, three.",
        ),
        ("Ring 999 now.", "Ring triple nine now."),
        ("0800 1111", "zero, eight. double zero. double one. double one."),
        ("+254 722", "plus two, five, four. seven, double two."),
        ("Call 9151 1767.", "Call nine, one. five, one. one, seven. six, seven."),
        ("Text 85258", "Text eight, five, two, five, eight."),
        ("Stay for 30 seconds.", "Stay for 30 seconds."),
        ("It took 150 people.", "It took 150 people."),
        ("In 2026 it cost $300.", "In 2026 it cost $300."),
        ("It was read 1,589 times.", "It was read 1,589 times."),
        ("Step 2 of 7.", "Step 2 of 7."),
    ],
)
def test_numbers_to_dial_are_said_digit_by_digit_and_others_are_not(
    written: str, spoken: str
) -> None:
    assert spoken_text(written) == spoken


def test_markdown_is_never_read_out() -> None:
    written = "# A *small* step\n\n- **one** `thing`\n- [two](https://example.org/a_b) [1]\n\n> so"
    assert spoken_text(written) == "A small step.\none thing.\ntwo.\nso."


def test_markers_of_sources_are_left_out() -> None:
    assert spoken_text("Rest a hand there [1]. Breathe. [2][13]") == "Rest a hand there. Breathe."


@pytest.mark.parametrize(
    "address", ["https://988lifeline.org/chat?x=1", "www.example.org", "988lifeline.org"]
)
def test_addresses_are_named(address: str) -> None:
    assert spoken_text(f"See {address}.") == "See the address on the page."


def test_a_mail_address_is_named() -> None:
    assert spoken_text("Write to jo@samaritans.org") == "Write to the mail address on the page."


def test_signs_and_short_forms_are_words() -> None:
    assert spoken_text("Open 24/7 — e.g. at night 🙂") == "Open at any hour, for example at night."


def test_every_helpline_is_said_with_its_own_digits() -> None:
    entries = json.loads((Settings().corpus_dir / "helplines.json").read_text(encoding="utf-8"))
    numbers = {entry[way] for entry in entries for way in ("call", "text") if entry.get(way)}
    assert len(numbers) > 20
    for number in numbers:
        spoken = spoken_text(f"You can call {number}.")
        assert not any(letter.isdigit() for letter in spoken), spoken


def test_long_sentences_are_said_in_several_breaths() -> None:
    long = "and then I went home, " * 40
    parts = sentences(long)
    assert all(len(part) <= LONGEST_SENTENCE for part in parts)
    assert "".join(parts).replace(" ", "") == long.replace(" ", "")


@given(st.text(max_size=300))
def test_any_text_can_be_said_and_the_same_text_always_alike(written: str) -> None:
    spoken = spoken_text(written)
    assert spoken == spoken_text(written)
    assert not any(mark in spoken for mark in "*[]")
    for sentence in sentences(spoken):
        assert sentence.strip()
