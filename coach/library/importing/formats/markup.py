"""Turn HTML into Markdown, without scripts, forms and what pages wear around a text.

Flow: HTML of a feed, an export, a document or a book -> here -> a post's body.
markdownify converts; whole pages go through trafilatura instead (`formats.page`).
"""

import re
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Comment
from bs4.dammit import EncodingDetector
from bs4.element import Tag
from markdownify import MarkdownConverter

__all__ = ["decoded_html", "markdown_of", "words_only"]

_NO_TEXT = [
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math"),
    *("canvas", "audio", "video", "img", "picture", "figure"),
    *("form", "input", "button", "select", "textarea", "nav", "footer", "aside"),
    *("head", "title"),
]
_SAFE_SCHEMES = {"http", "https", "mailto", "tel", "sms"}
_CONVERTER = MarkdownConverter(
    heading_style="atx",
    bullets="-",
    escape_asterisks=False,
    escape_underscores=False,
    escape_misc=False,
)


def markdown_of(html: str, base: str = "") -> str:
    """Return the Markdown of an HTML text.

    Args:
        html: A whole page or a piece of one.
        base: The address against which links are resolved; links that lead
            nowhere without it become their words.
    """
    soup = BeautifulSoup(html, "lxml")
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in soup.find_all(_NO_TEXT):
        tag.decompose()
    for link in soup.find_all("a"):
        _mend_link(link, base)
    text: str = _CONVERTER.convert_soup(soup)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).strip()


def words_only(html: str) -> str:
    """Return the words of a piece of HTML on one line."""
    return " ".join(BeautifulSoup(html, "lxml").get_text(" ").split()) if html else ""


def decoded_html(data: bytes, charset: str | None) -> str:
    """Return a page's text in the encoding that its server or the page itself names.

    Raises:
        UnicodeDecodeError: It is not in that encoding.
        LookupError: There is no such encoding.
    """
    named = charset or EncodingDetector.find_declared_encoding(data, is_html=True)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        named = "utf-16"
    text = data.decode(named or "utf-8")
    return text.removeprefix("\ufeff")


def _mend_link(link: Tag, base: str) -> None:
    """Make a link absolute, or leave its words where it leads nowhere."""
    target = str(link.get("href") or "").strip()
    try:
        target = urljoin(base, target) if base else target
        scheme = urlsplit(target).scheme.lower()
    except ValueError:
        scheme = ""
    if scheme in _SAFE_SCHEMES and not re.search(r"[\s()]", target):
        link["href"] = target
        if link.has_attr("title"):
            del link["title"]
    else:
        link.unwrap()
