"""What can be imported: one module a format, chosen here by what an original is.

Flow: an `Original` -> here -> the `Post`s in it.
"""

import re
from collections.abc import Callable, Iterator

from coach.errors import ImportRefusedError
from coach.library.importing.formats.docx import OLD_WORD, read_docx
from coach.library.importing.formats.epub import read_epub
from coach.library.importing.formats.feed import read_feed
from coach.library.importing.formats.page import read_page
from coach.library.importing.formats.pdf import read_pdf
from coach.library.importing.formats.text import read_markdown, read_plain_text
from coach.library.importing.formats.wordpress import MARK, read_wordpress
from coach.library.importing.post import LeftOut, Original, Post

__all__ = ["SUFFIXES", "read_posts"]

_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "page",
    ".htm": "page",
    ".xhtml": "page",
    ".xml": "xml",
    ".rss": "xml",
    ".atom": "xml",
    ".wxr": "xml",
    ".docx": "docx",
    ".epub": "epub",
    ".pdf": "pdf",
}
_BY_MEDIA_TYPE = {
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/html": "page",
    "application/xhtml+xml": "page",
    "text/xml": "xml",
    "application/xml": "xml",
    "application/rss+xml": "xml",
    "application/atom+xml": "xml",
    "application/rdf+xml": "xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/epub+zip": "epub",
    "application/pdf": "pdf",
}
_FEED = re.compile(rb"<(?:rss|feed|(?:rdf:)?RDF)[\s>]")
_HEAD = 4_000
SUFFIXES = tuple(sorted(_BY_SUFFIX))
"""The suffixes of files that can be imported."""

_SIMPLE = {
    "text": read_plain_text,
    "markdown": read_markdown,
    "page": read_page,
    "docx": read_docx,
    "epub": read_epub,
    "pdf": read_pdf,
    "wordpress": read_wordpress,
}


def read_posts(
    original: Original, fetch: Callable[[str], Original] | None = None
) -> Iterator[Post | LeftOut]:
    """Yield the posts of an original, and what in it is no post.

    Args:
        original: A file or a download.
        fetch: Fetches the pages of posts that a feed only begins.

    Raises:
        ImportRefusedError: It cannot be read; nothing of it was yielded, or all that
            could be.
    """
    kind = _kind(original)
    if kind == "feed":
        return read_feed(original, fetch)
    return iter(_SIMPLE[kind](original))


def _kind(original: Original) -> str:
    named = _BY_SUFFIX.get(original.suffix)
    if original.is_download:
        named = _BY_MEDIA_TYPE.get(original.media_type) or named
        if named in {"page", "text"} and _FEED.search(original.data[:_HEAD]):
            named = "xml"
    if named is None:
        what = f"is {original.media_type or 'of a kind'} that" if original.is_download else "it"
        raise ImportRefusedError(
            original.name, None, f"{what} cannot be imported; use {', '.join(SUFFIXES)}"
        )
    if named in {"docx", "epub"} and original.data.startswith(OLD_WORD):
        raise ImportRefusedError(
            original.name,
            None,
            "is encrypted, or from an old Word; save it as .docx without a password",
        )
    return _kind_of_xml(original) if named == "xml" else named


def _kind_of_xml(original: Original) -> str:
    head = original.data[:_HEAD]
    if MARK in head:
        return "wordpress"
    if b"<html" in head.lower() and not _FEED.search(head):
        return "page"
    return "feed"
