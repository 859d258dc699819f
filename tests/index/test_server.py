"""The index on a real Chroma server: read whole or not at all, and done without when it is away."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.api.models.Collection import Collection
from pydantic import SecretStr, ValidationError

from coach.errors import IndexAwayError, IndexMissingError
from coach.index import server as server_module
from coach.index import store
from coach.index.build import build_index, share_index
from coach.index.search import Searcher
from coach.index.server import IndexServer
from coach.library import load_corpus
from coach.settings import Settings
from tests.index.chroma_servers import ChromaServer, gate, write_certificate
from tests.library.samples import ARTICLE

PHRASES = ("hello", "goodbye")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def chroma(process: ChromaServer, monkeypatch: pytest.MonkeyPatch) -> ChromaServer:
    """A server that is empty and running; requests to it fail soon."""
    server_module._shared.cache_clear()
    monkeypatch.setattr(server_module, "REST_SECONDS", 1)
    with IndexServer(process.url)._client() as client:
        for collection in client.list_collections():
            client.delete_collection(collection.name)
    return process


@pytest.fixture
def shared(small: Settings, chroma: ChromaServer) -> Settings:
    """Settings with a build on the disk and on the server."""
    settings = with_server(small, chroma.url)
    build_index(settings, load_corpus(settings.corpus_dir), PHRASES)
    assert share_index(settings)
    return settings


def with_server(settings: Settings, url: str, **more: Any) -> Settings:
    return settings.model_copy(update={"chroma_url": url, "chroma_seconds": 1.0, **more})


def server_of(settings: Settings) -> IndexServer:
    server = IndexServer.of(settings)
    assert server
    return server


def collections(chroma: ChromaServer) -> set[str]:
    with IndexServer(chroma.url)._client() as client:
        return {collection.name for collection in client.list_collections()}


def opened(settings: Settings) -> Searcher:
    return Searcher.open(settings, load_corpus(settings.corpus_dir), PHRASES)


def without_disk(settings: Settings) -> Settings:
    (settings.index_dir / "CURRENT").unlink()
    shutil.rmtree(settings.index_dir / "builds")
    return settings


def change(settings: Settings, turn: int) -> None:
    text = f"{ARTICLE}\n## Night {turn}\n\nOne more thing about night {turn}.\n"
    (settings.corpus_dir / "articles" / "long-nights.md").write_text(text)


def test_the_server_gives_back_what_is_on_the_disk_bit_by_bit(shared: Settings) -> None:
    on_disk = store.read_current(shared.index_dir)
    server = server_of(shared)
    (manifest,) = server.builds()
    there = server.read(manifest)
    assert there.manifest == on_disk.manifest
    assert there.chunks == on_disk.chunks
    assert np.array_equal(there.vectors, on_disk.vectors)
    assert there.phrases.keys() == on_disk.phrases.keys()
    assert all(np.array_equal(there.phrases[text], on_disk.phrases[text]) for text in PHRASES)


def test_a_replica_without_an_index_of_its_own_answers_from_the_server(shared: Settings) -> None:
    query = "long nights"
    expected = opened(shared.model_copy(update={"chroma_url": None})).search(query, floor=-1)
    found = opened(without_disk(shared)).search(query, floor=-1)
    assert found == expected


def test_what_is_there_already_is_not_sent_again(shared: Settings, chroma: ChromaServer) -> None:
    before = collections(chroma)
    assert build_index(shared, load_corpus(shared.corpus_dir), PHRASES).embedded == 0
    assert share_index(shared) is False
    assert collections(chroma) == before


def test_a_machine_with_no_index_embeds_only_what_the_server_has_not(shared: Settings) -> None:
    without_disk(shared)
    change(shared, 1)
    assert build_index(shared, load_corpus(shared.corpus_dir), PHRASES).embedded == 1


def test_replicas_of_an_older_corpus_go_on_finding_theirs(shared: Settings, tmp_path: Path) -> None:
    shutil.copytree(shared.corpus_dir, tmp_path / "older")
    older = shared.model_copy(update={"corpus_dir": tmp_path / "older"})
    change(shared, 1)
    build_index(shared, load_corpus(shared.corpus_dir), PHRASES)
    assert share_index(shared)
    assert len(opened(shared).chunks) == 4
    assert len(opened(older).chunks) == 3


def test_a_few_builds_stay_and_older_ones_go(shared: Settings, chroma: ChromaServer) -> None:
    for turn in range(4):
        change(shared, turn)
        build_index(shared, load_corpus(shared.corpus_dir), PHRASES)
        share_index(shared)
    assert len(collections(chroma)) == server_module.KEPT
    assert server_of(shared).builds()[0] == store.read_current(shared.index_dir).manifest


def test_a_reader_while_builds_are_sent_has_each_whole(
    shared: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "PAGE", 2)
    seen: set[str] = set()
    failures: list[BaseException] = []
    done = threading.Event()
    server = IndexServer(str(shared.chroma_url), seconds=30)

    def read() -> None:
        while not done.is_set() or not seen:
            try:
                newest = server.builds()[0]
                assert len(server.read(newest).chunks) == newest.chunks
                seen.add(newest.content_sha256)
            except BaseException as error:
                failures.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(2):
        change(shared, turn)
        build_index(shared, load_corpus(shared.corpus_dir), PHRASES)
        share_index(shared)
    done.set()
    reader.join()
    assert failures == []
    assert seen


def test_a_build_that_is_cut_off_while_it_is_sent_is_seen_by_nobody(
    shared: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = server_of(shared).builds()
    change(shared, 1)
    build_index(shared, load_corpus(shared.corpus_dir), PHRASES)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(server_module, "_digest", killed)
    monkeypatch.setattr(server_module, "_remove", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        share_index(shared)
    assert server_of(shared).builds() == before


def test_rows_that_were_altered_are_refused_and_the_disk_answers(
    shared: Settings, chroma: ChromaServer, caplog: pytest.LogCaptureFixture
) -> None:
    with IndexServer(chroma.url)._client() as client:
        (model,) = client.list_collections()
        collection = Collection(client=client, model=model, embedding_function=None)
        collection.update(ids=["chunk-0"], embeddings=[[0.5] * 768])
    assert opened(shared).search("long nights", floor=-1)
    assert "The index on disk is opened" in caplog.text


def lost(chroma: ChromaServer) -> None:
    chroma.kill()


def hung(chroma: ChromaServer) -> None:
    chroma.hang()


@pytest.mark.parametrize(
    ("fail", "says"),
    [(lost, "cannot be reached"), (hung, "does not answer within 1 s")],
)
def test_a_server_that_is_away_costs_its_limit_once_and_is_taken_up_again(
    shared: Settings,
    chroma: ChromaServer,
    caplog: pytest.LogCaptureFixture,
    fail: Callable[[ChromaServer], None],
    says: str,
) -> None:
    before = opened(shared)
    server = IndexServer(str(shared.chroma_url), seconds=1.0, rest_seconds=1)
    fail(chroma)
    try:
        assert before.search("long nights", floor=-1), "who has opened it needs no server"
        assert opened(shared).search("long nights", floor=-1)
        assert says in caplog.text
        with pytest.raises(IndexAwayError, match=says):
            server.builds()
        with pytest.raises(IndexAwayError, match="left alone"):
            server.builds()
    finally:
        if fail is lost:
            chroma.start()
        else:
            chroma.go_on()
    threading.Event().wait(1.5)
    assert len(server.builds()) == 1


def test_where_neither_server_nor_disk_has_it_the_index_is_missing(
    small: Settings, chroma: ChromaServer
) -> None:
    with pytest.raises(IndexMissingError, match="coach index build"):
        opened(with_server(small, chroma.url))


def test_a_wrong_token_is_named_and_a_right_one_is_let_in(
    shared: Settings, chroma: ChromaServer
) -> None:
    with gate(chroma, "open sesame") as url:
        wrong = with_server(shared, url, chroma_token=SecretStr("let me in"))
        with pytest.raises(IndexAwayError, match="refuses the token; set COACH_CHROMA_TOKEN") as no:
            server_of(wrong).builds()
        assert "let me in" not in str(no.value)
        assert opened(wrong).search("long nights", floor=-1)
        right = with_server(shared, url, chroma_token=SecretStr("open sesame"))
        assert len(server_of(right).builds()) == 1


def test_a_certificate_is_checked(
    chroma: ChromaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    token = SecretStr("open sesame")
    with gate(chroma, "open sesame", certificate) as url:
        with pytest.raises(IndexAwayError, match="cannot be reached"):
            IndexServer(url, token, seconds=1.0).builds()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert IndexServer(url, token, seconds=1.0).builds() == []


def test_the_state_is_told_in_one_line(shared: Settings, chroma: ChromaServer) -> None:
    told = server_of(shared).state(shared.index_dir)
    assert told.startswith(f"{chroma.url}: 1 build(s), the newest of ")
    assert told.endswith(", with the one on disk")
    assert (
        server_of(without_disk(shared)).state(shared.index_dir).endswith("without the one on disk")
    )


@pytest.mark.parametrize("url", ["chroma:8000", "http://me:secret@chroma", "http://chroma/?a=b"])
def test_an_address_with_anything_but_a_place_in_it_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings(chroma_url=url)
