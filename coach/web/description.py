"""Describe the HTTP API in OpenAPI's form, for other programs and for tests that try it all.

Flow: the forms of `api`, `search`, `directory`, `chat` and `speech` -> here ->
`GET /openapi.json`.  What the pages are made of is not described: it is no promise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from coach import __version__
from coach.schema import Reply
from coach.settings import Settings
from coach.web.api import Conversation
from coach.web.chat import ALLOWED, REGION_HEADER, TUNING, Asked
from coach.web.directory import Directory
from coach.web.search import FoundPassages, SoughtPassages
from coach.web.speech import FORMATS, SoughtSpeech
from coach.web.wording import load_strings

__all__ = ["describe", "make_description"]

JSON = "application/json"
_REF = "#/components/schemas/{model}"
_Schema = dict[str, Any]

_STATUSES = {
    400: "It is not of the expected form, or asks for what cannot be done.",
    404: "There is no such thing.",
    408: "The body took too long to arrive.",
    413: "The body, or a message in it, is too long.",
    415: "The body is of another type.",
    422: "It is JSON, and not what is expected.",
    429: "This client asks too often; Retry-After says when to come back.",
    500: "Something failed that should not.",
    503: "Too many people are here, or a part is away; Retry-After says when to come back.",
}
_TURN = (400, 408, 413, 415, 422, 429, 500, 503)
_IN_OPENAI_FORM = (400, 404, 408, 413, 415, 429, 500, 503)


def make_description(settings: Settings) -> APIRouter:
    """Return the route `GET /openapi.json`."""
    router = APIRouter()
    description = describe(settings)

    @router.api_route("/openapi.json", methods=["GET", "HEAD"])
    async def openapi() -> JSONResponse:
        return JSONResponse(description, headers={"Cache-Control": "no-cache"})

    return router


def describe(settings: Settings) -> _Schema:
    """Return the description of what other programs may ask."""
    name = load_strings().name
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": __version__, "description": "docs/api.md says more."},
        "paths": _own_paths() | _openai_paths(),
        "components": {"schemas": _schemas(settings)},
        **_password(settings),
    }


def _own_paths() -> _Schema:
    region = {"name": "region", "in": "query", "schema": {"type": "string"}}
    category = {
        "name": "category",
        "in": "query",
        "schema": {"type": "array", "items": {"type": "string"}},
    }
    return {
        "/api/reply": _post("One reply to one conversation", "Conversation", "Reply"),
        "/api/search": _post("Passages by meaning", "SoughtPassages", "FoundPassages"),
        "/helplines": _get("Where to turn in a country", "Directory", region, category),
        "/healthz": _get("The process lives", "Health"),
        "/readyz": _get("Index, encoder and composer answer", "Ready", refused={503: "NotReady"}),
        "/voice/about": _get("Whether it hears and speaks", "Voice"),
        "/openapi.json": _get("This description", "Anything"),
    }


def _openai_paths() -> _Schema:
    region = {
        "name": REGION_HEADER,
        "in": "header",
        "schema": {"type": "string", "pattern": "^[A-Za-z]{2}$"},
    }
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    recording = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "response_format": {"enum": list(FORMATS)},
        },
    }
    sound = {"schema": {"type": "string", "format": "binary"}}
    said = {JSON: _ref("Transcription"), "text/plain": {"schema": {"type": "string"}}}
    told = {JSON: _ref("Completion"), "text/event-stream": {"schema": {"type": "string"}}}
    return {
        "/v1/chat/completions": _openai_post("A completion", {JSON: _ref("Asked")}, told, region),
        "/v1/models": _get("The one model", "Models"),
        "/v1/models/{name}": _get("One model", "Model", name, refused={404: "OpenAIError"}),
        "/v1/audio/speech": _openai_post(
            "A text as sound",
            {JSON: _ref("SoughtSpeech")},
            {"audio/wav": sound, "audio/pcm": sound},
        ),
        "/v1/audio/transcriptions": _openai_post(
            "A recording as text", {"multipart/form-data": {"schema": recording}}, said
        ),
    }


def _schemas(settings: Settings) -> _Schema:
    forms: Sequence[type[BaseModel]] = (Conversation, SoughtPassages, Asked, SoughtSpeech)
    answers: Sequence[type[BaseModel]] = (Reply, FoundPassages, Directory)
    _, found = models_json_schema(
        [
            *((form, "validation") for form in forms),
            *((answer, "serialization") for answer in answers),
        ],
        ref_template=_REF,
    )
    schemas: _Schema = {**found["$defs"], **_plain_schemas()}
    schemas["Conversation"]["properties"]["messages"] |= {
        "minItems": 1,
        "maxItems": settings.max_messages,
    }
    schemas["Asked"]["properties"] |= {
        **{field: {} for field in sorted(TUNING)},
        **{field: {"enum": [None, *values]} for field, values in ALLOWED.items()},
    }
    schemas["Asked"]["properties"]["messages"]["minItems"] = 1
    schemas["Asked"]["additionalProperties"] = False
    return schemas


def _plain_schemas() -> _Schema:
    """Return the forms of answers that no class describes."""
    text = {"type": "string"}
    or_null = {"type": ["string", "null"]}
    model = _object(id=text, object={"const": "model"}, created={"type": "integer"}, owned_by=text)
    counts = ("prompt_tokens", "completion_tokens", "total_tokens")
    said = _object(
        role={"const": "assistant"},
        content=text,
        refusal={"type": "null"},
        annotations={"type": "array"},
    )
    choice = _object(
        index={"const": 0}, message=said, logprobs={"type": "null"}, finish_reason={"const": "stop"}
    )
    error = _object(message=text, type=text, param=or_null, code=or_null)
    return {
        "Anything": {"type": "object"},
        "Health": _object(status={"const": "ok"}, version=text),
        "Ready": _object(status={"const": "ready"}),
        "NotReady": _object(status={"const": "unavailable"}, reason=text),
        "Voice": _object(hear={"type": "boolean"}, speak={"type": "boolean"}, why=text),
        "Refusal": _object(detail=text),
        "OpenAIError": _object(error=error),
        "Model": model,
        "Models": _object(object={"const": "list"}, data={"type": "array", "items": model}),
        "Transcription": {"type": "object", "required": ["text"], "properties": {"text": text}},
        "Completion": _object(
            id=text,
            object={"const": "chat.completion"},
            created={"type": "integer"},
            model=text,
            service_tier={"type": "null"},
            system_fingerprint={"type": "null"},
            choices={"type": "array", "items": choice, "minItems": 1, "maxItems": 1},
            usage=_object(**{name: {"type": "integer", "minimum": 0} for name in counts}),
            coach={"$ref": _REF.format(model="Reply")},
        ),
    }


def _object(**properties: Mapping[str, Any]) -> _Schema:
    """Return the form of an object that has just these fields."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ref(model: str) -> _Schema:
    return {"schema": {"$ref": _REF.format(model=model)}}


def _responses(content: _Schema, refused: Mapping[int, str]) -> _Schema:
    answers = {"200": {"description": "As asked.", "content": content}}
    for status, form in refused.items():
        answers[str(status)] = {"description": _STATUSES[status], "content": {JSON: _ref(form)}}
    return answers


def _get(
    summary: str, answer: str, *parameters: _Schema, refused: Mapping[int, str] | None = None
) -> _Schema:
    responses = _responses({JSON: _ref(answer)}, refused or {})
    return {"get": {"summary": summary, "parameters": list(parameters), "responses": responses}}


def _post(summary: str, form: str, answer: str) -> _Schema:
    refused = dict.fromkeys(_TURN, "Refusal")
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {JSON: _ref(form)}},
            "responses": _responses({JSON: _ref(answer)}, refused),
        }
    }


def _openai_post(summary: str, content: _Schema, answers: _Schema, *parameters: _Schema) -> _Schema:
    refused = dict.fromkeys(_IN_OPENAI_FORM, "OpenAIError")
    return {
        "post": {
            "summary": summary,
            "parameters": list(parameters),
            "requestBody": {"required": True, "content": content},
            "responses": _responses(answers, refused),
        }
    }


def _password(settings: Settings) -> _Schema:
    """Return what says that everything asks for a password; nothing where nothing does."""
    return {"security": [{"basic": []}, {"bearer": []}]} if settings.preview_password else {}
