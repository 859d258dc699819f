"""Whoever hears and speaks for the page: opened once, kept warm, and never overrun.

Flow: `serving` makes one for the process -> `speech` and `listen` ask it.  Work runs in a
few threads; whoever would wait too long is told so at once, and can type.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import numpy as np

from coach.errors import VoiceBusyError, VoiceError
from coach.settings import Settings
from coach.voice.audio import read_audio
from coach.voice.contracts import HEARING_RATE, Heard, Sound
from coach.voice.engines import (
    missing_for_hearing,
    missing_for_speaking,
    open_speaker,
    open_transcriber,
)
from coach.web.wording import load_strings

__all__ = ["SpeechParts"]

T = TypeVar("T")

AT_ONCE = 2
"""Pieces of sound that are heard at once, and as many sentences that are said."""
MOST_WAITING = 16
"""Pieces of work that may wait for a thread; one more is refused."""
LONGEST_WAIT = 10.0
"""Seconds that a piece of work may wait for a thread."""


class SpeechParts:
    """Hears and speaks for many people at once; keeps nothing of it."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet; `warm`, or whoever asks first, does."""
        self._settings = settings
        self._transcriber = Opened(lambda: open_transcriber(settings))
        self._speaker = Opened(lambda: open_speaker(settings))
        self._hearing = Bounded("hearing")
        self._speaking = Bounded("speaking")

    @property
    def why_not_hear(self) -> str:
        """Why nothing can be heard here, in one line; empty if something can."""
        return missing_for_hearing(self._settings) or self._transcriber.problem

    @property
    def why_not_speak(self) -> str:
        """Why nothing can be said aloud here, in one line; empty if something can."""
        return missing_for_speaking(self._settings) or self._speaker.problem

    def warm(self) -> threading.Thread:
        """Open both in the background, and use each once; return the thread that does."""
        thread = threading.Thread(target=self._warm, name="warming the voice", daemon=True)
        thread.start()
        return thread

    async def read(self, recording: bytes) -> Sound:
        """Return a recording as sound.

        Raises:
            AudioRefusedError: It cannot be listened to; the text says why.
            VoiceError: Nothing can be heard here, or too many speak at once.
        """
        longest = self._settings.max_speech_seconds
        return await self._hearing.run(lambda: read_audio(recording, longest=longest))

    async def hear(self, sound: Sound) -> Heard:
        """Return what was said.

        Raises:
            VoiceError: Nothing can be heard here, or too many speak at once.
        """
        return await self._hearing.run(lambda: self._transcriber.get().hear(sound))

    async def say(self, text: str, *, speed: float = 1.0) -> AsyncIterator[Sound]:
        """Yield the text aloud, sentence by sentence.

        Raises:
            VoiceError: Nothing can be said aloud here, or too many are spoken to at once.
        """
        pieces = await self._speaking.run(lambda: iter(self._speaker.get().say(text, speed=speed)))
        while (piece := await self._speaking.run(lambda: next(pieces, None))) is not None:
            yield piece

    def _warm(self) -> None:
        if not self.why_not_speak:
            self._try(lambda: next(iter(self._speaker.get().say("Hello.")), None))
        if not self.why_not_hear:
            quiet = Sound(np.zeros(HEARING_RATE, np.float32), HEARING_RATE)
            self._try(lambda: self._transcriber.get().hear(quiet))

    def _try(self, work: Callable[[], object]) -> None:
        """Do something whose failure `why_not_…` tells, now or when somebody asks."""
        try:
            work()
        except VoiceError:
            return


class Opened(Generic[T]):
    """Something that is opened once, by whichever thread needs it first."""

    def __init__(self, opener: Callable[[], T]) -> None:
        self._opener = opener
        self._lock = threading.Lock()
        self._value: T | None = None
        self.problem = ""
        """Why it could not be opened; empty if it was, or was not tried yet."""

    def get(self) -> T:
        """Return it, opening it if need be.

        Raises:
            VoiceError: It cannot be opened; the next call tries again.
        """
        with self._lock:
            if self._value is None:
                try:
                    self._value = self._opener()
                except VoiceError as error:
                    self.problem = str(error)
                    raise
                self.problem = ""
            return self._value


class Bounded:
    """A few threads, and a short queue before them."""

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._count = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, done in one of the threads.

        Raises:
            VoiceBusyError: Too much waits already, or this waited too long.
        """
        with self._lock:
            if self._count >= AT_ONCE + MOST_WAITING:
                raise VoiceBusyError(load_strings().voice_busy)
            self._count += 1
        begun = threading.Event()

        def counted() -> T:
            begun.set()
            return work()

        job = self._threads.submit(counted)
        job.add_done_callback(lambda _job: self._leave())
        waiting = asyncio.wrap_future(job)
        done, _ = await asyncio.wait({waiting}, timeout=LONGEST_WAIT)
        if not done and not begun.is_set() and job.cancel():
            raise VoiceBusyError(load_strings().voice_busy)
        return await waiting

    def _leave(self) -> None:
        with self._lock:
            self._count -= 1
