"""Measure a search among 1,000, 10,000 and 100,000 chunks, in alternation.

    .venv/bin/python -m benchmarks.scale

The chunks are made of the corpus: its words drawn anew, its vectors with noise.  They are
held in memory as a build that was read is; a build of that size is not measured here.
"""

from collections.abc import Iterable
from dataclasses import replace
from statistics import median

import bm25s
import numpy as np

from benchmarks.record import Budget, report, timed
from coach.dialogue.preparation import prepare
from coach.index import store
from coach.index.embedder import CachingEmbedder
from coach.index.encoder import find_model, open_encoder
from coach.index.search import Searcher
from coach.settings import Settings

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 30
NOISE = 0.03
"""Of each coordinate; vectors of this model have coordinates of about 0.05."""
QUESTION = "Why does protecting myself make me lonelier, and what can I do? ({number})"


def grown(index: store.StoredIndex, size: int) -> store.StoredIndex:
    """Return an index of that many chunks, like those of the corpus."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(index.chunks), size)
    noise = rng.normal(0, NOISE, (size, index.vectors.shape[1])).astype(np.float32)
    vectors = index.vectors[drawn] + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chunks = tuple(index.chunks[i] for i in drawn)
    words = [store.searchable(chunk).split() for chunk in index.chunks]
    bm25 = bm25s.BM25()
    texts = [_shuffled(words[i], rng) for i in drawn]
    bm25.index(store.words_of(texts), show_progress=False)
    return replace(index, chunks=chunks, vectors=vectors, bm25=bm25)


def _shuffled(words: list[str], rng: np.random.Generator) -> str:
    """Return two thirds of the words: no text is quite another."""
    kept: Iterable[int] = rng.integers(0, len(words), max(1, 2 * len(words) // 3))
    return " ".join(words[i] for i in kept)


def main() -> None:
    """Run the searches and print the table."""
    settings = Settings.load()
    prepare(settings)
    index = store.read_current(settings.index_dir)
    encoder = open_encoder(find_model(settings.embedding_model), settings.encoders_dir)
    searchers = {n: Searcher(grown(index, n), CachingEmbedder(encoder), -1.0) for n in SIZES}
    spent: dict[int, list[float]] = {size: [] for size in SIZES}
    for number in range(ROUNDS):
        for size, searcher in searchers.items():
            query = QUESTION.format(number=number)
            call = lambda s=searcher, q=query: s.search(q, limit=8)  # noqa: E731
            spent[size].append(timed(call))
    figures = {f"a search among {n:,} chunks, ms": median(times) for n, times in spent.items()}
    ratio = median(spent[SIZES[-1]]) / median(spent[SIZES[0]])
    budget = Budget("a search among 100,000 chunks, against 1,000", ratio, 3.0)
    report("scale", figures, [budget])


if __name__ == "__main__":
    main()
