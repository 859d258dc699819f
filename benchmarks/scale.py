"""Measure building, opening and searching 1,000, 10,000 and 100,000 chunks; draw docs/scale.svg.

    .venv/bin/python -m benchmarks.scale

The chunks are made of the corpus: its words drawn anew, its vectors with noise.  Each size is
built and opened in processes of its own; the searches are made in turn.  Embedding is left out
of the build: it costs each chunk the same, and `benchmarks.build` measures it.
"""

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import numpy as np
import psutil

from benchmarks.record import Budget, report, timed
from coach.dialogue.preparation import prepare
from coach.evaluation.plots import plot_growth
from coach.index import store
from coach.index.embedder import CachingEmbedder, Vectors
from coach.index.encoder import open_encoder
from coach.index.models import find_model
from coach.index.search import Searcher
from coach.schema import Chunk
from coach.settings import PROJECT_ROOT, Settings

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 30
NOISE = 0.03
"""Of each coordinate; vectors of this model have coordinates of about 0.05."""
QUESTION = "Why does protecting myself make me lonelier, and what can I do? ({number})"
PLOT = PROJECT_ROOT / "docs" / "scale.svg"


class Ready:
    """An embedder whose vectors are ready, in the order in which they are asked for."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors, self._given = vectors, 0
        self.dimension = vectors.shape[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the next vectors."""
        begin, self._given = self._given, self._given + len(texts)
        return self._vectors[begin : self._given]


def grown(index: store.StoredIndex, size: int) -> tuple[list[Chunk], Vectors]:
    """Return that many chunks like those of the corpus, and a vector for each."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(index.chunks), size)
    noise = rng.normal(0, NOISE, (size, index.vectors.shape[1])).astype(np.float32)
    vectors = index.vectors[drawn] + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = [chunk.text.split() for chunk in index.chunks]
    chunks = [
        index.chunks[one].model_copy(
            update={"id": f"chunk-{number}", "text": _shuffled(words[one], rng)}
        )
        for number, one in enumerate(drawn)
    ]
    return chunks, vectors


def _shuffled(words: list[str], rng: np.random.Generator) -> str:
    """Return two thirds of the words: no text is quite another."""
    return " ".join(words[i] for i in rng.integers(0, len(words), max(1, 2 * len(words) // 3)))


def build(size: int, index_dir: Path, told: Connection) -> None:
    """Build an index of that size, and tell how many seconds it took."""
    index = store.read_current(Settings.load().index_dir)
    chunks, vectors = grown(index, size)
    folder = index_dir / "builds" / "made"
    folder.mkdir(parents=True)

    def write() -> None:
        digest, count = store.write(folder, chunks, (), Ready(vectors))
        made = {"content_sha256": digest, "chunks": count, "built_at": datetime.now(UTC)}
        store.publish(index_dir, folder, index.manifest.model_copy(update=made))

    told.send(timed(write) / 1000)


def search(index_dir: Path, told: Connection) -> None:
    """Open an index, tell the memory it takes in MB, then how long each search takes in ms."""
    settings = Settings.load()
    encoder = open_encoder(find_model(settings.embedding_model), settings.encoders_dir)
    encoder.embed(["warm"])
    process = psutil.Process()
    before = process.memory_info().rss
    searcher = Searcher(store.read_current(index_dir), CachingEmbedder(encoder), -1.0)
    searcher.search("warm", limit=8)
    told.send((process.memory_info().rss - before) / 2**20)
    for query in iter(told.recv, None):
        told.send(timed(lambda q=query: searcher.search(q, limit=8)))  # type: ignore[misc]


def measured(folder: Path) -> Iterator[tuple[int, float, float, list[float]]]:
    """Yield, for each size, seconds to build, MB to hold, and the times of the searches in ms."""
    spawn = multiprocessing.get_context("spawn")
    built: dict[int, float] = {}
    opened: dict[int, tuple[Connection, float]] = {}
    for size in SIZES:
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=build, args=(size, folder / str(size), theirs))
        process.start()
        theirs.close()  # so that a process which dies is heard of
        built[size] = ours.recv()
        process.join()
    for size in SIZES:
        ours, theirs = spawn.Pipe()
        spawn.Process(target=search, args=(folder / str(size), theirs), daemon=True).start()
        theirs.close()
        opened[size] = (ours, ours.recv())
    spent: dict[int, list[float]] = {size: [] for size in SIZES}
    for number in range(ROUNDS):
        for size, (ours, _) in opened.items():
            ours.send(QUESTION.format(number=number))
            spent[size].append(ours.recv())
    for size, (ours, memory) in opened.items():
        ours.send(None)
        yield size, built[size], memory, spent[size]


def main() -> None:
    """Measure each size, print the table and draw the plot."""
    prepare(Settings.load())
    figures: dict[str, float] = {}
    growth: dict[str, list[float]] = {"build": [], "memory": [], "search": []}
    with tempfile.TemporaryDirectory() as folder:
        for size, built, memory, spent in measured(Path(folder)):
            figures |= {
                f"building {size:,} chunks that are embedded, s": built,
                f"holding {size:,} chunks, MB": memory,
                f"a search among {size:,} chunks, ms": median(spent),
            }
            for name, value in (("build", built), ("memory", memory), ("search", median(spent))):
                growth[name].append(value)
    PLOT.write_text(plot_growth(SIZES, growth, budget=3.0), encoding="utf-8")
    ratio = growth["search"][-1] / growth["search"][0]
    budget = Budget("a search among 100,000 chunks, against 1,000", ratio, 3.0)
    report("scale", figures, [budget])


if __name__ == "__main__":
    main()
