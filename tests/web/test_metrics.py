"""What is counted, who may read it, and that no visitor can make a label."""

import re
from collections.abc import Iterator, Sequence

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from coach.dialogue.conversation import Conversation
from coach.dialogue.preparation import load_all
from coach.errors import EmbeddingError
from coach.index.encoder import OnnxEmbedder
from coach.library import Corpus
from coach.schema import Found, Message, Reply
from coach.settings import Settings
from coach.web import readiness
from coach.web.server import create_app
from tests.dialogue.model_servers import scripted_server

HERE = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.0.2.7", 50_000)


@pytest.fixture
def fresh(conversation: Conversation, settings: Settings) -> FastAPI:
    return create_app(conversation, conversation.corpus, conversation.helplines, settings)


def read(app: FastAPI) -> str:
    response = TestClient(app, client=HERE).get("/metrics")
    assert response.status_code == 200
    return response.text


def value(metrics: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.M)
    return float(found[1]) if found else 0.0


def say(app: FastAPI, text: str, path: str = "/api/reply", **more: object) -> None:
    body = {"messages": [{"role": "user", "content": text}], **more}
    assert TestClient(app).post(path, json=body).status_code < 500


def test_turns_are_counted_by_kind_and_risk(fresh: FastAPI) -> None:
    say(fresh, "How do I do the self-compassion practice?")
    say(fresh, "I want to kill myself")
    say(fresh, "thank you", "/v1/chat/completions", stream=True)
    metrics = read(fresh)
    assert value(metrics, 'homeward_turns_total{kind="crisis"}') == 1
    assert value(metrics, 'homeward_risks_total{level="crisis"}') == 1
    assert value(metrics, "homeward_turn_seconds_count") == 3
    assert value(metrics, "homeward_first_words_seconds_count") == 1
    assert value(metrics, 'homeward_responses_total{status="2xx"}') == 3
    assert value(metrics, "homeward_turns_running") == 0
    assert value(metrics, "homeward_requests_open") == 1, "the one that reads the metrics"


def test_nothing_that_a_visitor_sends_becomes_a_label(fresh: FastAPI) -> None:
    word = "zebrafinch"
    client = TestClient(fresh)
    say(fresh, f"my name is {word}")
    say(fresh, "hello", "/v1/chat/completions", model=word, user=word)
    client.get(f"/{word}?{word}={word}", headers={word: word})
    client.get(f"/v1/models/{word}")
    client.request(word.upper(), "/api/reply")
    metrics = read(fresh)
    assert value(metrics, 'homeward_responses_total{status="4xx"}') >= 3
    assert word not in metrics.lower()


def test_only_this_machine_finds_the_metrics(fresh: FastAPI) -> None:
    assert TestClient(fresh, client=ELSEWHERE).get("/metrics").status_code == 404
    through = TestClient(fresh, client=HERE, headers={"X-Forwarded-For": "127.0.0.1"})
    assert through.get("/metrics").status_code == 404


def test_a_setting_opens_the_metrics(conversation: Conversation, settings: Settings) -> None:
    opened = settings.model_copy(update={"metrics_anywhere": True})
    app = create_app(conversation, conversation.corpus, conversation.helplines, opened)
    assert TestClient(app, client=ELSEWHERE).get("/metrics").status_code == 200


class RefusingCoach:
    """A coach that fails, quoting the person."""

    def composed(self, messages: Sequence[Message]) -> Reply:
        return self.reply(messages)

    def find(self, query: str, *, limit: int = 4) -> Found:
        raise AssertionError(f"nobody searches here: {query} {limit}")

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        raise RuntimeError(f"secret: {messages[-1].content} {region}")

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        yield self.reply(messages, region=region)


def test_the_coach_is_ready_when_it_answers_from_the_index(client: TestClient) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})
    assert client.head("/readyz").status_code == 200


def test_a_coach_that_cannot_answer_is_not_ready(
    conversation: Conversation, settings: Settings
) -> None:
    app = create_app(RefusingCoach(), conversation.corpus, conversation.helplines, settings)
    client = TestClient(app)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.json()["reason"] == "The coach cannot answer: RuntimeError."
    assert client.get("/healthz").status_code == 200


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every probe be a new look."""
    monkeypatch.setattr(readiness, "KEPT", -1.0)


@pytest.mark.usefixtures("often")
def test_no_probe_reaches_a_language_model(settings: Settings, corpus: Corpus) -> None:
    with scripted_server() as peer:
        model = {"model": "openai:small", "model_url": peer.url, "model_key": SecretStr("unused")}
        coach = Conversation.open(settings.model_copy(update=model))
        load_all(coach)
        client = TestClient(create_app(coach, corpus, coach.helplines, coach.settings))
        assert [client.get("/readyz").status_code for _ in range(5)] == [200] * 5
        assert peer.asked == []
        question = [{"role": "user", "content": "How do I do the self-compassion practice?"}]
        assert client.post("/api/reply", json={"messages": question}).status_code == 200
        assert peer.asked, "a visitor's question is what the model is for"


@pytest.mark.usefixtures("often")
def test_a_coach_whose_encoder_fails_in_service_is_no_longer_ready(
    fresh: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(fresh)
    assert client.get("/readyz").status_code == 200

    def fails(*_: object) -> None:
        raise EmbeddingError("The encoder failed (of a test).")

    with monkeypatch.context() as broken:
        broken.setattr(OnnxEmbedder, "_in_batches", fails)
        assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").status_code == 200


class SourcelessCoach(RefusingCoach):
    """A coach that answers without its index."""

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        return Reply(text=f"{messages[-1].content} {region}", kind="off_topic")


def test_a_coach_whose_index_is_silent_is_not_ready(
    conversation: Conversation, settings: Settings
) -> None:
    app = create_app(SourcelessCoach(), conversation.corpus, conversation.helplines, settings)
    response = TestClient(app).get("/readyz")
    assert response.status_code == 503
    assert "coach index status" in response.json()["reason"]
