"""An answer that is often misplaced must be nearer to what was written, and the other way round."""

from pathlib import Path

import pytest

from coach.errors import EmbeddingError
from coach.index.lessons import read_rows
from coach.safety.answers import Answer, Answers
from coach.safety.fitting import FITS, Fitting
from coach.safety.judged import fitting_from, judgements_of
from coach.safety.reader import LEARNT_DIR
from coach.safety.training import TRAINING_DIR
from tests.safety.conftest import CORPUS


def answer(way: str) -> Answer:
    return Answer("other", frozenset({"own"}), (way,), ("Yes.",), ())


def judged(way: str, likeness: float, grade: str) -> dict[str, object]:
    return {
        "said": "It comes and goes.",
        "way": way,
        "kind": "answer",
        "likeness": likeness,
        "grade": grade,
    }


def test_what_is_often_wrong_must_be_liker() -> None:
    answers = [answer("it comes and goes"), answer("does it show on the bill"), answer("new")]
    answers.append(answer("who reads this"))
    rows = [
        {
            "judged": [
                judged("it comes and goes", likeness, "wrong"),
                judged("does it show on the bill", likeness, "fits"),
                judged("gone from the file", likeness, "fits"),
                judged("who reads this", likeness - 0.2, "wrong"),
                judged("who reads this", likeness + 0.2, "fits"),
            ]
        }
        for likeness in (0.6, 0.7, 0.8)
    ]
    fitting = fitting_from(answers, judgements_of(answers, rows))
    often_wrong, right, unknown = (fitting.lift(one.asks) for one in answers[:3])
    assert often_wrong < unknown == 0.0 < right
    assert 0 < fitting.chance(0.7 + often_wrong) < fitting.chance(0.7 + right) < 1


def test_a_likelier_sentence_fits_more_often() -> None:
    fitting = Fitting.read(LEARNT_DIR)
    assert fitting.chance(0.6) < 0.3 < fitting.chance(0.85)


def test_what_is_kept_is_what_the_judgements_teach() -> None:
    answers = Answers(CORPUS / "crisis").every
    rows = read_rows(TRAINING_DIR / f"{FITS}.jsonl")
    learnt = fitting_from(answers, judgements_of(answers, rows))
    kept = Fitting.read(LEARNT_DIR)
    assert kept.likeness == pytest.approx(learnt.likeness, rel=0.01)
    assert kept.lifts == pytest.approx(learnt.lifts, abs=0.002)


def test_a_broken_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / f"{FITS}.json").write_text("{", encoding="utf-8")
    with pytest.raises(EmbeddingError, match="coach train fits"):
        Fitting.read(tmp_path)
    Fitting.read(LEARNT_DIR).write(tmp_path)
    assert Fitting.read(tmp_path) == Fitting.read(LEARNT_DIR)
