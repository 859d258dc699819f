"""Show a reply, and what the person said, as safe HTML on one line.

Flow: `Reply` -> here -> a message of the talk.  One line, because the chat
component reads its messages as Markdown and leaves a one-line block alone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from coach.safety.languages import language_of
from coach.schema import Reply, Resource
from coach.web.contracts import Library
from coach.web.languages import ENGLISH
from coach.web.reading import address_of
from coach.web.wording import load_strings, render_line

__all__ = ["contacts", "reply_html", "said_html"]

_MARKER = re.compile(r"\[(\d{1,3})\]")


def _text_with_markers(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    env: EnvType,
) -> str:
    """Render words, with `[1]` as a link to the passage it stands for."""
    addresses: Mapping[str, str] = env.get("addresses", {})
    language: str = env.get("language", ENGLISH)
    out: list[str] = []
    for position, piece in enumerate(_MARKER.split(tokens[index].content)):
        if position % 2 == 0:
            out.append(str(escape(piece)))
        elif piece in addresses:
            out.append(
                render_line("marker.html", language=language, n=piece, address=addresses[piece])
            )
        else:
            out.append(f"[{piece}]")
    return "".join(out)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).disable(
        ["autolink", "code", "fence", "heading", "image", "lheading", "link", "reference"]
    )
    parser.add_render_rule("text", _text_with_markers)
    return parser


_MARKDOWN = _parser()


def said_html(text: str) -> str:
    """Return what the person said, shown exactly as written."""
    return render_line("said.html", lines=text.strip().split("\n"))


def reply_html(reply: Reply, library: Library, language: str = ENGLISH, *, whole: bool) -> str:
    """Return the reply with its sources, the places to turn to and, once whole, its tools.

    Links in the text itself are left as text: the only addresses shown are
    those of the passages and of the resources.
    """
    addresses = {str(c.n): address_of(c, library) or c.url for c in reply.citations}
    known = {n: address for n, address in addresses.items() if address}
    body = Markup(_MARKDOWN.render(reply.text, {"addresses": known, "language": language}))  # noqa: S704 - html is off
    return render_line(
        "reply.html",
        language=language,
        body=body,
        reply=reply,
        spoken=_spoken(reply),
        addresses=known,
        contacts=contacts(reply.resources, language),
        whole=whole,
    )


def _spoken(reply: Reply) -> str | None:
    """Return the language of a reply that is not in English: danger is met in others, too."""
    spoken = language_of(reply.text) if reply.kind in ("crisis", "smalltalk") else None
    return None if spoken == ENGLISH else spoken


def contacts(resources: Sequence[Resource], language: str = ENGLISH) -> list[dict[str, Any]]:
    """Return resources with links that dial, write or open, named in a language."""
    return [
        {
            "name": _name(resource, language),
            "call": resource.call,
            "tel": _dialled(resource.call),
            "text": resource.text,
            "sms": _dialled(resource.text),
            "url": _web_address(resource.url),
            "site": _site(resource.url),
        }
        for resource in resources
    ]


def _name(resource: Resource, language: str) -> str:
    """Return a helpline's own name, or the words for it where it goes by no name."""
    number = resource.call or ""
    words = resource.name.replace(number, "{number}") if number else resource.name
    named = load_strings(language).in_languages.helplines.get(words)
    return named.format(number=number) if named else resource.name


def _dialled(number: str | None) -> str | None:
    """Return the digits to dial, or None where the entry is no bare number."""
    if not number or not re.fullmatch(r"\+?[\d\s()./-]+", number):
        return None
    return re.sub(r"[^\d+]", "", number)


def _web_address(url: str | None) -> str | None:
    if not url:
        return None
    if re.match(r"https?://", url):
        return url
    return None if re.match(r"[a-z][a-z0-9+.-]*:", url, re.I) else f"https://{url}"


def _site(url: str | None) -> str | None:
    return re.sub(r"^https?://(www\.)?", "", url).rstrip("/") if url else None
