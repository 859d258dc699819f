"""What an import works with: an original as it was found, and the posts in it.

Flow: `originals` makes `Original`s -> `formats` read `Post`s out of them -> `article`.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urlsplit, urlunsplit

__all__ = ["LeftOut", "Original", "Post", "day_of", "is_web_address", "same_address", "stem_of"]

_TRACKING = ("utm_", "fbclid", "gclid", "mc_", "ref=")


@dataclass(frozen=True)
class Original:
    """A file or a download, before anyone knows what is in it.

    Attributes:
        name: What the author calls it: a path, or an address. Used in messages.
        source: By what it is known again: an address, or the path within what was named.
        data: Its bytes.
        media_type: What the server said it is, without parameters; empty for files.
        charset: The encoding that the server named, if it did.
        modified: When it was last changed, as far as that is known.
    """

    name: str
    source: str
    data: bytes
    media_type: str = ""
    charset: str | None = None
    modified: date | None = None

    @property
    def is_download(self) -> bool:
        """Whether it came from the web."""
        return is_web_address(self.source)

    @property
    def stem(self) -> str:
        """The last part of its path, without the suffix."""
        return stem_of(self.source)

    @property
    def suffix(self) -> str:
        """The suffix of its path in lower case, with the dot."""
        return _path_of(self.source).suffix.lower()


@dataclass(frozen=True)
class Post:
    """One text that may become an article.

    Attributes:
        name: Of the original, for messages.
        source: By what it is known again: the address of the post, else the file.
        stem: What its slug is made of.
        body: Markdown; begins with the title where `title` is None.
        modified: Stands in for the date where `published` is None.
    """

    name: str
    source: str
    stem: str
    body: str
    title: str | None = None
    published: date | None = None
    author: str | None = None
    series: str | None = None
    part: int | None = None
    modified: date | None = None


@dataclass(frozen=True)
class LeftOut:
    """Something that is no post, or not one for readers, and why it was passed over."""

    name: str
    reason: str


def is_web_address(source: str) -> bool:
    """Tell whether a source is an address of the web rather than a file."""
    return source.startswith(("http://", "https://"))


def stem_of(source: str) -> str:
    """Return the last part of a source's path, without the suffix."""
    return _path_of(source).stem


def day_of(value: str | None) -> date | None:
    """Return the day of a date or time in ISO 8601, None where it is none."""
    with suppress(ValueError):
        return date.fromisoformat(value[:10]) if value else None
    return None


def same_address(source: str | None) -> str | None:
    """Return a source in the form by which two are compared.

    The scheme, `www.`, a closing slash, fragments and tracking parameters make no
    other post of it.
    """
    if source is None or not is_web_address(source):
        return source
    parts = urlsplit(source)
    host = (parts.netloc or "").lower().removeprefix("www.")
    query = "&".join(p for p in parts.query.split("&") if p and not p.startswith(_TRACKING))
    return urlunsplit(("https", host, parts.path.rstrip("/"), query, ""))


def _path_of(source: str) -> PurePosixPath:
    return PurePosixPath(urlsplit(source).path if is_web_address(source) else source)
