"""What is served while the coach gets ready: a page that says so, and where to turn at once.

Flow: `serving` -> here, until `opened` is called with the whole application -> that.

Models, index and Gradio take seconds to load, and an index that has to be built takes longer.
Whoever comes meanwhile is met by a page that becomes the coach by itself; the helplines and the
safety plan need nothing of what is loading, so nobody in danger waits for it.
"""

import asyncio
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from coach.settings import Settings
from coach.site import Site, load_site
from coach.web.access import Preview
from coach.web.brand import use_site
from coach.web.contracts import HelplineDirectory
from coach.web.directory import make_directory
from coach.web.headers import Headers
from coach.web.languages import language_of
from coach.web.looks import make_looks
from coach.web.openai_format import error_body
from coach.web.outside import make_outside
from coach.web.plain_pages import make_plain_pages
from coach.web.readiness import make_health
from coach.web.wording import current_looks, load_strings, render

__all__ = ["Opening"]

COME_BACK = "2"
"""Seconds after which a program may ask again."""


class Opening:
    """Answers in the place of an application that is still being made, and then hands over."""

    def __init__(self, helplines: HelplineDirectory, settings: Settings) -> None:
        self._app: ASGIApp = _first_pages(helplines, settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._app(scope, receive, send)

    def opened(self, app: FastAPI) -> None:
        """Let an application answer from now on; called from another thread, it waits for that.

        Raises:
            Exception: The application cannot start.
        """
        if self._loop is None:
            raise RuntimeError("The server does not run yet.")
        begun: Future[None] = Future()
        asyncio.run_coroutine_threadsafe(self._take_over(app, begun), self._loop)
        begun.result()

    async def _take_over(self, app: FastAPI, begun: Future[None]) -> None:
        life = app.router.lifespan_context(app)
        self._serving = asyncio.create_task(self._serve(app, life, begun))

    async def _serve(
        self, app: FastAPI, life: AbstractAsyncContextManager[Any], begun: Future[None]
    ) -> None:
        """Start the application, answer from it, and end it with the server: all in one task."""
        try:
            async with life:
                self._app = app
                begun.set_result(None)
                await self._ended.wait()
        except Exception as error:
            if begun.done():
                raise
            begun.set_exception(error)

    async def _live(self, receive: Receive, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._ended.set()
        if self._serving:
            await self._serving
        await send({"type": "lifespan.shutdown.complete"})


def _first_pages(helplines: HelplineDirectory, settings: Settings) -> ASGIApp:
    """Return what needs no coach, and the page that waits for it at every other address."""
    site = load_site(settings)
    use_site(site)
    guards = [Middleware(_WithHeaders, site=site)]
    if settings.preview_password:
        guards.append(Middleware(Preview, settings=settings))
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, middleware=guards)
    app.include_router(make_health())
    app.include_router(make_directory(helplines, settings))
    app.include_router(make_plain_pages(helplines, settings))
    app.include_router(make_outside(helplines, settings))
    app.include_router(make_looks(current_looks()))

    @app.api_route("/{path:path}", methods=["GET", "HEAD", "POST"])
    async def soon(request: Request, path: str) -> Response:
        headers = {"Cache-Control": "no-store", "Retry-After": COME_BACK}
        language = language_of(request)
        words = load_strings(language).service.opening
        if path == "readyz":
            return JSONResponse({"status": "unavailable", "reason": words}, 503, headers=headers)
        if request.method != "POST" and (
            not path or "text/html" in request.headers.get("accept", "")
        ):
            page = render("opening.html", language=language, screen="talk" if not path else "")
            return HTMLResponse(page, headers=headers)
        body = error_body(503, words) if path.startswith("v1/") else {"detail": words}
        return JSONResponse(body, 503, headers=headers)

    return app


class _WithHeaders:
    """Says by headers what a browser may do, as `front` does for the whole application."""

    def __init__(self, app: ASGIApp, *, site: Site) -> None:
        self._app = app
        self._headers = Headers(site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            send = self._headers.around(send, scope)
        await self._app(scope, receive, send)
