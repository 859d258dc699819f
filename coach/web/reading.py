"""Lay out a document for reading, with an address for every paragraph.

Flow: a `Document` -> here -> the page `/read/SLUG`; `address_of` turns a citation
into the address of the very paragraph it quotes.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote as quote_url

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from coach.schema import Citation, Document, Practice
from coach.web.contracts import Library

__all__ = ["Block", "Page", "Part", "Pause", "address_of", "lay_out", "minutes_to_read"]

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
WORDS_A_MINUTE = 200
"""How fast people read on a screen, at their leisure."""
_OUTSIDE = re.compile(r"(?i)[a-z][a-z0-9+.-]*:|//")


@dataclass(frozen=True)
class Block:
    """One paragraph, list or quotation of a section, or one step of a practice."""

    anchor: str
    html: Markup
    text: str
    """The words alone, by which a quotation is found again."""


@dataclass(frozen=True)
class Pause:
    """The silence after a step, in seconds, and the breaths that it may be for."""

    seconds: int
    breath: tuple[int, int] | None
    """Seconds of a breath in and of a breath out."""


@dataclass(frozen=True)
class Part:
    """A section, or the steps of a practice."""

    heading: str
    anchor: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A document laid out in its order; anchors are unique."""

    steps: tuple[tuple[Block, Pause], ...]
    """Each step of a practice with the quiet after it; empty for articles."""
    parts: tuple[Part, ...]


@lru_cache(maxsize=512)
def lay_out(document: Document) -> Page:
    """Return the document with every section and every paragraph addressed.

    A section has its own anchor; its paragraphs add `-p1`, `-p2` to it. Raw
    HTML in the text is shown as text.
    """
    steps: list[tuple[Block, Pause]] = []
    if isinstance(document, Practice):
        for number, step in enumerate(document.steps, start=1):
            said = " ".join(filter(None, (step.say, step.question)))
            block = Block(f"step-{number}", Markup(_MARKDOWN.renderInline(said)), _plain(said))  # noqa: S704 - html is off
            steps.append((block, Pause(step.pause, step.breath)))
    parts = tuple(
        Part(section.heading, section.anchor, _blocks(section.text, section.anchor))
        for section in document.sections
    )
    return Page(tuple(steps), parts)


def minutes_to_read(document: Document) -> int:
    """Return about how many minutes the text of a document takes; at least one."""
    words = sum(len(section.text.split()) for section in document.sections)
    return max(1, round(words / WORDS_A_MINUTE))


def address_of(citation: Citation, library: Library) -> str | None:
    """Return the path of the paragraph that a citation quotes.

    Falls back to the section, then to the document; None where the document
    is not in the library.
    """
    document = library.document(citation.article)
    if document is None:
        return None
    path = f"/read/{quote_url(document.slug)}"
    anchor = _anchor_of(citation, lay_out(document))
    return f"{path}#{quote_url(anchor)}" if anchor else path


def _anchor_of(citation: Citation, page: Page) -> str | None:
    named = [part for part in page.parts if part.heading == citation.section]
    others = [part for part in page.parts if part.heading != citation.section]
    blocks = [block for part in named for block in part.blocks]
    blocks += [block for block, _ in page.steps]
    blocks += [block for part in others for block in part.blocks]
    wanted = _plain(citation.quote)
    first_sentence = re.split(r"(?<=[.!?])\s", wanted, maxsplit=1)[0]
    for words in dict.fromkeys((wanted, first_sentence)):
        for block in blocks:
            if words and words in block.text:
                return block.anchor
    return named[0].anchor if named else None


def _blocks(text: str, anchor: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for tokens in _top_level(_MARKDOWN.parse(text)):
        _point_links_at_pages(tokens)
        html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
        words = " ".join(_words(token) for token in tokens if token.type == "inline")
        blocks.append(
            Block(f"{anchor}-p{len(blocks) + 1}", Markup(html), _squeeze(words))  # noqa: S704 - html is off
        )
    return tuple(blocks)


def _top_level(tokens: list[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            groups.append([])
        groups[-1].append(token)
        depth += token.nesting
    return groups


def _point_links_at_pages(tokens: list[Token]) -> None:
    """Turn the corpus's links (`tiny-truths`, `slug#section`) into page addresses."""
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                target = str(child.attrs.get("href", ""))
                if _OUTSIDE.match(target):
                    child.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
                elif not target.startswith(("#", "/")):
                    child.attrs["href"] = f"/read/{target}"


def _words(token: Token) -> str:
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in token.children or ()
    )


def _plain(text: str) -> str:
    tokens = [token for token in _MARKDOWN.parse(text) if token.type == "inline"]
    return _squeeze(" ".join(_words(token) for token in tokens))


def _squeeze(text: str) -> str:
    return " ".join(text.split()).casefold()
