"""Count what the coach does, in Prometheus's format; nothing of what anyone said is counted by.

Flow: `Measured` wraps the coach, `Watch` the application -> here -> `GET /metrics`.

Every label is one of a few words that the code itself holds, so that no visitor can make one.
"""

import logging
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from time import perf_counter

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.errors import InputError
from coach.schema import Found, Reply
from coach.schema import Message as Said
from coach.settings import Settings
from coach.web.contracts import Coach
from coach.web.crowd import Crowd
from coach.web.wording import load_strings

__all__ = ["Measured", "Metrics", "Watch", "is_from_here", "make_metrics"]

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
"""Seconds: milliseconds where the composer answers, seconds where a model does."""
MODEL = "coach.dialogue.model"
FORWARDED = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via")
_LOG = logging.getLogger(__name__)


class Metrics:
    """The counts of one application, in a registry of their own."""

    def __init__(self, crowd: Crowd) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.turns = Counter(
            "homeward_turns", "Replies given, by their kind.", ["kind"], registry=registry
        )
        self.risks = Counter(
            "homeward_risks", "Replies given, by level of risk.", ["level"], registry=registry
        )
        self.seconds = Histogram(
            "homeward_turn_seconds", "How long a turn took.", buckets=BUCKETS, registry=registry
        )
        self.first_seconds = Histogram(
            "homeward_first_words_seconds",
            "How long the first words of a streamed turn took.",
            buckets=BUCKETS,
            registry=registry,
        )
        self.errors = Counter(
            "homeward_errors", "Errors that were logged, by part.", ["part"], registry=registry
        )
        self.fallbacks = Counter(
            "homeward_fallbacks",
            "Replies that the composer finished because the language model failed.",
            registry=registry,
        )
        self.refusals = Counter(
            "homeward_refusals", "Requests refused, by reason.", ["reason"], registry=registry
        )
        self.responses = Counter(
            "homeward_responses", "Answers to requests, by class.", ["status"], registry=registry
        )
        self.requests = Gauge(
            "homeward_requests_open", "Requests that are being answered.", registry=registry
        )
        self.sockets = Gauge("homeward_sockets_open", "WebSockets open.", registry=registry)
        self.connections = Gauge(
            "homeward_connections_open", "Connections that are open.", registry=registry
        )
        running = Gauge("homeward_turns_running", "Turns that run.", registry=registry)
        running.set_function(lambda: crowd.running)
        refused = Gauge("homeward_turns_refused", "People asked to come back.", registry=registry)
        refused.set_function(lambda: crowd.refused)
        waiting = Gauge("homeward_turns_waiting", "People who wait.", registry=registry)
        waiting.set_function(lambda: crowd.waiting)

    def listen_to_logs(self) -> None:
        """Count the errors that the coach's parts log, and the failures of a language model."""
        logging.getLogger("coach").addHandler(_Counting(self))


class _Counting(logging.Handler):
    """Counts records; what they say is not read."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        if record.name.startswith(MODEL):
            self._metrics.fallbacks.inc()
        elif record.levelno >= logging.ERROR:
            part = record.name.split(".")[1] if "." in record.name else "coach"
            self._metrics.errors.labels(part).inc()


class Measured:
    """A coach whose turns are counted and timed."""

    def __init__(self, coach: Coach, metrics: Metrics) -> None:
        self._coach = coach
        self._metrics = metrics

    def reply(self, messages: Sequence[Said], *, region: str | None = None) -> Reply:
        """Return the coach's reply; see `Coach.reply`."""
        begun = perf_counter()
        try:
            reply = self._coach.reply(messages, region=region)
        except InputError:
            self._metrics.refusals.labels("input").inc()
            raise
        self._count(reply, begun)
        return reply

    def stream(self, messages: Sequence[Said], *, region: str | None = None) -> Iterator[Reply]:
        """Yield the coach's reply as it grows; see `Coach.stream`."""
        begun = perf_counter()
        last: Reply | None = None
        try:
            for reply in self._coach.stream(messages, region=region):
                if last is None:
                    self._metrics.first_seconds.observe(perf_counter() - begun)
                last = reply
                yield reply
        except InputError:
            self._metrics.refusals.labels("input").inc()
            raise
        if last is not None:
            self._count(last, begun)

    def composed(self, messages: Sequence[Said]) -> Reply:
        """Return what the coach composes, which is nobody's turn; see `Coach.composed`."""
        return self._coach.composed(messages)

    def find(self, query: str, *, limit: int = 4) -> Found:
        """Return what the coach finds; see `Coach.find`."""
        return self._coach.find(query, limit=limit)

    def _count(self, reply: Reply, begun: float) -> None:
        spent = perf_counter() - begun
        self._metrics.seconds.observe(spent)
        self._metrics.turns.labels(reply.kind).inc()
        self._metrics.risks.labels(reply.risk.level.value).inc()
        # Neither kind nor risk: on a quiet site, with the hour, they would point to a person.
        _LOG.info("A turn took %d ms.", spent * 1000)


class Watch:
    """Counts requests, answers and WebSockets."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        gauges = {"http": self._metrics.requests, "websocket": self._metrics.sockets}
        gauge = gauges.get(scope["type"])
        if gauge is None:
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.responses.labels(f"{message['status'] // 100}xx").inc()
            await send(message)

        with gauge.track_inprogress():
            await self._app(scope, receive, sending)


def make_metrics(metrics: Metrics, settings: Settings) -> APIRouter:
    """Return the route `GET /metrics`, which others on the network do not find."""
    router = APIRouter()

    @router.api_route("/metrics", methods=["GET", "HEAD"])
    async def show(request: Request) -> Response:
        if not (settings.metrics_anywhere or is_from_here(request.scope)):
            return JSONResponse({"detail": load_strings().api_not_found}, 404)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def is_from_here(scope: Scope) -> bool:
    """Tell whether a request comes from this machine itself, and not through a proxy on it."""
    client = scope.get("client")
    if client is None or any(name in FORWARDED for name, _ in scope["headers"]):
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False
