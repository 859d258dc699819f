"""Where a sentence ends, in what people type and in what the coach says."""

import json
from pathlib import Path

import pytest

from coach.sentences import sentences
from coach.sentences.training import train, unmarked
from coach.sentences.unmarked import LEARNT


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
        (
            "he left me i cried all night then i went to work like nothing happened",
            ["he left me", "i cried all night", "then i went to work like nothing happened"],
        ),
        (
            "ok that was kind of nice what should i have said to her",
            ["ok that was kind of nice", "what should i have said to her"],
        ),
        (
            "I never know what to say to people at work when they ask about my weekend",
            ["I never know what to say to people at work when they ask about my weekend"],
        ),
    ],
)
def test_a_text_is_split_where_its_sentences_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_text_that_is_no_unicode_is_split_all_the_same() -> None:
    assert sentences("I cried \ud83d then. So?") == ["I cried ? then.", "So?"]


def test_no_word_is_lost_where_marks_are_missing() -> None:
    text = "😀 probably sade  she asked how i'm settling in i made a joke lol"
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_what_is_learnt_from_is_marked_throughout() -> None:
    assert unmarked("He's gone. I don't mind!") == (["hes", "gone", "i", "dont", "mind"], {1})
    assert unmarked("He's gone\nI don't mind.") is None
    assert unmarked("Only one.") is None


def test_ends_are_learnt_from_texts(tmp_path: Path) -> None:
    rows = [f'{{"text": "I saw {name}. Then we talked."}}' for name in ("Ann", "Bo", "Cy", "Di")]
    (tmp_path / "texts.jsonl").write_text("\n".join(rows * 5))
    train([tmp_path / "texts.jsonl"], into=tmp_path / "breaks.npz")
    assert {path.suffix for path in tmp_path.iterdir()} == {".jsonl", ".json", ".npz"}
    card = json.loads((tmp_path / "breaks.json").read_text())
    assert set(card) == set(json.loads(LEARNT.with_suffix(".json").read_text()))
    assert card["texts"] == 4
