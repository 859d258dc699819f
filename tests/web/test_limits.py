"""One client cannot take everybody's turns; a preview is behind a password; origins are named."""

import base64
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.server import create_app

HERE = ("127.0.0.1", 50_000)
PASSWORD = "a quiet kettle"  # noqa: S105 - of a test
ORIGIN = "https://blog.example.org"


def app_with(conversation: Conversation, settings: Settings, **more: Any) -> FastAPI:
    changed = Settings(**{**settings.model_dump(), **more})
    return create_app(conversation, conversation.corpus, conversation.helplines, changed)


def ask(client: TestClient, path: str = "/api/reply", **more: Any) -> Any:
    return client.post(path, json={"messages": [{"role": "user", "content": "hi"}]}, **more)


def at(app: FastAPI, host: str) -> TestClient:
    return TestClient(app, client=(host, 50_000))


def test_who_asks_too_often_is_told_when_to_come_back(
    conversation: Conversation, settings: Settings
) -> None:
    app = app_with(conversation, settings, turns_per_minute=3)
    client = at(app, "192.0.2.1")
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 200]
    refused, official = ask(client), ask(client, "/v1/chat/completions")
    assert refused.status_code == official.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "/help" in refused.json()["detail"]
    assert official.json()["error"]["code"] == "rate_limit_exceeded"
    assert client.get("/helplines").status_code == 200
    assert ask(at(app, "192.0.2.2")).status_code == 200, "another client is not held back"


def test_a_household_counts_as_one(conversation: Conversation, settings: Settings) -> None:
    app = app_with(conversation, settings, turns_per_minute=1)
    assert ask(at(app, "2001:db8:1:1::1")).status_code == 200
    assert ask(at(app, "2001:db8:1:1::2")).status_code == 429
    assert ask(at(app, "2001:db8:1:2::1")).status_code == 200


def test_this_machine_is_held_back_by_setting_alone(
    conversation: Conversation, settings: Settings
) -> None:
    app = app_with(conversation, settings, turns_per_minute=1)
    assert [ask(TestClient(app, client=HERE)).status_code for _ in range(3)] == [200] * 3
    strict = app_with(conversation, settings, turns_per_minute=1, limit_this_machine=True)
    assert [ask(TestClient(strict, client=HERE)).status_code for _ in range(2)] == [200, 429]


@pytest.fixture(scope="module")
def preview(conversation: Conversation, settings: Settings) -> FastAPI:
    return app_with(conversation, settings, preview_password=PASSWORD)


def basic(password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'me:{password}'.encode()).decode()}"}


@pytest.mark.parametrize("path", ["/help", "/helplines", "/healthz", "/look/plain.css"])
def test_help_needs_no_password(preview: FastAPI, path: str) -> None:
    assert TestClient(preview).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/plan", "/read/self-compassion", "/readyz", "/v1/models"])
def test_everything_else_needs_the_password(preview: FastAPI, path: str) -> None:
    client = at(preview, f"198.51.100.{len(path)}")
    refused = client.get(path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert client.get(path, headers=basic("wrong")).status_code == 401
    assert client.get(path, headers={"Authorization": "Basic ???"}).status_code == 401
    assert client.get(path, headers=basic(PASSWORD)).status_code == 200


def test_the_password_is_the_key_of_an_openai_client(preview: FastAPI) -> None:
    client = TestClient(preview, headers={"Authorization": f"Bearer {PASSWORD}"})
    assert ask(client, "/v1/chat/completions").status_code == 200
    assert ask(TestClient(preview), "/v1/chat/completions").json()["error"]["type"] == (
        "authentication_error"
    )


def test_a_microphone_needs_the_password(preview: FastAPI) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        TestClient(preview).websocket_connect("/voice/listen"),
    ):
        pass
    assert closed.value.code == 1008


def test_a_password_cannot_be_guessed_at_leisure(preview: FastAPI) -> None:
    client = at(preview, "203.0.113.9")
    tries = [client.get("/plan", headers=basic(f"guess {n}")).status_code for n in range(12)]
    assert tries[:10] == [401] * 10
    assert tries[10:] == [429] * 2
    assert client.get("/plan", headers=basic(PASSWORD)).status_code == 429
    assert at(preview, "203.0.113.10").get("/plan", headers=basic(PASSWORD)).status_code == 200


def test_no_other_site_may_ask_unless_it_is_named(
    client: TestClient, conversation: Conversation, settings: Settings
) -> None:
    assert "access-control-allow-origin" not in ask(client, headers={"Origin": ORIGIN}).headers
    named = TestClient(app_with(conversation, settings, cors_origins=f"{ORIGIN}/, https://b.org"))
    assert ask(named, headers={"Origin": ORIGIN}).headers["access-control-allow-origin"] == ORIGIN
    other = ask(named, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, authorization",
    }
    preflight = named.options("/v1/chat/completions", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in preflight.headers
    for served in (client, named):
        page = served.get("/", headers={"Origin": ORIGIN})
        assert [name for name in page.headers if name.startswith("access-control-")] == []
