"""Serve stylesheets, scripts and pictures from memory, for as long as they do not change.

Flow: `assets/` and the site -> here -> `/look/NAME`.  An address that carries the hash of
the content (`?v=…`; `wording.render` puts it there) may be kept for a year; one without
it, as scripts name each other, is asked about again and answered with 304.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coach.site import Site
from coach.web.brand import brand_css

__all__ = ["ASK_AGAIN", "ASSETS", "Look", "Looks", "make_looks", "unchanged"]

ASSETS = Path(__file__).parent / "assets"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_ADDRESS = re.compile(r"(?<=\"/look/)[a-z0-9-]+\.[a-z]+(?=\")")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True)
class Look:
    """One file as it is served."""

    content: bytes
    media_type: str
    version: str
    """A hash of the content."""


@dataclass(frozen=True)
class Looks:
    """Every file under `/look/`, by name."""

    by_name: Mapping[str, Look]

    @classmethod
    def of(cls, site: Site) -> "Looks":
        """Read the project's own files and those of the site."""
        return cls({name: _look(name, content) for name, content in _files(site)})

    def addressed(self, page: str) -> str:
        """Return a page with the version of each file behind its address."""
        return _ADDRESS.sub(self._versioned, page)

    def _versioned(self, name: re.Match[str]) -> str:
        look = self.by_name.get(name[0])
        return f"{name[0]}?v={look.version}" if look else name[0]


def make_looks(looks: Looks) -> APIRouter:
    """Return the route `GET /look/NAME`."""
    router = APIRouter()

    @router.api_route("/look/{name}", methods=["GET", "HEAD"])
    def look(request: Request, name: str, v: str | None = None) -> Response:
        found = looks.by_name.get(name)
        if found is None:
            return Response(status_code=404)
        caching = FOR_EVER if v == found.version else ASK_AGAIN
        return unchanged(request, found.content, found.media_type, caching)

    return router


def unchanged(request: Request, content: bytes, media_type: str, caching: str) -> Response:
    """Return the content, or 304 where the browser has it already."""
    tag = f'"{_hash(content)}"'
    headers = {"ETag": tag, "Cache-Control": caching}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _files(site: Site) -> Iterator[tuple[str, bytes]]:
    for path in sorted(ASSETS.iterdir()):
        if path.suffix in _TYPES:
            yield path.name, path.read_bytes()
    yield "brand.css", brand_css(site).encode()
    if site.logo:
        yield site.logo.file, site.logo.content


def _look(name: str, content: bytes) -> Look:
    return Look(content, _TYPES[Path(name).suffix], _hash(content))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
