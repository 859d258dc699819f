"""What messages do, as it was learnt: the arrays, their card, and what is asked of them."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from coach.dialogue.acts import ActReader
from coach.dialogue.conversation import Readers
from coach.dialogue.readers import LEARNT_DIR
from coach.dialogue.training import TRAINING_DIR, lifts_of, of_acts
from coach.errors import EmbeddingError
from coach.index.lessons import read_rows
from coach.index.search import Searcher
from coach.library import Corpus
from coach.settings import Settings


@pytest.fixture(scope="module")
def reader(settings: Settings, corpus: Corpus) -> ActReader:
    """The reader as a conversation uses it."""
    return Readers.open(settings, Searcher.open(settings, corpus)).acts


def test_the_card_names_the_set_that_was_learnt_from() -> None:
    card = json.loads((LEARNT_DIR / "acts.json").read_text())
    data = (TRAINING_DIR / "acts.jsonl").read_bytes()
    assert card["data_sha256"] == hashlib.sha256(data).hexdigest()
    assert card["texts"] >= 1500


def test_the_lifts_are_those_of_the_set() -> None:
    rows = read_rows(TRAINING_DIR / "acts.jsonl")
    kept = json.loads((LEARNT_DIR / "acts.lifts.json").read_text())
    assert kept == lifts_of(rows)
    assert kept["step"]["next"] > 1 > kept["nothing"]["next"]


def test_probabilities_sum_to_one_for_each_question(reader: ActReader) -> None:
    read = reader.read("how do I even begin with that?")
    for chances in (read.acts, read.aspects, read.turns):
        assert sum(chances.values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in read.feelings.values())


def test_the_same_words_do_another_thing_after_another_message(reader: ActReader) -> None:
    read = reader.read("go on")
    assert read.act({"next", "follow_up", "story"}, "step") == "next"
    assert read.act({"follow_up", "story"}, "quote") == "follow_up"


def test_an_act_that_is_not_possible_is_never_read(reader: ActReader) -> None:
    assert reader.read("yes please").act({"question", "story"}, "nothing") in {"question", "story"}


def test_every_row_has_an_act_and_labels_that_are_known() -> None:
    lesson = of_acts(read_rows(TRAINING_DIR / "acts.jsonl"))
    assert len(lesson.labels["act"]) == 22
    assert lesson.goals.sum(axis=1).min() >= 3


@pytest.mark.parametrize("missing", ["acts.npz", "acts.json", "acts.lifts.json"])
def test_a_file_that_is_missing_is_named_in_one_line(
    reader: ActReader, tmp_path: Path, missing: str
) -> None:
    folder = shutil.copytree(LEARNT_DIR, tmp_path / "learnt")
    (folder / missing).unlink()
    with pytest.raises(EmbeddingError, match="coach train"):
        ActReader(reader._encoder, folder)
