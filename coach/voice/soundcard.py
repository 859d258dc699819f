"""Reach the microphone and the loudspeaker of this machine, through PortAudio.

Flow: the sound card -> here -> `talk`.  Sound stays in memory.
"""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from coach.errors import VoiceError, VoiceMissingError
from coach.voice.audio import resampled
from coach.voice.contracts import Samples, Sound
from coach.voice.weights import HOW_TO_INSTALL, installed

__all__ = ["open_sound_card"]

BLOCKS_A_SECOND = 20
SILENT_CARD = 5.0
"""Seconds without a sign of a sound card after which it was unplugged."""

_NO_PORTAUDIO = "PortAudio is not installed, which reaches the sound card (Debian: libportaudio2)."
_NO_CARD = "No sound card with a microphone and a loudspeaker can be used here: {reason}."
_UNPLUGGED = "The sound card does not answer any more."


@contextmanager
def open_sound_card() -> Iterator[tuple["CardMicrophone", "CardLoudspeaker"]]:
    """Open the microphone and the loudspeaker that this machine prefers.

    Raises:
        VoiceMissingError: The extra, PortAudio, or a sound card is missing.
    """
    if not installed("sounddevice"):
        raise VoiceMissingError(f"No sound card can be reached here; {HOW_TO_INSTALL}.")
    try:
        import sounddevice
    except OSError:
        raise VoiceMissingError(_NO_PORTAUDIO) from None
    try:
        microphone = CardMicrophone(sounddevice)
        loudspeaker = CardLoudspeaker(sounddevice)
    except (sounddevice.PortAudioError, ValueError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise VoiceMissingError(_NO_CARD.format(reason=reason)) from None
    with microphone.stream, loudspeaker.stream:
        yield microphone, loudspeaker


class CardMicrophone:
    """A `Microphone`: the card's."""

    def __init__(self, sounddevice: Any) -> None:
        """Open it; it listens from `with stream` on."""
        self.rate = int(sounddevice.query_devices(kind="input")["default_samplerate"])
        self._heard: queue.SimpleQueue[Samples] = queue.SimpleQueue()
        self.stream = sounddevice.InputStream(
            samplerate=self.rate,
            blocksize=self.rate // BLOCKS_A_SECOND,
            channels=1,
            dtype="float32",
            callback=self._take,
        )

    def blocks(self) -> Iterator[Samples]:
        """Yield what it hears; see `Microphone`."""
        while True:
            try:
                yield self._heard.get(timeout=SILENT_CARD)
            except queue.Empty:
                raise VoiceError(_UNPLUGGED) from None

    def _take(self, samples: Samples, _frames: int, _time: Any, _status: Any) -> None:
        self._heard.put(samples[:, 0].copy())


class CardLoudspeaker:
    """A `Loudspeaker`: the card's."""

    def __init__(self, sounddevice: Any) -> None:
        """Open it; it plays from `with stream` on."""
        self.rate = int(sounddevice.query_devices(kind="output")["default_samplerate"])
        self._left: Samples = np.zeros(0, np.float32)
        self._changed = threading.Condition()
        self.stream = sounddevice.OutputStream(
            samplerate=self.rate, channels=1, dtype="float32", callback=self._fill
        )

    @property
    def playing(self) -> bool:
        """Whether a sound plays."""
        return len(self._left) > 0

    def play(self, sound: Sound) -> None:
        """Play a sound once the one before is over; see `Loudspeaker`."""
        samples = resampled(sound, self.rate).samples
        self.finish()
        with self._changed:
            self._left = samples

    def finish(self) -> None:
        """Wait until nothing plays."""
        with self._changed:
            most = len(self._left) / self.rate + SILENT_CARD
            if not self._changed.wait_for(lambda: not self.playing, most):
                raise VoiceError(_UNPLUGGED)

    def hush(self) -> None:
        """Fall silent at once."""
        with self._changed:
            self._left = self._left[:0]
            self._changed.notify_all()

    def _fill(self, out: Samples, frames: int, _time: Any, _status: Any) -> None:
        with self._changed:
            piece, self._left = self._left[:frames], self._left[frames:]
            out[: len(piece), 0] = piece
            out[len(piece) :] = 0
            if not self.playing:
                self._changed.notify_all()
