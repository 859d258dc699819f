"""What the voice says, and how."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from coach.errors import VoiceError
from coach.settings import Settings
from coach.voice.contracts import Speaker
from coach.voice.engines import open_speaker
from coach.voice.piper import PiperSpeaker


@pytest.fixture(params=["heart", "joe"])
def voice(request: pytest.FixtureRequest) -> Speaker:
    """Both kinds of voice."""
    return open_speaker(Settings(speaker_model=request.param))


def test_a_text_is_said_a_sentence_at_a_time(voice: Speaker) -> None:
    pieces = list(voice.say("One sentence. And another.\nAnd a third"))
    assert len(pieces) == 3
    assert len({piece.rate for piece in pieces}) == 1
    for piece in pieces:
        assert piece.samples.dtype == np.float32
        assert 0.1 < np.abs(piece.samples).max() <= 1


def test_nobody_waits_for_silence_before_a_sentence(voice: Speaker) -> None:
    (piece,) = voice.say("It is good that you said it.")
    assert np.flatnonzero(np.abs(piece.samples) > 0.02)[0] < 0.15 * piece.rate


def test_the_same_words_always_sound_alike(speaker: Speaker) -> None:
    once, again = (next(iter(speaker.say("You are welcome here."))) for _ in range(2))
    assert np.array_equal(once.samples, again.samples)


@pytest.mark.parametrize("nothing", ["", "🙂", "\n"])
def test_nothing_is_said_of_nothing(speaker: Speaker, nothing: str) -> None:
    assert sum(np.abs(piece.samples).sum() for piece in speaker.say(nothing)) == 0


def test_speed_changes_how_long_it_takes(voice: Speaker) -> None:
    def seconds(speed: float) -> float:
        return sum(p.seconds for p in voice.say("Breathe in, and out again.", speed=speed))

    assert seconds(0.6) > 1.3 * seconds(1) > 1.3 * 1.3 * seconds(1.8)


def test_several_people_are_spoken_to_at_once(speaker: Speaker) -> None:
    with ThreadPoolExecutor(6) as threads:
        said = list(threads.map(lambda _n: list(speaker.say("You are welcome here.")), range(6)))
    assert all(len(pieces) == 1 for pieces in said)


def test_a_voice_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="nobody"):
        PiperSpeaker("nobody")
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    (tmp_path / "broken.onnx.json").write_text("{}", encoding="utf-8")
    with pytest.raises(VoiceError, match="cannot be loaded"):
        PiperSpeaker(str(tmp_path / "broken.onnx"))
