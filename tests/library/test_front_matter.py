"""The head of a corpus file: read safely, and every complaint names the line."""

import os
from datetime import date
from pathlib import Path

import pytest

from coach.errors import CorpusError
from coach.library.front_matter import FrontMatter, load_yaml, read_front_matter, read_text

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"


def read(folder: Path, text: str | bytes) -> FrontMatter:
    path = folder / "page.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_front_matter(path)


def refusal(folder: Path, text: str | bytes) -> CorpusError:
    with pytest.raises(CorpusError) as caught:
        read(folder, text)
    assert caught.value.path == folder / "page.md"
    assert "\n" not in str(caught.value)
    return caught.value


def test_values_body_and_lines_are_those_of_the_file(tmp_path: Path) -> None:
    page = read(
        tmp_path, "---\ntitle: One\nsteps:\n  - say: a\ndate: 2026-09-14\n---\n\nBody\n---\nend\n"
    )
    assert page.values == {"title": "One", "steps": [{"say": "a"}], "date": date(2026, 9, 14)}
    assert page.lines == {"title": 2, "steps": 3, "date": 5}
    assert page.body == "\nBody\n---\nend\n"
    assert page.body_line == 7


def test_a_windows_file_with_a_byte_order_mark_reads_like_any_other(tmp_path: Path) -> None:
    page = read(tmp_path, b"\xef\xbb\xbf---\r\ntitle: One\r\n---\r\nBody\r\n")
    assert (page.values, page.lines, page.body) == ({"title": "One"}, {"title": 2}, "Body\n")


def test_an_empty_body_is_read_as_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "---\ntitle: One\n---").body == ""


def test_dashes_inside_a_value_do_not_end_the_front_matter(tmp_path: Path) -> None:
    page = read(tmp_path, "---\ntext: |\n  a\n  ---\n  b\nend: 1\n---\nBody\n")
    assert page.values == {"text": "a\n---\nb\n", "end": 1}
    assert (page.body, page.body_line) == ("Body\n", 8)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("---\n" + BOMB + "---\nBody", 3, "aliases"),
        ("---\ntitle: One\nbase: &x {a: 1}\nrest:\n  <<: *x\n---\nBody", 5, "aliases"),
        ("---\na: " + "[" * 100_000 + "\n---\nBody", 2, "levels"),
        ("---\ntitle: One\n\ntitle: Two\n---\nBody", 4, "'title' stands twice"),
        ("---\nsteps:\n  - say: a\n    say: b\n---\nBody", 4, "'say' stands twice"),
        ("---\ntitle: One\nlist: [a, b\n---\nBody", 4, "YAML"),
        ("---\ntitle: One\ndate: 2026-99-99\n---\nBody", 3, "quotes"),
        ("---\nflag: !!bool perhaps\n---\nBody", 2, "quotes"),
        ("---\nrun: !!python/object/apply:os.getcwd []\n---\nBody", 2, "constructor"),
        ("---\n? [a, b]\n: c\n---\nBody", 2, "key must be a word"),
        ("---\ntitle: One\n1: two\n---\nBody", 3, "key must be a word"),
        ("---\n- title\n---\nBody", 2, "key: value"),
        ("---\njust words\n---\nBody", 2, "key: value"),
        ("---\n---\nBody", 2, "key: value"),
        ("---\ntitle: One\n", 1, "no closing line"),
        ("---\ntitle: One\n---x\nBody", 1, "no closing line"),
        ("title: One\n---\nBody", 1, "must begin with front matter"),
        ("", 1, "must begin with front matter"),
        ("---\ntitle: " + "x" * 300_000 + "\n---\nBody", 1, "longer than"),
    ],
)
def test_a_front_matter_that_is_wrong_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    error = refusal(tmp_path, text)
    assert error.line == line
    assert reason in error.reason


def test_a_file_with_nul_bytes_is_no_text(tmp_path: Path) -> None:
    assert "NUL" in refusal(tmp_path, "---\ntitle: One\n---\nBo\0dy").reason


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    assert "UTF-8" in refusal(tmp_path, "---\ntitle: Größe\n---\n".encode("latin-1")).reason


def test_a_file_over_two_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.touch()
    os.truncate(path, 2_000_000_000)
    with pytest.raises(CorpusError, match="larger than 2,000,000 bytes"):
        read_text(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.md", tmp_path):
        with pytest.raises(CorpusError, match="cannot be read"):
            read_text(path)


def test_a_yaml_file_names_the_line_of_an_alias(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(BOMB)
    with pytest.raises(CorpusError) as caught:
        load_yaml(path)
    assert caught.value.line == 2
