"""Close what Gradio would keep or send: telemetry, sessions, undelivered messages.

Flow: `quiet_environment` runs before Gradio is imported; `keep_nothing` runs on
the mounted application, before it answers anyone.

Gradio 6 holds the latest value of every component for up to 10,000 visitors in
memory, the whole talk included. Here every call is given a state that ends with
it, so the browser tab has the only copy. What was made ready for a visitor who
never fetches it is dropped, and Gradio's tracebacks, which quote what was sent,
are reduced to the kind of the error.
"""

import asyncio
import logging
import os
import sys
from copy import copy
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction
    from gradio.blocks import Blocks
    from gradio.queueing import Event
    from gradio.routes import App

__all__ = ["forget_undelivered", "keep_nothing", "quiet_environment"]

_LOG = logging.getLogger(__name__)

UNFETCHED_SECONDS = 60.0
"""How long the end of a turn waits for its page to fetch it."""

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


class KindsOfErrors:
    """Stands in for the module `traceback`: tells the kind of an error, not its text."""

    def print_exc(self, *_args: object, **_kwargs: object) -> None:
        """Log the kind of the error that is being handled."""
        _LOG.error("Gradio failed: %s", self.format_exc())

    def format_exc(self, *_args: object, **_kwargs: object) -> str:
        """Return the kind of the error that is being handled."""
        return type(sys.exception()).__name__


class OpenFunctions(dict[int, "BlockFunction"]):
    """The functions of a page; asking for another is the visitor's mistake."""

    def __missing__(self, key: int) -> "BlockFunction":
        """Refuse a number that no function has."""
        raise HTTPException(404)


def keep_nothing(gradio_app: "App", blocks: "Blocks") -> None:
    """Replace the sessions of a Gradio application by ones that remember nothing.

    Its tracebacks and what nobody fetches go as well.

    The page must have no `gr.State` and no `gr.render`, which would need one.
    """
    from gradio import queueing, route_utils, routes, utils
    from gradio.state_holder import SessionState, StateHolder

    for module in (queueing, route_utils, routes, utils):
        vars(module)["traceback"] = KindsOfErrors()

    class PassingState(SessionState):
        """A session for one call: it starts as the page was built and holds no value."""

        def __init__(self, blocks: "Blocks") -> None:
            self.blocks_config = copy(blocks.default_config)
            self.blocks_config.fns = OpenFunctions(blocks.default_config.fns)
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
    _forget_unfetched(blocks)


def _forget_unfetched(blocks: "Blocks") -> None:
    """Drop the end of a turn a while later if no page has fetched it.

    An open page fetches at once, so what still waits then belongs to nobody.
    """
    queue = blocks._queue
    process = queue.process_events

    def look_again(session_hash: str) -> None:
        waiting = queue.pending_messages_per_session.get(session_hash)
        if waiting is not None and not waiting.empty():
            forget_undelivered(blocks, session_hash)

    async def process_events(events: "list[Event]", *args: Any) -> None:
        try:
            await process(events, *args)
        finally:
            loop = asyncio.get_running_loop()
            for event in events:
                loop.call_later(UNFETCHED_SECONDS, look_again, event.session_hash)

    vars(queue)["process_events"] = process_events


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
