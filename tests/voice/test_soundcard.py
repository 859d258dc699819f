"""A machine without a sound card, or without what reaches it, says so in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coach.errors import VoiceMissingError
from coach.settings import PROJECT_ROOT
from coach.voice import soundcard


def test_a_machine_without_a_sound_card_says_so_in_one_line() -> None:
    if Path("/dev/snd").exists() or sys.platform != "linux":
        pytest.skip("this machine may have one")
    ran = subprocess.run(
        [sys.executable, "-m", "coach", "chat", "--voice"],
        env={**os.environ, "PULSE_SERVER": "unix:/nowhere"},
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == 1
    assert "microphone" in ran.stderr or "PortAudio" in ran.stderr


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.voice.soundcard.installed", lambda *_packages: False)
    with (
        pytest.raises(VoiceMissingError, match="homeward"),
        soundcard.open_sound_card(),
    ):
        pass


def test_without_portaudio_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent:
        """Finds `sounddevice` without the library that it needs."""

        def find_spec(self, name: str, *_more: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    monkeypatch.setattr("coach.voice.soundcard.installed", lambda *_packages: True)
    with (
        pytest.raises(VoiceMissingError, match="libportaudio2"),
        soundcard.open_sound_card(),
    ):
        pass
