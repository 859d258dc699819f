"""Close what Gradio would keep or send: telemetry, sessions, undelivered messages.

Flow: `quiet_environment` runs before Gradio is imported; `keep_nothing` runs on
the mounted application, before it answers anyone.

Gradio 6 holds the latest value of every component for up to 10,000 visitors in
memory, the whole talk included. Here every call is given a state that ends with
it, so the browser tab has the only copy.
"""

import os
from copy import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradio.blocks import Blocks
    from gradio.routes import App

__all__ = ["forget_undelivered", "keep_nothing", "quiet_environment"]

QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_FLAGGING_MODE": "never",
    "GRADIO_CHAT_FLAGGING_MODE": "never",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_VIBE_MODE": "",
    "GRADIO_WATCH_DIRS": "",
    # Gradio would sum up its latest 10,000 events after each one of them.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "OTEL_SDK_DISABLED": "true",
    "OTEL_TRACES_EXPORTER": "none",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
    "DO_NOT_TRACK": "1",
}


def quiet_environment() -> None:
    """Turn telemetry and everything that writes or shares off, whatever was set."""
    os.environ.update(QUIET)


def keep_nothing(gradio_app: "App", blocks: "Blocks") -> None:
    """Replace the sessions of a Gradio application by ones that remember nothing.

    The page must have no `gr.State` and no `gr.render`, which would need one.
    """
    from gradio.state_holder import SessionState, StateHolder

    class PassingState(SessionState):
        """A session for one call: it starts as the page was built and holds no value."""

        def __init__(self, blocks: "Blocks") -> None:
            self.blocks_config = copy(blocks.default_config)
            self.config_values = {}
            self.state_data = {}
            self.is_closed = True

        def __setitem__(self, key: int, value: Any) -> None:
            """Hold a component's new properties until the call is over."""
            self.blocks_config.blocks[key] = value

        def _update_config(self, key: int) -> None:
            """Drop a component's new configuration."""

        def _update_value_in_config(self, key: int, value: Any) -> None:
            """Drop a component's new value."""

    class PassingStates(StateHolder):
        """Gives every call a session of its own, and stores none."""

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]

        def __getitem__(self, session_id: str) -> SessionState:
            return PassingState(blocks)

    if any(block.stateful for block in blocks.blocks.values()):
        raise ValueError("The page must not keep state on the server.")
    holder = PassingStates()
    holder.set_blocks(blocks)
    gradio_app.state_holder = holder


def forget_undelivered(blocks: "Blocks", session_hash: str) -> None:
    """Drop what was queued for a visitor who left, unless a turn goes on."""
    queue = blocks._queue
    running = (
        queue.event_ids_to_events.get(event_id)
        for event_id in queue.pending_event_ids_session.get(session_hash, ())
    )
    if not any(event is not None and event.alive for event in running):
        queue.pending_messages_per_session.pop(session_hash, None)
        queue.pending_event_ids_session.pop(session_hash, None)
