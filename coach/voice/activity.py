"""Tell voice from silence and noise, 32 milliseconds at a time.

Flow: samples of a stream -> `VoiceActivity` -> `listening`; a whole sound -> `spans_of_voice`
-> `whisper`.  Silero's network (MIT), whose weights faster-whisper carries, runs here
statefully, so that a stream costs what a file costs: about a thousandth of its time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.errors import VoiceMissingError
from coach.voice.contracts import HEARING_RATE, Samples, Sound
from coach.voice.weights import HOW_TO_INSTALL, installed

__all__ = ["FRAME", "FRAME_SECONDS", "Hysteresis", "VoiceActivity", "spans_of_voice"]

FRAME = 512
"""Samples of one decision."""
FRAME_SECONDS = FRAME / HEARING_RATE
CONTEXT = 64
STATE = (1, 1, 128)

VOICE_FROM = 0.5
VOICE_STAYS_FROM = 0.35
"""The probability at which voice begins, and the one at which it goes on."""
SHORTEST_VOICE = 0.12
LONGEST_GAP = 0.5
MARGIN = 0.2
"""Seconds: a shorter voice is a click; a shorter gap is part of a sentence; what stays
around voice, whose beginnings and ends are soft."""


class VoiceActivity:
    """Follows one stream of samples at `HEARING_RATE`."""

    def __init__(self) -> None:
        """Begin a stream.

        Raises:
            VoiceMissingError: The network is not installed.
        """
        self._session = _session()
        self._h = np.zeros(STATE, np.float32)
        self._c = np.zeros(STATE, np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)

    def __call__(self, samples: Samples) -> NDArray[np.float32]:
        """Return the probability of voice in each frame that these samples complete."""
        waiting = np.concatenate([self._rest, samples])
        count = len(waiting) // FRAME
        self._rest = waiting[count * FRAME :]
        if not count:
            return np.zeros(0, np.float32)
        frames = waiting[: count * FRAME].reshape(count, FRAME)
        before = np.vstack([self._context, frames[:-1, -CONTEXT:]])
        self._context = frames[-1, -CONTEXT:].copy()
        inputs = {"input": np.hstack([before, frames]), "h": self._h, "c": self._c}
        chances, self._h, self._c = self._session.run(None, inputs)
        return np.asarray(chances, np.float32).reshape(count)


@dataclass
class Hysteresis:
    """Turns probabilities into voice or not, without flicker."""

    voiced: bool = False

    def __call__(self, chance: float) -> bool:
        """Return whether there is voice in the next frame."""
        self.voiced = chance >= (VOICE_STAYS_FROM if self.voiced else VOICE_FROM)
        return self.voiced


def spans_of_voice(sound: Sound) -> list[tuple[int, int]]:
    """Return where there is voice in a whole sound, as (first, past last) sample, in order.

    Short gaps are closed, clicks dropped, and each span keeps a margin.

    Args:
        sound: Mono at `HEARING_RATE`.
    """
    padded = np.pad(sound.samples, (0, -len(sound.samples) % FRAME))
    decide = Hysteresis()
    voiced = [decide(float(chance)) for chance in VoiceActivity()(padded)]
    spans: list[tuple[int, int]] = []
    for first, last in _runs(voiced):
        if spans and (first - spans[-1][1]) * FRAME_SECONDS < LONGEST_GAP:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    margin = int(MARGIN * HEARING_RATE)
    return [
        (max(0, first * FRAME - margin), min(len(sound.samples), last * FRAME + margin))
        for first, last in spans
        if (last - first) * FRAME_SECONDS >= SHORTEST_VOICE
    ]


def _runs(voiced: list[bool]) -> Iterator[tuple[int, int]]:
    """Yield (first, past last) of each run of true values."""
    edges = np.flatnonzero(np.diff(np.array([False, *voiced, False]).astype(np.int8)))
    yield from ((int(first), int(last)) for first, last in edges.reshape(-1, 2))


@lru_cache(maxsize=1)
def _session() -> Any:
    """Return the network; it keeps no state, so that all streams share it."""
    if not installed("faster_whisper", "onnxruntime"):
        raise VoiceMissingError(f"Voice cannot be told from silence here; {HOW_TO_INSTALL}.")
    import onnxruntime
    from faster_whisper.utils import get_assets_path

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    network = Path(get_assets_path()) / "silero_vad_v6.onnx"
    return onnxruntime.InferenceSession(
        network.read_bytes(), options, providers=["CPUExecutionProvider"]
    )
