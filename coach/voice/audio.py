"""Read a recording in whatever form it comes, and write sound as WAV or PCM; in memory only.

Flow: bytes of a recording -> `read_audio` -> `Sound` at `HEARING_RATE` -> a `Transcriber`;
a `Speaker` -> `Sound` -> `as_pcm`, `as_wav`.

PyAV brings its own FFmpeg, so none has to be on the machine.
"""

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from coach.errors import AudioRefusedError, VoiceMissingError
from coach.voice.contracts import HEARING_RATE, Samples, Sound
from coach.voice.weights import HOW_TO_INSTALL, installed

if TYPE_CHECKING:
    from av import AudioFrame
    from av.container import InputContainer

__all__ = [
    "Resampler",
    "as_pcm",
    "as_wav",
    "for_hearing",
    "from_pcm",
    "from_wav",
    "read_audio",
    "resampled",
    "wav_header",
]

FORMATS = "wav,mp3,ogg,flac,matroska,webm,mov,aac"
"""The containers that are tried; no playlist among them, which could name files."""
FULL_SCALE = 32_767
PCM, EXTENSIBLE = 1, 0xFFFE
UNKNOWN_LENGTH = 0xFFFFFFFF
LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000

_NOT_AUDIO = "This is no recording that can be read; WAV, MP3, OGG, FLAC, WebM and MP4 can."
_EMPTY = "The recording is empty."
_TOO_LONG = "The recording is longer than {limit:g} seconds; please send a shorter one."
_RATE = "Sound must have {low:,} to {high:,} samples a second, not {rate:,}."


def read_audio(recording: bytes, *, longest: float) -> Sound:
    """Return a recording as mono sound at `HEARING_RATE`, whatever its form, rate and channels.

    Args:
        recording: The bytes of a file.
        longest: In seconds; more is refused without being decoded to the end.

    Raises:
        AudioRefusedError: It is empty, too long, broken, or no recording.
        VoiceMissingError: What reads recordings is not installed.
    """
    if not installed("av"):
        raise VoiceMissingError(f"Recordings cannot be read here; {HOW_TO_INSTALL}.")
    import av

    if not recording:
        raise AudioRefusedError(_EMPTY)
    try:
        pieces = list(_decoded(recording, longest))
    except (av.FFmpegError, ValueError, IndexError, UnicodeDecodeError):
        raise AudioRefusedError(_NOT_AUDIO) from None
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    if not len(samples):
        raise AudioRefusedError(_EMPTY)
    return Sound(samples, HEARING_RATE)


def from_pcm(pcm: bytes) -> Samples:
    """Return 16-bit little endian mono PCM as samples; half a sample at the end is dropped."""
    whole = pcm[: len(pcm) // 2 * 2]
    return np.frombuffer(whole, "<i2").astype(np.float32) / np.float32(FULL_SCALE + 1)


def as_pcm(sound: Sound) -> bytes:
    """Return sound as 16-bit little endian mono PCM."""
    return (np.clip(sound.samples, -1, 1) * FULL_SCALE).astype("<i2").tobytes()


def as_wav(sound: Sound) -> bytes:
    """Return sound as a WAV file of 16-bit mono PCM."""
    pcm = as_pcm(sound)
    return wav_header(sound.rate, len(pcm)) + pcm


def from_wav(wav: bytes) -> Sound:
    """Return a WAV file of 16-bit mono PCM, such as speech servers send, at its own rate.

    Raises:
        ValueError: It is none.
    """
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise ValueError("no WAV file")
    place, rate = 12, 0
    while place + 8 <= len(wav):
        kind, size = struct.unpack_from("<4sI", wav, place)
        place += 8
        if kind == b"fmt " and size >= 16 and place + 16 <= len(wav):
            form, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", wav, place)
            if channels != 1 or bits != 16 or form not in {PCM, EXTENSIBLE}:
                raise ValueError("not 16-bit mono PCM")
        elif kind == b"data" and rate:
            # A stream does not know its length beforehand and names too large a one.
            return Sound(from_pcm(wav[place : place + size]), rate)
        place += size + size % 2
    raise ValueError("no samples")


def wav_header(rate: int, length: int | None = None) -> bytes:
    """Return what stands before the samples of a 16-bit mono WAV file.

    Args:
        rate: Samples a second.
        length: Bytes of samples that follow; None where that is not known yet.
    """
    data = UNKNOWN_LENGTH if length is None else length
    riff = UNKNOWN_LENGTH if length is None else length + 36
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", data),
    )


def for_hearing(sound: Sound) -> Sound:
    """Return a sound at `HEARING_RATE`."""
    return resampled(sound, HEARING_RATE)


def resampled(sound: Sound, rate: int) -> Sound:
    """Return a sound at another rate."""
    resampler = Resampler(sound.rate, to=rate)
    return Sound(np.concatenate([resampler(sound.samples), resampler.rest()]), rate)


class Resampler:
    """Brings a stream of samples to another rate, block by block, without a seam."""

    def __init__(self, rate: int, *, to: int = HEARING_RATE) -> None:
        """Make one for a stream.

        Raises:
            AudioRefusedError: Nobody records at such a rate.
            VoiceMissingError: What resamples is not installed.
        """
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise AudioRefusedError(_RATE.format(low=LOWEST_RATE, high=HIGHEST_RATE, rate=rate))
        if not installed("av"):
            raise VoiceMissingError(f"Sound cannot be read here; {HOW_TO_INSTALL}.")
        from av.audio.resampler import AudioResampler

        self.rate = rate
        self._alike = rate == to
        self._begun = False
        self._inner = AudioResampler(format="flt", layout="mono", rate=to)

    def __call__(self, samples: Samples) -> Samples:
        """Return the samples of a further block at the new rate."""
        if self._alike or not len(samples):
            return samples
        from av import AudioFrame

        self._begun = True
        if not samples.flags.c_contiguous:
            samples = np.ascontiguousarray(samples)
        frame = AudioFrame.from_ndarray(samples[np.newaxis], format="flt", layout="mono")
        frame.sample_rate = self.rate
        return _samples_of(self._inner.resample(frame))

    def rest(self) -> Samples:
        """Return what the end of the stream was still waiting for."""
        return _samples_of(self._inner.resample(None)) if self._begun else np.zeros(0, np.float32)


def _decoded(recording: bytes, longest: float) -> Iterator[Samples]:
    """Yield the first audio stream of a recording, resampled, block by block."""
    import av
    from av.audio.resampler import AudioResampler

    resampler = AudioResampler(format="flt", layout="mono", rate=HEARING_RATE)
    left = int(longest * HEARING_RATE)
    with av.open(
        io.BytesIO(recording),
        "r",
        metadata_errors="ignore",
        options={"format_whitelist": FORMATS},
    ) as container:
        if not container.streams.audio:
            raise AudioRefusedError(_NOT_AUDIO)
        for frame in _frames(container):
            block = _samples_of(resampler.resample(frame))
            left -= len(block)
            if left < 0:
                raise AudioRefusedError(_TOO_LONG.format(limit=longest))
            yield block
    yield _samples_of(resampler.resample(None))


def _frames(container: "InputContainer") -> Iterator["AudioFrame"]:
    """Yield what can be decoded; a damaged frame is passed over."""
    import av

    frames = container.decode(audio=0)
    while True:
        try:
            yield next(frames)
        except StopIteration:
            return
        except av.error.InvalidDataError:
            continue


def _samples_of(frames: "list[AudioFrame]") -> Samples:
    pieces = [frame.to_ndarray()[0] for frame in frames]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
