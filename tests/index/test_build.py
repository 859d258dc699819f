"""Building: only what changed is embedded, and a reader always has a whole index."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from coach.errors import IndexMissingError, IndexStaleError
from coach.index import store
from coach.index.build import build_index, staleness
from coach.index.search import Searcher
from coach.library import Corpus, load_corpus
from coach.settings import Settings
from tests.library.samples import ARTICLE

ARTICLE_FILE = "articles/long-nights.md"

BUILD = """
import sys
from pathlib import Path
from coach.index.build import build_index
from coach.library import load_corpus
from coach.settings import Settings
settings = Settings(corpus_dir=Path(sys.argv[1]), index_dir=Path(sys.argv[2]))
"""

RUN = "print(build_index(settings, load_corpus(settings.corpus_dir)).chunks)"

HANG = """
import time
from coach.index.encoder import OnnxEmbedder
def hang(self, texts):
    print("embedding", flush=True)
    time.sleep(600)
OnnxEmbedder.embed = hang
"""


def corpus_of(settings: Settings) -> Corpus:
    return load_corpus(settings.corpus_dir)


def rewrite(settings: Settings, old: str, new: str) -> Corpus:
    """Change a phrase of the article and return the corpus that this makes."""
    path = settings.corpus_dir / ARTICLE_FILE
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    return corpus_of(settings)


def process(settings: Settings, program: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, str(settings.corpus_dir), str(settings.index_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def builds(settings: Settings) -> set[str]:
    return {path.name for path in (settings.index_dir / "builds").iterdir()}


def found(settings: Settings, corpus: Corpus, query: str = "long nights") -> str:
    return Searcher.open(settings, corpus).search(query, limit=1, floor=-1)[0].chunk.text


def test_the_manifest_says_what_the_index_was_made_of(small: Settings) -> None:
    corpus = corpus_of(small)
    manifest = build_index(small, corpus, ("hello", "goodbye", "hello"))
    assert manifest == store.read_manifest(store.current_build(small.index_dir))
    assert (manifest.chunks, manifest.embedded, manifest.dimension) == (3, 5, 768)
    assert manifest.corpus_sha256 == corpus.digest
    assert manifest.built_by.startswith("homeward ")
    assert staleness(small, corpus) is None


def test_phrases_are_kept_with_their_vectors(small: Settings) -> None:
    build_index(small, corpus_of(small), ("hello", "goodbye"))
    index = store.read_current(small.index_dir)
    assert set(index.phrases) == {"hello", "goodbye"}
    assert len(index.known) == 5
    hello = Searcher.open(small, corpus_of(small)).embedder.embed(["hello"])[0]
    assert float(hello @ index.phrases["hello"]) == pytest.approx(1)


def test_an_unchanged_corpus_embeds_nothing(small: Settings) -> None:
    build_index(small, corpus_of(small), ("hello",))
    again = build_index(small, corpus_of(small), ("hello",))
    assert (again.embedded, again.chunks) == (0, 3)


def test_a_changed_article_embeds_only_its_changed_chunks(small: Settings) -> None:
    build_index(small, corpus_of(small), ("hello",))
    corpus = rewrite(small, "There is nobody to ring", "No one is there to ring")
    assert build_index(small, corpus, ("hello",)).embedded == 1
    assert "No one is there" in found(small, corpus, "nobody to ring at three")


def test_an_article_that_was_removed_disappears(small: Settings) -> None:
    build_index(small, corpus_of(small))
    (small.corpus_dir / ARTICLE_FILE).unlink()
    corpus = corpus_of(small)
    assert build_index(small, corpus).chunks == 1
    searcher = Searcher.open(small, corpus)
    assert {chunk.slug for chunk in searcher.chunks} == {"tiny-truths"}
    assert [p.chunk.slug for p in searcher.search("long nights", floor=-1)] == ["tiny-truths"]


def test_a_changed_corpus_makes_the_index_stale_until_it_is_built(small: Settings) -> None:
    with pytest.raises(IndexMissingError):
        staleness(small, corpus_of(small))
    build_index(small, corpus_of(small))
    corpus = rewrite(small, "hard", "heavy")
    assert "corpus has changed" in (staleness(small, corpus) or "")
    build_index(small, corpus)
    assert staleness(small, corpus) is None


def test_changed_phrases_make_the_index_stale_for_who_names_them(small: Settings) -> None:
    corpus = corpus_of(small)
    build_index(small, corpus, ("hello", "goodbye"))
    assert staleness(small, corpus, ["hello", "goodbye", "hello"]) is None
    assert staleness(small, corpus) is None
    for phrases in ([], ["hello"], ["goodbye", "hello"], ["hello", "goodbye", "good night"]):
        reason = "The coach's own words have changed since the index was built."
        assert staleness(small, corpus, phrases) == reason
        with pytest.raises(IndexStaleError, match="own words"):
            Searcher.open(small, corpus, phrases)
    assert Searcher.open(small, corpus, ("hello", "goodbye")).chunks


def test_a_search_is_checked_against_the_build_that_it_loads(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = corpus_of(small)
    build_index(small, before)
    after = rewrite(small, "hard", "heavy")
    read = store.read_current

    def overtaken(index_dir: Path) -> store.StoredIndex:
        monkeypatch.setattr(store, "read_current", read)
        build_index(small, after)
        return read(index_dir)

    monkeypatch.setattr(store, "read_current", overtaken)
    with pytest.raises(IndexStaleError, match="corpus has changed"):
        Searcher.open(small, before)


def test_old_builds_are_removed_but_for_the_one_before(small: Settings) -> None:
    names = []
    for _ in range(4):
        build_index(small, corpus_of(small))
        names.append(store.current_build(small.index_dir).name)
    assert builds(small) == set(names[-2:])


def test_a_damaged_index_is_built_anew(small: Settings) -> None:
    build_index(small, corpus_of(small))
    (store.current_build(small.index_dir) / "chroma" / "chroma.sqlite3").write_bytes(b"garbage")
    assert build_index(small, corpus_of(small)).embedded == 3
    assert "long" in found(small, corpus_of(small))


def test_a_build_that_fails_leaves_the_old_index_and_nothing_else(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = corpus_of(small)
    build_index(small, before)
    names = builds(small)
    after = rewrite(small, "hard", "heavy")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "publish", full_disk)
    with pytest.raises(OSError, match="No space left"):
        build_index(small, after)
    assert builds(small) == names
    assert "long" in found(small, before)


def test_a_build_that_is_killed_leaves_the_old_index_answering(small: Settings) -> None:
    before = corpus_of(small)
    build_index(small, before)
    names = builds(small)
    after = rewrite(small, "hard", "heavy")
    with process(small, BUILD + HANG + RUN) as build:
        assert build.stdout
        assert build.stdout.readline() == "embedding\n"
        assert len(builds(small) - names) == 1, "the build was to be killed half-way"
        assert "long" in found(small, before)
        os.kill(build.pid, signal.SIGKILL)
    assert build.returncode == -signal.SIGKILL
    assert staleness(small, before) is None
    assert "long" in found(small, before)
    half = builds(small) - names
    assert build_index(small, after).embedded == 1
    assert not half & builds(small)
    assert "long" in found(small, after)


def test_two_builds_at_once_both_end_well(small: Settings) -> None:
    program = BUILD + RUN
    with process(small, program) as first, process(small, program) as second:
        results = [build.communicate(timeout=120) for build in (first, second)]
    assert [(out, first.returncode, second.returncode) for out, _ in results] == [
        ("3\n", 0, 0),
        ("3\n", 0, 0),
    ], results
    assert "long" in found(small, corpus_of(small))


def test_a_reader_during_builds_always_has_a_whole_index(small: Settings) -> None:
    build_index(small, corpus_of(small))
    embedder = Searcher.open(small, corpus_of(small)).embedder
    embedder.embed(["long nights"])
    failures: list[BaseException] = []
    searches = 0
    done = threading.Event()

    def read() -> None:
        nonlocal searches
        while not done.wait(0.02) or not searches:
            try:
                index = store.read_current(small.index_dir)
                assert Searcher(index, embedder, -1).search("long nights")
                assert len(index.chunks) == index.manifest.chunks
                searches += 1
            except BaseException as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(4):
        extra = f"{ARTICLE}\n## Night {turn}\n\nOne more thing about night {turn}.\n"
        (small.corpus_dir / ARTICLE_FILE).write_text(extra if turn % 2 else ARTICLE)
        build_index(small, corpus_of(small))
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert searches > 0


def test_a_file_in_place_of_the_index_folder_is_a_clear_error(
    small: Settings, tmp_path: Path
) -> None:
    (tmp_path / "blocked").write_text("in the way")
    blocked = small.model_copy(update={"index_dir": tmp_path / "blocked"})
    with pytest.raises(OSError, match="blocked"):
        build_index(blocked, corpus_of(small))
    assert (tmp_path / "blocked").read_text() == "in the way"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to read-only folders")
def test_a_read_only_index_folder_is_a_clear_error(small: Settings) -> None:
    build_index(small, corpus_of(small))
    small.index_dir.chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            build_index(small, rewrite(small, "hard", "heavy"))
    finally:
        small.index_dir.chmod(0o700)


def test_an_index_by_a_version_that_reads_texts_otherwise_is_stale(small: Settings) -> None:
    corpus = corpus_of(small)
    before = build_index(small, corpus)
    folder = store.current_build(small.index_dir)
    other = before.model_copy(update={"text_form": 0})
    (folder / "manifest.json").write_text(other.model_dump_json())
    assert "reads texts otherwise" in (staleness(small, corpus) or "")
    with pytest.raises(IndexStaleError, match="coach index build"):
        Searcher.open(small, corpus)
    assert build_index(small, corpus).embedded == 0
    assert staleness(small, corpus) is None


def test_an_index_larger_than_one_read_of_the_database_is_whole(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = corpus_of(small)
    build_index(small, corpus)
    whole = store.read_current(small.index_dir)
    monkeypatch.setattr("chromadb.api.client.Client.get_max_batch_size", lambda _: 2)
    in_parts = store.read_current(small.index_dir)
    assert len(whole.chunks) > 2
    assert in_parts.chunks == whole.chunks
    assert in_parts.vectors.tobytes() == whole.vectors.tobytes()
