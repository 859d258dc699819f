"""Make the Markdown of an article out of a post.

Flow: a `Post` of `importing.formats` -> here -> `importing.shelf`, which writes it.
Nothing of a post is trusted: tags and scripts go, and its words stay words.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape

from bs4 import BeautifulSoup

from coach.errors import ImportRefusedError
from coach.library.importing.furniture import furniture
from coach.library.importing.post import Post
from coach.library.markdown import plain, split_sections
from coach.schema import Topic

__all__ = ["Text", "text_of"]

MAX_TITLE_CHARS = 200
MAX_HEADING_WORDS = 10
MAX_SUMMARY_CHARS = 200
_TAG = re.compile(r"<[a-zA-Z/!?]")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_BLOCK_ENDS = re.compile(r"(?i)</(?:p|div|li|h[1-6]|blockquote|section|tr)\s*>")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


@dataclass(frozen=True)
class Text:
    """What an article says.

    Attributes:
        title: On one line.
        body: Markdown with labelled headings.
        summary: The beginning.
        topics: Those that a section names, in the order of `topics.yaml`.
        series: The series that the post names, if it names one.
        part: Its number in the series.
        left_out: The first words of each piece of site furniture that was left out.
    """

    title: str
    body: str
    summary: str
    topics: tuple[str, ...]
    series: str | None
    part: int | None
    left_out: tuple[str, ...]


def text_of(post: Post, topics: Sequence[Topic]) -> Text:
    """Return the article that a post makes.

    Short lines that stand alone are headings. Sections are labelled with the topics
    whose names they hold.

    Raises:
        ImportRefusedError: It has no title, or no text under it.
    """
    blocks, left_out, series = _without_furniture(_blocks(_without_tags(post.body)))
    title, blocks = _title_and_rest(post, blocks)
    body = _body(blocks, topics)
    sections = split_sections(body)
    if not sections:
        raise ImportRefusedError(post.name, None, "needs a title line and some text under it")
    named = {topic for section in sections for topic in section.topics}
    return Text(
        title=title,
        body=body,
        summary=_summary(sections[0].text),
        topics=tuple(topic.id for topic in topics if topic.id in named),
        series=post.series or series,
        part=post.part or _part(title),
        left_out=tuple(left_out),
    )


def _without_tags(text: str) -> str:
    """Return Markdown without HTML, scripts and characters that cannot be seen."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).replace("\xa0", " ")
    if not _TAG.search(text):
        return text
    text = _AUTOLINK.sub(r"[\1](\1)", text)
    while _TAG.search(text):
        soup = BeautifulSoup(_BLOCK_ENDS.sub("\n\n", re.sub(r"(?i)<br\s*/?>", "\n", text)), "lxml")
        for tag in soup.find_all(["script", "style", "template", "noscript", "iframe", "form"]):
            tag.decompose()
        stripped = unescape(soup.get_text())
        if stripped == text:  # what is left only looks like a tag
            return _TAG.sub(lambda tag: tag[0][1:], text)
        text = stripped
    return text


def _part(title: str) -> int | None:
    """Return the number that a title gives itself within its series."""
    found = re.search(r"(?i)\bpart (\d{1,3})\b|\((\d{1,3})(?:/\d{1,3})\)", title)
    return int(found[1] or found[2]) if found else None


def _blocks(text: str) -> list[str]:
    """Return what stands between blank lines, with list marks as Markdown has them."""
    text = re.sub(r"(?m)^[ \t]*[•‣◦·*][ \t]+", "- ", text)
    text = re.sub(r"(?m)^[ \t]+(\d+)[.)][ \t]+", r"\1. ", text)
    text = re.sub(r"(?m)^ {0,3}#{1,2}([ \t].*)$", r"\n##\1\n", text)
    text = re.sub(r"(?m)^ {0,3}#{3,6}([ \t].*)$", r"\n###\1\n", text)
    return [block.strip() for block in re.split(r"\n[ \t]*\n", text) if block.strip()]


def _without_furniture(blocks: list[str]) -> tuple[list[str], list[str], str | None]:
    """Return the post's blocks, the beginnings of what is left out, and the series named."""
    rules = furniture()
    kept: list[str] = []
    left: list[str] = []
    series: str | None = None
    for number, block in enumerate(blocks):
        series = series or _first_group(rules["series"], block)
        if any(re.fullmatch(rule, block, re.IGNORECASE) for rule in rules["ends"]):
            left += blocks[number:]
            break
        if any(re.search(rule, block, re.IGNORECASE) for rule in rules["paragraphs"]):
            left.append(block)
        else:
            kept.append(block)
    return kept, [" ".join(block.split()[:8]) for block in left], series


def _title_and_rest(post: Post, blocks: Sequence[str]) -> tuple[str, list[str]]:
    """Return the title, given or the first line, and the blocks under it."""
    first, _, rest = (blocks[0] if blocks else "").partition("\n")
    line = first.strip("# \t")
    title = " ".join((post.title or line).split())
    if not re.search(r"\w", title) or len(title) > MAX_TITLE_CHARS:
        raise ImportRefusedError(
            post.name, 1, f"must begin with a title of at most {MAX_TITLE_CHARS} characters"
        )
    if line.casefold() == title.casefold():
        return title, [*([rest] if rest else []), *blocks[1:]]
    return title, list(blocks)


def _body(blocks: Sequence[str], topics: Sequence[Topic]) -> str:
    """Return the Markdown of the article, its headings labelled with topics."""
    return "\n\n".join(_labelled(list(_with_headings(blocks)), topics))


def _with_headings(blocks: Sequence[str]) -> Iterator[str]:
    """Yield the blocks; where none is marked as a heading, those that look like one are."""
    marked = any(block.startswith("##") for block in blocks)
    for number, block in enumerate(blocks):
        bold = re.fullmatch(r"\*\*([^*\n]+)\*\*", block)
        words = bold[1].strip().rstrip(":") if bold else block
        guessed = (bold or not marked) and words and _is_heading(words)
        yield f"## {words}" if guessed and number + 1 < len(blocks) else block


def _is_heading(block: str) -> bool:
    return (
        "\n" not in block
        and len(block.split()) <= MAX_HEADING_WORDS
        and block[0].isupper()
        and not re.search(r"[.?!:;,…\"”]$", block)
    )


def _labelled(blocks: list[str], topics: Sequence[Topic]) -> Iterator[str]:
    starts = [n for n, block in enumerate(blocks) if re.match(r"#{2,3}[ \t]", block)]
    starts.append(len(blocks))
    yield from blocks[: starts[0]]
    for start, end in itertools.pairwise(starts):
        text = " ".join(blocks[start:end]).lower()
        found = [topic.id for topic in topics if topic.names and _any_of(topic.names).search(text)]
        classes = " ".join(f".{topic}" for topic in found)
        heading = plain(_without_attributes(blocks[start]))
        yield f"{heading} {{{classes}}}" if found else heading
        yield from blocks[start + 1 : end]


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")


def _without_attributes(heading: str) -> str:
    """Return a heading's line without the attributes and the marks that close it."""
    heading = heading.rstrip().rstrip("#").rstrip()
    while heading.endswith("}"):
        opening = max(heading.rfind("{"), 0)
        if heading[opening] != "{" or "}" in heading[opening:-1]:
            break
        heading = heading[:opening].rstrip()
    return heading


def _summary(text: str) -> str:
    words = " ".join(plain(text).split())
    if len(words) <= MAX_SUMMARY_CHARS:
        return words
    return words[: MAX_SUMMARY_CHARS - 1].rsplit(" ", 1)[0] + "…"


def _first_group(rules: Sequence[str], text: str) -> str | None:
    found = (re.search(rule, text, re.IGNORECASE) for rule in rules)
    return next((match[1].strip().capitalize() for match in found if match), None)
