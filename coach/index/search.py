"""Find the passages that a reply may rest on.

Flow: `index.server`, else `index.store` -> here -> `dialogue.retrieve`.
"""

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coach.errors import IndexAwayError, IndexStaleError
from coach.index import store
from coach.index.build import misfit
from coach.index.embedder import CachingEmbedder
from coach.index.encoder import open_encoder
from coach.index.models import Model, model_of
from coach.index.remote import Proof, ProvenEmbedder
from coach.index.server import IndexServer
from coach.library import Corpus
from coach.schema import Chunk, Passage
from coach.settings import Settings

__all__ = ["DENSE_WEIGHT", "Scores", "Searcher", "fuse", "highest"]

DENSE_WEIGHT = 0.8
"""Share of the cosine in the fused score; BM25 has the rest (measured on four sets)."""

_LOG = logging.getLogger(__name__)

Scores = NDArray[np.float32]


class Searcher:
    """Hybrid search over one build of the index, held in memory."""

    def __init__(self, index: store.StoredIndex, embedder: CachingEmbedder, floor: float) -> None:
        self._index = index
        self.embedder = embedder
        self._floor = floor

    @classmethod
    def open(
        cls, settings: Settings, corpus: Corpus, phrases: Sequence[str] | None = None
    ) -> "Searcher":
        """Open the index that answers: the server's where it has one that fits, else the disk's.

        Args:
            settings: Which folder and which model.
            corpus: What the index is to hold.
            phrases: The fixed texts that it is to hold; None compares none.

        Raises:
            UnusableIndexError: It is missing, damaged, or stale.
            EmbeddingError: Its embedding model is missing or was altered.
        """
        model = model_of(settings)
        index = _from_server(settings, model, corpus, phrases)
        if index is None:
            index = store.read_current(settings.index_dir)
        if stale := misfit(index.manifest, model, corpus, phrases):
            raise IndexStaleError(f"{stale} Run `coach index build`.")
        encoder, known = open_encoder(model, settings.index_dir / "encoders"), index.known
        if model.remote and (proof := Proof.of(known)):
            encoder = ProvenEmbedder(model.remote, proof)
        embedder = CachingEmbedder(encoder, known=known, may_fail=model.remote is not None)
        return cls(index, embedder, settings.relevance_floor)

    @property
    def chunks(self) -> Sequence[Chunk]:
        """Everything that can be found, in the order of the corpus."""
        return self._index.chunks

    def search(
        self,
        query: str,
        *,
        limit: int = 4,
        prior: NDArray[np.floating] | None = None,
        floor: float | None = None,
        keep_here: bool = False,
    ) -> list[Passage]:
        """Return the passages most relevant to `query`, best first.

        An empty list means that the corpus has nothing to say; callers then
        answer without claiming a source.

        Args:
            query: What the person asks, already screened by `safety`.
            limit: The most passages to return (1 to 20).
            prior: Added to the score of each chunk, (chunks,), in standard deviations; what
                the conversation says about topic and aspect.
            floor: The cosine that the nearest passage must reach; None for the setting's.
            keep_here: Send the query to no other machine: where a server embeds, go by words.

        Raises:
            EmbeddingError: The model failed.
        """
        if keep_here and self.embedder.is_elsewhere:
            vector = np.zeros(self._index.vectors.shape[1], dtype=np.float32)
        else:
            vector = self.embedder.embed([query])[0]
        cosines, words = self._index.vectors @ vector, self._bm25(query)
        fused = fuse(cosines, words)
        if prior is not None:
            fused = fused + prior.astype(np.float32)
        best = highest(fused, max(1, min(limit, 20)))
        if not vector.any():  # no model embedded it: the words that it shares must be enough
            best = best[: len(best) if words.any() else 0]
        elif float(cosines.max()) < (self._floor if floor is None else floor):
            return []
        return [
            Passage(chunk=self.chunks[i], score=float(fused[i]), cosine=float(cosines[i]))
            for i in best
        ]

    def _bm25(self, query: str) -> Scores:
        words = store.words_of([query])
        known = [w for w in words.vocab if w in self._index.bm25.vocab_dict]
        if not known:
            return np.zeros(len(self.chunks), dtype=np.float32)
        return np.asarray(self._index.bm25.get_scores(known), dtype=np.float32)


def fuse(cosines: Scores, bm25: Scores, dense: float = DENSE_WEIGHT) -> Scores:
    """Return the score of each chunk, of both by their share, in standard deviations each."""
    return dense * _z(cosines) + (1 - dense) * _z(bm25)


def highest(scores: Scores, count: int) -> NDArray[np.intp]:
    """Return where the highest scores stand, highest first; ties by the order of the corpus."""
    if count >= len(scores):
        return np.argsort(-scores, kind="stable")
    # Only what may be among them is sorted, for there may be a hundred thousand.
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= least)
    return candidates[np.argsort(-scores[candidates], kind="stable")][:count]


def _from_server(
    settings: Settings, model: Model, corpus: Corpus, phrases: Sequence[str] | None
) -> store.StoredIndex | None:
    """Return the newest build on the server that fits; None where none does, or it is away."""
    server = IndexServer.of(settings)
    if server is None:
        return None
    try:
        fitting = (m for m in server.builds() if not misfit(m, model, corpus, phrases))
        newest = next(fitting, None)
        return server.read(newest) if newest else None
    except IndexAwayError as error:
        _LOG.warning("%s The index on disk is opened.", error)
        return None


def _z(scores: Scores) -> Scores:
    """Return scores in standard deviations from their mean; all zero where all are equal."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)
