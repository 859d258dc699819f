"""Learning from labelled sets: what is learnt, what it is calibrated on, what is refused."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coach.errors import CorpusError
from coach.index.embedder import CachingEmbedder, Encoded
from coach.index.encoder import open_encoder
from coach.index.lessons import fit_exclusive, fit_independent, read_rows
from coach.index.models import PACKAGED, find_model
from coach.safety.reader import SETS, SafetyReader
from coach.safety.training import DEVELOPMENT, of_answers, of_messages, train
from coach.settings import Settings

ROWS = {
    "messages": [
        {"text": f"I want to die, {word}", "level": "crisis", "categories": ["suicide"]}
        for word in ("tonight", "honestly", "every day", "so much", "please help")
    ]
    + [
        {"text": f"nothing will ever get better, {word}", "level": "concern", "categories": [cat]}
        for word, cat in zip(("ever", "I am sure", "none of it"), ["hopelessness"] * 3, strict=True)
    ]
    + [
        {"text": f"the bread rose well, {word}", "level": "none", "categories": []}
        for word in ("today", "at last", "in the new oven", "my aunt said", "again")
    ],
    "boundaries": [
        {"text": "are you a person", "boundary": "human"},
        {"text": "are you human or what", "boundary": "human"},
        {"text": "do you have a body", "boundary": "human"},
        {"text": "my neighbour is kind", "boundary": None},
        {"text": "I met a neighbour", "boundary": None},
        {"text": "kind people live here", "boundary": None},
    ],
    "harm": [
        {"text": "help me frighten my neighbour", "boundary": "harm"},
        {"text": "how do I frighten someone", "boundary": "harm"},
        {"text": "frighten him for me", "boundary": "harm"},
        {"text": "my neighbour is kind", "boundary": None},
        {"text": "I met a neighbour", "boundary": None},
        {"text": "kind people live here", "boundary": None},
    ],
    "answers": [
        {"text": "yes", "answers": ["yes"]},
        {"text": "yes I do", "answers": ["yes"]},
        {"text": "no", "answers": ["no"]},
        {"text": "no I don't", "answers": ["no"]},
        {"text": "never mind", "answers": []},
        {"text": "the kettle", "answers": []},
    ],
    "sentences": [
        {"text": "I love you so much.", "rule": "romance"},
        {"text": "You are my only love.", "rule": "romance"},
        {"text": "Breathe out slowly.", "rule": None},
        {"text": "Breathe in, and wait.", "rule": None},
        {"text": "You could ring a friend.", "rule": None},
    ],
    "subjects": [
        {"text": "I want to die, I have had enough", "subject": "own"},
        {"text": "I think of dying at night", "subject": "own"},
        {"text": "my wife says she wants to die", "subject": "third"},
        {"text": "my brother sent me a goodbye", "subject": "third"},
        {"text": "the bread rose well today", "subject": "none"},
        {"text": "my neighbour is kind", "subject": "none"},
    ],
    "needs": [
        {"text": "will they send somebody", "needs": ["line_sends"]},
        {"text": "do they send the police if I ring", "needs": ["line_sends"]},
        {"text": "would anyone come to my door", "needs": ["line_sends"]},
        {"text": "nobody sends anything to me any more", "needs": []},
        {"text": "what do I say to her", "needs": ["words_for"]},
        {"text": "which words do I begin with", "needs": ["words_for"]},
        {"text": "how do I put it to my brother", "needs": ["words_for"]},
        {"text": "the kettle is on", "needs": []},
    ],
}


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    for name, rows in ROWS.items():
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(lines)
    return tmp_path


@pytest.fixture
def development(tmp_path: Path) -> Path:
    """The same rows, as they stand among those that are calibrated on."""
    folder = tmp_path / "development"
    folder.mkdir()
    for name, (file, begin) in DEVELOPMENT.items():
        rows = [{"id": f"{begin}{number}", **row} for number, row in enumerate(ROWS[name])]
        others = [{"id": "x", **ROWS[name][0], "text": "of those that are for figures only"}]
        lines = "".join(json.dumps(row) + "\n" for row in (rows + others if begin else rows))
        (folder / file).write_text(lines)
    return folder


@pytest.fixture(scope="module")
def encoder(settings: Settings) -> CachingEmbedder:
    return CachingEmbedder(open_encoder(find_model(PACKAGED), settings.encoders_dir))


def test_what_is_learnt_judges_messages_that_it_has_not_seen(
    sets: Path, development: Path, encoder: CachingEmbedder, tmp_path: Path
) -> None:
    told: list[str] = []
    into = tmp_path / "learnt"
    train(encoder, folder=sets, development=development, into=into, told=told.append)
    assert {path.stem for path in into.glob("*.npz")} == set(SETS)
    card = json.loads((into / "messages.json").read_text())
    assert card["texts"] == len(ROWS["messages"])
    assert 0.9 <= card["right"]["level"] <= 1
    assert card["calibrated_on"] == "13 rows of screen.jsonl"
    card = json.loads((into / "boundaries.json").read_text())
    assert card["calibrated_on"] == f"{len(ROWS['boundaries'])} rows of boundaries.jsonl"
    assert told[0] == "messages: 13 texts"
    danger, bread = SafetyReader(encoder, folder=into).read(
        ["I want to die", "the bread is in the oven"]
    )
    assert danger.crisis > bread.crisis


def test_the_same_sets_give_the_same_arrays(
    sets: Path, development: Path, encoder: CachingEmbedder, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        train(encoder, folder=sets, development=development, into=tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        if path.suffix == ".json":
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
            continue
        with np.load(path) as one, np.load(tmp_path / "two" / path.name) as two:
            assert set(one.files) == set(two.files)
            assert all(np.array_equal(one[key], two[key]) for key in one.files)


def test_rows_that_were_learnt_are_read_again_only_where_they_changed(
    sets: Path, development: Path, encoder: CachingEmbedder, tmp_path: Path
) -> None:
    into = tmp_path / "learnt"

    def taught() -> tuple[list[int], dict[str, object], dict[str, Any]]:
        heard = Listening(encoder)
        train(heard, folder=sets, development=development, into=into, only=["messages"])
        with np.load(into / "messages.npz") as arrays:
            held = {key: arrays[key] for key in arrays.files}
        return heard.asked, json.loads((into / "messages.json").read_text()), held

    rows, measured = len(ROWS["messages"]), len(ROWS["messages"])
    asked, card, arrays = taught()
    assert asked == [rows, measured]
    asked, again, same = taught()
    assert asked == [measured]
    assert again == card
    assert np.array_equal(arrays["duals"], same["duals"])
    assert np.allclose(arrays["head"], same["head"], atol=1e-2)
    with (sets / "messages.jsonl").open("a") as file:
        row = {"text": "the kettle is on", "level": "none", "categories": []}
        file.write(json.dumps(row) + "\n")
    assert taught()[0] == [rows + 1, measured]


class Listening:
    """Encodes, and counts how many texts it is asked for at a time."""

    def __init__(self, encoder: CachingEmbedder) -> None:
        self._encoder = encoder
        self.asked: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode(self, texts: Sequence[str]) -> Encoded:
        self.asked.append(len(texts))
        return self._encoder.encode(texts)


def test_every_question_has_a_goal_for_every_text() -> None:
    messages = of_messages(ROWS["messages"])
    assert messages.goals.shape == (13, 3 + 13)
    assert messages.goals[:, :3].sum(axis=1).tolist() == [1.0] * 13
    answers = of_answers(ROWS["answers"])
    assert answers.labels == {"answer": ("no", "yes")}
    assert answers.goals.sum() == 4


def test_calibration_makes_probabilities_fit() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(4000, 1))
    goals = (rng.random((4000, 1)) < 1 / (1 + np.exp(-(3 * scores - 1)))).astype(float)
    slope, offset = fit_independent(scores, goals)
    assert slope == pytest.approx(3, abs=0.4)
    assert offset == pytest.approx(-1, abs=0.3)
    logits = rng.normal(size=(4000, 3))
    chances = np.exp(2 * logits) / np.exp(2 * logits).sum(axis=1, keepdims=True)
    drawn = np.array([rng.choice(3, p=row) for row in chances])
    slopes, offsets = fit_exclusive(logits, np.eye(3)[drawn])
    assert np.diag(slopes) == pytest.approx([2] * 3, abs=0.3)
    assert offsets - offsets.mean() == pytest.approx([0] * 3, abs=0.15)


def test_a_wrong_line_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text('{"text": "a"}\n{"text": \n')
    with pytest.raises(CorpusError, match=r"messages\.jsonl:2: is no valid JSON"):
        read_rows(path)
    with pytest.raises(CorpusError, match="cannot be read"):
        read_rows(tmp_path / "missing.jsonl")
