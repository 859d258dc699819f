"""Hearing and speaking over HTTP, in OpenAI's format.

Flow: a recording -> `POST /v1/audio/transcriptions` -> text; a text ->
`POST /v1/audio/speech` -> sound, sentence by sentence; `GET /voice/about` says what there
is.  Recordings stay in memory, and neither sound nor words reach the log.
"""

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from coach.errors import AudioRefusedError, VoiceBusyError, VoiceError
from coach.settings import Settings
from coach.voice.audio import as_pcm, wav_header
from coach.voice.contracts import Sound
from coach.voice.spoken import spoken_text
from coach.web.bodies import RECORDING_LIMIT
from coach.web.openai_format import RefusedError, invalid, openai_error
from coach.web.speech_parts import SpeechParts
from coach.web.wording import load_strings

__all__ = ["FORMATS", "SoughtSpeech", "make_speech"]

_LOG = logging.getLogger(__name__)

SPEECH_PATHS = ("/v1/audio/transcriptions", "/v1/audio/speech")
MOST_CHARS = 4_096
FORMATS = ("json", "text", "verbose_json")


class SoughtSpeech(BaseModel):
    """The body of a request for speech; OpenAI's other fields are passed over."""

    model_config = ConfigDict(frozen=True, strict=True)

    input: str = Field(min_length=1, max_length=MOST_CHARS)
    model: str = ""
    voice: str = ""
    response_format: Literal["wav", "pcm"] = "wav"
    speed: float = Field(default=1.0, ge=0.5, le=2.0)


def make_speech(parts: SpeechParts, settings: Settings) -> APIRouter:
    """Return the routes of OpenAI's speech API, and `GET /voice/about`."""
    router = APIRouter()

    @router.api_route("/voice/about", methods=["GET", "HEAD"])
    async def about() -> dict[str, bool | str]:
        why = (parts.why_not_hear, parts.why_not_speak)
        reasons = " ".join(dict.fromkeys(filter(None, why)))
        return {"hear": not why[0], "speak": not why[1], "why": reasons}

    @router.post("/v1/audio/transcriptions")
    async def transcriptions(request: Request) -> Response:
        try:
            return await _transcribe(request, parts, settings)
        except Exception as error:
            return _refusal(error)

    @router.post("/v1/audio/speech")
    async def speech(request: Request) -> Response:
        try:
            return await _speak(request, parts)
        except Exception as error:
            return _refusal(error)

    async def other_method() -> Response:
        refusal = openai_error(405, load_strings().api_method)
        refusal.headers["Allow"] = "POST"
        return refusal

    for path in SPEECH_PATHS:
        router.add_api_route(path, other_method, methods=["GET", "HEAD", "PUT", "PATCH", "DELETE"])
    return router


@dataclass(frozen=True)
class Sent:
    """What a request for a transcription holds."""

    recording: bytes
    response_format: str
    language: str


async def _transcribe(request: Request, parts: SpeechParts, settings: Settings) -> Response:
    strings = load_strings()
    sent = await _read_form(request, settings.transcriber_language)
    if sent.response_format not in FORMATS:
        message = strings.speech_format.format(formats=", ".join(FORMATS))
        raise RefusedError(400, message, "response_format")
    if sent.language != settings.transcriber_language:
        message = strings.speech_language.format(language=settings.transcriber_language)
        raise RefusedError(400, message, "language")
    sound = await parts.read(sent.recording)
    heard = await parts.hear(sound)
    kept = {"Cache-Control": "no-store"}
    if sent.response_format == "text":
        return PlainTextResponse(f"{heard.text}\n", headers=kept)
    if sent.response_format == "json":
        return JSONResponse({"text": heard.text}, headers=kept)
    return JSONResponse(
        {
            "task": "transcribe",
            "language": sent.language,
            "duration": round(sound.seconds, 3),
            "text": heard.text,
            "segments": [],
            "coach": {"alternatives": heard.alternatives, "sure": heard.sure},
        },
        headers=kept,
    )


async def _read_form(request: Request, language: str) -> Sent:
    """Return the form of a request; its file stays in memory, whatever its size.

    Raises:
        RefusedError: It is no form, or holds no file.
    """
    strings = load_strings()
    if not re.match(r"(?i)multipart/form-data\b", request.headers.get("content-type", "")):
        raise RefusedError(415, strings.speech_not_multipart)
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=20)
    parser.spool_max_size = RECORDING_LIMIT
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise RefusedError(400, strings.speech_not_multipart) from None
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise RefusedError(400, strings.speech_no_file, "file")
        return Sent(
            await upload.read(),
            str(form.get("response_format", "json")),
            str(form.get("language", language)),
        )
    finally:
        await form.close()


async def _speak(request: Request, parts: SpeechParts) -> Response:
    strings = load_strings()
    try:
        wanted = SoughtSpeech.model_validate_json(await request.body())
    except ValidationError as error:
        raise invalid(error) from None
    text = spoken_text(wanted.input)
    pieces = parts.say(text, speed=wanted.speed)
    # The first sentence is awaited here, so that what fails can still be said by a status.
    first = await anext(pieces, None)
    if first is None:
        raise RefusedError(400, strings.speech_nothing, "input")
    wav = wanted.response_format == "wav"
    return StreamingResponse(
        _streamed(first, pieces, wav=wav),
        media_type="audio/wav" if wav else "audio/pcm",
        headers={"X-Sample-Rate": str(first.rate), "Cache-Control": "no-store"},
    )


async def _streamed(
    first: Sound, pieces: AsyncIterator[Sound], *, wav: bool
) -> AsyncIterator[bytes]:
    """Yield sound as bytes; what fails in the middle ends it there."""
    if wav:
        yield wav_header(first.rate)
    yield as_pcm(first)
    try:
        async for piece in pieces:
            yield as_pcm(piece)
    except VoiceError as error:
        _LOG.error("Speech broke off: %s", type(error).__name__)


def _refusal(error: Exception) -> JSONResponse:
    """Return the answer to a request that failed; only the kind of the unforeseen is logged."""
    if isinstance(error, RefusedError):
        return openai_error(error.status, error.message, error.param, error.code)
    if isinstance(error, AudioRefusedError):
        return openai_error(400, str(error), "file")
    if isinstance(error, VoiceBusyError):
        return openai_error(503, str(error))
    if isinstance(error, VoiceError):
        return openai_error(503, str(error))
    _LOG.error("Speech failed: %s", type(error).__name__)
    return openai_error(500, load_strings().api_unexpected)
