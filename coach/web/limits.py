"""Hold back whoever asks too much, so that everybody else is answered.

Flow: `front` -> here -> `bodies` -> the application.

Counted are requests that cost work (turns, sound), for each client by a moving window
(the package `limits`). A client is an address, or the /64 network of an IPv6 one, and is
remembered for a minute as a hash with a key of this process. What comes from this machine
itself is not counted unless a setting says so. Nobody is ever held back from the helplines.
"""

import hashlib
import logging
import math
import secrets
import time
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from coach.settings import Settings
from coach.web.languages import language_of
from coach.web.metrics import Metrics, is_from_here
from coach.web.openai_format import error_body
from coach.web.proxies import what_to_set
from coach.web.wording import load_strings

__all__ = ["Pace", "RateLimit"]

_LOG = logging.getLogger(__name__)

COUNTED = frozenset(
    {
        ("POST", "/api/reply"),
        ("POST", "/api/search"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/audio/transcriptions"),
        ("POST", "/v1/audio/speech"),
        ("POST", "/gradio_api/queue/join"),
    }
)


class Pace:
    """Counts what each client does, in memory, for as long as the window is."""

    def __init__(self, limit: str) -> None:
        """Allow `limit`, such as `60/minute`."""
        self._limit: RateLimitItem = parse(limit)
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._key = secrets.token_bytes(16)

    def wait(self, scope: Scope) -> int:
        """Count a request; return the seconds to wait before the next if it is too many, else 0."""
        client = self._hash(scope)
        if self._window.hit(self._limit, client):
            return 0
        seconds = self._seconds(client)
        if seconds > self._limit.get_expiry():
            # The package reads a clock that can be set, and it was set back.
            self._window.clear(self._limit, client)
            return 0
        return seconds

    def is_over(self, scope: Scope) -> int:
        """Return the seconds to wait if the limit is reached, else 0; count nothing."""
        client = self._hash(scope)
        return 0 if self._window.test(self._limit, client) else self._seconds(client)

    def _seconds(self, client: str) -> int:
        resets = self._window.get_window_stats(self._limit, client).reset_time
        return max(1, math.ceil(resets - time.time()))

    def _hash(self, scope: Scope) -> str:
        whose = scope.get("client")
        name = _network(whose[0]) if whose else ""
        return hashlib.blake2b(name.encode(), key=self._key, digest_size=16).hexdigest()


def _network(host: str) -> str:
    """Return the address of a client, or the network that one household has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(address)


class RateLimit:
    """Answers 429 to whoever asks too often, with when to come back."""

    def __init__(self, app: ASGIApp, *, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._pace = Pace(f"{settings.turns_per_minute}/minute")
        self._spares_this_machine = not settings.limit_this_machine
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and (scope["method"], scope["path"]) in COUNTED:
            if not self._has_warned and (advice := what_to_set(scope)):
                self._has_warned = True
                _LOG.warning(advice)
            spared = self._spares_this_machine and is_from_here(scope)
            seconds = 0 if spared else self._pace.wait(scope)
            if seconds:
                self._metrics.refusals.labels("rate").inc()
                is_openai = scope["path"].startswith("/v1/")
                language = language_of(HTTPConnection(scope))
                words = load_strings(language).service.too_often.format(seconds=seconds)
                code = "rate_limit_exceeded"
                body = error_body(429, words, code=code) if is_openai else {"detail": words}
                refusal = JSONResponse(body, 429, headers={"Retry-After": str(seconds)})
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
