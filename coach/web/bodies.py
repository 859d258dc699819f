"""Refuse bodies that are too large, or come too slowly, before anything reads them whole.

Flow: `front` -> here -> the API, the Gradio page.
"""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.web.openai_format import error_body
from coach.web.wording import load_strings

__all__ = ["API_LIMIT", "PAGE_LIMIT", "RECORDING_LIMIT", "BodyLimit"]

API_LIMIT = 1_000_000
"""Bytes of a request to the API."""

PAGE_LIMIT = 8_000_000
"""Bytes of a request from the page, which carries the talk as it is shown."""

RECORDING_LIMIT = 25_000_000
"""Bytes of a request that carries a recording; OpenAI's limit."""

BODY_SECONDS = 20.0
"""Seconds that the body of a request may take to arrive, beside what the slowest line needs."""

SLOWEST_LINE = 250_000
"""Bytes a second of a line that is still waited for."""

_RECORDINGS = "/v1/audio/transcriptions"


class BodyLimit:
    """Answer 413 to a request whose body is over the limit, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body, or refuse it."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        limit = _limit_of(scope["path"])
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await _refuse(limit, scope, receive, send)
            return
        try:
            async with asyncio.timeout(_patience_for(limit)):
                body = await _whole(receive, limit)
        except TimeoutError:
            await _answer(408, load_strings().service.too_slow, scope, receive, send)
            return
        except ClientDisconnect:
            return
        if body is None:
            await _refuse(limit, scope, receive, send)
            return

        handed_over = False

        async def whole() -> Message:
            nonlocal handed_over
            if handed_over:
                return await receive()
            handed_over = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, whole, send)


def _limit_of(path: str) -> int:
    if path == _RECORDINGS:
        return RECORDING_LIMIT
    return PAGE_LIMIT if path.startswith("/gradio_api/") else API_LIMIT


async def _whole(receive: Receive, limit: int) -> bytes | None:
    """Return the body of a request; None once it is over the limit.

    Raises:
        ClientDisconnect: The client has gone.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        more = message.get("more_body", False)
    return bytes(body)


def _patience_for(limit: int) -> float:
    """Return the seconds that a body may take: the larger it may be, the longer."""
    return BODY_SECONDS + limit / SLOWEST_LINE


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    detail = load_strings().api_too_large.format(limit=f"{limit:,}")
    await _answer(413, detail, scope, receive, send)


async def _answer(status: int, detail: str, scope: Scope, receive: Receive, send: Send) -> None:
    is_openai = scope["path"].startswith("/v1/")
    body = error_body(status, detail) if is_openai else {"detail": detail}
    response = JSONResponse(body, status, headers={"Connection": "close"})
    await response(scope, receive, send)
