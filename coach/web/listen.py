"""Listen to a microphone over a WebSocket: frames of sound in, events and words out.

Flow: `WS /voice/listen` -> `voice.listening` -> `speech_parts` -> what was heard, in the
reading that the screen finds most dangerous.

The protocol, in text frames of JSON but for the sound, stands in `docs/voice.md`.  A
connection that breaks off takes everything with it; nothing of it is kept or logged.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool

from coach.errors import AudioRefusedError, VoiceBusyError, VoiceError
from coach.settings import Settings
from coach.voice.audio import from_pcm
from coach.voice.contracts import danger_by, weighed
from coach.voice.listening import Draft, Event, Listening
from coach.web.contracts import Coach
from coach.web.languages import language_of
from coach.web.speech_parts import SpeechParts
from coach.web.wording import load_strings

__all__ = ["LISTEN_PATH", "make_listen"]

_LOG = logging.getLogger(__name__)

LISTEN_PATH = "/voice/listen"
MOST_PEOPLE = 40
"""Microphones that are listened to at once."""
SILENT_LINE = 60.0
"""Seconds without any frame after which nobody is there."""

REFUSED, TRY_LATER, NORMAL = 1008, 1013, 1000
"""Closing codes of a WebSocket."""


class Opening(BaseModel):
    """The first frame: how it is spoken, and at how many samples a second."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["hold", "free"]
    rate: int


class Word(BaseModel):
    """A later text frame."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    end: bool = False
    reset: bool = False


def make_listen(parts: SpeechParts, coach: Coach, settings: Settings) -> APIRouter:
    """Return the route of the WebSocket.

    Args:
        parts: Who hears.
        coach: Whose screen says how dangerous a reading is.
        settings: The longest turn.
    """
    router = APIRouter()
    here: set[WebSocket] = set()
    danger = danger_by(coach.reply)

    @router.websocket(LISTEN_PATH)
    async def listen(socket: WebSocket) -> None:
        if not _same_origin(socket):
            await socket.close(REFUSED)
            return
        await socket.accept()
        strings = load_strings(language_of(socket))
        if len(here) >= MOST_PEOPLE:
            await _part(socket, "busy", strings.voice_busy, TRY_LATER)
            return
        if why := parts.why_not_hear:
            await _part(socket, "error", why, NORMAL)
            return
        here.add(socket)
        try:
            await Session(socket, parts, danger, settings).run()
        except (WebSocketDisconnect, RuntimeError):
            # The page has gone; a frame that was on its way to it cannot be sent any more.
            return
        except Exception as error:
            _LOG.error("Listening failed: %s", type(error).__name__)
            with suppress(Exception):
                await _part(socket, "error", strings.voice_failed, NORMAL)
        finally:
            here.discard(socket)

    return router


class Session:
    """One microphone, from its first frame to its last."""

    def __init__(
        self,
        socket: WebSocket,
        parts: SpeechParts,
        danger: Callable[[str], float],
        settings: Settings,
    ) -> None:
        self._socket = socket
        self._parts = parts
        self._danger = danger
        self._longest = settings.max_speech_seconds
        self._strings = load_strings(language_of(socket))
        self._work: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Listen until the page goes, or nobody speaks any more.

        Raises:
            WebSocketDisconnect: The page has gone.
        """
        try:
            first = await self._next()
            opening = Opening.model_validate_json(first if isinstance(first, str) else "")
            listening = Listening(opening.mode, opening.rate, longest=self._longest)
        except ValidationError:
            await _part(self._socket, "error", self._strings.voice_protocol, REFUSED)
            return
        except (AudioRefusedError, VoiceError) as error:
            await _part(self._socket, "error", str(error), NORMAL)
            return
        await self._send("ready")
        try:
            await self._listen(listening)
        finally:
            if self._work:
                self._work.cancel()

    async def _listen(self, listening: Listening) -> None:
        while True:
            frame = await self._next()
            if isinstance(frame, str):
                if not self._obeyed(listening, frame):
                    await _part(self._socket, "error", self._strings.voice_protocol, REFUSED)
                    return
            else:
                for event in listening.feed(from_pcm(frame)):
                    if event is Event.ASLEEP:
                        await self._send(event)
                        await self._socket.close(NORMAL)
                        return
                    told = event is Event.TOO_LONG
                    await self._send(event, **({"message": self._too_long()} if told else {}))
            await self._advance(listening)

    def _obeyed(self, listening: Listening, frame: str) -> bool:
        """Do what a text frame asks; False if it is none."""
        try:
            word = Word.model_validate_json(frame)
        except ValidationError:
            return False
        if word.reset:
            listening.reset()
        elif word.end:
            listening.end()
        return True

    async def _advance(self, listening: Listening) -> None:
        """Tell what is known by now, and have transcribed what is not."""
        heard = listening.finished()
        if heard is not None:
            told = await run_in_threadpool(weighed, heard, self._danger)
            await self._send(
                "heard", text=told.text, alternatives=told.alternatives, sure=told.sure
            )
        if (self._work is None or self._work.done()) and (draft := listening.draft()):
            self._work = asyncio.create_task(self._transcribe(listening, draft))

    async def _transcribe(self, listening: Listening, draft: Draft) -> None:
        """Have a draft heard, and tell; what fails costs this turn alone."""
        try:
            listening.take(draft, await self._parts.hear(draft.sound))
            words = listening.words.text
            self._work = None
            if words:
                await self._send("partial", text=words)
            await self._advance(listening)
        except (WebSocketDisconnect, RuntimeError):
            return
        except VoiceError as error:
            listening.reset()
            busy = isinstance(error, VoiceBusyError)
            with suppress(WebSocketDisconnect, RuntimeError):
                why = self._strings.voice_busy if busy else str(error)
                await self._send("busy" if busy else "error", message=why)
        except Exception as error:
            listening.reset()
            _LOG.error("Hearing failed: %s", type(error).__name__)
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._send("error", message=self._strings.voice_failed)

    async def _next(self) -> str | bytes:
        """Return the next frame.

        Raises:
            WebSocketDisconnect: The page has gone, or has sent nothing for long.
        """
        try:
            message = await asyncio.wait_for(self._socket.receive(), SILENT_LINE)
        except TimeoutError:
            await self._socket.close(NORMAL)
            raise WebSocketDisconnect(NORMAL) from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", NORMAL))
        text: str | None = message.get("text")
        return text if text is not None else bytes(message.get("bytes") or b"")

    async def _send(self, event: str, **more: object) -> None:
        await self._socket.send_json({"event": str(event), **more})

    def _too_long(self) -> str:
        return self._strings.voice_too_long.format(seconds=self._longest)


def _same_origin(socket: WebSocket) -> bool:
    """Tell whether the page that opened a socket came from here; other programs name none."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")


async def _part(socket: WebSocket, event: str, message: str, code: int) -> None:
    """Say why, and hang up."""
    await socket.send_json({"event": event, "message": message})
    await socket.close(code)
