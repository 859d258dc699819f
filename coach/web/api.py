"""The HTTP API: one reply for one conversation, and a sign of life.

Flow: `POST /api/reply` -> checked here -> the coach -> `Reply` as JSON.
"""

import logging
import re
from collections.abc import Mapping
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from coach.errors import CrowdedError, InputError, MessageTooLongError
from coach.schema import Message
from coach.settings import Settings
from coach.web.asking import Asking
from coach.web.wording import load_strings

__all__ = ["Conversation", "RefusedError", "make_api", "only_post", "read_json", "refusal_of"]

_LOG = logging.getLogger(__name__)
_Form = TypeVar("_Form", bound=BaseModel)


class Conversation(BaseModel):
    """The body of a request for a reply."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    messages: list[Message]
    region: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")


class RefusedError(Exception):
    """A request that cannot be answered, with the status and the reason to give."""

    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(detail)


def make_api(asking: Asking, settings: Settings) -> APIRouter:
    """Return the route `POST /api/reply`."""
    router = APIRouter()

    @router.post("/api/reply")
    async def reply(request: Request) -> Response:
        try:
            asked = _read(request.headers.get("content-type", ""), await request.body(), settings)
            answer = await asking.reply(asked.messages, region=asked.region)
        except Exception as error:
            return refusal_of(error, "reply")
        return Response(answer.model_dump_json(), media_type="application/json")

    @router.api_route("/api/reply", methods=["GET", "HEAD", "PUT", "PATCH", "DELETE"])
    async def other_method() -> Response:
        return only_post()

    return router


def refusal_of(error: Exception, what: str) -> JSONResponse:
    """Return the answer that tells of an error; log the kind of one that nobody expected.

    Args:
        error: What was raised.
        what: What was asked for, for the log.
    """
    if isinstance(error, RefusedError):
        return _refusal(error.status, error.detail)
    if isinstance(error, MessageTooLongError):
        return _refusal(413, str(error))
    if isinstance(error, CrowdedError):
        told = error.told(load_strings().service.crowded)
        return _refusal(503, told, {"Retry-After": str(error.retry_after)})
    if isinstance(error, InputError):
        return _refusal(422, str(error))
    # The kind alone is logged: the text of an error may quote the person.
    _LOG.error("A %s failed: %s", what, type(error).__name__)
    return _refusal(500, load_strings().api_unexpected)


def only_post() -> JSONResponse:
    """Return the answer to every other method."""
    return _refusal(405, load_strings().api_method, {"Allow": "POST"})


def _read(content_type: str, body: bytes, settings: Settings) -> Conversation:
    """Return the conversation that was sent.

    Raises:
        RefusedError: It is not JSON, not of the expected form, or too long.
    """
    strings = load_strings()
    asked = read_json(Conversation, content_type, body)
    if not asked.messages:
        raise RefusedError(422, strings.api_no_messages)
    if len(asked.messages) > settings.max_messages:
        raise RefusedError(422, strings.api_too_many_messages.format(limit=settings.max_messages))
    if asked.messages[-1].role != "user":
        raise RefusedError(422, strings.api_last_not_user)
    return asked


def read_json(form: type[_Form], content_type: str, body: bytes) -> _Form:
    """Return the body of a request in the form that is expected of it.

    Raises:
        RefusedError: It is not JSON, or not of that form.
    """
    strings = load_strings()
    if not re.match(r"(?i)application/(?:[a-z.+-]+\+)?json\b", content_type):
        raise RefusedError(415, strings.api_not_json)
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        if problem["type"] == "json_invalid":
            raise RefusedError(400, strings.api_invalid_json) from None
        raise RefusedError(422, _reason(problem)) from None


def _reason(problem: ErrorDetails) -> str:
    """Return one sentence about a validation error, without what was sent."""
    strings = load_strings()
    field = ".".join(str(part) for part in problem["loc"]) or "body"
    if problem["type"] == "extra_forbidden":
        return strings.api_unknown_field.format(field=field[:80])
    if problem["type"] == "missing":
        return strings.api_missing_field.format(field=field)
    reason = problem["msg"][:1].lower() + problem["msg"][1:]
    return strings.api_invalid_field.format(field=field, reason=reason)


def _refusal(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    no_store = {"Cache-Control": "no-store"}
    return JSONResponse({"detail": detail}, status, headers=no_store | dict(headers or {}))
