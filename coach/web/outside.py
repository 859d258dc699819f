"""The talk outside its own page: on other sites' pages, on a phone, without a connection.

Flow: `/embed.js` puts the button on any page, and `/left` is what its frame shows after the
way out; `/manifest.webmanifest` and `/service-worker.js` put the coach on a phone;
`/offline` is the page that the service worker keeps, with the helplines of all countries.
"""

import hashlib
import json
import re

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from coach.settings import Settings
from coach.web.brand import current_site, manifest
from coach.web.contracts import HelplineDirectory
from coach.web.languages import language_of, languages_offered
from coach.web.looks import ASK_AGAIN, ASSETS, unchanged
from coach.web.regions import ANYWHERE, chosen_region, offered_regions
from coach.web.reply_view import contacts
from coach.web.wording import current_looks, load_strings, render

__all__ = ["make_outside"]

_SCRIPT = "text/javascript; charset=utf-8"
_KEPT_PAGES = ("/help", "/offline")
_LOOK = re.compile(r"\"(/look/[^\"]+)\"")


def make_outside(helplines: HelplineDirectory, settings: Settings) -> APIRouter:
    """Return the routes; all but `/offline` are made ready here, once."""
    router = APIRouter()
    site = current_site()
    strings = load_strings(site.language)
    button = _embed_script().encode()
    app = current_looks().addressed(manifest(site, strings.name, strings.description))

    def offline(region: str | None, language: str) -> Markup:
        regions = offered_regions(helplines, language)
        return render(
            "offline.html",
            language=language,
            region_name=dict(regions).get(region or ""),
            contacts=contacts(helplines.for_region(region), language),
            others=[
                (name, contacts(helplines.for_region(code), language))
                for code, name in regions
                if code != region
            ],
        )

    worker = _service_worker(offline(ANYWHERE, site.language)).encode()

    @router.api_route("/embed.js", methods=["GET", "HEAD"])
    def embed_script(request: Request) -> Response:
        return unchanged(request, button, _SCRIPT, ASK_AGAIN)

    @router.api_route("/left", methods=["GET", "HEAD"])
    def left_page(request: Request) -> HTMLResponse:
        return HTMLResponse(render("left.html", language=language_of(request)))

    @router.api_route("/manifest.webmanifest", methods=["GET", "HEAD"])
    def manifest_file(request: Request) -> Response:
        return unchanged(request, app.encode(), "application/manifest+json", ASK_AGAIN)

    @router.api_route("/service-worker.js", methods=["GET", "HEAD"])
    def service_worker(request: Request) -> Response:
        return unchanged(request, worker, _SCRIPT, ASK_AGAIN)

    @router.api_route("/offline", methods=["GET", "HEAD"])
    def offline_page(request: Request) -> HTMLResponse:
        region = chosen_region(None, request.headers.get("accept-language"), settings)
        return HTMLResponse(offline(region, language_of(request)))

    return router


def _embed_script() -> str:
    """Return the script for other sites' pages, with words and colours in it.

    It stands in a scope of its own, so that it takes no name from the page.
    """
    looks = current_looks().by_name
    colours = (looks["tokens.css"].content + looks["brand.css"].content).decode()
    site = {
        "style": colours.replace(":root", ":host") + looks["embed.css"].content.decode(),
        "language": current_site().language,
        "words": {one.code: _button_words(one.code) for one in languages_offered()},
    }
    function = (ASSETS / "embed.js").read_text("utf-8")
    return f"(() => {{\n{function}\nputHomeward({json.dumps(site, ensure_ascii=False)});\n}})();\n"


def _button_words(language: str) -> dict[str, str]:
    strings = load_strings(language)
    return {"name": strings.name, **strings.elsewhere.model_dump()}


def _service_worker(offline: str) -> str:
    """Return the service worker with what it keeps, under a version that changes with that."""
    own = sorted(set(_LOOK.findall(offline)))
    script = (ASSETS / "service-worker.js").read_text("utf-8")
    version = hashlib.sha256("\n".join((*own, offline, script)).encode()).hexdigest()[:16]
    kept = json.dumps([*_KEPT_PAGES, *own])
    return f'const VERSION = "{version}";\nconst KEPT = {kept};\n{script}'
