"""The index on disk: read whole and as it was built, or refused in one line."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest

from coach.errors import IndexDamagedError, IndexMissingError, IndexStaleError
from coach.index import store
from coach.index.build import build_index
from coach.index.search import Searcher
from coach.library import load_corpus
from coach.settings import Settings

Spoil = Callable[[Path], object]


@pytest.fixture(scope="module")
def built(small_for_module: Settings) -> Settings:
    """Settings with an index that nobody spoils."""
    corpus = load_corpus(small_for_module.corpus_dir)
    build_index(small_for_module, corpus, ("hello", "goodbye"))
    return small_for_module


@pytest.fixture
def spoilt(built: Settings, tmp_path: Path) -> Settings:
    """A copy of the index, to be spoilt."""
    shutil.copytree(built.index_dir, tmp_path / "index", symlinks=True)
    return built.model_copy(update={"index_dir": tmp_path / "index"})


def refusal(settings: Settings, kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        Searcher.open(settings, load_corpus(settings.corpus_dir))
    text = str(caught.value)
    assert "\n" not in text
    assert "coach index build" in text
    return text


def sql(statement: str) -> Spoil:
    def spoil(build: Path) -> None:
        connection = sqlite3.connect(build / "chroma" / "chroma.sqlite3")
        with connection:
            assert connection.execute(statement).rowcount != 0
        connection.close()

    return spoil


def cut(name: str, share: float) -> Spoil:
    def spoil(build: Path) -> None:
        data = (build / name).read_bytes()
        (build / name).write_bytes(data[: int(len(data) * share)])

    return spoil


def write(name: str, data: bytes) -> Spoil:
    return lambda build: (build / name).write_bytes(data)


def without(name: str) -> Spoil:
    return lambda build: (build / name).unlink()


def one_bit(name: str) -> Spoil:
    def spoil(build: Path) -> None:
        data = bytearray((build / name).read_bytes())
        data[-1] ^= 1
        (build / name).write_bytes(data)

    return spoil


def pickled(build: Path) -> None:
    array = np.array([{"run": "me"}], dtype=object)
    np.save(build / "phrases.npy", array, allow_pickle=True)


def test_an_untouched_copy_answers(spoilt: Settings) -> None:
    index = store.read_current(spoilt.index_dir)
    assert [chunk.slug for chunk in index.chunks] == ["long-nights", "long-nights", "tiny-truths"]
    np.testing.assert_allclose(np.linalg.norm(index.vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(shutil.rmtree, id="no build"),
        pytest.param(lambda build: shutil.rmtree(build / "chroma"), id="no chroma"),
        pytest.param(lambda build: shutil.rmtree(build / "bm25"), id="no bm25"),
        pytest.param(without("manifest.json"), id="no manifest"),
        pytest.param(without("phrases.json"), id="no phrases"),
        pytest.param(without("phrases.npy"), id="no vectors of phrases"),
        pytest.param(without("bm25/vocab.index.json"), id="no vocabulary"),
        pytest.param(write("manifest.json", b"garbage"), id="garbage manifest"),
        pytest.param(write("manifest.json", b"{}"), id="empty manifest"),
        pytest.param(write("manifest.json", b"\xff\xfe"), id="binary manifest"),
        pytest.param(write("phrases.json", b"null"), id="phrases of another form"),
        pytest.param(write("phrases.json", b'["hello", "hullo"]'), id="altered phrase"),
        pytest.param(write("bm25/data.csc.index.npy", b""), id="empty bm25"),
        pytest.param(write("chroma/chroma.sqlite3", b""), id="empty sqlite"),
        pytest.param(write("chroma/chroma.sqlite3", b"garbage" * 9999), id="garbage sqlite"),
        pytest.param(cut("chroma/chroma.sqlite3", 0.1), id="sqlite cut early"),
        pytest.param(cut("chroma/chroma.sqlite3", 0.5), id="half a sqlite"),
        pytest.param(cut("chroma/chroma.sqlite3", 0.9), id="sqlite cut late"),
        pytest.param(cut("phrases.npy", 0.5), id="half the vectors"),
        pytest.param(one_bit("phrases.npy"), id="one bit of a phrase"),
        pytest.param(one_bit("bm25/data.csc.index.npy"), id="one bit of bm25"),
        pytest.param(pickled, id="pickled vectors"),
        pytest.param(
            sql(
                "UPDATE embedding_metadata SET string_value = "
                "replace(string_value, 'nobody', 'somebody') WHERE key = 'chunk'"
            ),
            id="altered chunk",
        ),
        pytest.param(
            sql("UPDATE embedding_metadata SET string_value = '{}' WHERE key = 'chunk'"),
            id="chunk of another form",
        ),
        pytest.param(
            sql("DELETE FROM embedding_metadata WHERE key = 'order' AND id = 1"), id="no order"
        ),
        pytest.param(sql("DELETE FROM embedding_metadata"), id="no metadata"),
        pytest.param(sql("DELETE FROM embeddings WHERE id = 1"), id="one chunk less"),
        pytest.param(sql("DELETE FROM collections"), id="no collection"),
        pytest.param(sql("DROP TABLE embeddings"), id="no table"),
    ],
)
def test_a_damaged_index_is_refused_in_one_line(spoilt: Settings, spoil: Spoil) -> None:
    spoil(store.current_build(spoilt.index_dir))
    refusal(spoilt, IndexDamagedError)


@pytest.mark.parametrize("name", ["", "nowhere", "../../corpus", "..", "/etc", "\0", "a\nb"])
def test_a_pointer_that_leads_nowhere_is_refused(spoilt: Settings, name: str) -> None:
    (spoilt.index_dir / "CURRENT").write_text(name)
    refusal(spoilt, IndexDamagedError)


def test_a_pointer_that_is_no_text_is_refused(spoilt: Settings) -> None:
    (spoilt.index_dir / "CURRENT").write_bytes(b"\xff\xfe")
    assert "cannot be read" in refusal(spoilt, IndexDamagedError)


@pytest.mark.parametrize("locked", ["chroma", "chroma.sqlite3"])
def test_an_index_that_cannot_be_written_to_is_read_from_a_copy(
    spoilt: Settings, monkeypatch: pytest.MonkeyPatch, locked: str
) -> None:
    folder = store.current_build(spoilt.index_dir)
    expected = store.read(folder)
    opened: list[Path] = []
    client = chromadb.PersistentClient

    def watched(path: str, **rest: Any) -> Any:
        opened.append(Path(path))
        return client(path, **rest)

    monkeypatch.setattr(chromadb, "PersistentClient", watched)
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != locked)
    for path in [folder / "chroma", *(folder / "chroma").rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        index = store.read(folder)
    finally:
        for path in [folder / "chroma", *(folder / "chroma").rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)
    assert index.chunks == expected.chunks
    assert (index.vectors == expected.vectors).all()
    (copy,) = opened
    assert not copy.is_relative_to(spoilt.index_dir)
    assert not copy.exists(), "the copy outlives the reading"


def test_a_missing_index_is_missing(spoilt: Settings) -> None:
    (spoilt.index_dir / "CURRENT").unlink()
    assert "There is no index" in refusal(spoilt, IndexMissingError)


def test_an_index_of_another_corpus_is_stale(spoilt: Settings, tmp_path: Path) -> None:
    shutil.copytree(spoilt.corpus_dir, tmp_path / "corpus")
    path = tmp_path / "corpus" / "articles" / "long-nights.md"
    path.write_text(path.read_text() + "\nOne line more.\n")
    changed = spoilt.model_copy(update={"corpus_dir": tmp_path / "corpus"})
    assert "corpus has changed" in refusal(changed, IndexStaleError)


def test_an_index_of_another_model_is_stale(spoilt: Settings, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    other = spoilt.model_copy(update={"embedding_model": str(tmp_path)})
    assert "another model (all-mpnet-base-v2)" in refusal(other, IndexStaleError)


def test_a_manifest_that_claims_another_corpus_is_stale(spoilt: Settings) -> None:
    path = store.current_build(spoilt.index_dir) / "manifest.json"
    manifest = json.loads(path.read_text()) | {"corpus_sha256": "0" * 64}
    path.write_text(json.dumps(manifest))
    refusal(spoilt, IndexStaleError)
