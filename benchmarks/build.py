"""Measure an index build against embedding the same texts in one batch, in alternation.

    .venv/bin/python -m benchmarks.build

The encoder is exported beforehand: it is made once for a set of weights. Prints the
medians and their ratio; the machine's noise falls on both alike.
"""

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.record import Budget, report, timed
from coach.dialogue.preparation import prepare
from coach.index.build import build_index
from coach.index.chunks import corpus_chunks
from coach.index.encoder import open_encoder
from coach.index.models import find_model
from coach.index.store import searchable
from coach.library import load_corpus
from coach.settings import Settings

ROUNDS = 3


def main() -> None:
    """Run the pairs and print the table."""
    settings = Settings.load()
    prepare(settings)
    corpus = load_corpus(settings.corpus_dir)
    encoder = open_encoder(find_model(settings.embedding_model), settings.index_dir / "encoders")
    texts = [searchable(chunk) for chunk in corpus_chunks(corpus)]
    encoder.embed(texts[:32])
    building, embedding = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            index = Path(folder)
            (index / "encoders").symlink_to(settings.index_dir / "encoders")
            scratch = settings.model_copy(update={"index_dir": index})
            building.append(timed(lambda s=scratch: build_index(s, corpus)))  # type: ignore[misc]
        embedding.append(timed(lambda: encoder.embed(texts)))
    build, embed = median(building) / 1000, median(embedding) / 1000
    figures = {
        f"building an index of {len(texts)} chunks, median of {ROUNDS}, s": build,
        "embedding them in one batch, s": embed,
    }
    budget = Budget("building the index, against embedding its chunks", build / embed, 1.3)
    report("build", figures, [budget])


if __name__ == "__main__":
    main()
