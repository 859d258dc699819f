"""Measure an index build against embedding the same texts in one batch, in alternation.

    .venv/bin/python -m benchmarks.build

The encoder is exported beforehand: it is made once for a set of weights. Prints the
medians and their ratio; the machine's noise falls on both alike.
"""

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.turn import timed
from coach.dialogue.preparation import prepare
from coach.index.build import build_index
from coach.index.chunks import corpus_chunks
from coach.index.encoder import find_model, open_encoder
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
    print(f"building an index of {len(texts)} chunks, median of {ROUNDS}   {build:6.2f} s")  # noqa: T201
    print(f"embedding them in one batch                     {embed:6.2f} s")  # noqa: T201
    print(f"ratio                                           {build / embed:6.2f} x  (budget 1.3)")  # noqa: T201


if __name__ == "__main__":
    main()
