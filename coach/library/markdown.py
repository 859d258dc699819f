"""Split a Markdown body into its headed sections.

Flow: `library.front_matter` -> here -> `library.corpus`.  Headings may carry
Pandoc's attributes: `## Why armour isolates {.why .paradox-of-protection}` says
what the section is for and which topics it is about.
"""

import itertools
import re
from collections.abc import Iterator, Set

from markdown_it import MarkdownIt

from coach.schema import Aspect, Section

__all__ = ["anchor_of", "internal_links", "plain", "split_sections", "unlink"]

# None of these may look past the mark that a next match could begin with: a text full of
# such marks would be read once for each of them.
_ATTRIBUTES = re.compile(r"\{([^{}]*)\}$")
_TITLE = r"""(?:"[^"\[\]]*"|'[^'\[\]]*')"""
_LINK = re.compile(rf"\[([^\[\]]*)\]\(\s*([^)\s\[\]]+)(?:\s+{_TITLE})?\s*\)")
_EMPHASIS = re.compile(r"(\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`)")
_ASPECTS = {aspect.value: aspect for aspect in Aspect}
# A line of dashes under a paragraph is a rule here, so that no paragraph becomes a heading.
# What stands inside paragraphs is left unread: nothing here asks for it.
_PARSER = MarkdownIt("commonmark").disable(["lheading", "inline"])

INTRODUCTION = "Introduction"


def anchor_of(heading: str) -> str:
    """Return the heading's words in lower case, joined by hyphens."""
    words = re.findall(r"[^\W_]+", heading.replace("'", "").replace("\u2019", "").lower())
    return "-".join(words) or "section"


def split_sections(body: str, first_line: int = 1) -> tuple[Section, ...]:
    """Return the sections of a body in order; what precedes a heading is the introduction.

    Headings of the second and third level begin a section. Sections without
    any text are left out.

    Args:
        body: Markdown without front matter.
        first_line: The line of the file on which `body` begins.
    """
    lines = body.split("\n")
    starts = list(_headings(body))
    bounds = [(0, 0, INTRODUCTION), *starts]
    sections: list[Section] = []
    taken: set[str] = set()
    for index, (heading_at, text_at, raw) in enumerate(bounds):
        end = bounds[index + 1][0] if index + 1 < len(bounds) else len(lines)
        text = "\n".join(lines[text_at:end]).strip()
        if not text:
            continue
        heading, aspect, topics = _read_heading(raw)
        anchor = _unused(anchor_of(heading), taken)
        taken.add(anchor)
        sections.append(
            Section(
                heading=heading,
                anchor=anchor,
                text=text,
                aspect=aspect,
                topics=topics,
                line=first_line + heading_at,
            )
        )
    return tuple(sections)


def internal_links(text: str) -> Iterator[tuple[str, int]]:
    """Yield each link target that is no web, mail or phone address, with its line from 0."""
    for number, line in enumerate(text.split("\n")):
        for match in _LINK.finditer(line):
            if not re.match(r"(?i)(https?|mailto|tel|sms):", match[2]):
                yield match[2], number


def unlink(text: str, targets: Set[str]) -> str:
    """Return Markdown in which links to `targets` are their words alone."""
    return "\n".join(
        _LINK.sub(lambda link: link[1] if link[2] in targets else link[0], line)
        for line in text.split("\n")
    )


def plain(markdown: str) -> str:
    """Return Markdown without links, emphasis and code marks."""
    return _EMPHASIS.sub("", _LINK.sub(r"\1", markdown))


def _headings(body: str) -> Iterator[tuple[int, int, str]]:
    """Yield (line of the heading, line after it, its text) for levels two and three."""
    tokens = _PARSER.parse(body)
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.tag in {"h2", "h3"} and token.level == 0:
            start, end = token.map or (0, 0)
            yield start, end, inline.content


def _read_heading(raw: str) -> tuple[str, Aspect | None, tuple[str, ...]]:
    raw = raw.strip()
    match = _ATTRIBUTES.search(raw)
    if not match:
        return raw, None, ()
    classes = [word[1:] for word in match[1].split() if word.startswith(".")]
    aspect = next((_ASPECTS[name] for name in classes if name in _ASPECTS), None)
    return raw[: match.start()].strip(), aspect, tuple(n for n in classes if n not in _ASPECTS)


def _unused(anchor: str, taken: set[str]) -> str:
    candidate, number = anchor, 2
    while candidate in taken:
        candidate, number = f"{anchor}-{number}", number + 1
    return candidate
