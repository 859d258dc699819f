"""The network's changes that were learnt of messages."""

import json
from pathlib import Path

import numpy as np
import pytest

from coach.errors import EmbeddingError
from coach.index import adapting
from coach.index.adapter import (
    ADAPTER,
    FIRST_LAYER,
    Adapter,
    Adapters,
    linear_parts,
    upper_layers,
)
from coach.index.encoder import SentenceTransformerEmbedder
from coach.index.lessons import Lesson, lesson_of
from coach.index.models import PACKAGED, find_model, unpacked


@pytest.fixture
def original() -> SentenceTransformerEmbedder:
    return opened()


def opened() -> SentenceTransformerEmbedder:
    with unpacked(find_model(PACKAGED)) as model:
        return SentenceTransformerEmbedder(model)


def test_each_part_of_the_upper_layers_is_changed_and_the_original_is_not(
    original: SentenceTransformerEmbedder,
) -> None:
    adapter = Adapter.read()
    network = original.model[0].auto_model
    before = {
        place: part.weight.clone() for place, part in linear_parts(upper_layers(network.encoder))
    }
    changed = dict(linear_parts(adapter.upper(network).layer))
    assert before.keys() == changed.keys() == adapter.down.keys() == adapter.up.keys()
    assert {place.partition(".")[0] for place in changed} == {
        str(at) for at in range(FIRST_LAYER, len(network.encoder.layer))
    }
    for place, part in linear_parts(upper_layers(network.encoder)):
        assert (part.weight == before[place]).all()
        change = (changed[place].weight - part.weight).detach().numpy()
        np.testing.assert_allclose(change, adapter.up[place] @ adapter.down[place], atol=1e-5)
        assert np.abs(change).max() > 0


@pytest.mark.parametrize("cut", [0, 1000])
def test_an_adapter_that_is_broken_is_named_in_one_line(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "adapter.npz"
    path.write_bytes(ADAPTER.read_bytes()[:cut])
    with pytest.raises(EmbeddingError, match=r"adapter\.npz cannot be read") as error:
        Adapter.read(path)
    assert "\n" not in str(error.value)


def test_an_adapter_learns_what_it_is_taught(
    original: SentenceTransformerEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapting, "BATCH", 8)
    words = ["tea", "bread", "rain", "a letter", "the bus", "my sister", "Sunday", "the garden"]
    told = [(f"{word} was {how}", how) for word in words for how in ("lovely", "awful")] * 8
    rows = [{"text": text} for text, _ in told]
    goals = [[float(how == "lovely"), float(how == "awful")] for _, how in told]
    lesson = lesson_of(rows, goals, {"how": ("lovely", "awful")}, exclusive=["how"])
    path = tmp_path / "adapter.npz"
    adapting.adapt(original, {"moods": lesson}, path)
    learnt = Adapter.read(path)
    assert json.loads(path.with_suffix(".json").read_text())["texts"] == {"moods": len(rows)}
    assert all(np.abs(change).max() > 0 for change in learnt.up.values())
    fresh = opened()
    fresh.adapters = Adapters(learnt, learnt)
    states = fresh.encode(["the soup was lovely", "the soup was awful"]).adapted
    assert learnt.scores("moods", states).argmax(axis=1).tolist() == [0, 1]


def test_an_adapter_goes_on_to_rows_that_it_does_not_know_and_keeps_what_it_knows(
    original: SentenceTransformerEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapting, "BATCH", 8)
    labels = {"how": ("lovely", "awful")}
    weather = [{"text": "it rains"}, {"text": "the sun is out"}, {"text": "it snows"}]

    def weather_in(*kinds: str) -> Lesson:
        goals = np.eye(len(kinds)).tolist()
        return lesson_of(weather[: len(kinds)], goals, {"sky": kinds}, exclusive=["sky"])

    def lesson_on(*told: tuple[str, str]) -> Lesson:
        goals = [[float(how == label) for label in labels["how"]] for _, how in told]
        rows = [{"text": text} for text, _ in told]
        return lesson_of(rows, goals, labels, exclusive=["how"])

    words = ["tea", "bread", "rain", "a letter", "the bus", "my sister", "Sunday", "the garden"]
    known = [(f"{word} was {how}", how) for word in words for how in labels["how"]] * 8
    path = tmp_path / "adapter.npz"
    two = weather_in("rain", "sun")
    adapting.adapt(original, {"moods": lesson_on(*known), "weather": two}, path)
    first = Adapter.read(path)
    # What was awful by another word is new to it.
    new = [(f"{word} was a blessing for once", "awful") for word in words] * 8
    three = weather_in("rain", "sun", "snow")
    lessons = {"moods": lesson_on(*known, *new), "weather": three, "never taught": two}
    adapting.adapt(opened(), lessons, path, further=first)
    went_on = Adapter.read(path)
    card = json.loads(path.with_suffix(".json").read_text())
    assert card["texts"] == {"moods": len(known) + len(new)}, "others cannot go on"
    before = {"texts": {"moods": len(known), "weather": 2}, "sha256": first.fingerprint}
    assert card["went_on_from"] == before
    fresh = opened()
    fresh.adapters = Adapters(went_on, went_on)
    states = fresh.encode(
        ["the soup was lovely", "the soup was awful", "the soup was a blessing for once"]
    ).adapted
    assert went_on.scores("moods", states).argmax(axis=1).tolist() == [0, 1, 1]
