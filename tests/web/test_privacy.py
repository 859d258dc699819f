"""Gradio keeps and sends nothing."""

import os
from collections.abc import Iterator
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio.blocks import Blocks
from gradio.routes import App
from starlette.routing import Mount

from coach.web import privacy
from coach.web.privacy import forget_undelivered
from coach.web.turns import Talk


@pytest.fixture
def gradio_app(app: FastAPI) -> App:
    return next(
        route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, App)
    )


@pytest.fixture
def blocks(gradio_app: App) -> Blocks:
    return gradio_app.get_blocks()


@pytest.mark.parametrize("alive", [True, False])
def test_messages_for_someone_who_left_go_unless_a_turn_goes_on(
    blocks: Blocks, alive: bool
) -> None:
    queue = blocks._queue
    queue.pending_messages_per_session["visitor"] = ["undelivered"]
    queue.pending_event_ids_session["visitor"] = {"turn"}
    queue.event_ids_to_events["turn"] = SimpleNamespace(alive=alive)
    forget_undelivered(blocks, "visitor")
    assert ("visitor" in queue.pending_messages_per_session) is alive
    queue.event_ids_to_events.clear()
    forget_undelivered(blocks, "visitor")
    assert "visitor" not in queue.pending_messages_per_session


def test_a_session_forgets_what_is_written_to_it(gradio_app: App, blocks: Blocks) -> None:
    key = next(iter(blocks.blocks))
    gradio_app.state_holder["visitor"]._update_value_in_config(key, "private")
    assert gradio_app.state_holder["visitor"].config_values == {}
    assert gradio_app.state_holder.session_data == {}


def test_nothing_of_the_page_can_be_called_by_name(blocks: Blocks) -> None:
    assert {fn.api_visibility for fn in blocks.fns.values()} == {"private"}
    assert blocks.config["run_history"] is False
    assert blocks.config["analytics_enabled"] is False


def test_telemetry_is_off(app: FastAPI) -> None:
    assert app
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] in {"1", "True"}
    assert os.environ["OTEL_SDK_DISABLED"] == "true"


def join(client: TestClient, blocks: Blocks, session: str, data: list[Any]) -> Any:
    """Start a turn as the page does, without listening for its events."""
    written = next(index for index, fn in blocks.fns.items() if fn.name == "written")
    body = {"data": data, "fn_index": written, "session_hash": session}
    return client.post("/gradio_api/queue/join", json=body)


def until(condition: Any) -> bool:
    """Wait for something to become true, for ten seconds at most."""
    end = monotonic() + 10
    while not condition() and monotonic() < end:
        sleep(0.02)
    return bool(condition())


@pytest.fixture
def session(blocks: Blocks) -> Iterator[str]:
    yield "nobody-listens"
    forget_undelivered(blocks, "nobody-listens")


@pytest.mark.parametrize(
    "data",
    [
        ["my private words"],
        ["hello", Talk().for_browser(), "my private words"],
    ],
    ids=["too few inputs", "no such region"],
)
def test_a_malformed_turn_logs_no_words(
    client: TestClient,
    blocks: Blocks,
    session: str,
    data: list[Any],
    *,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert join(client, blocks, session, data).status_code == 200
    assert until(lambda: "Gradio failed" in caplog.text)
    written = caplog.text + "".join(capfd.readouterr())
    assert "private" not in written
    assert "Traceback" not in written


def test_a_function_that_the_page_lacks_is_refused(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"data": [], "fn_index": 999, "session_hash": "x"}
    response = client.post("/gradio_api/queue/join", json=body)
    assert response.status_code == 404
    assert caplog.text == ""


def test_a_turn_that_nobody_fetches_is_dropped(
    client: TestClient, blocks: Blocks, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "UNFETCHED_SECONDS", 0.0)
    response = join(client, blocks, session, ["hello", Talk().for_browser(), "GB"])
    assert response.status_code == 200
    queue = blocks._queue
    assert session in queue.pending_messages_per_session
    assert until(lambda: session not in queue.pending_messages_per_session)
