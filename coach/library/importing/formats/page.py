"""Read an HTML page: the post on it, without menus, comments and footers.

trafilatura finds the text, its title, date and author.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from coach.errors import ImportRefusedError
from coach.library.importing.formats.markup import decoded_html
from coach.library.importing.post import Original, Post, day_of, is_web_address, stem_of

__all__ = ["read_page"]


def read_page(original: Original) -> Iterator[Post]:
    """Yield the one post of a page.

    Raises:
        ImportRefusedError: It is in no known encoding, or holds no text to speak of.
    """
    import trafilatura

    try:
        html = decoded_html(original.data, original.charset)
    except (UnicodeDecodeError, LookupError):
        raise ImportRefusedError(
            original.name, None, "is not in the encoding that it names; save it as UTF-8"
        ) from None
    about = trafilatura.extract_metadata(html, default_url=_address(original.source))
    source = _own_address(about.url, original)
    body = trafilatura.extract(
        html,
        url=_address(source),
        output_format="markdown",
        include_comments=False,
        include_links=True,
        include_formatting=True,
        favor_recall=True,
    )
    if not body or not body.strip():
        raise ImportRefusedError(original.name, None, "holds no text that could be a post")
    yield Post(
        name=original.name,
        source=source,
        stem=stem_of(source) or original.stem,
        body=body,
        title=about.title or None,
        published=day_of(about.date),
        author=about.author or None,
        modified=original.modified,
    )


def _address(source: str) -> str | None:
    return source if is_web_address(source) else None


def _own_address(canonical: str | None, original: Original) -> str:
    """Return the address that a page gives itself, as far as it may: on its own site."""
    if not canonical or not is_web_address(canonical):
        return original.source
    same_site = urlsplit(canonical).hostname == urlsplit(original.source).hostname
    return canonical if same_site or not original.is_download else original.source
