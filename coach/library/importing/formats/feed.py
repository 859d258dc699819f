"""Read the posts of an RSS or Atom feed, newest first as feeds have them."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from coach.errors import ImportRefusedError
from coach.library.importing.formats.markup import markdown_of, words_only
from coach.library.importing.formats.page import read_page
from coach.library.importing.formats.xml import parse_xml
from coach.library.importing.post import LeftOut, Original, Post, is_web_address

__all__ = ["read_feed"]

FEWEST_WORDS = 60
"""A post under this is an excerpt if the feed marks it as a summary."""
_CUT_OFF = re.compile(r"(?i)(…|\.\.\.|\[…\]|\[\.\.\.\]|continue reading.*|read more.*)\W*$")


def read_feed(
    original: Original, fetch: Callable[[str], Original] | None
) -> Iterator[Post | LeftOut]:
    """Yield the posts of a feed; of those that it only begins, the page is fetched.

    Args:
        original: The feed.
        fetch: Fetches the page of a post; None where nothing may be fetched.

    Raises:
        ImportRefusedError: It is no feed, or cut off.
    """
    import feedparser

    parse_xml(original.data, original.name)
    base = original.source if original.is_download else ""
    feed = feedparser.parse(original.data, response_headers={"content-location": base})
    if not feed.version or not feed.entries:
        raise ImportRefusedError(original.name, None, "is a feed without posts")
    for entry in feed.entries:
        yield from _posts(entry, feed.feed, original, fetch)


def _posts(
    entry: Any, feed: Any, original: Original, fetch: Callable[[str], Original] | None
) -> Iterator[Post | LeftOut]:
    title = words_only(entry.get("title", ""))
    link = entry.get("link", "")
    link = link if is_web_address(link) else ""
    name = f"{original.name}: {title or link or 'a post without title'}"
    html = _fullest(entry)
    summary_only = not entry.get("content")
    words = words_only(html)
    excerpt = summary_only and (len(words.split()) < FEWEST_WORDS or _CUT_OFF.search(words))
    if excerpt and link and fetch is not None:
        try:
            yield from read_page(fetch(link))
        except ImportRefusedError as error:
            yield LeftOut(name, f"{link} {error.reason}")
        return
    if excerpt:
        where = f"import {link}" if link else "import the post itself"
        yield LeftOut(name, f"the feed holds only its beginning; {where}")
        return
    yield Post(
        name=name,
        source=link or f"{original.source}#{entry.get('id', title)}",
        stem=urlsplit(link).path.rstrip("/").rpartition("/")[2] or title,
        body=markdown_of(html, link or original.source),
        title=title or None,
        published=_date(entry),
        author=words_only(entry.get("author", "")) or words_only(feed.get("author", "")) or None,
        modified=original.modified,
    )


def _fullest(entry: Any) -> str:
    contents: list[str] = [c.get("value", "") for c in entry.get("content", [])]
    summary: str = entry.get("summary", "")
    return max([*contents, summary], key=len)


def _date(entry: Any) -> date | None:
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    return date(*when[:3]) if when else None
