"""Sentences out of a text that comes in pieces of any size."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.dialogue.model.speech import spoken_sentences
from coach.errors import ModelError

TEXT = 'You sat alone. "Fine," you said. It cost 3.5 pounds, e.g. a tea. What was that like?'
WHOLE = [
    "You sat alone.",
    '"Fine," you said.',
    "It cost 3.5 pounds, e.g. a tea.",
    "What was that like?",
]


@given(st.lists(st.integers(min_value=1, max_value=12), min_size=1, max_size=100))
def test_the_same_sentences_come_however_the_text_is_cut(sizes: list[int]) -> None:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(TEXT[at : at + size])
        at += size
    assert list(spoken_sentences([*pieces, TEXT[at:]])) == WHOLE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## Steps\n\n1. **Sit** down.\n2) Breathe.\n- Rest [1].", "Sit down.|Breathe.|Rest."),
        ("<think>They are sad. Be kind.</think>That hurts.", "That hurts."),
        ("<think>They are sad. Be kind.", ""),
        ("One is whole. And one is", "One is whole."),
        ("", ""),
        ("word " * 400, ""),
    ],
)
def test_marks_thoughts_and_unfinished_ends_are_left_out(text: str, said: str) -> None:
    assert "|".join(spoken_sentences(list(text))) == said


def test_a_sentence_comes_before_the_next_one_is_whole() -> None:
    def pieces() -> Iterator[str]:
        yield "That hurts. It"
        raise ModelError("dead")

    coming = spoken_sentences(pieces())
    assert next(coming) == "That hurts."
    with pytest.raises(ModelError):
        next(coming)
