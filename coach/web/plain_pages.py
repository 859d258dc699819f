"""The pages that need no JavaScript: helplines, safety plan, and what replies cite.

Flow: `GET /help`, `GET /plan`, `GET /read/SLUG` -> templates under `assets/`.  A
request for one asks only the corpus and the helplines, which were read at the
start, so all answer while a turn of the talk fails or takes long.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from coach.schema import Article, Document, Practice
from coach.settings import Settings
from coach.web.contracts import HelplineDirectory, Library
from coach.web.languages import day_in_words, language_of, read_names
from coach.web.reading import lay_out
from coach.web.regions import ANYWHERE, chosen_region, offered_regions
from coach.web.reply_view import contacts
from coach.web.wording import read_all, render

__all__ = ["make_plain_pages"]


def make_plain_pages(
    library: Library, helplines: HelplineDirectory, settings: Settings
) -> APIRouter:
    """Return the routes `GET /help`, `GET /plan` and `GET /read/SLUG`."""
    router = APIRouter(default_response_class=HTMLResponse)
    read_all()
    read_names(settings)

    def with_helplines(template: str, request: Request, choice: str | None) -> Markup:
        chosen = chosen_region(choice, request.headers.get("accept-language"), settings)
        language = language_of(request, settings)
        regions = offered_regions(helplines, language)
        return render(
            template,
            language=language,
            region=chosen,
            region_name=dict(regions).get(chosen or ""),
            regions=regions,
            anywhere=ANYWHERE,
            contacts=contacts(helplines.for_region(chosen), language),
        )

    @router.api_route("/help", methods=["GET", "HEAD"])
    def help_page(request: Request, region: str | None = None) -> HTMLResponse:
        return HTMLResponse(with_helplines("help.html", request, region))

    @router.api_route("/plan", methods=["GET", "HEAD"])
    def plan_page(request: Request, region: str | None = None) -> HTMLResponse:
        page = with_helplines("plan.html", request, region)
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    @router.api_route("/read/{slug}", methods=["GET", "HEAD"])
    def read_page(request: Request, slug: str) -> HTMLResponse:
        language = language_of(request, settings)
        document = library.document(slug)
        if document is None:
            return HTMLResponse(render("not_found.html", language=language), 404)
        practice = isinstance(document, Practice)
        before, after = _around(document, library.practices if practice else library.articles)
        page = render(
            "read.html",
            language=language,
            document=document,
            practice=practice,
            day=day_in_words(document.date, language) if isinstance(document, Article) else None,
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
