"""The page "My path", whose content lives in the visitor's browser alone.

Flow: `GET /path` -> `path.html` and its scripts; the server gives the names of practices and
articles, and gets nothing.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from coach.web.contracts import Library
from coach.web.languages import language_of
from coach.web.wording import render

__all__ = ["make_path_page"]


def make_path_page(library: Library) -> APIRouter:
    """Return the route `GET /path`."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.api_route("/path", methods=["GET", "HEAD"])
    def path_page(request: Request) -> HTMLResponse:
        page = render(
            "path.html",
            language=language_of(request),
            practices=library.practices,
            articles=library.articles,
        )
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    return router
