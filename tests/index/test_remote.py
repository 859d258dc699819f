"""An embedding server: the packaged model behind a real socket, which hangs, lies and goes away."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from coach import diagnosis
from coach.dialogue.conversation import Conversation
from coach.dialogue.preparation import prepare
from coach.errors import EmbeddingError, IndexStaleError
from coach.index import remote as remote_module
from coach.index import store
from coach.index.build import build_index, staleness
from coach.index.embedder import Embedder
from coach.index.models import PACKAGED
from coach.index.remote import RemoteEmbedder
from coach.index.search import Searcher
from coach.library import load_corpus
from coach.schema import Level, Message
from coach.settings import Settings

Change = Callable[[dict[str, Any]], object]


@dataclass
class Served:
    """A server of embeddings and how it behaves."""

    url: str = ""
    change: Change = lambda answer: answer
    status: int = 200
    hangs: threading.Event = field(default_factory=threading.Event)
    keys: set[str | None] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)


@contextmanager
def served(embedder: Embedder) -> Iterator[Served]:
    told = Served()
    told.hangs.set()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.keys.add(self.headers["Authorization"])
            told.texts += asked["input"]
            told.hangs.wait(30)
            # Longer than 1, as some servers give them.
            vectors = embedder.embed(asked["input"]) * 3
            rows = [{"index": i, "embedding": v.tolist()} for i, v in enumerate(vectors)]
            body = json.dumps(told.change({"data": rows[::-1]})).encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        told.url = f"http://127.0.0.1:{httpd.server_address[1]}/v1"
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield told
        told.hangs.set()
        httpd.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def packaged(settings: Settings) -> Embedder:
    """The packaged model, with the vectors of the corpus at hand."""
    return Searcher.open(settings, load_corpus(settings.corpus_dir)).embedder


@pytest.fixture
def server(packaged: Embedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    opened: list[RemoteEmbedder] = []
    begin = RemoteEmbedder.__init__

    def kept(self: RemoteEmbedder, *args: Any, **rest: Any) -> None:
        begin(self, *args, **rest)
        opened.append(self)

    monkeypatch.setattr(RemoteEmbedder, "__init__", kept)
    remote_module._shared.cache_clear()
    with served(packaged) as told:
        yield told
    for embedder in opened:
        embedder.close()


def at(settings: Settings, server: Served) -> Settings:
    return settings.model_copy(update={"embedding_url": server.url, "embedding_seconds": 1.0})


def test_vectors_come_in_order_of_length_one_and_with_the_key(
    server: Served, packaged: Embedder
) -> None:
    embedder = RemoteEmbedder(server.url, "minilm", SecretStr("open sesame"))
    texts = [f"text {n}" for n in range(remote_module.BATCH + 6)]
    np.testing.assert_allclose(embedder.embed(texts), packaged.embed(texts), atol=1e-5)
    assert embedder.dimension == packaged.dimension
    assert server.keys == {"Bearer open sesame"}


def first(answer: dict[str, Any], vector: list[Any]) -> dict[str, Any]:
    return {"data": [{"index": 0, "embedding": vector}, *answer["data"][:-1]]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda _: {"hello": 1}, "gives no embeddings", id="another form"),
        pytest.param(lambda a: {"data": a["data"][1:]}, "1 vectors for 2 texts", id="too few"),
        pytest.param(lambda a: first(a, [1.0]), r"length \[1, 768\]", id="another length"),
        pytest.param(lambda a: first(a, [0.0] * 768), "point nowhere", id="zeros"),
        pytest.param(lambda a: first(a, [float("nan")] * 768), "no emb|nowhere", id="no numbers"),
    ],
)
def test_what_is_no_such_vector_is_refused(server: Served, change: Change, says: str) -> None:
    server.change = change
    with pytest.raises(EmbeddingError, match=says) as refused:
        RemoteEmbedder(server.url, "minilm").embed(["my secret", "two"])
    assert "my secret" not in str(refused.value)


def test_a_dimension_that_changes_in_service_is_refused(server: Served) -> None:
    embedder = RemoteEmbedder(server.url, "minilm")
    embedder.embed(["one"])
    server.change = lambda _: {"data": [{"index": 0, "embedding": [1.0, 0.0]}]}
    with pytest.raises(EmbeddingError, match=r"length \[2\], not \[768\]"):
        embedder.embed(["two"])


def test_an_index_of_a_server_is_of_another_model(small: Settings, server: Served) -> None:
    corpus = load_corpus(small.corpus_dir)
    local = build_index(small, corpus)
    with pytest.raises(IndexStaleError, match="another model"):
        Searcher.open(at(small, server), corpus)
    manifest = build_index(at(small, server), corpus)
    assert manifest.model == f"{PACKAGED} at {server.url}"
    assert manifest.weights_sha256 != local.weights_sha256
    assert staleness(at(small, server), corpus) is None
    assert "another model" in (staleness(small, corpus) or "")


def test_a_build_without_its_server_is_one_line_and_leaves_the_old_index(
    small: Settings, server: Served
) -> None:
    corpus = load_corpus(small.corpus_dir)
    build_index(small, corpus)
    before = store.current_build(small.index_dir)
    server.status = 503
    with pytest.raises(EmbeddingError, match="answers with status 503") as refused:
        build_index(at(small, server), corpus)
    assert "\n" not in str(refused.value)
    assert store.current_build(small.index_dir) == before


def test_a_server_that_hangs_costs_its_limit_once_and_search_goes_by_words(
    small: Settings, server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    settings, corpus = at(small, server), load_corpus(small.corpus_dir)
    build_index(settings, corpus)
    searcher = Searcher.open(settings, corpus)
    server.hangs.clear()
    with caplog.at_level(logging.WARNING):
        found = searcher.search("nobody to ring at three")
        assert "nobody to ring" in found[0].chunk.text
        asked = len(server.texts)
        assert searcher.search("Xylophones quarterly") == []
        assert searcher.search("the small hours")
    assert len(server.texts) == asked, "the server was asked while it was to be left alone"
    assert "does not answer in time" in caplog.text
    assert "left alone" in caplog.text
    assert "ring at three" not in caplog.text


def another_model(answer: dict[str, Any]) -> dict[str, Any]:
    """Give vectors of the same length that mean something else."""
    rows = [{**row, "embedding": row["embedding"][::-1]} for row in answer["data"]]
    return {"data": rows}


def half_precision(answer: dict[str, Any]) -> dict[str, Any]:
    rows = answer["data"]
    return {"data": [{**r, "embedding": np.float16(r["embedding"]).tolist()} for r in rows]}


def shorter(answer: dict[str, Any]) -> dict[str, Any]:
    return {"data": [{**row, "embedding": row["embedding"][:10]} for row in answer["data"]]}


def goes_by_meaning(searcher: Searcher, query: str) -> bool:
    found = searcher.search(query, floor=-1.0)
    assert found, "the words that it shares are enough"
    return found[0].cosine != 0


def test_a_server_that_changes_its_model_in_service_is_noticed_until_it_is_back(
    small: Settings, server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    settings, corpus = at(small, server), load_corpus(small.corpus_dir)
    build_index(settings, corpus)
    searcher = Searcher.open(settings, corpus)
    assert goes_by_meaning(searcher, "nobody to ring")
    server.change = another_model
    with caplog.at_level(logging.WARNING):
        assert not goes_by_meaning(searcher, "nobody to ring at three")
        asked = len(server.texts)
        assert not goes_by_meaning(searcher, "nobody to ring at four")
    assert len(server.texts) == asked, "the server was asked while it was to be left alone"
    said = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert sum("another model than made the index" in line for line in said) == 1
    assert "coach index build" in said[0]
    assert "\n" not in said[0]
    assert "ring" not in caplog.text
    server.change = half_precision
    RemoteEmbedder.of(server.url, PACKAGED, None, 1.0)._breaker.reset()
    assert goes_by_meaning(searcher, "nobody to ring at five")


@pytest.mark.parametrize("change", [another_model, shorter])
def test_whoever_opens_an_index_of_another_model_goes_by_words(
    small: Settings, server: Served, change: Change, caplog: pytest.LogCaptureFixture
) -> None:
    settings, corpus = at(small, server), load_corpus(small.corpus_dir)
    build_index(settings, corpus)
    remote_module._shared.cache_clear()
    server.change = change
    assert not goes_by_meaning(Searcher.open(settings, corpus), "nobody to ring")
    assert "another model than made the index" in caplog.text


def test_a_build_uses_no_vector_of_the_model_before(small: Settings, server: Served) -> None:
    settings, corpus = at(small, server), load_corpus(small.corpus_dir)
    whole = build_index(settings, corpus).embedded
    assert build_index(settings, corpus).embedded == 0
    server.change = another_model
    assert build_index(settings, corpus).embedded == whole
    assert goes_by_meaning(Searcher.open(settings, corpus), "nobody to ring")


def test_doctor_sees_that_a_server_has_another_model(
    small: Settings, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = at(small, server)
    build_index(settings, load_corpus(small.corpus_dir))
    monkeypatch.setattr(Settings, "load", lambda: settings)
    monkeypatch.setattr(diagnosis, "index_staleness", lambda *_: None)  # it holds no phrases

    def index() -> str:
        return next(found.state for found in diagnosis.diagnose() if found.name == "index")

    assert index() == "ok"
    server.change = another_model
    assert index() == "problem"


def test_replies_come_and_danger_is_seen_when_the_server_dies(
    workspace: Settings, server: Served
) -> None:
    settings = at(workspace, server).model_copy(update={"embedding_seconds": 600.0})
    prepare(settings)
    conversation = Conversation.open(settings)
    assert conversation.find("I want to die").risk.level is Level.CRISIS
    server.status = 500
    question = [Message(role="user", content="How do I do the self-compassion practice?")]
    reply = conversation.reply(question)
    assert reply.citations
    assert reply.citations[0].article == "self-compassion"
    danger = conversation.reply([Message(role="user", content="I want to die")], region="GB")
    assert danger.kind == "crisis"
    assert danger.resources
    assert "I want to die" not in server.texts
