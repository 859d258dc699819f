"""The embedding model: the pinned weights or none, and an export that agrees with them."""

import hashlib
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coach.errors import EmbeddingError
from coach.index import encoder, runtime
from coach.index.chunks import corpus_chunks
from coach.index.encoder import (
    OnnxEmbedder,
    SentenceTransformerEmbedder,
    ensure_encoder,
    open_encoder,
)
from coach.index.models import Model, find_model, unpacked
from coach.library import Corpus
from coach.settings import Settings
from tests.index.test_models import line_of


@pytest.fixture(scope="module")
def model(settings: Settings) -> Model:
    """The packaged model."""
    return find_model(settings.embedding_model)


@pytest.fixture(scope="module")
def original(model: Model) -> SentenceTransformerEmbedder:
    """The packaged model as sentence-transformers runs it."""
    with unpacked(model) as whole:
        return SentenceTransformerEmbedder(whole)


@pytest.fixture
def small(tmp_path: Path) -> Model:
    """A model of another kind, of random weights, in a folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = {word: n for n, word in enumerate(("[PAD]", "[UNK]", "nobody", "rang", "bread"))}
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token=special["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    parts = tmp_path / "parts"
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=32, **special
    ).save_pretrained(parts)
    BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=32,
        )
    ).save_pretrained(parts)
    network = Transformer(str(parts), max_seq_length=32)
    SentenceTransformer(modules=[network, Pooling(16)], device="cpu").save(str(tmp_path / "small"))
    shutil.copy(parts / "model.safetensors", tmp_path / "small")
    return find_model(str(tmp_path / "small"))


@pytest.fixture(scope="module")
def exported(settings: Settings, model: Model) -> OnnxEmbedder:
    """The encoder that serves."""
    embedder = open_encoder(model, settings.index_dir / "encoders")
    assert isinstance(embedder, OnnxEmbedder)
    return embedder


@pytest.fixture
def copy(settings: Settings, model: Model, tmp_path: Path) -> Path:
    """A copy of the exported encoder to spoil; the weights are a link, to be replaced at most."""
    real = settings.index_dir / "encoders" / model.fingerprint[:16]
    put_encoder(real, tmp_path)
    return tmp_path


def test_a_model_that_is_nowhere_is_refused_in_one_line(tmp_path: Path) -> None:
    name = str(tmp_path / "no-such-model")
    with pytest.raises(EmbeddingError, match="cannot be loaded") as error:
        SentenceTransformerEmbedder(find_model(name))
    assert "COACH_EMBEDDING_MODEL" in line_of(error)


def test_a_folder_that_is_no_model_is_refused_in_one_line(small: Model) -> None:
    (Path(small.source) / "model.safetensors").write_bytes(b"\xff" * 1000)
    with pytest.raises(EmbeddingError, match="cannot be loaded") as error:
        SentenceTransformerEmbedder(find_model(small.source))
    line_of(error)


def test_a_model_of_another_kind_is_exported_in_full_precision(
    small: Model, tmp_path: Path
) -> None:
    texts = ["nobody rang", "bread", "nobody rang nobody bread rang"]
    exported = ensure_encoder(small, tmp_path / "encoders", texts)
    assert isinstance(exported, OnnxEmbedder)
    card = json.loads((small.exported_in(tmp_path / "encoders") / "encoder.json").read_text())
    assert card["least_cosine"] >= 0.9999
    assert card["adapters"] is None
    assert exported.embed(texts) == pytest.approx(
        SentenceTransformerEmbedder(small).embed(texts), abs=1e-5
    )
    with pytest.raises(EmbeddingError, match="does not show its inner states"):
        exported.encode(texts)
    with pytest.raises(EmbeddingError, match="does not show its inner states"):
        exported.alike(texts)


def test_an_untouched_copy_of_the_encoder_loads(copy: Path) -> None:
    assert OnnxEmbedder(copy).embed(["hello"]).shape == (1, 768)


def change_card(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    card = json.loads((folder / "encoder.json").read_text())
    change(card)
    (folder / "encoder.json").write_text(json.dumps(card))


def card_without(key: str) -> Callable[[Path], None]:
    return lambda folder: change_card(folder, lambda card: card.pop(key))


def other_weights(data: bytes, *, vouched_for: bool) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / "lower.onnx").unlink()
        (folder / "lower.onnx").write_bytes(data)
        if vouched_for:
            digest = hashlib.sha256(data).hexdigest()
            change_card(folder, lambda card: card["sha256"].update(lower=digest))

    return spoil


def other_adapter(folder: Path) -> None:
    change_card(folder, lambda card: card.update(adapters=["0" * 64] * 2))


def other_form(folder: Path) -> None:
    change_card(folder, lambda card: card.update(form=card["form"] - 1))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda f: (f / "encoder.json").unlink(), id="no card"),
        pytest.param(lambda f: (f / "encoder.json").write_text("{"), id="half a card"),
        pytest.param(lambda f: (f / "encoder.json").write_text("[]"), id="a card of another form"),
        pytest.param(card_without("sha256"), id="no hash"),
        pytest.param(card_without("inputs"), id="no inputs"),
        pytest.param(card_without("form"), id="from before it said which form it has"),
        pytest.param(other_form, id="of an older form"),
        pytest.param(card_without("max_tokens"), id="no length"),
        pytest.param(lambda f: (f / "upper.onnx").unlink(), id="no weights"),
        pytest.param(other_weights(b"", vouched_for=False), id="empty weights"),
        pytest.param(other_weights(b"garbage", vouched_for=True), id="weights that are no model"),
        pytest.param(lambda f: (f / "adapted.onnx").unlink(), id="no adapted layers"),
        pytest.param(lambda f: (f / "alike.onnx").unlink(), id="no layers that liken"),
        pytest.param(card_without("adapters"), id="from before there were adapters"),
        pytest.param(other_adapter, id="the layers of another adapter"),
        pytest.param(lambda f: (f / "tokenizer.json").unlink(), id="no tokenizer"),
        pytest.param(lambda f: (f / "tokenizer.json").write_text("{"), id="half a tokenizer"),
    ],
)
def test_a_damaged_encoder_is_refused_in_one_line(
    copy: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(copy)
    with pytest.raises(EmbeddingError) as error:
        OnnxEmbedder(copy)
    assert "coach index build --fresh" in line_of(error)


def test_the_exported_encoder_gives_the_vectors_of_the_original(
    original: SentenceTransformerEmbedder, exported: OnnxEmbedder, corpus: Corpus
) -> None:
    chunks = [chunk.text for chunk in corpus_chunks(corpus)]
    sentences = [sentence for text in chunks for sentence in text.split(". ")]
    texts = ["", "?", "\U0001f642", "Grüße, 你好", "\x00\x01", chunks[0] * 20, *chunks[::10]]
    texts += [*sentences[:140], *(topic.title for topic in corpus.topics)]
    texts += [name for topic in corpus.topics for name in topic.names[:3]]
    assert len(texts) >= 200
    assert original.dimension == exported.dimension == 768
    ours, theirs = exported.embed(texts), original.embed(texts)
    cosines = (ours * theirs).sum(axis=1)
    assert cosines.min() >= 0.98  # the empty text and zero bytes: 0.985
    says_something = np.array([any(c.isalpha() for c in text) for text in texts])
    assert cosines[says_something].min() >= encoder.LEAST_COSINE_IN_8_BITS
    assert cosines.mean() >= 0.997
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_products_of_bytes_are_exact_on_this_processor(
    exported: OnnxEmbedder, settings: Settings, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it adds them: the faster way is taken only where nothing is lost by it."""
    texts = [chunk.text for chunk in corpus_chunks(corpus)][::20]
    monkeypatch.setattr(runtime, "adds_exactly", lambda: False)
    careful = open_encoder(find_model(settings.embedding_model), settings.encoders_dir)
    assert (exported.embed(texts) == careful.embed(texts)).all()


@pytest.mark.parametrize(
    ("flags", "exact"),
    [("fma avx2 avx512f", False), ("avx2 avx_vnni sha", True), ("avx512_vnni amx_int8", True)],
)
def test_what_linux_says_of_the_processor_is_believed(
    tmp_path: Path, flags: str, *, exact: bool
) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text(f"model name : none\nflags : fpu {flags} sse\n")
    assert runtime.adds_exactly(told) is exact


def test_a_processor_of_which_nothing_is_said_takes_the_careful_way(tmp_path: Path) -> None:
    assert runtime.adds_exactly(tmp_path / "nothing") is False


def test_a_text_has_the_same_vector_alone_and_in_company(exported: OnnxEmbedder) -> None:
    texts = ["short", "a somewhat longer text about evenings", "x " * 90, "short again"] * 9
    together = exported.embed(texts)
    for row, text in zip(together[:4], texts[:4], strict=True):
        np.testing.assert_allclose(exported.embed([text])[0], row, atol=1e-5)


def test_half_a_surrogate_pair_is_embedded(exported: OnnxEmbedder) -> None:
    assert np.isfinite(exported.embed(["\ud83d lonely"])).all()


def test_no_texts_give_no_vectors(exported: OnnxEmbedder) -> None:
    assert exported.embed([]).shape == (0, 768)


@pytest.fixture
def encoders(settings: Settings, model: Model, tmp_path: Path) -> Path:
    """A folder of encoders as a build leaves it, for one to be exported anew."""
    real = settings.index_dir / "encoders" / model.fingerprint[:16]
    folder = tmp_path / "encoders" / real.name
    folder.mkdir(parents=True)
    put_encoder(real, folder)
    (folder / "old").touch()
    return folder.parent


def put_encoder(real: Path, folder: Path) -> None:
    for name in ("encoder.json", "tokenizer.json"):
        shutil.copy(real / name, folder / name)
    for graph in real.glob("*.onnx"):
        (folder / graph.name).symlink_to(graph.resolve())


def test_an_encoder_exported_anew_takes_the_place_of_the_old_when_it_is_done(
    encoders: Path, model: Model, exported: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = encoders / model.fingerprint[:16]
    seen: list[bool] = []

    def export(_: object, partial: Path) -> None:
        seen.append((folder / "old").exists() and bool(OnnxEmbedder(folder)))
        put_encoder(folder, partial)

    monkeypatch.setattr(encoder, "SentenceTransformerEmbedder", lambda _: exported)
    monkeypatch.setattr(encoder, "export", export)
    ensure_encoder(model, encoders, ["hello"])
    assert seen == [], "exported though nobody asked"
    ensure_encoder(model, encoders, ["hello"], fresh=True)
    assert seen == [True], "the old encoder was gone while the new one was made"
    assert not (folder / "old").exists()
    assert [path.name for path in encoders.iterdir()] == [folder.name]


def test_an_export_that_fails_leaves_the_old_encoder(
    encoders: Path, model: Model, exported: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(encoder, "SentenceTransformerEmbedder", lambda _: exported)
    monkeypatch.setattr(encoder, "export", export)
    assert isinstance(ensure_encoder(model, encoders, ["hello"], fresh=True), OnnxEmbedder)
    assert isinstance(open_encoder(model, encoders), OnnxEmbedder)
    assert [path.name for path in encoders.iterdir()] == [model.fingerprint[:16]]


def test_an_exported_encoder_can_be_read_by_other_people(
    encoders: Path, model: Model, exported: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = encoders / model.fingerprint[:16]
    source = folder.rename(encoders.parent / "source")
    monkeypatch.setattr(encoder, "SentenceTransformerEmbedder", lambda _: exported)
    monkeypatch.setattr(encoder, "export", lambda _, partial: put_encoder(source, partial))
    ensure_encoder(model, encoders, ["hello"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_the_exported_encoder_shows_the_states_of_the_original(
    exported: OnnxEmbedder, original: SentenceTransformerEmbedder
) -> None:
    texts = ["nobody rang", "a much longer line about the bread that would not rise today"]
    found = exported.encode(texts)
    shown = original.encode(texts)
    assert found.vectors == pytest.approx(exported.embed(texts), abs=1e-5)
    for ours, theirs in zip(found, shown, strict=True):
        lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
        assert ((ours * theirs).sum(axis=1) / lengths).min() >= 0.995
    assert not np.allclose(found.states, found.vectors, atol=0.1)
    assert not np.allclose(found.adapted, found.states, atol=0.1)
