"""Build the index from the corpus.

Flow: `library.corpus` -> `index.chunks` -> `index.encoder` -> `index.store`.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np

from coach import __version__
from coach.errors import IndexAwayError, UnusableIndexError
from coach.index import store
from coach.index.chunks import corpus_chunks
from coach.index.embedder import CachingEmbedder, Embedder, Vectors
from coach.index.encoder import ensure_encoder
from coach.index.models import Model, model_of
from coach.index.server import IndexServer
from coach.library import Corpus
from coach.settings import Settings

__all__ = ["PROOF_TEXTS", "Progress", "build_index", "misfit", "share_index", "staleness", "unseen"]

PROOF_TEXTS = 300
EMBED_TOGETHER = 256
"""Texts that are embedded between two looks at the progress."""

Progress = Callable[[str, int, int], None]
"""Told what is done, how many of it are, and how many there are (0: unknown)."""


def unseen(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def build_index(
    settings: Settings,
    corpus: Corpus,
    phrases: Sequence[str] = (),
    *,
    fresh: bool = False,
    progress: Progress = unseen,
) -> store.Manifest:
    """Build the index and make it the one that answers, in one step.

    Only texts that the index before did not hold are embedded, all of them where an embedding
    server has another model by now. Whoever asks meanwhile
    is answered from the old index; a build that is killed leaves it as it was.

    Args:
        settings: Which folder and which model.
        corpus: What to index.
        phrases: Fixed texts that other parts compare messages with; embedded with
            the corpus, so that serving starts without embedding them.
        fresh: Export the encoder and embed everything anew; the old ones serve until then.
        progress: Told how far the build is.

    Raises:
        EmbeddingError: The model is missing or was altered.
        OSError: The disk is full or read-only; the old index still answers.
    """
    model = model_of(settings)
    phrases = tuple(dict.fromkeys(phrases))
    with _one_build_at_a_time(settings.index_dir):
        chunks = corpus_chunks(corpus)
        texts = [store.searchable(chunk) for chunk in chunks]
        proof = [*texts, *phrases][:PROOF_TEXTS]
        progress("Opening the encoder …", 0, 0)
        encoder = ensure_encoder(model, settings.encoders_dir, proof, fresh=fresh)
        known = {} if fresh else _vectors_before(settings, model)
        if model.remote and not model.remote.has_made(known):
            known = {}
        inner = _Counting(encoder, len({*texts, *phrases} - known.keys()), progress)
        now = datetime.now(UTC)
        folder = settings.index_dir / "builds" / f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
        folder.mkdir(parents=True)
        try:
            embedder = CachingEmbedder(inner, known=known)
            digest, count = store.write(folder, chunks, phrases, embedder)
            manifest = store.Manifest(
                model=model.name,
                weights_sha256=model.fingerprint,
                dimension=inner.dimension,
                corpus_sha256=corpus.digest,
                phrases_sha256=store.phrases_digest(phrases),
                text_form=store.TEXT_FORM,
                content_sha256=digest,
                chunks=count,
                embedded=inner.count,
                built_at=now,
                built_by=f"homeward {__version__}",
            )
            store.publish(settings.index_dir, folder, manifest)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return manifest


def share_index(settings: Settings) -> bool | None:
    """Put the build that answers on the Chroma server, if one is set.

    Returns:
        Whether it had to be sent; None where no server is set.

    Raises:
        IndexAwayError: The server has it not; what was there is as it was.
    """
    server = IndexServer.of(settings)
    return server.publish(store.read_current(settings.index_dir)) if server else None


def staleness(
    settings: Settings, corpus: Corpus, phrases: Sequence[str] | None = None
) -> str | None:
    """Return in one sentence why the index that answers is stale, or None if it is not.

    Args:
        settings: Which folder and which model.
        corpus: What the index is to hold.
        phrases: The fixed texts that it is to hold; None compares none.

    Raises:
        UnusableIndexError: There is no index, or it is damaged.
        EmbeddingError: The model is missing or was altered.
    """
    manifest = store.read_manifest(store.current_build(settings.index_dir))
    return misfit(manifest, model_of(settings), corpus, phrases)


def misfit(
    manifest: store.Manifest, model: Model, corpus: Corpus, phrases: Sequence[str] | None = None
) -> str | None:
    """Return in one sentence why a build does not fit model, corpus or phrases, if it does not."""
    if manifest.weights_sha256 != model.fingerprint:
        return f"The index was built with another model ({manifest.model})."
    if manifest.text_form != store.TEXT_FORM:
        return "The index was built by a version that reads texts otherwise."
    if manifest.corpus_sha256 != corpus.digest:
        return "The corpus has changed since the index was built."
    if phrases is not None and manifest.phrases_sha256 != store.phrases_digest(phrases):
        return "The coach's own words have changed since the index was built."
    return None


class _Counting:
    """An embedder that counts the texts it was asked for, and says how far it is."""

    def __init__(self, inner: Embedder, expected: int, progress: Progress) -> None:
        self._inner = inner
        self._expected = expected
        self._progress = progress
        self.count = 0

    @property
    def dimension(self) -> int:
        return self._inner.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), EMBED_TOGETHER):
            rows = order[start : start + EMBED_TOGETHER]
            vectors[rows] = self._inner.embed([texts[i] for i in rows])
            self.count += len(rows)
            self._progress("Embedding …", self.count, self._expected)
        return vectors


def _vectors_before(settings: Settings, model: Model) -> dict[str, Vectors]:
    """Return the vectors of the newest build that can be had, if the same weights made them."""
    try:
        before = store.read_current(settings.index_dir)
    except UnusableIndexError:
        return _vectors_on_server(settings, model)
    return before.known if before.manifest.weights_sha256 == model.fingerprint else {}


def _vectors_on_server(settings: Settings, model: Model) -> dict[str, Vectors]:
    server = IndexServer.of(settings)
    try:
        builds = server.builds() if server else []
        newest = next((m for m in builds if m.weights_sha256 == model.fingerprint), None)
        return server.read(newest).known if server and newest else {}
    except IndexAwayError:
        return {}


@contextmanager
def _one_build_at_a_time(index_dir: Path) -> Iterator[None]:
    """Let builds wait for each other; the lock goes with the process that holds it."""
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
