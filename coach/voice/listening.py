"""Follow somebody who speaks into a stream: when a voice begins, pauses, and has finished.

Flow: blocks of samples -> `Listening.feed` -> events for the page; `Listening.draft` -> a
`Transcriber` -> `Listening.take` -> `Listening.finished` -> what was heard.

Each pause is used to transcribe what was said so far.  So the words are there when the turn
ends, and they decide when it ends (`turn_taking`).  Long talk is put aside piece by piece,
so that what is left to transcribe at the end stays short.  Nothing here waits or measures
time: silence is counted in samples, and whoever holds the stream brings sound and words.
"""

from dataclasses import dataclass, field
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


@dataclass(eq=False)
class Turn:
    """What is known of one turn so far; of no use to anyone after it."""

    pieces: list[Samples] = field(default_factory=list)
    """The sound that is not put aside."""
    length: int = 0
    """Samples in `pieces`."""
    aside: list[Heard] = field(default_factory=list)
    aside_seconds: float = 0.0
    latest: Heard = field(default_factory=Heard)
    """What was heard in `pieces`, up to the pause of `known`."""
    stretch: int = 0
    """How many stretches of voice there were, the one that goes on included."""
    given: int = -1
    known: int = -1
    """The latest stretch whose end was given out to be transcribed, and whose words are known."""
    voiced: float = 0.0
    silent: float = 0.0
    idle: float = 0.0
    """Seconds: of voice together, of silence together, of silence since the beginning."""
    in_voice: bool = False
    ended: bool = False
    decide: Hysteresis = field(default_factory=Hysteresis)

    @property
    def voice_began(self) -> bool:
        """Whether anybody spoke."""
        return self.stretch > 0

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.aside_seconds + self.length / HEARING_RATE

    @property
    def words(self) -> Heard:
        """What was heard so far."""
        return joined([*self.aside, self.latest])

    def whole(self) -> Samples:
        """Return the sound that is not put aside, in one piece."""
        samples = np.concatenate([np.zeros(0, np.float32), *self.pieces])
        self.keep(samples)
        return samples

    def keep(self, samples: Samples) -> None:
        """Hold this sound and no other."""
        self.pieces, self.length = [samples], len(samples)

    def frame(self, voiced: bool) -> Event | None:
        """Count one frame; return what it changes."""
        if voiced:
            self.voiced += FRAME_SECONDS
            self.silent = self.idle = 0.0
            if self.in_voice or self.voiced < BEGINS_AFTER:
                return None
            self.in_voice = True
            self.stretch += 1
            return Event.SPEECH
        self.silent += FRAME_SECONDS
        self.idle += FRAME_SECONDS
        if not self.in_voice:
            self.voiced = 0.0
        elif self.silent >= PAUSE:
            self.in_voice = False
            return Event.SILENCE
        return None


@dataclass(frozen=True, eq=False)
class Draft:
    """Sound of a turn that is to be transcribed, up to a pause or to the end."""

    sound: Sound
    turn: Turn
    stretch: int
    """The stretch of voice that it ends with; words of an older one are stale."""


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
        self._turn = Turn()

    @property
    def words(self) -> Heard:
        """What was heard of this turn so far."""
        return self._turn.words

    def feed(self, samples: Samples) -> list[Event]:
        """Take a further block at the rate of the stream; return what happened in it."""
        turn = self._turn
        samples = self._resampler(samples)
        turn.pieces.append(samples)
        turn.length += len(samples)
        frames = (turn.decide(float(chance)) for chance in self._activity(samples))
        events = [event for voiced in frames if (event := turn.frame(voiced))]
        if not turn.voice_began:
            self._forget_silence()
        if turn.seconds > self._longest and not turn.ended:
            events.append(Event.TOO_LONG)
            self.end()
        if self._mode == "free" and turn.idle >= ASLEEP_AFTER:
            events.append(Event.ASLEEP)
        return events

    def end(self) -> None:
        """End the turn now, whatever is heard: the button was released."""
        self._turn.ended = True

    def reset(self) -> None:
        """Forget what came; listen for a new turn."""
        self._turn = Turn()

    def draft(self) -> Draft | None:
        """Return sound that is worth transcribing now and has not been given out, if any."""
        turn = self._turn
        due = turn.voice_began and (turn.ended or not turn.in_voice)
        if not due or turn.given == turn.stretch:
            return None
        turn.given = turn.stretch
        return Draft(Sound(turn.whole(), HEARING_RATE), turn, turn.stretch)

    def take(self, draft: Draft, heard: Heard) -> None:
        """Take the words of a draft; those of a turn that is over are dropped."""
        turn = draft.turn
        if turn is not self._turn:
            return
        turn.latest, turn.known = heard, draft.stretch
        if draft.sound.seconds >= PUT_ASIDE_FROM:
            turn.keep(turn.whole()[len(draft.sound.samples) :])
            turn.aside_seconds += draft.sound.seconds
            turn.aside.append(heard)
            turn.latest = Heard()

    def finished(self) -> Heard | None:
        """Return what was heard if the turn is over, and begin a new one; None if it goes on."""
        turn = self._turn
        if not self._is_over(turn):
            return None
        self.reset()
        return turn.words

    def _is_over(self, turn: Turn) -> bool:
        if not turn.voice_began:
            return turn.ended
        if turn.known != turn.stretch:
            return False
        waited = turn.silent >= silence_wanted(turn.words.text)
        return turn.ended or (self._mode == "free" and not turn.in_voice and waited)

    def _forget_silence(self) -> None:
        """Drop what came so long before a voice that it is no part of a turn."""
        keep = int(BEFORE_VOICE * HEARING_RATE) + FRAME
        if self._turn.length > 2 * keep:
            self._turn.keep(self._turn.whole()[-keep:])
