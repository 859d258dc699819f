"""Refuse in OpenAI's format, so that any client of that API understands why.

Flow: `chat`, `speech`, `bodies`, `limits` -> here -> `{"error": {…}}` with a status.
"""

from collections.abc import Mapping

from fastapi.responses import JSONResponse
from pydantic import ValidationError

from coach.web.wording import load_strings

__all__ = ["RefusedError", "error_body", "invalid", "openai_error"]

_KINDS = {401: "authentication_error", 429: "rate_limit_error"}


class RefusedError(Exception):
    """A request that cannot be answered: the status, the reason, the field and OpenAI's code."""

    def __init__(
        self, status: int, message: str, param: str | None = None, code: str | None = None
    ) -> None:
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        super().__init__(message)


def error_body(
    status: int, message: str, param: str | None = None, code: str | None = None
) -> dict[str, Mapping[str, str | None]]:
    """Return an error in OpenAI's form."""
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def openai_error(
    status: int, message: str, param: str | None = None, code: str | None = None
) -> JSONResponse:
    """Return the answer that carries an error in OpenAI's form."""
    body = error_body(status, message, param, code)
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def invalid(error: ValidationError) -> RefusedError:
    """Return the refusal of a body that is not of the expected form, without what was sent."""
    strings = load_strings()
    problem = error.errors(include_url=False, include_input=False)[0]
    if problem["type"] == "json_invalid":
        return RefusedError(400, strings.api_invalid_json)
    field = ".".join(str(part) for part in problem["loc"])[:80] or "body"
    if problem["type"] == "missing":
        return RefusedError(400, strings.api_missing_field.format(field=field), field)
    if problem["type"] == "extra_forbidden":
        message = strings.api_unknown_field.format(field=field)
        return RefusedError(400, message, field, "unknown_parameter")
    reason = problem["msg"][:1].lower() + problem["msg"][1:]
    return RefusedError(400, strings.api_invalid_field.format(field=field, reason=reason), field)
