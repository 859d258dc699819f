"""Recordings in any form become sound, or are refused with one line."""

import io
import struct
import subprocess
import sys
import wave
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import AudioRefusedError
from coach.settings import PROJECT_ROOT
from coach.voice.audio import (
    Resampler,
    as_pcm,
    as_wav,
    for_hearing,
    from_pcm,
    from_wav,
    read_audio,
    wav_header,
)
from coach.voice.contracts import HEARING_RATE, Sound

TONE = 440.0


def tone(seconds: float, rate: int) -> Sound:
    time = np.arange(int(seconds * rate)) / rate
    return Sound((0.5 * np.sin(2 * np.pi * TONE * time)).astype(np.float32), rate)


def pitch(sound: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound.samples))
    return float(np.fft.rfftfreq(len(sound.samples), 1 / sound.rate)[spectrum.argmax()])


def encoded(sound: Sound, container: str, codec: str) -> bytes:
    """Return a sound as a browser or a phone would send it."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=sound.rate, layout="mono")
        samples = (sound.samples * 32_767).astype(np.int16)[np.newaxis]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = sound.rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    return file.getvalue()


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_is_brought_to_the_rate_of_hearing(rate: int) -> None:
    sound = read_audio(as_wav(tone(1, rate)), longest=10)
    assert sound.rate == HEARING_RATE
    assert sound.seconds == pytest.approx(1, abs=0.01)
    assert pitch(sound) == pytest.approx(TONE, abs=2)


@pytest.mark.parametrize(
    ("container", "codec"), [("webm", "libopus"), ("ogg", "libopus"), ("mp3", "libmp3lame")]
)
def test_what_browsers_and_phones_send_is_read(container: str, codec: str) -> None:
    sound = read_audio(encoded(tone(1, 48_000), container, codec), longest=10)
    assert sound.seconds == pytest.approx(1, abs=0.1)
    assert pitch(sound) == pytest.approx(TONE, abs=2)


def test_stereo_is_mixed() -> None:
    file = io.BytesIO()
    both = np.stack([tone(1, 16_000).samples, np.zeros(16_000, np.float32)], axis=1)
    with wave.open(file, "wb") as out:
        out.setparams((2, 2, 16_000, 0, "NONE", ""))
        out.writeframes((both * 32_767).astype("<i2").tobytes())
    sound = read_audio(file.getvalue(), longest=10)
    assert sound.samples.shape == (16_000,)
    assert pitch(sound) == pytest.approx(TONE, abs=2)


def corrupt() -> bytes:
    wav = bytearray(as_wav(tone(1, 16_000)))
    wav[12:40] = b"\xff" * 28
    return bytes(wav)


PICTURE = (PROJECT_ROOT / "coach/web/assets/icon-512.png").read_bytes()


@pytest.mark.parametrize(
    ("recording", "says"),
    [
        (b"", "empty"),
        (as_wav(tone(0, 16_000)), "empty"),
        (PICTURE, "no recording"),
        (b"RIFF", "no recording"),
        (b"words and words " * 400, "no recording"),
        (np.random.default_rng(1).bytes(20_000), "no recording"),
        (corrupt(), "no recording"),
        (as_wav(tone(31, 8_000)), "longer than 30 seconds"),
    ],
    ids=["nothing", "0 s", "picture", "cut", "text", "random", "corrupt", "too long"],
)
def test_what_cannot_be_listened_to_is_refused_in_one_line(recording: bytes, says: str) -> None:
    with pytest.raises(AudioRefusedError, match=says) as refused:
        read_audio(recording, longest=30)
    assert "\n" not in str(refused.value)


def test_half_an_hour_is_refused_without_being_decoded_to_the_end() -> None:
    header = wav_header(HEARING_RATE, 30 * 60 * HEARING_RATE * 2)
    with pytest.raises(AudioRefusedError, match="longer than 180"):
        read_audio(header + bytes(200 * HEARING_RATE * 2), longest=180)


def test_a_playlist_reaches_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(as_wav(tone(1, 16_000)))
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
    for text in (playlist, f"ffconcat version 1.0\nfile '{secret}'\n".encode()):
        with pytest.raises(AudioRefusedError):
            read_audio(text, longest=30)


def test_a_cut_off_wav_is_read_as_far_as_it_goes() -> None:
    sound = read_audio(as_wav(tone(2, 16_000))[: 44 + 16_000], longest=30)
    assert sound.seconds == pytest.approx(0.5, abs=0.01)


def test_a_stream_is_resampled_without_a_seam() -> None:
    whole = tone(1, 48_000)
    resampler = Resampler(48_000)
    blocks = [resampler(block) for block in np.array_split(whole.samples, 37)]
    joined = np.concatenate([*blocks, resampler.rest()])
    assert np.abs(joined - for_hearing(whole).samples[: len(joined)]).max() < 1e-4


@pytest.mark.parametrize("rate", [0, -1, 100, 10_000_000])
def test_a_rate_that_nobody_records_at_is_refused(rate: int) -> None:
    with pytest.raises(AudioRefusedError, match="samples a second"):
        Resampler(rate)


def test_pcm_and_wav_come_back_as_they_were() -> None:
    sound = tone(0.1, 22_050)
    assert np.abs(from_pcm(as_pcm(sound)) - sound.samples).max() < 1e-4
    again = from_wav(as_wav(sound))
    assert again.rate == 22_050
    assert np.abs(again.samples - sound.samples).max() < 1e-4


def test_a_wav_stream_of_unknown_length_is_read() -> None:
    sound = tone(0.1, 24_000)
    assert from_wav(wav_header(24_000) + as_pcm(sound)).seconds == pytest.approx(0.1)


@pytest.mark.parametrize("wav", [b"", b"RIFF....WAVE", struct.pack("<4sI4s", b"RIFF", 4, b"AIFF")])
def test_what_is_no_wav_is_no_sound(wav: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        from_wav(wav)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(recording: bytes) -> None:
    with suppress(AudioRefusedError):
        assert read_audio(recording, longest=5).seconds <= 5


def test_reading_does_not_need_ffmpeg_on_the_machine() -> None:
    code = (
        "from tests.voice.test_audio import encoded, tone;"
        "from coach.voice.audio import read_audio;"
        "print(read_audio(encoded(tone(1, 48000), 'webm', 'libopus'), longest=9).rate)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", "PYTHONPATH": str(PROJECT_ROOT)},
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == str(HEARING_RATE), ran.stderr
