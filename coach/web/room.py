"""Say a clear word to whoever comes when every connection is taken; help is there all the same.

Flow: `patience` -> here -> the application.
"""

import logging
from collections.abc import Callable

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from coach.web.access import OPEN
from coach.web.brand import current_site
from coach.web.crowd import COME_BACK
from coach.web.headers import Headers
from coach.web.languages import language_of
from coach.web.openai_format import error_body
from coach.web.wording import load_strings

__all__ = ["Room"]

_LOG = logging.getLogger(__name__)


class Room:
    """Answers 503, with when to come back and where to turn meanwhile, while there is no room."""

    def __init__(self, app: ASGIApp, is_full: Callable[[], bool]) -> None:
        self._app = app
        self._is_full = is_full

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it; the helplines and the sign of life are never refused."""
        if scope["type"] != "http" or OPEN.fullmatch(scope["path"]) or not self._is_full():
            await self._app(scope, receive, send)
            return
        _LOG.warning("A request was refused, for every connection is taken.")
        asked = HTTPConnection(scope)
        words = load_strings(language_of(asked)).service.full.format(seconds=COME_BACK)
        headers = {"Retry-After": str(COME_BACK), "Connection": "close"}
        refusal: Response = JSONResponse({"detail": words}, 503, headers=headers)
        if scope["path"].startswith("/v1/"):
            refusal = JSONResponse(error_body(503, words, code="overloaded"), 503, headers=headers)
        elif "text/html" in asked.headers.get("accept", ""):
            # No page, for each of the files that one needs would be refused as well.
            refusal = PlainTextResponse(words, 503, headers=headers)
        await refusal(scope, receive, Headers(current_site()).around(send, scope))
