"""Where a sentence ends, in what people type and in what the coach says."""

import pytest

from coach.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left me. I cried.", ["He left me.", "I cried."]),
        (
            "They don't know me. What's the name for that?",
            ["They don't know me.", "What's the name for that?"],
        ),
        ("i said no. it was ok. we talked", ["i said no.", "it was ok.", "we talked"]),
        ("Dad is ill. Mrs. Hale sits with him.", ["Dad is ill.", "Mrs. Hale sits with him."]),
        ("It's No. 5 in our street.", ["It's No. 5 in our street."]),
        ("Dr. Smith saw me.", ["Dr. Smith saw me."]),
        ("I'm on min. wage in Leeds.", ["I'm on min. wage in Leeds."]),
        ("ok... then\n\nbye", ["ok... then", "bye"]),
        ("", []),
    ],
)
def test_a_text_is_split_where_its_sentences_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_text_that_is_no_unicode_is_split_all_the_same() -> None:
    assert sentences("I cried \ud83d then. So?") == ["I cried ? then.", "So?"]
