"""What a message says has happened already is heard in everyday words, and nothing else for it."""

import pytest

from coach.safety.happened import called_them, is_there, swallowed, swallowed_oneself


@pytest.mark.parametrize(
    "message",
    [
        "Eoin's taken all his tablets",
        "he’s swallowed his dad’s tablets",
        "his girlfriend rang, she says he's taken the lot",
        "he's necked a whole bottle of nurofen",
        "he had about thirty of my sleeping tablets",
        'I asked has he taken any? "Just twelve," he said.',
        "my flatmate took half of them",
        "she od'd last I heard, just now on the phone",
    ],
)
def test_that_somebody_else_has_swallowed_something_is_heard(message: str) -> None:
    assert swallowed(message)


@pytest.mark.parametrize(
    "message",
    [
        "He won't take any food, just some water.",
        "my friend took an overdose last year and this is how it began",
        "He took his meds this morning like always",
        "she can't take any more, she said a few times",
        'She texted "fine" and then I took some soup up',
        "she took all of it very badly",
        "he took the tablets back to the pharmacy",
    ],
)
def test_what_is_no_overdose_of_somebody_else_is_none(message: str) -> None:
    assert not swallowed(message)


@pytest.mark.parametrize(
    "message",
    [
        "I’ve taken the tablets",
        "i took 20 of them",
        "took them all",
        "i've taken them",
        "i took the whole packet",
        "ive had 30 co-codamol",
        "i necked the lot",
        "taken my whole months propranolol",
        "i took everything in the cabinet",
        "i actually took the pills",
    ],
)
def test_that_the_person_has_swallowed_something_is_heard(message: str) -> None:
    assert swallowed_oneself(message)


@pytest.mark.parametrize(
    "message",
    [
        "I took my antidepressants late today",
        "I've taken paracetamol for my tooth",
        "I took all of it in my stride",
        "I took an overdose in 1998 and I'm glad I lived",
        "what if i took all my tablets",
        "I took the pills and flushed them",
        "I took the tablets and gave them to Maureen",
        "I took the tablets back to the pharmacy",
    ],
)
def test_what_is_no_overdose_of_ones_own_is_none(message: str) -> None:
    assert not swallowed_oneself(message)


@pytest.mark.parametrize(
    "message",
    [
        "I've rung 999, they're on their way",
        "rang for an ambulance",
        "the ambulance is on its way",
        "paramedics just arrived",
        "they’re sending someone",
        "we’re in A&E",
        "dialled 999",
        "Right. I did it. I rang 111.",
        "she's on the phone to the police",
    ],
)
def test_that_help_was_called_is_heard(message: str) -> None:
    assert called_them(message)


@pytest.mark.parametrize(
    "message",
    [
        "I haven’t called 999, I’m scared to",
        "nobody's called 999. my husband says leave him",
        "I called the police once before, last year, and they did nothing",
        "I rang 999 but I hung up before they answered",
        "they said no ambulance is coming, we've to ring the GP on Monday",
        "we were in A&E with him last year after the tablets",
        "I'm thinking about calling 999",
        "if it gets worse I'm calling an ambulance",
        "she's sending a car to fetch Dad",
    ],
)
def test_a_call_that_nobody_made_is_none(message: str) -> None:
    assert not called_them(message)


@pytest.mark.parametrize(
    "message",
    [
        "i’m there now",
        "im actually there rn",
        "just got here",
        "im stood on it",
        "i'm leaning over it",
        "we're there",
        "im here",
    ],
)
def test_that_somebody_is_at_the_place_is_heard(message: str) -> None:
    assert is_there(message)


@pytest.mark.parametrize(
    "message",
    [
        "im just there on tuesdays for the group",
        "nobody even notices I'm there",
        "I am there most days with the dog",
        "I'm on it like a car bonnet lol",
        "i was there last week",
        "im not there",
    ],
)
def test_who_is_not_at_the_place_is_not(message: str) -> None:
    assert not is_there(message)
