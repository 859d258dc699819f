"""What hearing and speaking are, whoever does it.

Flow: `engines` opens a `Transcriber` and a `Speaker`; the page, the command line and the
evaluation know these protocols alone.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coach.schema import Level, Message, Reply

__all__ = [
    "HEARING_RATE",
    "Heard",
    "Samples",
    "Sound",
    "Speaker",
    "Transcriber",
    "danger_by",
    "joined",
    "most_dangerous",
    "weighed",
]

Samples = NDArray[np.float32]
"""Shape (n,): mono, from -1 to 1."""

HEARING_RATE = 16_000
"""Samples a second of everything that is listened to."""
MOST_ALTERNATIVES = 4


@dataclass(frozen=True, eq=False)
class Sound:
    """A piece of mono sound, in memory only."""

    samples: Samples
    rate: int
    """Samples a second."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


@dataclass(frozen=True)
class Heard:
    """What somebody probably said."""

    text: str = ""
    """The likeliest words; empty where nothing was said."""
    alternatives: tuple[str, ...] = ()
    """Other words that may have been said, likeliest first, `text` not among them."""
    sure: bool = True
    """False where asking back is better than taking the words as said."""

    @property
    def readings(self) -> tuple[str, ...]:
        """The likeliest words and the alternatives, without the empty ones."""
        return tuple(filter(None, (self.text, *self.alternatives)))


class Transcriber(Protocol):
    """Whoever hears."""

    def hear(self, sound: Sound) -> Heard:
        """Return what was said; the text is empty where nothing was.

        Several threads may call it at once.

        Args:
            sound: Mono at `HEARING_RATE`, trimmed or not.

        Raises:
            VoiceError: It cannot hear at present.
        """


class Speaker(Protocol):
    """Whoever speaks."""

    def say(self, text: str, *, speed: float = 1.0) -> Iterator[Sound]:
        """Yield the text aloud, piece by piece, as each is ready.

        Several threads may call it at once.

        Args:
            text: Words as they are to be said; `spoken.spoken_text` makes them.
            speed: From 0.5, half as fast as usual, to 2.0.

        Raises:
            VoiceError: It cannot speak at present.
        """


def joined(parts: Sequence[Heard]) -> Heard:
    """Return what was heard piece by piece as one.

    Each alternative differs from the text in one piece.
    """
    texts = [part.text for part in parts]
    others = [
        " ".join(filter(None, (*texts[:place], other, *texts[place + 1 :])))
        for place, part in enumerate(parts)
        for other in part.alternatives
    ]
    text = " ".join(filter(None, texts))
    kept = itertools.islice((o for o in dict.fromkeys(others) if o != text), MOST_ALTERNATIVES)
    return Heard(text, tuple(kept), all(part.sure for part in parts))


def most_dangerous(heard: Heard, danger: Callable[[str], float]) -> str:
    """Return the reading that `danger` rates highest; the likeliest among equals.

    So a mishearing never lowers the risk.

    Args:
        heard: What was heard.
        danger: How dangerous a message is; larger is more.
    """
    return max(heard.readings, key=danger, default="")


def weighed(heard: Heard, danger: Callable[[str], float]) -> Heard:
    """Return what was heard in its most dangerous reading; unsure if that is not the likeliest.

    So a likely mishearing never lowers the risk, and the person is asked back.
    """
    if not heard.alternatives:
        return heard
    worst = most_dangerous(heard, danger)
    if worst == heard.text:
        return heard
    others = tuple(reading for reading in heard.readings if reading != worst)
    return Heard(worst, others, sure=False)


def danger_by(reply: Callable[[list[Message]], Reply]) -> Callable[[str], float]:
    """Return what tells how dangerous a message is, by the coach's reply; what fails is.

    Args:
        reply: The coach's.
    """

    def danger(text: str) -> float:
        try:
            return reply([Message(role="user", content=text)]).risk.level.rank
        except Exception:  # fails closed
            return Level.CRISIS.rank

    return danger
