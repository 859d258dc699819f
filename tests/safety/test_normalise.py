"""One plain form for messages, however they are typed."""

import pytest

from coach.safety.normalise import normalise


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("k y s", "kys"),
        ("s u i c i d e", "suicide"),
        ("s.u.i.c.i.d.e", "suicide"),
        ("su1c1de", "suicide"),
        ("unal1ve", "unalive"),
        ("k*ll", "kill"),
        ("k\u0456ll", "kill"),
        ("I\u2019m d\u200bone", "im done"),
        ("dieeeee", "die"),
        ("killlll", "kill"),
        ("N\u00c3O QUERO", "nao quero"),
        ("\U0001d405\U0001d422\U0001d427\U0001d41e", "fine"),
    ],
)
def test_hidden_spelling_is_put_back(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@pytest.mark.parametrize(
    "text", ["the 3rd of 5 at 10am", "self-care and well-being", "gr8 b4 2nite"]
)
def test_ordinary_digits_and_hyphens_stay(text: str) -> None:
    assert normalise(text) == text
