"""Talk hands free with whoever is at the machine: listen, answer aloud, be interrupted.

Flow: a `Microphone` -> `listening` -> a `Transcriber` -> the coach -> `spoken` -> a `Speaker`
-> a `Loudspeaker`.  It listens as the page does; what the page shows, `Talk` is told to show.

A terminal hears its own loudspeaker, where a browser takes the echo out.  So the coach goes on
speaking until words were heard that are not its own: at the first pause of who interrupts it.
"""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from rapidfuzz import fuzz

from coach.schema import Level, Reply
from coach.voice.contracts import (
    HEARING_RATE,
    Heard,
    Samples,
    Sound,
    Speaker,
    Transcriber,
    weighed,
)
from coach.voice.listening import Event, Listening
from coach.voice.spoken import sentences, spoken_text

__all__ = ["Loudspeaker", "Microphone", "Phrases", "Talk", "Voice"]

IN_A_CRISIS = 0.85
"""The pace of a reply to somebody in danger, as on the page."""
ECHO_FROM = 80.0
"""How alike, of 100, what was heard is to a part of what is being said where it is an echo."""


class Microphone(Protocol):
    """Where sound comes from."""

    @property
    def rate(self) -> int:
        """Samples a second."""

    def blocks(self) -> Iterator[Samples]:
        """Yield what it hears, a short block at a time, until it is closed.

        Raises:
            VoiceError: It was unplugged.
        """


class Loudspeaker(Protocol):
    """Where sound goes to."""

    def play(self, sound: Sound) -> bool:
        """Play a sound once the one before is over; return as it begins, False if hushed before.

        Raises:
            VoiceError: It was unplugged.
        """

    def finish(self) -> None:
        """Wait until nothing plays."""

    def hush(self) -> None:
        """Fall silent at once."""


@dataclass(frozen=True)
class Phrases:
    """What the coach says about hearing."""

    ask_back: str
    """With `{words}`."""
    ask_again: str
    pause_next: str
    yes: frozenset[str]
    no: frozenset[str]


@dataclass(frozen=True)
class Voice:
    """Whoever hears and speaks, and by what."""

    microphone: Microphone
    loudspeaker: Loudspeaker
    transcriber: Transcriber
    speaker: Speaker


class Talk:
    """One talk; nothing of it is kept here."""

    def __init__(
        self,
        voice: Voice,
        phrases: Phrases,
        *,
        answer: Callable[[str], Reply | None],
        danger: Callable[[str], float],
        longest: float,
    ) -> None:
        """Begin nothing yet.

        Args:
            voice: Whoever hears and speaks.
            phrases: What is said about hearing.
            answer: Gives the reply to what somebody said, and shows both; None if there is none.
            danger: How dangerous a message is; larger is more.
            longest: The most seconds of one turn.
        """
        self._voice = voice
        self._phrases = phrases
        self._answer = answer
        self._danger = danger
        self._longest = longest
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="speaking")
        self._saying: Future[None] | None = None
        self._hushed = threading.Event()
        self._sounding = ""
        """The sentence that is heard now; empty in a silence."""
        self._sounded = ""
        """All that was heard of the text that is said, or was said last."""
        self._over = False
        """Whether the voice that is listened to began while the coach spoke."""
        self._doubted = ""
        """Words that were asked back."""

    def run(self) -> None:
        """Talk until the microphone ends, or nobody speaks any more.

        Raises:
            VoiceError: The microphone, the loudspeaker, or whoever hears or speaks fails.
        """
        microphone = self._voice.microphone
        listening = Listening("free", microphone.rate, longest=self._longest)
        try:
            for block in microphone.blocks():
                events = listening.feed(block)
                if Event.ASLEEP in events:
                    if not self._is_speaking():
                        return
                    listening.reset()
                if Event.SPEECH in events:
                    self._over = self._is_speaking() and bool(self._sounding)
                self._listen(listening)
            if self._saying:
                self._saying.result()
        finally:
            self._hush()
            self._thread.shutdown()

    def _listen(self, listening: Listening) -> None:
        """Have heard what can be heard by now, and do what it asks."""
        while draft := listening.draft():
            listening.take(draft, self._voice.transcriber.hear(draft.sound))
            if (words := listening.words.text) and not self._is_echo(words):
                self._hush()
        heard = listening.finished()
        if heard and heard.text and not self._is_echo(heard.text):
            self._take(weighed(heard, self._danger))

    def _take(self, heard: Heard) -> None:
        """Answer what was said, or ask back."""
        doubted, self._doubted = self._doubted, ""
        if doubted and _bare(heard.text) in self._phrases.yes:
            self._reply_to(doubted)
        elif doubted and _bare(heard.text) in self._phrases.no:
            self._say(self._phrases.ask_again)
        elif heard.sure:
            self._reply_to(heard.text)
        else:
            self._doubted = heard.text
            self._say(self._phrases.ask_back.format(words=heard.text))

    def _reply_to(self, words: str) -> None:
        reply = self._answer(words)
        if reply is None:
            return
        pace = IN_A_CRISIS if reply.risk.level is Level.CRISIS else 1.0
        self._say(reply.text, pace=pace, pause=(reply.practice and reply.practice.pause) or 0)

    def _say(self, text: str, *, pace: float = 1.0, pause: int = 0) -> None:
        """Begin to say a text, with a silence of some seconds where it tells of one."""
        self._hush()
        self._hushed.clear()
        self._sounding = self._sounded = ""
        self._saying = self._thread.submit(self._aloud, text, pace, pause)

    def _aloud(self, text: str, pace: float, pause: int) -> None:
        """Say a text, sentence by sentence; the next one is made while one is heard."""
        loudspeaker = self._voice.loudspeaker
        for words, sound in self._pieces(text, pace, pause):
            begun = not self._hushed.is_set() and loudspeaker.play(sound)
            if not begun or self._hushed.is_set():
                loudspeaker.hush()
                return
            self._sounding = words
            self._sounded += f" {words}"
        loudspeaker.finish()

    def _pieces(self, text: str, pace: float, pause: int) -> Iterator[tuple[str, Sound]]:
        """Yield what is heard of a text: words and their sound, no words for a silence."""
        for sentence in sentences(spoken_text(text)):
            yield from self._said(sentence, pace)
            if pause and f"{pause} seconds" in sentence:
                yield silence(pause)
                pause = 0
        if pause:
            yield silence(pause)
            yield from self._said(self._phrases.pause_next, pace)

    def _said(self, words: str, pace: float) -> Iterator[tuple[str, Sound]]:
        for sound in self._voice.speaker.say(words, speed=pace):
            yield words, sound

    def _hush(self) -> None:
        """Fall silent, and forget what was still to be said.

        Raises:
            VoiceError: What was being said could not be.
        """
        self._hushed.set()
        self._voice.loudspeaker.hush()
        if self._saying:
            self._saying.result()
            self._voice.loudspeaker.hush()
        self._saying = None

    def _is_speaking(self) -> bool:
        return self._saying is not None and not self._saying.done()

    def _is_echo(self, words: str) -> bool:
        """Tell the coach's own voice, come back by the microphone, from a person's."""
        return self._over and fuzz.partial_ratio(_bare(words), _bare(self._sounded)) >= ECHO_FROM


def silence(seconds: int) -> tuple[str, Sound]:
    """Return a piece of a talk in which nobody speaks."""
    return "", Sound(np.zeros(seconds * HEARING_RATE, np.float32), HEARING_RATE)


def _bare(words: str) -> str:
    return " ".join(re.findall(r"[\w']+", words.lower().replace("’", "'")))
