"""Settings: the environment wins over `.env`, and what cannot be meant is refused."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from coach.errors import SettingsError
from coach.settings import PROJECT_ROOT, Settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every setting out of the environment."""
    for name in os.environ:
        if name.upper().startswith("COACH_"):
            monkeypatch.delenv(name)


def load(folder: Path, env_file: str = "") -> Settings:
    (folder / ".env").write_text(env_file)
    return Settings.load(folder / ".env")


def refusal(folder: Path, env_file: str = "") -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, env_file)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_nothing_given_is_the_defaults(tmp_path: Path) -> None:
    assert Settings.load(tmp_path / "no.env") == load(tmp_path) == Settings()
    assert Settings().corpus_dir == PROJECT_ROOT / "corpus"
    assert Settings().host == "127.0.0.1"


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_PORT", "8001")
    settings = load(tmp_path, "COACH_PORT=8002\nexport COACH_REGION='NZ'\n")
    assert (settings.port, settings.region) == (8001, "NZ")


def test_a_misspelt_name_is_refused_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = refusal(tmp_path, "COACH_PROT=1\n")
    assert text.startswith("Unknown setting COACH_PROT.")
    assert "COACH_PORT" in text
    monkeypatch.setenv("COACH_REGIO", "GB")
    assert refusal(tmp_path).startswith("Unknown setting COACH_REGIO.")


def test_names_of_other_programs_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert load(tmp_path, "HF_HUB_OFFLINE=1\nOTHER=2\nCOACH_PORT=9\n").port == 9


def test_names_are_read_in_any_case(tmp_path: Path) -> None:
    assert load(tmp_path, "coach_port=11\n").port == 11


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("COACH_PORT=abc", "COACH_PORT"),
        ("COACH_PORT=70000", "COACH_PORT"),
        ("COACH_RELEVANCE_FLOOR=2", "COACH_RELEVANCE_FLOOR"),
        ("COACH_RELEVANCE_FLOOR=nan", "COACH_RELEVANCE_FLOOR"),
        ("COACH_MAX_MESSAGE_CHARS=0", "COACH_MAX_MESSAGE_CHARS"),
        ("COACH_MAX_MESSAGES=1", "COACH_MAX_MESSAGES"),
        ("COACH_REGION=England", "COACH_REGION"),
        ("COACH_REGION=", "COACH_REGION"),
        ("COACH_MODEL=gpt-4o", "COACH_MODEL"),
        ("COACH_MODEL_URL=localhost:8080", "COACH_MODEL_URL"),
        ("COACH_MODEL_FIRST_SECONDS=0", "COACH_MODEL_FIRST_SECONDS"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_setting(
    tmp_path: Path, line: str, name: str
) -> None:
    text = refusal(tmp_path, line + "\n")
    assert text.startswith(f"{name}: ")
    assert repr(line.partition("=")[2]) in text


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"COACH_PORT=\xff\n")
    with pytest.raises(SettingsError, match="UTF-8"):
        Settings.load(tmp_path / ".env")


def test_settings_cannot_be_changed_or_invented() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Settings(colour="red")  # type: ignore[call-arg]


def test_a_region_may_be_written_small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COACH_REGION", "gb")
    assert Settings.load(tmp_path / ".env").region == "GB"


def test_the_key_of_a_model_is_shown_nowhere(tmp_path: Path) -> None:
    settings = load(tmp_path, "COACH_MODEL=openai:small\nCOACH_MODEL_KEY=s3cret\n")
    assert settings.model_key is not None
    assert settings.model_key.get_secret_value() == "s3cret"
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
