"""Follow somebody who speaks into a stream: when a voice begins, pauses, and has finished.

Flow: blocks of samples -> `Listening.feed` -> events for the page; `Listening.draft` -> a
`Transcriber` -> `Listening.take` -> `Listening.finished` -> what was heard.

Each pause is used to transcribe what was said so far.  So the words are there when the turn
ends, and they decide when it ends (`turn_taking`).  Long talk is put aside piece by piece,
so that what is left to transcribe at the end stays short.  Nothing here waits or measures
time: silence is counted in samples, and whoever holds the stream brings sound and words.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from coach.voice.activity import FRAME, FRAME_SECONDS, Hysteresis, VoiceActivity
from coach.voice.audio import Resampler
from coach.voice.contracts import HEARING_RATE, Heard, Samples, Sound, joined
from coach.voice.turn_taking import silence_wanted

__all__ = ["Draft", "Event", "Listening", "Mode"]

Mode = Literal["hold", "free"]

BEGINS_AFTER = 0.1
"""Seconds of voice until it counts as one: no click interrupts the coach."""
PAUSE = 0.3
"""Seconds of silence that are used to transcribe what was said so far."""
BEFORE_VOICE = 0.5
"""Seconds before the first voice that belong to a turn: its soft beginning."""
PUT_ASIDE_FROM = 10.0
"""Seconds of sound that are put aside once transcribed."""
ASLEEP_AFTER = 120.0
"""Seconds without any voice after which nobody is there."""


class Event(StrEnum):
    """What happened in the stream."""

    SPEECH = "speech"
    SILENCE = "silence"
    TOO_LONG = "too_long"
    ASLEEP = "asleep"


@dataclass(frozen=True, eq=False)
class Draft:
    """Sound of a turn that is to be transcribed, up to a pause or to the end."""

    sound: Sound
    turn: int
    pause: int
    """Which turn of the stream, and which pause of it; words of an older one are stale."""


class Listening:
    """Follows one stream.  In mode `hold` only `end` ends a turn, in `free` a silence does."""

    def __init__(self, mode: Mode, rate: int, *, longest: float) -> None:
        """Begin to listen.

        Args:
            mode: Whether a button is held, or the hands are free.
            rate: Samples a second of what will come.
            longest: The most seconds of one turn.

        Raises:
            AudioRefusedError: Nobody records at such a rate.
            VoiceMissingError: The voice extra is not installed.
        """
        self._mode = mode
        self._longest = longest
        self._resampler = Resampler(rate)
        self._activity = VoiceActivity()
        self._turn = 0
        self._begin_turn()

    def feed(self, samples: Samples) -> list[Event]:
        """Take a further block at the rate of the stream; return what happened in it."""
        samples = self._resampler(samples)
        self._pieces.append(samples)
        self._length += len(samples)
        events: list[Event] = []
        for chance in self._activity(samples):
            events += self._frame(self._decide(float(chance)))
        if not self._voice_began:
            self._forget_silence()
        if self._turn_seconds() > self._longest and not self._ended:
            events.append(Event.TOO_LONG)
            self.end()
        return events

    def end(self) -> None:
        """End the turn now, whatever is heard: the button was released."""
        self._ended = True

    def reset(self) -> None:
        """Forget what came; listen for a new turn."""
        self._turn += 1
        self._begin_turn()

    def draft(self) -> Draft | None:
        """Return sound that is worth transcribing now and has not been given out, if any."""
        due = self._voice_began and (self._ended or self._silent >= PAUSE)
        if not due or self._given == self._pause:
            return None
        self._given = self._pause
        whole = np.concatenate(self._pieces)
        self._pieces = [whole]
        return Draft(Sound(whole, HEARING_RATE), self._turn, self._pause)

    def take(self, draft: Draft, heard: Heard) -> None:
        """Take the words of a draft; those of a turn that is over are dropped."""
        if draft.turn != self._turn:
            return
        self._latest = heard
        self._known = draft.pause
        if draft.sound.seconds >= PUT_ASIDE_FROM:
            whole = np.concatenate(self._pieces)
            self._pieces = [whole[len(draft.sound.samples) :]]
            self._length = len(self._pieces[0])
            self._aside_seconds += draft.sound.seconds
            self._aside.append(heard)
            self._latest = Heard()

    def give_back(self, draft: Draft) -> None:
        """Take a draft back that could not be transcribed, to be given out again."""
        if draft.turn == self._turn and self._given == draft.pause:
            self._given = -1

    @property
    def words(self) -> Heard:
        """What was heard of this turn so far."""
        return joined([*self._aside, self._latest])

    def finished(self) -> Heard | None:
        """Return what was heard if the turn is over, and begin a new one; None if it goes on."""
        if not self._is_over():
            return None
        heard = self.words
        self.reset()
        return heard

    def _is_over(self) -> bool:
        if not self._voice_began:
            return self._ended
        if self._known != self._pause:
            return False
        return self._ended or (
            self._mode == "free" and self._silent >= silence_wanted(self.words.text)
        )

    def _begin_turn(self) -> None:
        self._decide = Hysteresis()
        self._pieces: list[Samples] = []
        self._length = 0
        self._aside: list[Heard] = []
        self._aside_seconds = 0.0
        self._latest = Heard()
        self._pause = 0
        self._given = self._known = -1
        self._voiced = self._silent = self._idle = 0.0
        self._voice_began = self._in_voice = self._ended = False

    def _frame(self, voiced: bool) -> list[Event]:
        """Count one frame; return what it changes."""
        if voiced:
            self._voiced += FRAME_SECONDS
            self._silent = self._idle = 0.0
            if not self._in_voice and self._voiced >= BEGINS_AFTER:
                self._in_voice = self._voice_began = True
                self._pause += 1
                return [Event.SPEECH]
            return []
        self._silent += FRAME_SECONDS
        self._idle += FRAME_SECONDS
        if self._in_voice:
            if self._silent >= PAUSE:
                self._in_voice = False
                self._voiced = 0.0
                return [Event.SILENCE]
        else:
            self._voiced = 0.0
        asleep = self._mode == "free" and self._idle >= ASLEEP_AFTER
        return [Event.ASLEEP] if asleep and self._idle - FRAME_SECONDS < ASLEEP_AFTER else []

    def _forget_silence(self) -> None:
        """Drop what came so long before a voice that it is no part of a turn."""
        keep = int(BEFORE_VOICE * HEARING_RATE) + FRAME
        if self._length <= 2 * keep:
            return
        tail = np.concatenate(self._pieces)[-keep:]
        self._pieces, self._length = [tail], len(tail)

    def _turn_seconds(self) -> float:
        return self._aside_seconds + self._length / HEARING_RATE
