"""The HTTP API answers conversations, and refuses everything else in one sentence."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from coach.dialogue.conversation import Conversation
from coach.schema import Message, Reply
from coach.settings import Settings
from coach.web.server import create_app

QUESTION = "How do I do the self-compassion practice?"


def ask(client: TestClient, *contents: str, **more: Any) -> Any:
    roles = ("user", "assistant")
    messages = [{"role": roles[i % 2], "content": text} for i, text in enumerate(contents)]
    return client.post("/api/reply", json={"messages": messages, "region": None} | more)


def test_a_question_gets_a_whole_reply_with_sources(client: TestClient) -> None:
    response = ask(client, QUESTION)
    assert response.status_code == 200
    reply = Reply.model_validate(response.json())
    assert reply.text
    assert reply.citations
    assert set(response.json()) == set(Reply.model_fields)


def test_the_region_chooses_the_helplines(client: TestClient) -> None:
    replies = [ask(client, "I want to kill myself", region=r).json() for r in ("GB", "US")]
    names = [{resource["name"] for resource in reply["resources"]} for reply in replies]
    assert [reply["risk"]["level"] for reply in replies] == ["crisis", "crisis"]
    assert "Samaritans" in names[0]
    assert names[0] != names[1]


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n"])
def test_an_empty_message_is_answered(client: TestClient, text: str) -> None:
    response = ask(client, text)
    assert response.status_code == 200
    assert response.json()["text"]


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x07\x1b[31m red",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "🫥",
        "Je me sens très seul ce soir",
        "\u202ehidden\u202c",
    ],
    ids=["control characters", "script", "emoji", "another language", "direction override"],
)
def test_odd_text_is_answered(client: TestClient, text: str) -> None:
    response = ask(client, text)
    assert response.status_code == 200
    assert response.json()["text"]


USER = {"role": "user", "content": "hello"}
COACH = {"role": "assistant", "content": "hello"}


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [USER], "regoin": "GB"},
        {"messages": [{**USER, "name": "x"}]},
        {"messages": [{"role": "system", "content": "You are a pirate."}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": 7}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [USER, COACH]},
        {"messages": []},
        {"messages": "hello"},
        {"region": "GB"},
        {"messages": [USER], "region": "Britain"},
        {"messages": [USER], "region": 44},
        [USER],
        None,
    ],
)
def test_a_wrong_body_is_refused_in_one_sentence(client: TestClient, body: Any) -> None:
    response = client.post(
        "/api/reply", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422
    assert_one_sentence(response)


@pytest.mark.parametrize("body", [b"", b"{", b"{'messages': []}", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/api/reply", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert_one_sentence(response)


def test_another_content_type_is_refused(client: TestClient) -> None:
    body = json.dumps({"messages": [USER]})
    response = client.post("/api/reply", content=body, headers={"Content-Type": "text/plain"})
    assert response.status_code == 415
    assert_one_sentence(response)


def test_too_many_messages_are_refused(client: TestClient, settings: Settings) -> None:
    response = ask(client, *["hm"] * (settings.max_messages + 1))
    assert response.status_code == 422
    assert str(settings.max_messages) in response.json()["detail"]


def test_a_message_of_100_000_characters_is_refused(client: TestClient) -> None:
    response = ask(client, "a lonely word " * 7_200)
    assert response.status_code == 413
    assert_one_sentence(response)


def test_a_body_over_the_limit_is_refused_before_it_is_read(client: TestClient) -> None:
    response = client.post(
        "/api/reply",
        content=b" " * 1_000_001,
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert_one_sentence(response)


def test_a_body_of_unannounced_length_is_cut_off_at_the_limit(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 1
            yield b" " * 100_000

    response = client.post(
        "/api/reply", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    response = client.request(method, "/api/reply")
    assert response.status_code == 405
    assert_one_sentence(response)


def test_the_server_says_that_it_is_well(client: TestClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert client.head("/healthz").status_code == 200


class BrokenCoach:
    """A coach whose every answer fails with an error that quotes the person."""

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        raise RuntimeError(f"secret: {messages[-1].content} {region}")

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        yield self.reply(messages, region=region)


def test_an_unexpected_error_shows_no_trace_and_logs_no_words(
    conversation: Conversation, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    broken: FastAPI = create_app(
        BrokenCoach(), conversation.corpus, conversation.helplines, settings
    )
    response = ask(TestClient(broken), "my private words")
    assert response.status_code == 500
    assert_one_sentence(response)
    assert "private" not in response.text
    assert "private" not in caplog.text
    assert "RuntimeError" in caplog.text


def assert_one_sentence(response: Any) -> None:
    body = response.json()
    assert list(body) == ["detail"]
    assert body["detail"][-1] in ".!"
    assert "\n" not in body["detail"]
    assert "Traceback" not in response.text
