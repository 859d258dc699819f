"""Gradio keeps and sends nothing."""

import os
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from gradio.blocks import Blocks
from gradio.routes import App
from starlette.routing import Mount

from coach.web.privacy import forget_undelivered


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
