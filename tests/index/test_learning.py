"""What is learnt from example texts, with the real encoder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from coach.index.embedder import Embedder, Vectors
from coach.index.learning import Learnt
from coach.index.search import Searcher
from coach.library import Corpus
from coach.settings import Settings

TEXTS = (
    "the bread would not rise",
    "my dough is too wet",
    "how hot should an oven be for a loaf",
    "the train to Leeds was late again",
    "which platform does it leave from",
    "they cancelled my railway ticket",
)
GOALS = np.repeat(np.eye(2, dtype=np.float32), 3, axis=0) - 0.5


@pytest.fixture(scope="module")
def embedder(settings: Settings, corpus: Corpus) -> Embedder:
    """The real encoder."""
    return Searcher.open(settings, corpus).embedder


@pytest.fixture(scope="module")
def learnt(embedder: Embedder) -> Learnt:
    """Bread against trains."""
    return Learnt.of(TEXTS, embedder.embed(TEXTS), GOALS, 0.3)


def test_a_new_text_scores_highest_for_what_it_is_about(learnt: Learnt, embedder: Embedder) -> None:
    asked = ["can i bake without yeast", "is there a later train"]
    assert learnt.scores(asked, embedder.embed(asked)).argmax(axis=1).tolist() == [0, 1]


def test_letters_see_through_a_misspelling(learnt: Learnt, embedder: Embedder) -> None:
    asked = ["railwway tickt"]
    nowhere = np.zeros((1, embedder.dimension), dtype=np.float32)
    assert learnt.scores(asked, nowhere).argmax(axis=1).tolist() == [1]


@pytest.mark.parametrize("text", ["", "\U0001f642", "\ud800", "9" * 5_000])
def test_any_text_scores_a_number(learnt: Learnt, embedder: Embedder, text: str) -> None:
    assert np.isfinite(learnt.scores([text], embedder.embed([text]))).all()


def test_what_was_learnt_is_kept_and_taken_up_again(embedder: Embedder, tmp_path: Path) -> None:
    calls: list[Sequence[str]] = []

    def embed(texts: Sequence[str]) -> Vectors:
        calls.append(texts)
        return embedder.embed(texts)

    def kept(texts: Sequence[str] = TEXTS, made_by: str = "this") -> Learnt:
        return Learnt.kept(
            [tmp_path / "shipped", tmp_path / "own"],
            "few",
            texts=texts,
            embed=embed,
            made_by=made_by,
            goals=GOALS,
            ridge=0.3,
            landmarks=5,
        )

    asked = ["my loaf burnt"]
    vectors = embedder.embed(asked)
    first = kept().scores(asked, vectors)
    assert kept().scores(asked, vectors) == pytest.approx(first, abs=0.01)
    assert len(calls) == 1
    (tmp_path / "own").rename(tmp_path / "shipped")
    kept()
    assert len(calls) == 1, "what is shipped is taken"
    kept(made_by="another model")
    kept(texts=[*TEXTS[:5], "the bus was late"])
    assert len(calls) == 3, "what was learnt of others is not"
    assert len(list((tmp_path / "own").iterdir())) == 1


def test_landmarks_say_nearly_what_all_examples_say(learnt: Learnt, embedder: Embedder) -> None:
    few = Learnt.of(TEXTS, embedder.embed(TEXTS), GOALS, 0.3, landmarks=5)
    assert few.vectors.shape[0] == 5
    asked = ["can i bake without yeast", "is there a later train"]
    vectors = embedder.embed(asked)
    assert few.scores(asked, vectors) == pytest.approx(learnt.scores(asked, vectors), abs=0.1)


def test_what_is_written_is_read_back_with_what_stands_beside_it(
    learnt: Learnt, embedder: Embedder, tmp_path: Path
) -> None:
    path = tmp_path / "learnt.npz"
    learnt.write(path, slopes=np.eye(2, dtype=np.float32))
    again, beside = Learnt.read(path)
    asked = ["can i bake without yeast"]
    vectors = embedder.embed(asked)
    assert again.scores(asked, vectors) == pytest.approx(learnt.scores(asked, vectors), abs=0.01)
    assert beside["slopes"].tolist() == [[1, 0], [0, 1]]
    assert again.narrowness == learnt.narrowness


def test_a_file_that_lacks_arrays_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, letters=np.zeros(3))
    with pytest.raises(ValueError, match="lacks arrays"):
        Learnt.read(path)
