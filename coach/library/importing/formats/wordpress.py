"""Read the posts of a WordPress export (WXR, what Tools > Export gives)."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from coach.library.importing.formats.markup import markdown_of, words_only
from coach.library.importing.formats.xml import parse_xml
from coach.library.importing.furniture import furniture
from coach.library.importing.post import LeftOut, Original, Post

__all__ = ["MARK", "read_wordpress"]

MARK = b"wordpress.org/export/"
"""Stands near the beginning of every export, in the name of its namespace."""

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_KINDS = {"page": "a page", "attachment": "a picture or file", "nav_menu_item": "a menu entry"}


def read_wordpress(original: Original) -> Iterator[Post | LeftOut]:
    """Yield the published posts of an export, and what else is in it as left out.

    Raises:
        ImportRefusedError: It is cut off or no XML.
    """
    root = parse_xml(original.data, original.name)
    authors = {
        _field(author, "author_login"): _field(author, "author_display_name")
        for author in root.iter()
        if author.tag.endswith("}author")
    }
    for item in root.iter("item"):
        title = words_only(item.findtext("title") or "")
        name = f"{original.name}: {title or 'a post without title'}"
        reason = _why_not(item)
        if reason:
            yield LeftOut(name, reason)
            continue
        link = (item.findtext("link") or "").strip()
        creator = item.findtext(_CREATOR) or ""
        yield Post(
            name=name,
            source=link or f"{original.source}#{_field(item, 'post_id')}",
            stem=_field(item, "post_name") or title,
            body=_body(item.findtext(_CONTENT) or "", link),
            title=title or None,
            published=_date(item),
            author=authors.get(creator) or creator or None,
            series=_series(item),
            modified=original.modified,
        )


def _why_not(item: Element) -> str | None:
    """Return why an item is no post for readers, if it is none."""
    kind = _field(item, "post_type")
    status = _field(item, "status")
    if kind != "post":
        return _KINDS.get(kind, f"no post ({kind})")
    if status != "publish":
        return f"not published ({status})"
    return "behind a password" if _field(item, "post_password") else None


def _body(content: str, link: str) -> str:
    """Return the Markdown of a post as WordPress stores it: paragraphs may be blank lines."""
    for expression in furniture()["shortcodes"]:
        content = re.sub(expression, "", content, flags=re.IGNORECASE | re.DOTALL)
    return markdown_of(re.sub(r"\r?\n[ \t]*\r?\n", "\n<p>", content), link)


def _series(item: Element) -> str | None:
    found = (c.text for c in item.iter("category") if c.get("domain") in {"series", "post_series"})
    return next((text.strip() for text in found if text and text.strip()), None)


def _date(item: Element) -> date | None:
    for value in (_field(item, "post_date"), item.findtext("pubDate") or ""):
        try:
            if re.match(r"\d{4}-\d\d-\d\d", value):
                return datetime.fromisoformat(value.strip()).date()
            if value:
                return parsedate_to_datetime(value).date()
        except (ValueError, TypeError):
            continue
    return None


def _field(element: Element, name: str) -> str:
    """Return the text of a child in WordPress's own namespace, whatever its version."""
    found = (c.text for c in element if MARK.decode() in c.tag and c.tag.endswith(f"}}{name}"))
    return (next(found, None) or "").strip()
