"""Collections to search in: BEIR's folders, and the corpus with the questions of `evals/`.

Flow: `corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv`, or the index -> here -> `evaluation.search`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coach.errors import CoachError
from coach.evaluation.sets import EVALS, Query, Text, read_qrels, read_rows
from coach.schema import Chunk

__all__ = ["Collection", "halves", "of_the_corpus", "read_beir", "write_beir"]

Relevant = Mapping[str, Mapping[str, int]]
"""For each query, the score of each judged document."""


@dataclass(frozen=True)
class Collection:
    """Documents, queries, and which document answers which query."""

    name: str
    documents: tuple[Text, ...] = field(repr=False)
    queries: tuple[Query, ...] = field(repr=False)
    relevant: Relevant = field(repr=False)


def read_beir(folder: Path, split: str = "test") -> Collection:
    """Return the collection of a BEIR folder; only queries with something relevant count.

    Args:
        folder: Holds `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv`.
        split: Which judgements.

    Raises:
        CoachError: A file is missing or wrong, or nothing that is judged is there.
    """
    parts = ("corpus.jsonl", "queries.jsonl", f"qrels/{split}.tsv")
    if missing := [part for part in parts if not (folder / part).is_file()]:
        raise CoachError(
            f"{folder} is no folder in BEIR's format: it has no {', no '.join(missing)}."
        )
    documents = read_rows(folder / "corpus.jsonl", Text)
    judged = read_qrels(folder / "qrels" / f"{split}.tsv")
    known = {document.id for document in documents}
    relevant = {
        query: {one: score for one, score in scores.items() if one in known}
        for query, scores in judged.items()
        if any(score > 0 and one in known for one, score in scores.items())
    }
    asked = read_rows(folder / "queries.jsonl", Text)
    queries = tuple(Query(_id=query.id, text=query.text) for query in asked if query.id in relevant)
    if not queries:
        raise CoachError(f"{folder}: no query of qrels/{split}.tsv has a relevant document there.")
    return Collection(folder.name, tuple(documents), queries, relevant)


def of_the_corpus(chunks: Sequence[Chunk], folder: Path = EVALS / "retrieval") -> Collection:
    """Return what the index holds, with the committed questions.

    A passage is as relevant to a question as the best of its topics: 2 for what the question
    is about, 1 for what also helps.

    Raises:
        CoachError: A set is missing or wrong.
    """
    documents = tuple(
        Text(_id=chunk.id, title=f"{chunk.title}: {chunk.section}", text=chunk.text)
        for chunk in chunks
    )
    relevant = {}
    for query, topics in read_qrels(folder / "qrels.tsv").items():
        scores = {
            chunk.id: max((topics.get(topic, 0) for topic in chunk.topics), default=0)
            for chunk in chunks
        }
        relevant[query] = {one: score for one, score in scores.items() if score}
    asked = read_rows(folder / "queries.jsonl", Query)
    queries = tuple(query for query in asked if relevant.get(query.id))
    return Collection("homeward", documents, queries, relevant)


def halves(collection: Collection) -> tuple[Collection, Collection]:
    """Return the even lines, on which parameters are chosen, and the odd, which report."""
    ordered = collection.queries
    chosen, held = (
        Collection(collection.name, collection.documents, part, collection.relevant)
        for part in (ordered[1::2], ordered[0::2])
    )
    return chosen, held


def write_beir(collection: Collection, folder: Path) -> None:
    """Write a collection as BEIR's folder: the even lines as `dev`, the odd as `test`.

    Raises:
        OSError: It cannot be written.
    """
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    rows = (
        {"_id": one.id, "title": one.title, "text": one.text, "metadata": {}}
        for one in collection.documents
    )
    _write_lines(folder / "corpus.jsonl", rows)
    asked = ({"_id": one.id, "text": one.text} for one in collection.queries)
    _write_lines(folder / "queries.jsonl", asked)
    for split, part in zip(("dev", "test"), halves(collection), strict=True):
        lines = ["query-id\tcorpus-id\tscore"]
        lines += [
            f"{query.id}\t{one}\t{score}"
            for query in part.queries
            for one, score in collection.relevant[query.id].items()
        ]
        (folder / "qrels" / f"{split}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
