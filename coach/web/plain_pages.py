"""The pages that need no JavaScript: helplines, and the documents that replies cite.

Flow: `GET /help`, `GET /read/SLUG` -> templates under `assets/`.  A request for
either asks only the corpus and the helplines, which were read at the start, so
both answer while a turn of the talk fails or takes long.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from coach.schema import Document, Practice
from coach.settings import Settings
from coach.web.contracts import HelplineDirectory, Library
from coach.web.reading import lay_out
from coach.web.regions import ANYWHERE, known_region, offered_regions, region_of_languages
from coach.web.reply_view import contacts
from coach.web.wording import render

__all__ = ["make_plain_pages"]


def make_plain_pages(
    library: Library, helplines: HelplineDirectory, settings: Settings
) -> APIRouter:
    """Return the routes `GET /help` and `GET /read/SLUG`."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.api_route("/help", methods=["GET", "HEAD"])
    def help_page(request: Request, region: str | None = None) -> HTMLResponse:
        guess = region_of_languages(request.headers.get("accept-language"))
        chosen = known_region(guess, settings)
        if region is not None:
            chosen = known_region(region.upper() or ANYWHERE, settings)
        regions = offered_regions(helplines)
        page = render(
            "help.html",
            region=chosen,
            region_name=dict(regions).get(chosen or ""),
            regions=regions,
            anywhere=ANYWHERE,
            contacts=contacts(helplines.for_region(chosen)),
        )
        return HTMLResponse(page)

    @router.api_route("/read/{slug}", methods=["GET", "HEAD"])
    def read_page(slug: str) -> HTMLResponse:
        document = library.document(slug)
        if document is None:
            return HTMLResponse(render("not_found.html"), 404)
        practice = isinstance(document, Practice)
        before, after = _around(document, library.practices if practice else library.articles)
        page = render(
            "read.html",
            document=document,
            practice=practice,
            page=lay_out(document),
            before=before,
            after=after,
        )
        return HTMLResponse(page)

    return router


def _around(
    document: Document, shelf: Sequence[Document]
) -> tuple[Document | None, Document | None]:
    slugs = [other.slug for other in shelf]
    at = slugs.index(document.slug)
    return (shelf[at - 1] if at else None, shelf[at + 1] if at + 1 < len(shelf) else None)
