"""The pages of help, which need no JavaScript: helplines and safety plan.

Flow: `GET /help`, `GET /plan` -> templates under `assets/`.  A request for one asks
only the helplines, which were read at the start, so both answer while a turn of the
talk fails or takes long.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from coach.settings import Settings
from coach.web.contracts import HelplineDirectory
from coach.web.languages import language_of, read_names
from coach.web.regions import ANYWHERE, chosen_region, offered_regions
from coach.web.reply_view import contacts
from coach.web.wording import read_all, render

__all__ = ["make_plain_pages"]


def make_plain_pages(helplines: HelplineDirectory, settings: Settings) -> APIRouter:
    """Return the routes `GET /help` and `GET /plan`."""
    router = APIRouter(default_response_class=HTMLResponse)
    read_all()
    read_names()

    def with_helplines(template: str, request: Request, choice: str | None) -> Markup:
        chosen = chosen_region(choice, request.headers.get("accept-language"), settings)
        language = language_of(request)
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

    return router
