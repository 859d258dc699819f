"""The real ears and the real voice, and sound to try them with."""

from collections.abc import Callable

import numpy as np
import pytest

from coach.settings import Settings
from coach.voice.audio import for_hearing
from coach.voice.contracts import HEARING_RATE, Sound, Speaker, Transcriber
from coach.voice.engines import open_speaker, open_transcriber

Say = Callable[[str], Sound]

STORY = (
    "I walked along the river in the morning.",
    "The water was high and the wind was cold.",
    "An old man sat on a bench with his dog.",
    "He said good morning and I said it back.",
    "Then I bought some bread and went home.",
    "My sister called me in the afternoon.",
    "We talked about our mother for an hour.",
    "After that the house was very quiet.",
)
"""About twenty seconds of talk in which no sentence is said twice."""


@pytest.fixture(scope="session")
def transcriber() -> Transcriber:
    return open_transcriber(Settings())


@pytest.fixture(scope="session")
def speaker() -> Speaker:
    return open_speaker(Settings())


@pytest.fixture(scope="session")
def say(speaker: Speaker) -> Say:
    """Return what says a text, as sound to be heard."""

    def saying(text: str) -> Sound:
        pieces = list(speaker.say(text))
        whole = np.concatenate([piece.samples for piece in pieces])
        return for_hearing(Sound(whole, pieces[0].rate))

    return saying


def silence(seconds: float) -> Sound:
    return Sound(np.zeros(int(seconds * HEARING_RATE), np.float32), HEARING_RATE)


def noise(seconds: float, loud: float = 0.05) -> Sound:
    chance = np.random.default_rng(20_261_126)
    samples = chance.normal(0, loud, int(seconds * HEARING_RATE)).astype(np.float32)
    return Sound(samples, HEARING_RATE)


def together(*sounds: Sound) -> Sound:
    return Sound(np.concatenate([sound.samples for sound in sounds]), HEARING_RATE)
