"""Read plain text and Markdown, with front matter or without."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from coach.errors import CorpusError, ImportRefusedError
from coach.library.front_matter import split_front_matter
from coach.library.importing.post import Original, Post, is_web_address

__all__ = ["read_markdown", "read_plain_text"]

MAX_BYTES = 1_000_000
_ADDRESSES = ("source", "canonical_url", "link", "url", "permalink")


def read_plain_text(original: Original) -> Iterator[Post]:
    """Yield the one post of a text file, whose first line is the title.

    Raises:
        ImportRefusedError: It is too large, or no UTF-8 text.
    """
    yield Post(
        name=original.name,
        source=original.source,
        stem=original.stem,
        body=_text(original),
        modified=original.modified,
    )


def read_markdown(original: Original) -> Iterator[Post]:
    """Yield the one post of a Markdown file; front matter says what it says.

    Raises:
        ImportRefusedError: It is too large, no UTF-8 text, or its front matter is wrong.
    """
    text = _text(original)
    if not re.match(r"---[ \t]*\n", text):
        yield from read_plain_text(original)
        return
    try:
        head = split_front_matter(text, original.name)
    except CorpusError as error:
        raise ImportRefusedError(original.name, error.line, error.reason) from None
    values = head.values
    address = next((a for key in _ADDRESSES if (a := _line(values.get(key)))), "")
    yield Post(
        name=original.name,
        source=address if is_web_address(address) else original.source,
        stem=_line(values.get("slug")) or original.stem,
        body=head.body,
        title=_line(values.get("title")) or None,
        published=_date(values.get("date")),
        author=_line(values.get("author")) or None,
        series=_line(values.get("series")) or None,
        part=values["part"] if isinstance(values.get("part"), int) else None,
        modified=original.modified,
    )


def _text(original: Original) -> str:
    """Return the text; refuse what is none."""
    if len(original.data) > MAX_BYTES:
        raise ImportRefusedError(
            original.name,
            None,
            f"has {len(original.data):,} bytes, more than the {MAX_BYTES:,} that a post may have",
        )
    try:
        text = original.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        reason = "is no UTF-8 text; save it as UTF-8"
        raise ImportRefusedError(original.name, None, reason) from None
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise ImportRefusedError(original.name, None, "is no text (it holds control characters)")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
