"""Say who may come in: a password while the author shows a preview, other sites by setting.

Flow: `front` -> here -> `limits` -> `bodies` -> the application.

The help page, the helplines and the sign of life ask nobody for a password.
"""

import base64
import binascii
import hmac
import logging
import re

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.settings import Settings
from coach.web.languages import language_of
from coach.web.limits import Pace
from coach.web.openai_format import error_body
from coach.web.wording import load_strings

__all__ = ["OPEN", "OtherSites", "Preview"]

_LOG = logging.getLogger(__name__)

OPEN = re.compile(r"/(help|helplines|healthz|look/[a-z-]+\.(css|js|svg))")
"""What needs no password: help, what the help page looks like, and the sign of life."""
SHARED = re.compile(r"/(api/reply|helplines|v1/.+)")
"""What a page of another site may ask, where its origin is allowed."""
TRIES = "10/minute"
"""Wrong passwords of one client."""
CHALLENGE = 'Basic realm="Homeward preview", charset="UTF-8"'


class Preview:
    """Asks for a password: HTTP Basic with any name, or as the key of an OpenAI client."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        password = settings.preview_password
        self._password = password.get_secret_value().encode() if password else b""
        self._tries = Pace(TRIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is open, and whoever knows the password."""
        if scope["type"] == "lifespan" or OPEN.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = _given(headers.get(b"authorization", b""))
        wait = self._tries.is_over(scope)
        if not wait and given is not None and hmac.compare_digest(given, self._password):
            await self._app(scope, receive, send)
            return
        if given is not None and not wait:
            self._tries.wait(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        language = language_of(HTTPConnection(scope))
        await _refuse(wait, language, scope, receive, send)


async def _refuse(wait: int, language: str, scope: Scope, receive: Receive, send: Send) -> None:
    strings = load_strings(language).service
    status = 429 if wait else 401
    words = strings.too_often.format(seconds=wait) if wait else strings.password
    header = {"Retry-After": str(wait)} if wait else {"WWW-Authenticate": CHALLENGE}
    body = error_body(status, words) if scope["path"].startswith("/v1/") else {"detail": words}
    await JSONResponse(body, status, headers=header)(scope, receive, send)


def _given(authorization: bytes) -> bytes | None:
    """Return the password of a header, if it holds one."""
    scheme, _, value = authorization.partition(b" ")
    if scheme.lower() == b"bearer":
        return value.strip()
    if scheme.lower() != b"basic":
        return None
    try:
        _name, _, password = base64.b64decode(value, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return password


class OtherSites:
    """Lets pages of the named origins ask the API; of no other, and nothing else.

    Gradio would let a page of any origin read the talk, and with its visitor's password.
    """

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        self._app = app
        self._are_named = bool(origins)
        self._shared = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=["Retry-After"],
            max_age=600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._are_named and SHARED.fullmatch(scope["path"]):
            await self._shared(scope, receive, send)
        else:
            await self._app(scope, receive, _unshared(send))


def _unshared(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            kept = [pair for pair in headers if not pair[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    return sending
