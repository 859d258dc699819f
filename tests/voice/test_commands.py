"""`coach listen` and `coach say`, as a person uses them."""

import json
import sys
from pathlib import Path

import pytest

from coach.cli import main
from coach.settings import PROJECT_ROOT
from coach.voice.audio import from_wav


def run(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["coach", *args])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_what_is_said_into_a_file_is_heard_from_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "said.wav")
    assert run(monkeypatch, "say", "I walked along the **river** [1].", "-o", file) == 0
    assert from_wav(Path(file).read_bytes()).seconds > 1
    assert run(monkeypatch, "say", "The house was quiet.", "-o", file, "--speed", "0.5") == 0
    capsys.readouterr()
    assert run(monkeypatch, "listen", file, "--json") == 0
    heard = json.loads(capsys.readouterr().out)
    assert set(heard) == {"text", "alternatives", "sure", "seconds"}
    assert "quiet" in heard["text"]
    assert run(monkeypatch, "listen", file) == 0
    assert capsys.readouterr().out.strip() == heard["text"]


def test_what_is_no_recording_ends_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "listen", str(PROJECT_ROOT / "coach/web/assets/icon-512.png")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_nothing_to_say_ends_with_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none.wav"
    assert run(monkeypatch, "say", "[1]", "-o", str(file)) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not file.exists()
