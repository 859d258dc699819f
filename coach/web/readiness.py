"""Say whether the coach can answer, by having it answer.

Flow: `GET /readyz` -> a fixed question -> the coach -> 200, or 503 with the reason.

`/healthz` says that the process lives; this, that index, encoder and composer answer.  No language
model is asked: a probe comes every few seconds, and the composer answers when a model is away.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from time import monotonic

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from coach import __version__
from coach.schema import Message
from coach.web.contracts import Coach, Library
from coach.web.wording import load_strings

__all__ = ["make_health", "make_readiness"]

_LOG = logging.getLogger(__name__)

QUESTION = "{number}. What does “{title}” say?"
"""What the coach is asked, in the language that it reads; nobody sees it.  It has another number
each time, for what is asked twice is remembered and proves no encoder."""
_NUMBERS = count(1)
"""Of the whole process: applications that share a coach share what it remembers."""
PATIENCE = 5.0
"""Seconds that the answer may take."""
KEPT = 2.0
"""Seconds for which a finding is given again: asking often must not cost turns."""


def make_health() -> APIRouter:
    """Return the route `GET /healthz`, which asks nobody."""
    router = APIRouter()

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    return router


def make_readiness(coach: Coach, library: Library) -> APIRouter:
    """Return the route `GET /readyz`."""
    router = APIRouter()
    look = Look(lambda: _why_not(coach, library))

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    async def readyz() -> Response:
        reason = await look.reason()
        headers = {"Cache-Control": "no-store"}
        if reason:
            found = {"status": "unavailable", "reason": reason}
            return JSONResponse(found, 503, headers={**headers, "Retry-After": "5"})
        return JSONResponse({"status": "ready"}, headers=headers)

    return router


class Look:
    """Looks at most every few seconds, and once at a time, however many ask."""

    def __init__(self, why_not: Callable[[], str]) -> None:
        self._why_not = why_not
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._job: Future[str] | None = None
        self._begun = 0.0

    async def reason(self) -> str:
        """Return why the coach cannot answer; empty if it can."""
        now = monotonic()
        if self._job is None or (self._job.done() and now - self._begun > KEPT):
            self._begun = now
            self._job = self._thread.submit(self._why_not)
        waiting = asyncio.wrap_future(self._job)
        done, _ = await asyncio.wait({waiting}, timeout=PATIENCE)
        return waiting.result() if done else load_strings().service.not_ready_slow


def _why_not(coach: Coach, library: Library) -> str:
    """Ask about a document by its title; the answer must rest on the index."""
    strings = load_strings().service
    documents = (*library.practices, *library.articles)
    title = documents[0].title if documents else ""
    question = QUESTION.format(title=title, number=next(_NUMBERS))
    try:
        reply = coach.composed([Message(role="user", content=question)])
    except Exception as error:
        # The kind alone is told: the text may name files of this machine.
        _LOG.error("The coach is not ready: %s", type(error).__name__)
        return strings.not_ready_failed.format(kind=type(error).__name__)
    return "" if reply.citations or not documents else strings.not_ready_index
