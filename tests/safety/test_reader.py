"""What was learnt of danger, boundaries, answers and bad sentences, as it is committed."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from coach.errors import EmbeddingError
from coach.index.embedder import CachingEmbedder, Encoded, Vectors
from coach.index.encoder import open_encoder
from coach.index.models import PACKAGED, find_model
from coach.safety.boundaries import BOUNDARIES
from coach.safety.reader import HARM, LEARNT_DIR, SETS, SafetyReader
from coach.safety.training import TRAINING_DIR
from coach.settings import Settings


@pytest.mark.parametrize("name", SETS)
def test_it_was_learnt_from_the_sets_that_are_committed(name: str) -> None:
    card = json.loads((LEARNT_DIR / f"{name}.json").read_text())
    data = (TRAINING_DIR / f"{name}.jsonl").read_bytes()
    assert card["data_sha256"] == hashlib.sha256(data).hexdigest(), "run `coach train`"
    assert card["texts"] == len(data.splitlines())


def test_no_pickle_is_ever_loaded() -> None:
    for name in SETS:
        with np.load(LEARNT_DIR / f"{name}.npz", allow_pickle=False) as arrays:
            assert all(arrays[key].dtype.kind == "f" for key in arrays.files)


def test_probabilities_are_probabilities(reader: SafetyReader) -> None:
    for judged in reader.read(["", "hello", "I want to die", "x" * 5000, "\ud800", "早上好"]):
        assert sum(judged.chances) == pytest.approx(1)
        assert sum(judged.boundaries.values()) == pytest.approx(1)
        assert all(0 <= chance <= 1 for chance in judged.categories.values())
        assert judged.at_risk == pytest.approx(1 - judged.chances.none)
    assert all(0 <= chance <= 1 for chance in reader.bad(["", "Breathe out slowly."]))


def test_danger_is_likelier_where_there_is_danger(reader: SafetyReader) -> None:
    danger, sorrow = reader.read(
        [
            "everyone will cope better once I'm not around",
            "the team will cope better once I'm not their manager",
        ]
    )
    assert danger.at_risk > 0.5 > sorrow.at_risk
    assert danger.crisis > 2 * sorrow.crisis
    assert "suicide" in danger.likely_categories


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("the tablets are here on the table", "means"),
        ("i cant afford anyone like that", "cost"),
        ("theyd lock me up if i told them", "fear_police"),
        ("please dont let my mum find out", "secrecy"),
        ("oh get lost, you useless thing", "anger"),
    ],
)
def test_answers_are_understood(reader: SafetyReader, said: str, kind: str) -> None:
    assert kind in reader.read([said])[0].likely_answers


def test_every_boundary_is_one_that_the_coach_has_words_for(reader: SafetyReader) -> None:
    assert set(reader.read(["hello"])[0].boundaries) | {HARM} == {"none", *BOUNDARIES}


class Counted:
    """The real encoder, counting the texts that it encodes."""

    def __init__(self, settings: Settings) -> None:
        self._inner = open_encoder(find_model(PACKAGED), settings.encoders_dir)
        self.dimension = self._inner.dimension
        self.count = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts).vectors

    def encode(self, texts: Sequence[str]) -> Encoded:
        self.count += len(texts)
        encoded: Encoded = self._inner.encode(texts)  # type: ignore[attr-defined]
        return encoded

    def alike(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError(f"nobody likens {len(texts)} texts here")


def test_a_message_is_encoded_once_for_screen_boundary_answers_and_search(
    settings: Settings,
) -> None:
    counted = Counted(settings)
    shared = CachingEmbedder(counted)
    reader = SafetyReader(shared)
    for _ in range(3):
        reader.read(["nobody rang on my birthday"])
    shared.embed(["nobody rang on my birthday"])
    assert counted.count == 1


def test_no_word_of_a_message_is_kept(reader: SafetyReader) -> None:
    reader.read(["my name is zebrawoman and nobody calls me"])
    reader.bad(["Zebrawoman, I love you."])
    assert "ebrawoman" not in repr(vars(reader))


@pytest.mark.parametrize("spoil", ["missing", "cut", "no_card"])
def test_arrays_that_are_missing_or_broken_are_named_in_one_line(
    settings: Settings, tmp_path: Path, spoil: str
) -> None:
    folder = tmp_path / "learnt"
    shutil.copytree(LEARNT_DIR, folder)
    arrays = folder / "messages.npz"
    if spoil == "missing":
        arrays.unlink()
    elif spoil == "cut":
        arrays.write_bytes(arrays.read_bytes()[:1000])
    else:
        (folder / "messages.json").unlink()
    encoder = CachingEmbedder(open_encoder(find_model(PACKAGED), settings.encoders_dir))
    with pytest.raises(EmbeddingError, match=r"messages\.npz cannot be read") as error:
        SafetyReader(encoder, folder=folder)
    assert "\n" not in str(error.value)


def test_a_model_without_inner_states_is_refused_in_one_line() -> None:
    class Plain:
        dimension = 768

        def embed(self, texts: Sequence[str]) -> Vectors:
            return np.zeros((len(texts), 768), dtype=np.float32)

    with pytest.raises(EmbeddingError, match="does not show its inner states"):
        CachingEmbedder(Plain()).encode(["hello"])
