"""Collections in BEIR's format."""

from pathlib import Path

import pytest

from coach.errors import CoachError
from coach.evaluation.collections import Collection, halves, read_beir, write_beir
from coach.evaluation.sets import EVALS, Query, Text


@pytest.fixture
def collection() -> Collection:
    documents = tuple(Text(_id=f"d{n}", title="A title", text=f"text {n}") for n in range(3))
    queries = tuple(Query(_id=f"q{n}", text=f"question {n}") for n in range(4))
    return Collection("small", documents, queries, {f"q{n}": {"d1": 2, "d2": 1} for n in range(4)})


def test_what_is_written_is_read_back(collection: Collection, tmp_path: Path) -> None:
    write_beir(collection, tmp_path)
    read = read_beir(tmp_path)
    assert read.documents == collection.documents
    assert read.queries == halves(collection)[1].queries
    assert read.relevant["q0"] == {"d1": 2, "d2": 1}


def test_no_question_is_in_both_halves(collection: Collection) -> None:
    even, odd = halves(collection)
    assert {q.id for q in even.queries} == {"q1", "q3"}
    assert {q.id for q in odd.queries} == {"q0", "q2"}


def test_judgements_of_documents_that_are_not_there_are_refused(
    collection: Collection, tmp_path: Path
) -> None:
    write_beir(collection, tmp_path)
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq0\tgone\t1\n")
    with pytest.raises(CoachError, match="no query"):
        read_beir(tmp_path)


def test_the_committed_set_holds_three_hundred_questions() -> None:
    folder = EVALS / "retrieval" / "passages"
    asked = [len(read_beir(folder, split).queries) for split in ("dev", "test")]
    assert sum(asked) >= 300


@pytest.mark.parametrize("part", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_folder_that_lacks_a_file_is_named_with_it(
    collection: Collection, tmp_path: Path, part: str
) -> None:
    write_beir(collection, tmp_path)
    (tmp_path / part).unlink()
    with pytest.raises(CoachError, match=f"has no {part}.$") as refused:
        read_beir(tmp_path)
    assert str(tmp_path) in str(refused.value)


def test_every_question_with_one_answer_names_a_passage_that_is_there() -> None:
    for split in ("dev", "test"):
        collection = read_beir(EVALS / "retrieval" / "answers", split)
        assert len(collection.queries) == 118
        assert {len(collection.relevant[query.id]) for query in collection.queries} == {1}
