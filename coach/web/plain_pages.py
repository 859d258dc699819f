"""The plain pages: helplines, safety plan, what replies cite, and one's own path.

Flow: `GET /help`, `GET /plan`, `GET /path`, `GET /read/SLUG` -> templates under `assets/`.  A
request for one asks only the corpus and the helplines, which were read at the
start, so all answer while a turn of the talk fails or takes long.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from coach.schema import Document, Practice
from coach.settings import Settings
from coach.web.contracts import HelplineDirectory, Library
from coach.web.reading import lay_out
from coach.web.regions import ANYWHERE, chosen_region, offered_regions
from coach.web.reply_view import contacts
from coach.web.wording import read_all, render

__all__ = ["make_plain_pages"]


def make_plain_pages(
    library: Library, helplines: HelplineDirectory, settings: Settings
) -> APIRouter:
    """Return the routes `GET /help`, `GET /plan`, `GET /path` and `GET /read/SLUG`."""
    router = APIRouter(default_response_class=HTMLResponse)
    read_all()

    def with_helplines(template: str, request: Request, choice: str | None) -> Markup:
        chosen = chosen_region(choice, request.headers.get("accept-language"), settings)
        regions = offered_regions(helplines)
        return render(
            template,
            region=chosen,
            region_name=dict(regions).get(chosen or ""),
            regions=regions,
            anywhere=ANYWHERE,
            contacts=contacts(helplines.for_region(chosen)),
        )

    @router.api_route("/help", methods=["GET", "HEAD"])
    def help_page(request: Request, region: str | None = None) -> HTMLResponse:
        return HTMLResponse(with_helplines("help.html", request, region))

    @router.api_route("/plan", methods=["GET", "HEAD"])
    def plan_page(request: Request, region: str | None = None) -> HTMLResponse:
        page = with_helplines("plan.html", request, region)
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    @router.api_route("/path", methods=["GET", "HEAD"])
    def path_page() -> HTMLResponse:
        page = render("path.html", practices=library.practices, articles=library.articles)
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

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
