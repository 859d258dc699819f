"""Reach the microphone and the loudspeaker of this machine, through PortAudio.

Flow: the sound card -> here -> `talk`.  Sound stays in memory.
"""

import queue
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import numpy as np

from coach.errors import VoiceError, VoiceMissingError
from coach.voice.audio import resampled
from coach.voice.contracts import Samples, Sound
from coach.voice.weights import HOW_TO_INSTALL, installed

__all__ = ["open_sound_card"]

BLOCKS_A_SECOND = 20
LATENCY = 0.2
"""Seconds of sound that the card holds, so that a busy machine does not stutter."""
SILENT_CARD = 5.0
"""Seconds without a sign of a sound card after which it was unplugged."""

_NO_PORTAUDIO = "PortAudio is not installed, which reaches the sound card (Debian: libportaudio2)."
_NO_CARD = "No microphone or no loudspeaker was found on this machine."
_NOT_USABLE = "The sound card cannot be used: {reason}."
_UNPLUGGED = "The sound card does not answer any more."


@contextmanager
def open_sound_card() -> Iterator[tuple["CardMicrophone", "CardLoudspeaker"]]:
    """Find the microphone and the loudspeaker that this machine prefers; close them at the end.

    Raises:
        VoiceMissingError: The extra, PortAudio, or a sound card is missing.
    """
    if not installed("sounddevice"):
        raise VoiceMissingError(f"No sound card can be reached here; {HOW_TO_INSTALL}.")
    try:
        import sounddevice
    except OSError:
        raise VoiceMissingError(_NO_PORTAUDIO) from None
    if min(sounddevice.default.device) < 0:
        raise VoiceMissingError(_NO_CARD)
    try:
        microphone = CardMicrophone(sounddevice)
        loudspeaker = CardLoudspeaker(sounddevice)
    except (sounddevice.PortAudioError, ValueError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise VoiceMissingError(_NOT_USABLE.format(reason=reason)) from None
    with closing(microphone.stream), closing(loudspeaker.stream):
        yield microphone, loudspeaker


class CardMicrophone:
    """A `Microphone`: the card's."""

    def __init__(self, sounddevice: Any) -> None:
        """Find it; it listens from the first block on."""
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
        self.stream.start()
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
        """Find it; it plays from the first sound on."""
        self.rate = int(sounddevice.query_devices(kind="output")["default_samplerate"])
        self._left: Samples = np.zeros(0, np.float32)
        self._hushed = 0
        self._changed = threading.Condition()
        self.stream = sounddevice.OutputStream(
            samplerate=self.rate, channels=1, dtype="float32", latency=LATENCY, callback=self._fill
        )

    def play(self, sound: Sound) -> bool:
        """Play a sound once the one before is over; see `Loudspeaker`."""
        samples = resampled(sound, self.rate).samples
        if not self.stream.active:
            self.stream.start()
        hushed = self._hushed
        self.finish()
        with self._changed:
            if self._hushed == hushed:
                self._left = samples
            return self._hushed == hushed

    def finish(self) -> None:
        """Wait until nothing plays."""
        with self._changed:
            most = len(self._left) / self.rate + SILENT_CARD
            if not self._changed.wait_for(lambda: not len(self._left), most):
                raise VoiceError(_UNPLUGGED)

    def hush(self) -> None:
        """Fall silent at once."""
        with self._changed:
            self._left = self._left[:0]
            self._hushed += 1
            self._changed.notify_all()

    def _fill(self, out: Samples, frames: int, _time: Any, _status: Any) -> None:
        with self._changed:
            piece, self._left = self._left[:frames], self._left[frames:]
            out[: len(piece), 0] = piece
            out[len(piece) :] = 0
            if not len(self._left):
                self._changed.notify_all()
