"""The coach for any client of OpenAI's chat API.

Flow: `POST /v1/chat/completions` -> checked here -> the coach -> a completion, whole or in
chunks, with the `Reply` in a field of its own, `coach`; `GET /v1/models` names the one model.

What such a client may ask of a language model and the coach cannot do is refused rather than
passed over: tools, pictures, several answers.  What only tunes a model (`temperature`, `seed`,
`max_tokens` and the like) changes nothing here and is let be.  Messages of the roles `system`
and `developer` are not read: nobody's instructions change how the coach keeps people safe.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.errors import CrowdedError, InputError, MessageTooLongError
from coach.schema import Message, Reply
from coach.settings import Settings
from coach.web.asking import Asking
from coach.web.openai_format import RefusedError, error_body, invalid, openai_error
from coach.web.wording import load_strings

__all__ = ["ALLOWED", "MODEL", "REGION_HEADER", "TUNING", "Asked", "growth", "make_chat"]

_LOG = logging.getLogger(__name__)

MODEL = "homeward"
"""The one model that there is."""
ALSO_CALLED = (MODEL, "coach")
SINCE = 1_767_225_600
"""When the model was made, as OpenAI's format wants it (seconds since 1970)."""
REGION_HEADER = "x-coach-region"

UNREAD_ROLES = ("system", "developer")
TUNING = {
    *("temperature", "top_p", "top_k", "min_p", "max_tokens", "max_completion_tokens", "seed"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty", "reasoning_effort"),
    *("verbosity", "parallel_tool_calls", "prediction", "user", "metadata", "store"),
    *("service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"),
}
"""Fields that tune a language model, or name who asks: nothing here depends on them."""
ALLOWED: Mapping[str, tuple[object, ...]] = {
    "n": (1,),
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "stop": ([], ""),
}
"""Fields that ask for something the coach cannot do, with the values that do not; nor does null."""
UNREAD = ("tool_calls", "function_call", "audio")
"""What a message may not carry."""


class Part(BaseModel):
    """A piece of a message that comes in pieces."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: str
    text: str | None = None


class Said(BaseModel):
    """One message of a conversation; OpenAI's other fields of it are passed over."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    role: str
    content: str | tuple[Part, ...] | None = None


class StreamOptions(BaseModel):
    """What else a stream is to carry."""

    model_config = ConfigDict(frozen=True, strict=True)

    include_usage: bool = False


class Asked(BaseModel):
    """The body of a request for a completion."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    messages: tuple[Said, ...]
    model: str = MODEL
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    region: str | None = Field(default=None, pattern=r"^[A-Za-z]{2}$")


@dataclass(frozen=True)
class Question:
    """A request as the coach takes it."""

    messages: tuple[Message, ...]
    region: str | None
    streamed: bool
    with_usage: bool


def make_chat(asking: Asking, settings: Settings) -> APIRouter:
    """Return the routes of OpenAI's chat API."""
    router = APIRouter()

    @router.post("/v1/chat/completions")
    async def completions(request: Request) -> Response:
        try:
            question = _read(request, await request.body(), settings)
            if question.streamed:
                return await _streamed(question, asking)
            reply = await asking.reply(question.messages, region=question.region)
            answer = _Answer(question).whole(reply)
            return JSONResponse(answer, headers={"Cache-Control": "no-store"})
        except Exception as error:
            return _refusal(error)

    @router.api_route("/v1/models", methods=["GET", "HEAD"])
    async def models() -> dict[str, object]:
        return {"object": "list", "data": [_MODEL_CARD]}

    @router.api_route("/v1/models/{name}", methods=["GET", "HEAD"])
    async def model(name: str) -> Response:
        try:
            _refuse_unknown_model(name)
        except RefusedError as refused:
            return _refusal(refused)
        return JSONResponse(_MODEL_CARD)

    _refuse_other_methods(router)
    return router


def _refuse_other_methods(router: APIRouter) -> None:
    """Answer in OpenAI's form what the addresses are not for."""
    known = {"/v1/chat/completions": "POST", "/v1/models": "GET", "/v1/models/{name}": "GET"}

    def refuse(allowed: str) -> Callable[[], JSONResponse]:
        def other_method() -> JSONResponse:
            refusal = openai_error(405, load_strings().api_method)
            refusal.headers["Allow"] = allowed
            return refusal

        return other_method

    for path, allowed in known.items():
        others = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} - {allowed}
        others -= {"HEAD"} if allowed == "GET" else set()
        router.add_api_route(path, refuse(allowed), methods=sorted(others))


_MODEL_CARD = {"id": MODEL, "object": "model", "created": SINCE, "owned_by": MODEL}


def growth(replies: Sequence[str] | Iterator[str]) -> Iterator[str]:
    """Yield what each text adds to the one before it.

    What was sent cannot be called back: where a text was changed on the way, its paragraph
    is sent again, as it is now, in a paragraph of its own.
    """
    sent = ""
    for text in replies:
        yield from _added(sent, text)
        sent = text


def _added(sent: str, text: str) -> Iterator[str]:
    if text.startswith(sent):
        if text != sent:
            yield text[len(sent) :]
        return
    shared = next(
        (i for i, (old, new) in enumerate(zip(sent, text, strict=False)) if old != new),
        min(len(sent), len(text)),
    )
    begin = text.rfind("\n\n", 0, shared) + 2 if "\n\n" in text[:shared] else 0
    yield f"\n\n{text[begin:]}"


async def _streamed(question: Question, asking: Asking) -> Response:
    replies = asking.stream(question.messages, region=question.region)
    # The first is awaited here, so that what fails can still be said by a status.
    first = await anext(replies)
    events = _events(_Answer(question), first, replies)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(
    answer: "_Answer", first: Reply, replies: AsyncIterator[Reply]
) -> AsyncIterator[str]:
    """Yield the chunks of a reply as server-sent events; what fails in the middle is the last."""
    yield _event(answer.chunk({"role": "assistant", "content": ""}))
    last = first
    try:
        for added in _added("", first.text):
            yield _event(answer.chunk({"content": added}))
        async for reply in replies:
            for added in _added(last.text, reply.text):
                yield _event(answer.chunk({"content": added}))
            last = reply
    except Exception as error:
        _LOG.error("A reply broke off: %s", type(error).__name__)
        yield _event(error_body(500, load_strings().api_unexpected))
        return
    yield _event(answer.last_chunk(last))
    if answer.question.with_usage:
        yield _event(answer.usage_chunk(last))
    yield "data: [DONE]\n\n"


def _event(data: object) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


class _Answer:
    """One completion, in OpenAI's shapes."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._head: dict[str, Any] = {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "created": int(time.time()),
            "model": MODEL,
            "service_tier": None,
            "system_fingerprint": None,
        }

    def whole(self, reply: Reply) -> dict[str, Any]:
        """Return the completion of a reply."""
        said: dict[str, Any] = {
            "role": "assistant",
            "content": reply.text,
            "refusal": None,
            "annotations": [],
        }
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [{"index": 0, "message": said, "logprobs": None, "finish_reason": "stop"}],
            "usage": self._usage(reply),
            "coach": reply.model_dump(mode="json"),
        }

    def chunk(self, delta: Mapping[str, str], finish: str | None = None) -> dict[str, Any]:
        """Return a chunk that adds to the reply."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if self.question.with_usage else {}
        return {
            **self._head,
            "object": "chat.completion.chunk",
            "choices": [choice],
            **usage,
        }

    def last_chunk(self, reply: Reply) -> dict[str, Any]:
        """Return the chunk that ends the reply, and carries it as the coach gave it."""
        return {**self.chunk({}, "stop"), "coach": reply.model_dump(mode="json")}

    def usage_chunk(self, reply: Reply) -> dict[str, Any]:
        """Return the chunk after the last, which some clients ask for."""
        return {**self.chunk({}), "choices": [], "usage": self._usage(reply)}

    def _usage(self, reply: Reply) -> dict[str, int]:
        """Return how much was read and said, in words and marks: there need be no tokens."""
        read = sum(_length(message.content) for message in self.question.messages)
        said = _length(reply.text)
        return {"prompt_tokens": read, "completion_tokens": said, "total_tokens": read + said}


def _length(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def _read(request: Request, body: bytes, settings: Settings) -> Question:
    """Return what was asked.

    Raises:
        RefusedError: It is not of the expected form, or asks for what the coach cannot do.
    """
    strings = load_strings()
    if not re.match(r"(?i)application/json\b", request.headers.get("content-type", "")):
        raise RefusedError(415, strings.api_not_json)
    try:
        asked = Asked.model_validate_json(body)
        by_header = Asked(messages=(), region=request.headers.get(REGION_HEADER)).region
    except ValidationError as error:
        raise invalid(error) from None
    for name, value in (asked.model_extra or {}).items():
        if name not in TUNING:
            _refuse_unsupported(name, value)
    _refuse_unknown_model(asked.model)
    messages = tuple(_messages(asked.messages))
    if not messages:
        raise RefusedError(400, strings.api_no_messages, "messages")
    if len(messages) > settings.max_messages:
        message = strings.api_too_many_messages.format(limit=settings.max_messages)
        raise RefusedError(400, message, "messages", "context_length_exceeded")
    if messages[-1].role != "user":
        raise RefusedError(400, strings.api_last_not_user, "messages")
    with_usage = asked.stream_options is not None and asked.stream_options.include_usage
    region = (asked.region or by_header or "").upper() or None
    return Question(messages, region, bool(asked.stream), with_usage)


def _refuse_unsupported(name: str, value: object) -> None:
    """Refuse a field that asks for what the coach cannot do.

    Raises:
        RefusedError: It does, or nobody knows what it asks.
    """
    strings = load_strings()
    field = name[:80]
    if name not in ALLOWED:
        message = strings.api_unknown_field.format(field=field)
        raise RefusedError(400, message, field, "unknown_parameter")
    if value is not None and value not in ALLOWED[name]:
        message = strings.service.cannot.format(field=field)
        raise RefusedError(400, message, field, "unsupported_parameter")


def _refuse_unknown_model(name: str) -> None:
    """Refuse every name but that of the one model.

    Raises:
        RefusedError: There is no such model.
    """
    if name not in ALSO_CALLED:
        message = load_strings().service.no_such_model.format(model=MODEL)
        raise RefusedError(404, message, "model", "model_not_found")


def _messages(said: Sequence[Said]) -> Iterator[Message]:
    """Yield the messages that the coach reads.

    Raises:
        RefusedError: One is in a role, or holds a thing, that it cannot read.
    """
    strings = load_strings()
    for number, message in enumerate(said):
        field = f"messages.{number}"
        if message.role in UNREAD_ROLES:
            continue
        role: Literal["user", "assistant"]
        if message.role == "user":
            role = "user"
        elif message.role == "assistant":
            role = "assistant"
        else:
            raise RefusedError(400, strings.service.no_such_role, f"{field}.role")
        if any((message.model_extra or {}).get(name) for name in UNREAD):
            raise RefusedError(400, strings.service.only_text, field, "unsupported_content")
        yield Message(role=role, content=_text(message, f"{field}.content"))


def _text(message: Said, field: str) -> str:
    """Return the words of a message.

    Raises:
        RefusedError: It holds something else, or nothing.
    """
    strings = load_strings()
    if message.content is None:
        if message.role == "user":
            raise RefusedError(400, strings.api_missing_field.format(field=field), field)
        return ""
    if isinstance(message.content, str):
        return message.content
    for part in message.content:
        if part.type not in {"text", "refusal"}:
            raise RefusedError(400, strings.service.only_text, field, "unsupported_content")
    return "\n".join(part.text or "" for part in message.content)


def _refusal(error: Exception) -> JSONResponse:
    """Return the answer to a request that failed; only the kind of the unforeseen is logged."""
    if isinstance(error, RefusedError):
        return openai_error(error.status, error.message, error.param, error.code)
    if isinstance(error, CrowdedError):
        refusal = openai_error(503, error.told(load_strings().service.crowded), code="overloaded")
        refusal.headers["Retry-After"] = str(error.retry_after)
        return refusal
    if isinstance(error, MessageTooLongError):
        return openai_error(400, str(error), "messages", "context_length_exceeded")
    if isinstance(error, InputError):
        return openai_error(400, str(error), "messages")
    _LOG.error("A reply failed: %s", type(error).__name__)
    return openai_error(500, load_strings().api_unexpected)
