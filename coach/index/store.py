"""The index on disk: Chroma, BM25 and a manifest, replaced in one step.

Flow: `index.build` writes -> `index/` -> `index.search` reads.

    index/CURRENT              the name of the build that answers
    index/builds/<name>/       chroma/  bm25/  phrases.json  phrases.npy  manifest.json
    index/encoders/<weights>/  the query encoder, shared by all builds

A build becomes the answering one when `CURRENT` is renamed over the old pointer, so a
reader sees the old index or the new one and never a half of either.  Only this module
touches Chroma.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import bm25s
import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from pydantic import BaseModel, ConfigDict, ValidationError

from coach.errors import IndexDamagedError, IndexMissingError, UnusableIndexError
from coach.index.embedder import Embedder, Vectors
from coach.schema import Chunk

__all__ = [
    "TEXT_FORM",
    "Manifest",
    "StoredIndex",
    "current_build",
    "phrases_digest",
    "publish",
    "read",
    "read_current",
    "read_manifest",
    "read_rows",
    "searchable",
    "words_of",
    "write",
]

_OPENING = threading.Lock()
_READING = threading.Lock()
"""Held while a store is read: two clients of one folder, of which one closes, failed under load."""

TEXT_FORM = 1
"""Another number when `searchable` or `words_of` gives something else; older builds are stale."""
WORD_BEGINS = 5
"""Letters of a word that count, so that "lonely" finds "loneliness" (docs/retrieval.md)."""
COLLECTION = "passages"
REBUILD = "run `coach index build`"


class Manifest(BaseModel):
    """What a build was made of; `coach index status` shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    weights_sha256: str
    dimension: int
    corpus_sha256: str
    phrases_sha256: str = ""
    """Over the fixed phrases in order; empty in builds from before it was kept."""
    text_form: int = 0
    """The `TEXT_FORM` of its texts; 0 in builds from before it was kept."""
    content_sha256: str
    """Over chunks and vectors as Chroma gives them back, and over all other files."""
    chunks: int
    embedded: int
    """How many texts this build embedded; the others came from the build before."""
    built_at: datetime
    built_by: str


@dataclass(frozen=True)
class StoredIndex:
    """One build, read whole into memory."""

    manifest: Manifest
    chunks: tuple[Chunk, ...]
    vectors: Vectors
    bm25: bm25s.BM25
    phrases: Mapping[str, Vectors]

    @property
    def known(self) -> dict[str, Vectors]:
        """Every text that was embedded for this build, with its vector."""
        texts = {searchable(c): v for c, v in zip(self.chunks, self.vectors, strict=True)}
        return {**self.phrases, **texts}


def searchable(chunk: Chunk) -> str:
    """Return the text of a chunk as it is embedded: with its title and heading."""
    return f"{chunk.title}: {chunk.section}\n\n{chunk.text}"


def phrases_digest(phrases: Sequence[str]) -> str:
    """Return the SHA-256 over fixed phrases in order, each counted once."""
    return hashlib.sha256(json.dumps(list(dict.fromkeys(phrases))).encode()).hexdigest()


def words_of(texts: Sequence[str]) -> Any:
    """Return texts as BM25 counts them: the beginning of each word, but of the most frequent."""
    return bm25s.tokenize(list(texts), stopwords="en", stemmer=_beginnings, show_progress=False)


def _beginnings(words: Sequence[str]) -> list[str]:
    return [word[:WORD_BEGINS] for word in words]


def current_build(index_dir: Path) -> Path:
    """Return the folder of the build that answers.

    Raises:
        IndexMissingError: Nothing was built yet.
        IndexDamagedError: The pointer leads nowhere.
    """
    pointer = index_dir / "CURRENT"
    try:
        name = pointer.read_text().strip()
    except FileNotFoundError:
        raise IndexMissingError(f"There is no index in {index_dir}; {REBUILD}.") from None
    except (OSError, UnicodeDecodeError):
        raise IndexDamagedError(f"{pointer} cannot be read; {REBUILD}.") from None
    folder = index_dir / "builds" / name
    if not name or "/" in name or not folder.is_dir():
        raise IndexDamagedError(f"{pointer} names a build that is not there; {REBUILD}.")
    return folder


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a build.

    Raises:
        IndexDamagedError: It is missing or unreadable.
    """
    try:
        return Manifest.model_validate_json((folder / "manifest.json").read_text())
    except (OSError, ValidationError, UnicodeDecodeError):
        raise IndexDamagedError(f"The manifest of {folder} is damaged; {REBUILD}.") from None


def read_current(index_dir: Path) -> StoredIndex:
    """Return the build that answers, even if it is replaced while it is read.

    Raises:
        IndexMissingError: Nothing was built yet.
        IndexDamagedError: Anything is missing, altered or unreadable.
    """
    while True:
        folder = current_build(index_dir)
        try:
            return read(folder)
        except IndexDamagedError:
            if current_build(index_dir) == folder:
                raise


def read(folder: Path) -> StoredIndex:
    """Return a build, proven to hold what its manifest says.

    Raises:
        IndexDamagedError: Anything is missing, altered or unreadable.
    """
    manifest = read_manifest(folder)
    try:
        chunks, vectors = _read_chroma(folder / "chroma")
        bm25 = bm25s.BM25.load(folder / "bm25", show_progress=False)
        texts = json.loads((folder / "phrases.json").read_text())
        phrase_vectors = np.load(folder / "phrases.npy", allow_pickle=False)
        phrases = dict(zip(texts, phrase_vectors, strict=True))
        digest = _content_digest(folder, chunks, vectors)
    except Exception as error:  # of damaged files, Chroma and NumPy raise almost anything
        raise IndexDamagedError(
            f"The index in {folder} cannot be read ({type(error).__name__}); {REBUILD}."
        ) from None
    if digest != manifest.content_sha256:
        raise IndexDamagedError(f"The index in {folder} is not what was built; {REBUILD}.")
    return StoredIndex(manifest, chunks, vectors, bm25, phrases)


def write(
    folder: Path, chunks: Sequence[Chunk], phrases: Sequence[str], embedder: Embedder
) -> tuple[str, int]:
    """Embed and store the parts of a build in `folder`, all but its manifest.

    Returns:
        The digest for the manifest, and the number of chunks as read back.

    Raises:
        OSError: The disk is full, read-only or broken.
    """
    texts = [searchable(chunk) for chunk in chunks]
    with _disk_errors(folder), _client(folder / "chroma") as client:
        store = _store(client, embedder)
        batch = client.get_max_batch_size()
        for start in range(0, len(chunks), batch):
            part = chunks[start : start + batch]
            store.add_texts(
                texts[start : start + batch],
                metadatas=[_metadata(start + i, chunk) for i, chunk in enumerate(part)],
                ids=[chunk.id for chunk in part],
            )
    bm25 = bm25s.BM25()
    bm25.index(words_of(texts), show_progress=False)
    bm25.save(folder / "bm25", show_progress=False)
    (folder / "phrases.json").write_text(json.dumps(list(phrases)))
    np.save(folder / "phrases.npy", embedder.embed(phrases), allow_pickle=False)
    stored, vectors = _read_chroma(folder / "chroma")
    return _content_digest(folder, stored, vectors), len(stored)


def publish(index_dir: Path, folder: Path, manifest: Manifest) -> None:
    """Make a finished build the one that answers, and remove all but the one before it."""
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=1))
    try:
        before: Path | None = current_build(index_dir)
    except UnusableIndexError:
        before = None
    pointer = index_dir / "CURRENT.new"
    with pointer.open("w") as file:
        file.write(folder.name)
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(index_dir / "CURRENT")
    for other in (index_dir / "builds").iterdir():
        if other not in {folder, before}:
            shutil.rmtree(other, ignore_errors=True)


class _ChromaEmbeddings(Embeddings):
    """An `Embedder` in the form that LangChain's stores ask for."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a text."""
        if self._embedder is None:
            raise IndexDamagedError("This index was opened to be read.")
        return [row.tolist() for row in self._embedder.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text."""
        return self.embed_documents([text])[0]


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    """Make an `OSError` of what Chroma raises where its database cannot be written."""
    try:
        yield
    except ChromaError as error:
        raise OSError(errno.EIO, f"Chroma cannot write ({error})", str(folder)) from None


@contextmanager
def _client(folder: Path) -> Iterator[Any]:
    # Chroma shares one database between the clients of a folder, and counts them unguarded.
    with _OPENING:
        client: Any = chromadb.PersistentClient(
            str(folder), settings=ChromaSettings(anonymized_telemetry=False)
        )
    try:
        yield client
    finally:
        with _OPENING:
            client.close()


@contextmanager
def _writable(folder: Path) -> Iterator[Path]:
    """Yield the folder, or a copy for the while: Chroma writes even where it only reads."""
    if all(os.access(path, os.W_OK) for path in (folder, folder / "chroma.sqlite3")):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="homeward-index-") as scratch:
        # Contents alone: with the modes, the copy would be read-only too.
        for path in folder.rglob("*"):
            target = Path(scratch) / path.relative_to(folder)
            if path.is_dir():
                target.mkdir(parents=True)
            else:
                shutil.copyfile(path, target)
        yield Path(scratch)


def _store(client: Any, embedder: Embedder | None) -> Chroma:
    # Vectors are unit length, so the inner product is the cosine; Chroma's "cosine" space
    # would normalise them again and give back other bits than were stored.
    return Chroma(
        client=client,
        collection_name=COLLECTION,
        embedding_function=_ChromaEmbeddings(embedder),
        collection_metadata={"hnsw:space": "ip"},
        create_collection_if_not_exists=embedder is not None,
    )


def _metadata(order: int, chunk: Chunk) -> dict[str, Any]:
    return {
        "order": order,
        "topics": ",".join(chunk.topics),
        "chunk": chunk.model_dump_json(),
    }


def _read_chroma(folder: Path) -> tuple[tuple[Chunk, ...], Vectors]:
    if not (folder / "chroma.sqlite3").is_file():
        raise FileNotFoundError(folder)
    with _READING, _writable(folder) as writable, _client(writable) as client:
        # All at once would be more variables than SQLite allows in one statement.
        rows = read_rows(_store(client, None).get, client.get_max_batch_size())
    chunks = tuple(Chunk.model_validate_json(row["chunk"]) for row, _ in rows)
    return chunks, np.stack([vector for _, vector in rows])


def read_rows(get: Callable[..., Any], page: int) -> list[tuple[Mapping[str, Any], Vectors]]:
    """Return the metadata and the vector of all rows of a collection, in the order written there.

    Args:
        get: The collection's own, asked a page at a time.
        page: Rows of a page.
    """
    rows: list[tuple[Mapping[str, Any], Vectors]] = []
    while True:
        got = get(include=["embeddings", "metadatas"], limit=page, offset=len(rows))
        vectors = np.asarray(got["embeddings"], dtype=np.float32)
        rows.extend(zip(got["metadatas"], vectors, strict=True))
        if len(got["ids"]) < page:
            return sorted(rows, key=lambda row: row[0]["order"])


def _content_digest(folder: Path, chunks: Sequence[Chunk], vectors: Vectors) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(vectors).tobytes())
    for chunk in chunks:
        digest.update(chunk.model_dump_json().encode() + b"\0")
    for file in sorted([*(folder / "bm25").iterdir(), *folder.glob("phrases.*")]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
