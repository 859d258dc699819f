"""Refuse bodies that are too large, before anything reads them whole.

Flow: `front` -> here -> the API, the Gradio page.
"""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.web.wording import load_strings

__all__ = ["API_LIMIT", "PAGE_LIMIT", "RECORDING_LIMIT", "BodyLimit"]

API_LIMIT = 1_000_000
"""Bytes of a request to the API."""

PAGE_LIMIT = 8_000_000
"""Bytes of a request from the page, which carries the talk as it is shown."""

RECORDING_LIMIT = 25_000_000
"""Bytes of a request that carries a recording; OpenAI's limit."""

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
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > limit:
                await _refuse(limit, scope, receive, send)
                return
            more = message.get("more_body", False)

        handed_over = False

        async def whole() -> Message:
            nonlocal handed_over
            if handed_over:
                return await receive()
            handed_over = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, whole, send)


def _limit_of(path: str) -> int:
    if path == _RECORDINGS:
        return RECORDING_LIMIT
    return PAGE_LIMIT if path.startswith("/gradio_api/") else API_LIMIT


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    detail = load_strings().api_too_large.format(limit=f"{limit:,}")
    error = {"message": detail, "type": "invalid_request_error", "param": None, "code": None}
    body = {"error": error} if scope["path"].startswith("/v1/") else {"detail": detail}
    response = JSONResponse(body, 413, headers={"Connection": "close"})
    await response(scope, receive, send)
