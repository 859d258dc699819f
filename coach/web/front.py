"""Stand in front of everything that is served: what is open, with the right `headers`.

Flow: a request -> here -> `bodies` -> the API, the plain pages, the Gradio page.

Of Gradio's many routes only those that the talk needs are open; uploads, file
serving, deep links, monitoring and the rest answer 404. The page itself is
given a fresh nonce each time, so that only its own scripts run, and loses the
references to other hosts that Gradio's template carries.  An error that nobody
caught ends here: its text may quote a visitor, so only its kind is logged.
"""

import logging
import re
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.site import Site
from coach.web.headers import Headers
from coach.web.languages import ASKED, language_cookie, language_of, languages
from coach.web.openai_format import error_body
from coach.web.wording import load_strings, render

__all__ = ["Front", "is_open"]

_LOG = logging.getLogger(__name__)

_OWN = re.compile(
    r"/(help|helplines|plan|path|practices|healthz|api/(reply|search)|read(/[^/]+)?"
    r"|look/[a-z-]+\.(css|js|svg)|voice/about|v1/audio/(speech|transcriptions)"
    r"|v1/chat/completions|v1/models(/[^/]+)?|metrics|readyz|openapi\.json)"
)
_AROUND = re.compile(
    r"/(left|offline|embed\.js|manifest\.webmanifest|service-worker\.js|look/[a-z0-9-]+\.png)"
)
_SOCKETS = ("/voice/listen",)
_GRADIO_GET = re.compile(
    r"/|/(assets|static/(fonts|img|js))/.+|/(gradio_api/)?theme\.css|/config"
    r"|/gradio_api/(queue/data|startup-events|app_id|heartbeat/[a-z0-9]+)"
)
_GRADIO_POST = re.compile(r"/gradio_api/(queue/join|cancel|reset)")
_STREAM = "/gradio_api/queue/data"
_LAST_EVENT = b'"msg":"close_stream"'

_FOREIGN_META = re.compile(r"\s*<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>", re.S)
_MANIFEST = re.compile(r"\s*<link rel=\"manifest\"[^>]*>")
_RESIZER = re.compile(
    r"<script>(?:(?!</script>).)*iframeResizer\.contentWindow(?:(?!</script>).)*</script>", re.S
)
_HTML = re.compile(r"<html\s+lang=\"en\"")
_BODY = re.compile(r"<body[^>]*>")
_SCRIPT = re.compile(r"<script(?=[\s>])")
_AT_THE_START = ("exit", "nav")
_AT_THE_END = ("talk_noscript", "talk_languages", "talk_parts", "voice")


class Front:
    """Let through what is needed, and say by headers what a browser may do with it."""

    def __init__(
        self, app: ASGIApp, *, broken_off: Callable[[str], None], site: Site | None = None
    ) -> None:
        """Wrap an application.

        Args:
            app: The API, the plain pages and the mounted Gradio page.
            broken_off: Called with the session's hash when a page is left before its
                events were all delivered.
            site: Whose `embed_on` says who may show the pages in a frame.
        """
        self._app = app
        self._broken_off = broken_off
        self._headers = Headers(site or Site())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        if scope["type"] != "http":
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._answer(scope, receive, _keeping_the_choice(sending, scope))
        except Exception as error:
            _LOG.error("A request failed: %s", type(error).__name__)
            if not started:
                sorry = JSONResponse({"detail": load_strings().api_unexpected}, 500)
                await sorry(scope, receive, self._headers.around(send, scope))

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a WebSocket through that the page needs; refuse every other."""
        if scope["path"] not in _SOCKETS:
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            _LOG.error("A connection failed: %s", type(error).__name__)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if not is_open(scope["method"], path):
            words = load_strings().api_not_found
            is_openai = path.startswith("/v1/")
            gone = JSONResponse(error_body(404, words) if is_openai else {"detail": words}, 404)
            await gone(scope, receive, self._headers.around(send, scope))
        elif path == "/":
            await self._talk(scope, receive, send)
        elif path == _STREAM:
            await self._stream(scope, receive, send)
        else:
            await self._app(scope, receive, self._headers.around(send, scope))

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a page's events on; say when they broke off before they were all delivered."""
        delivered = False

        async def passing(message: Message) -> None:
            nonlocal delivered
            delivered = delivered or _LAST_EVENT in message.get("body", b"")
            await send(message)

        try:
            await self._app(scope, receive, self._headers.around(passing, scope))
        finally:
            if not delivered:
                asked = parse_qs(scope["query_string"].decode("latin-1"))
                for session in asked.get("session_hash", []):
                    self._broken_off(session)

    async def _talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the Gradio page in the visitor's language, with a nonce of its own.

        Of its query nothing else is read.
        """
        language = language_of(HTTPConnection(scope))
        nonce = secrets.token_urlsafe(16)
        headers = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
        start: Message | None = None
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body") or start is None:
                return
            page = body.decode("utf-8")
            if page:
                page = _own_page(page, nonce, language)
            whole = page.encode("utf-8")
            answer = MutableHeaders(raw=start["headers"])
            if scope["method"] != "HEAD":
                answer["Content-Length"] = str(len(whole))
            answer["Cache-Control"] = "no-store"
            out = self._headers.around(send, scope, nonce)
            await out(start)
            await out({"type": "http.response.body", "body": whole})

        await self._app({**scope, "headers": headers, "query_string": b""}, receive, collect)


def is_open(method: str, path: str) -> bool:
    """Tell whether anything answers at a path; all else is answered with 404 here."""
    if _OWN.fullmatch(path) or _AROUND.fullmatch(path):
        return True
    if method in {"GET", "HEAD"}:
        return bool(_GRADIO_GET.fullmatch(path))
    return method == "POST" and bool(_GRADIO_POST.fullmatch(path))


def _own_page(page: str, nonce: str, language: str) -> str:
    """Return Gradio's page with this project's head, no foreign hosts, and the nonce."""
    for pattern in (_FOREIGN_META, _MANIFEST, _RESIZER):
        page = pattern.sub("", page)
    page = page.replace("<head>", f"<head>{render('talk_head.html', language=language)}", 1)
    page = _HTML.sub(lambda _: render("talk_data.html", language=language), page, count=1)
    start = "".join(
        render(f"{name}.html", language=language, screen="talk") for name in _AT_THE_START
    )
    page = _BODY.sub(lambda body: f"{body[0]}{start}", page, count=1)
    end = "".join(render(f"{name}.html", language=language) for name in _AT_THE_END)
    page = page.replace("</body>", f"{end}</body>", 1)
    return _SCRIPT.sub(f'<script nonce="{nonce}"', page)


def _keeping_the_choice(send: Send, scope: Scope) -> Send:
    """Return what sends an answer, with the cookie for a language that its address asks for."""
    asked = HTTPConnection(scope).query_params.get(ASKED)
    if asked not in languages():
        return send
    cookie = language_cookie(asked, secure=scope["scheme"] == "https")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(raw=message["headers"]).append("Set-Cookie", cookie)
        await send(message)

    return sending
