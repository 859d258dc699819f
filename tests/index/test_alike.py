"""What says the same in other words: how it is learnt, kept and told."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from coach.dialogue.conversation import alike_of
from coach.index import likening
from coach.index.adapter import ALIKE, Adapter, Adapters
from coach.index.alike import Alike
from coach.index.embedder import CachingEmbedder, Encoded, Vectors
from coach.index.encoder import OnnxEmbedder, SentenceTransformerEmbedder, open_encoder
from coach.index.models import PACKAGED, find_model, unpacked
from coach.settings import Settings

SAME = ("Could I lose my kids if I tell a doctor?", "if a GP knew, would they take my boys off me")
ABOUT = "My kids went to the doctor and he told me they are fine."


@pytest.fixture(scope="module")
def encoder(settings: Settings) -> OnnxEmbedder:
    opened = open_encoder(find_model(PACKAGED), settings.encoders_dir)
    assert isinstance(opened, OnnxEmbedder)
    return opened


def opened() -> SentenceTransformerEmbedder:
    with unpacked(find_model(PACKAGED)) as model:
        return SentenceTransformerEmbedder(model)


def test_what_asks_the_same_is_nearer_than_what_is_about_the_same(encoder: OnnxEmbedder) -> None:
    asked, again, about = encoder.alike([*SAME, ABOUT])
    assert asked @ again > asked @ about
    by_subject = encoder.embed([*SAME, ABOUT])
    assert (
        asked @ again - asked @ about
        > by_subject[0] @ by_subject[1] - by_subject[0] @ by_subject[2]
    )


def test_the_exported_layers_are_those_that_were_learnt(encoder: OnnxEmbedder) -> None:
    texts = [*SAME, ABOUT]
    cosines = (encoder.alike(texts) * opened().alike(texts)).sum(axis=1)
    assert cosines.min() > 0.97


class Counted:
    """The real encoder, counting what it likens."""

    def __init__(self, inner: OnnxEmbedder) -> None:
        self._inner = inner
        self.dimension = inner.dimension
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._inner.embed(texts)

    def encode(self, texts: Sequence[str]) -> Encoded:
        return self._inner.encode(texts)

    def alike(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return self._inner.alike(texts)


def test_what_never_changes_is_made_once_and_kept(encoder: OnnxEmbedder, tmp_path: Path) -> None:
    counted = Counted(encoder)
    made = Alike.kept(counted, SAME, tmp_path, "a model").vectors(SAME)
    kept = Alike.kept(counted, SAME, tmp_path, "a model")
    assert (kept.vectors(SAME) == made).all()
    assert counted.texts == list(SAME)
    kept.vectors([SAME[0], ABOUT])
    assert counted.texts == [*SAME, ABOUT]


def test_only_what_is_new_is_made(encoder: OnnxEmbedder, tmp_path: Path) -> None:
    counted, told = Counted(encoder), list[int]()
    Alike.kept(counted, SAME, tmp_path, "a model", told=told.append)
    Alike.kept(counted, [SAME[0], ABOUT], tmp_path, "a model", told=told.append)
    assert counted.texts == [*SAME, ABOUT]
    # Of what is no longer there nothing is kept, nor of what another export made.
    Alike.kept(counted, SAME, tmp_path, "a model", told=told.append)
    Alike.kept(counted, SAME, tmp_path, "another model", told=told.append)
    assert counted.texts == [*SAME, ABOUT, SAME[1], *SAME]
    assert told == [2, 1, 1, 2]
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_kept_and_broken_is_made_anew(encoder: OnnxEmbedder, tmp_path: Path) -> None:
    counted = Counted(encoder)
    Alike.kept(counted, SAME, tmp_path, "a model")
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    Alike.kept(counted, SAME, tmp_path, "a model").vectors(SAME)
    assert counted.texts == [*SAME, *SAME]


def test_the_build_keeps_all_that_answers_were_written_for(
    settings: Settings, encoder: OnnxEmbedder
) -> None:
    counted = Counted(encoder)
    alike_of(settings, CachingEmbedder(counted))
    assert not counted.texts


def test_it_learns_what_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likening, "EPOCHS", 30)
    things = ["tea", "bread", "rain", "the bus", "my sister", "Sunday", "the garden", "a letter"]
    # Here the same is what is felt, whatever it is about; the network thinks otherwise.
    groups = [
        [how.format(thing) for thing in things]
        for how in ("I love {}", "I cannot stand {}", "I forgot {}", "I fear {}", "who took {}?")
    ]
    path = tmp_path / "alike.npz"
    likening.liken(opened(), groups, path)
    card = json.loads(path.with_suffix(".json").read_text())
    assert card["groups"] == len(groups)
    learnt = Adapter.read(path)
    before, after = opened(), opened()
    after.adapters = Adapters(learnt, learnt)
    texts = ["I love the soup", "I love a poem", "I cannot stand the soup"]

    def lead(vectors: Vectors) -> float:
        return float(vectors[0] @ vectors[1] - vectors[0] @ vectors[2])

    assert lead(after.alike(texts)) > lead(before.embed(texts))


def test_the_shipped_one_has_a_card_and_no_heads() -> None:
    assert not Adapter.read(ALIKE).heads
    assert json.loads(ALIKE.with_suffix(".json").read_text())["groups"] > 2000
