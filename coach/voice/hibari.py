"""Speak with Hibari, on the processor: a small network, and sound made of what it says.

Flow: words as they are to be said -> a sentence at a time -> `Sound`.

Hibari is Apache-2.0, and a stranger's: its code was read, and code, lexicon and weights are
pinned to the byte.  Its other voices would be fetched from the network, so they are not offered.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from coach.errors import VoiceError, VoiceMissingError
from coach.voice.contracts import Samples, Sound
from coach.voice.spoken import sentences
from coach.voice.weights import HOW_TO_INSTALL, check_package, installed

__all__ = ["VOICES", "HibariSpeaker"]

VOICES = ("heart",)
"""The packaged voices."""
PACKAGE_SHA256 = "3afef7043b0d5a860cbaa6799b68c32b1ea7d720aff4cc53906dc0647cf68a9a"

SEED = 0
"""Of the breath in the voice: the same words always sound the same."""
SOUND_FROM, MARGIN = 0.01, 0.05
"""What is softer before and after a sentence is left out, but for these seconds of it."""
BREATH = 0.4
"""Seconds of silence after a sentence."""
LOUDER = np.float32(1.5)
"""Of a hundred sentences the loudest peaks at 0.62 of what can be played."""
SLOWEST, FASTEST = 0.5, 2.0


class HibariSpeaker:
    """A `Speaker`; its voice is loaded once and shared by all threads."""

    def __init__(self, voice: str = "heart") -> None:
        """Load a voice.

        Args:
            voice: One of `VOICES`.

        Raises:
            VoiceMissingError: The extra is not installed.
            VoiceError: The package is not the pinned one, or cannot be loaded.
        """
        if not installed("hibari", "onnxruntime"):
            raise VoiceMissingError(f"Nothing can be said aloud here; {HOW_TO_INSTALL}.")
        check_package("hibari", PACKAGE_SHA256)
        from hibari import Hibari

        try:
            self._voice: Any = Hibari(voice)
            # What reads unknown words is opened here, and not by two threads at once later.
            self._voice.g2p.oov("Homeward")
        except Exception as error:  # ONNX Runtime's errors have no common base
            reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
            raise VoiceError(f"The voice {voice!r} cannot be loaded: {reason}.") from None

    def say(self, text: str, *, speed: float = 1.0) -> Iterator[Sound]:
        """Yield the text aloud, a sentence at a time; see `Speaker`."""
        pace = min(max(speed, SLOWEST), FASTEST)
        rate = self._voice.sample_rate
        breath = np.zeros(int(BREATH * rate), np.float32)
        for sentence in sentences(text):
            for samples in self._voice.stream(sentence, speed=pace, seed=SEED):
                yield Sound(np.append(_trimmed(LOUDER * samples, rate), breath), rate)


def _trimmed(samples: Samples, rate: int) -> Samples:
    """Return a sentence without the silence around it, which only makes people wait."""
    loud = np.flatnonzero(np.abs(samples) >= SOUND_FROM)
    margin = int(MARGIN * rate)
    return samples[max(0, loud[0] - margin) : loud[-1] + margin] if len(loud) else samples[:0]
