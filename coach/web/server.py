"""One application for the talk, the API and the plain pages.

Flow: `front` -> `bodies` -> `api`, `directory`, `description`, `speech`, `listen`, `plain_pages`,
`reading_pages`, `search`, or the Gradio page.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount

from coach.settings import Settings
from coach.site import load_site
from coach.web.access import OtherSites, Preview
from coach.web.api import make_api
from coach.web.asking import Asking
from coach.web.bodies import BodyLimit
from coach.web.brand import use_site
from coach.web.chat import make_chat
from coach.web.contracts import Coach, HelplineDirectory, Library
from coach.web.crowd import Crowd
from coach.web.description import make_description
from coach.web.directory import make_directory
from coach.web.front import Front
from coach.web.limits import RateLimit
from coach.web.listen import make_listen
from coach.web.looks import make_looks
from coach.web.metrics import Measured, Metrics, Watch, make_metrics
from coach.web.outside import make_outside
from coach.web.path_page import make_path_page
from coach.web.plain_pages import make_plain_pages
from coach.web.privacy import forget_undelivered, keep_nothing, quiet_environment
from coach.web.readiness import make_health, make_readiness
from coach.web.reading_pages import make_reading_pages
from coach.web.search import make_search
from coach.web.speech import make_speech
from coach.web.speech_parts import SpeechParts
from coach.web.wording import current_looks, load_strings

__all__ = ["create_app"]

METHOD_NOT_ALLOWED = 405


def create_app(
    coach: Coach,
    corpus: Library,
    helplines: HelplineDirectory,
    settings: Settings,
    speech: SpeechParts | None = None,
) -> FastAPI:
    """Return the application; it holds nothing of what visitors say.

    Args:
        coach: Who answers.
        corpus: The documents that `/read/SLUG` shows.
        helplines: What `/help`, `/plan`, `/helplines` and the choice of a region show.
        settings: The region to assume, the limits of a conversation, and the author's site.
        speech: Who hears and speaks; by the settings, and opened when first asked, if None.
    """
    quiet_environment()
    site = load_site(settings)
    use_site(site)
    import gradio as gr
    from gradio.routes import App as GradioApp

    from coach.web.page import make_page, make_phrases
    from coach.web.theme import make_theme

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    crowd = Crowd(settings.turns_at_once, settings.turns_waiting)
    metrics = Metrics(crowd)
    measured = Measured(coach, metrics)
    app.state.crowd, app.state.metrics = crowd, metrics
    asking = Asking(measured, crowd, settings.turns_at_once)
    speech = speech or SpeechParts(settings)
    for router in (
        make_api(asking, settings),
        make_chat(asking, settings),
        make_metrics(metrics, settings),
        make_health(),
        make_readiness(coach, corpus),
        make_directory(helplines, settings),
        make_description(settings),
        make_plain_pages(helplines, settings),
        make_reading_pages(corpus),
        make_path_page(corpus),
        make_search(coach, corpus, helplines, settings),
        make_speech(speech, settings),
        make_listen(speech, coach, settings),
        make_outside(helplines, settings),
        make_looks(current_looks()),
    ):
        app.include_router(router)

    @app.exception_handler(HTTPException)
    async def refuse(_request: Request, error: HTTPException) -> JSONResponse:
        strings = load_strings()
        refused_method = error.status_code == METHOD_NOT_ALLOWED
        detail = strings.api_method if refused_method else strings.api_not_found
        return JSONResponse({"detail": detail}, error.status_code, headers=error.headers)

    async def mount() -> gr.Blocks:
        """Mount the page in a loop that is closed; Gradio leaves its own open."""
        phrases = make_phrases()
        page = make_page(measured, corpus, helplines, settings, phrases=phrases, crowd=crowd)
        gr.mount_gradio_app(
            app,
            page,
            path="/",
            footer_links=[],
            run_history=False,
            app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
            allowed_paths=[],
            show_error=False,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
            i18n=phrases,
            theme=make_theme(),
        )
        return page

    with ThreadPoolExecutor(1) as thread:
        page = thread.submit(lambda: asyncio.run(mount())).result()
    for route in app.routes:
        if isinstance(route, Mount) and isinstance(route.app, GradioApp):
            keep_nothing(route.app, page)
    app.add_middleware(BodyLimit)
    app.add_middleware(RateLimit, settings=settings, metrics=metrics)
    if settings.preview_password:
        app.add_middleware(Preview, settings=settings)
    app.add_middleware(OtherSites, origins=settings.cors_origins)
    app.add_middleware(
        Front, broken_off=lambda session: forget_undelivered(page, session), site=site
    )
    # Outermost, since the talk page is changed on its way out; streams and sound pass as they are.
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)
    app.add_middleware(Watch, metrics=metrics)
    return app
