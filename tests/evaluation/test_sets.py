"""The held-out sets as rows, and what is said of rows that are wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from coach.errors import CoachError
from coach.evaluation.sets import EVALS, Boundary, Dialogue, Sentence, Single, read_rows
from coach.schema import Level

PRIVATE = "a text that nobody is to see"
SINGLE = {"id": "s1", "text": PRIVATE, "level": "none", "categories": [], "voice": "adult"}
DIALOGUE = {
    "id": "c1",
    "turns": [PRIVATE, "b"],
    "levels": ["none", "crisis"],
    "categories": ["suicide"],
    "kind": "sudden",
    "voice": "adult",
}
SENTENCE = {"id": "n1", "text": PRIVATE, "allowed": False, "rule": "methods"}
BOUNDARY = {"id": "b1", "text": PRIVATE, "boundary": "romance"}


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "rows.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("screen", Single),
        ("conversations", Dialogue),
        ("never", Sentence),
        ("boundaries", Boundary),
    ],
)
def test_the_committed_sets_can_be_read_and_nothing_is_passed_over(name: str, kind: Any) -> None:
    path = EVALS / "safety" / f"{name}.jsonl"
    rows = read_rows(path, kind)
    assert len(rows) == path.read_bytes().count(b'{"id"') > 100


def test_rows_keep_their_order_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    crisis = {**SINGLE, "id": "s2", "level": "crisis", "categories": ["suicide"], "voice": None}
    rows = read_rows(written(tmp_path, SINGLE, "", crisis, ""), Single)
    assert [(row.id, row.level, row.voice) for row in rows] == [
        ("s1", Level.NONE, "adult"),
        ("s2", Level.CRISIS, None),
    ]


def test_a_line_separator_inside_a_text_ends_no_row(tmp_path: Path) -> None:
    line = json.dumps({**SINGLE, "text": "one\u2028two"}, ensure_ascii=False)
    assert [row.text for row in read_rows(written(tmp_path, line), Single)] == ["one\u2028two"]


@pytest.mark.parametrize(
    ("kind", "good", "bad", "says"),
    [
        (Single, SINGLE, f'{{"id": "x", "text": "{PRIVATE}"', "JSON"),
        (Single, SINGLE, {**SINGLE, "id": "x", "level": PRIVATE}, "level: "),
        (Single, SINGLE, {**SINGLE, "id": "x", "mood": PRIVATE}, "mood: "),
        (Single, SINGLE, {**SINGLE, "id": "x", "level": "crisis"}, "categories are named"),
        (Single, SINGLE, {**SINGLE, "id": "x", "categories": ["panic"]}, "categories are named"),
        (Single, SINGLE, {**SINGLE, "id": "x", "text": ""}, "text: "),
        (Single, SINGLE, SINGLE, "earlier row has this id"),
        (Dialogue, DIALOGUE, {**DIALOGUE, "id": "x", "levels": ["none"]}, "2 turns have 1 levels"),
        (Dialogue, DIALOGUE, {**DIALOGUE, "id": "x", "turns": [], "levels": []}, "turns: "),
        (Sentence, SENTENCE, {**SENTENCE, "id": "x", "rule": None}, "a rule is named"),
        (Sentence, SENTENCE, {**SENTENCE, "id": "x", "allowed": True}, "a rule is named"),
        (Boundary, BOUNDARY, {"id": "x", "text": PRIVATE}, "boundary: "),
    ],
)
def test_a_wrong_row_is_named_by_file_and_line_and_not_quoted(
    tmp_path: Path, kind: Any, good: Any, bad: Any, says: str
) -> None:
    path = written(tmp_path, good, "", bad)
    with pytest.raises(CoachError) as refused:
        read_rows(path, kind)
    message = str(refused.value)
    assert message.startswith(f"{path}:3: ")
    assert says in message
    assert PRIVATE not in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"\n\n", b'{"id": "\xff"}', None])
def test_a_file_that_measures_nothing_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "rows.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CoachError, match=r"rows\.jsonl (has no row|is not UTF-8|is not there)"):
        read_rows(path, Single)


def test_the_representation_of_a_row_has_no_text() -> None:
    assert PRIVATE not in repr(Single.model_validate(SINGLE))
    assert PRIVATE not in repr(Dialogue.model_validate(DIALOGUE))
