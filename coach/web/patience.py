"""Close connections that send a request too slowly, or none at all; know when there are too many.

Flow: `serving` gives it to uvicorn as the protocol of every connection.

uvicorn closes connections that are idle between two requests, but waits without end for one
that has begun and for the first. Here a request's head must be whole within some seconds; its
body has a limit of its own in `bodies`.  And where uvicorn's `limit_concurrency` is reached, `room`
answers in place of uvicorn's two bare words.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from coach.web.room import Room

__all__ = ["HEAD_SECONDS", "PatientProtocol"]

HEAD_SECONDS = 10.0
"""Seconds from a connection's beginning, or a request's first byte, to the end of its head."""

_Protocol: Any = AutoHTTPProtocol
"""httptools' or h11's, whichever is installed; both have the same attributes."""


class PatientProtocol(_Protocol):  # type: ignore[misc]
    """One connection, closed when the head of a request does not arrive in time."""

    app: Any
    limit_concurrency: int | None
    _patience: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        most: int | None = self.limit_concurrency
        if most is not None:
            connections, tasks = self.connections, self.tasks
            self.app = Room(self.app, lambda: max(len(connections), len(tasks)) > most)
            self.limit_concurrency = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on; wait for the rest of a head, and no longer once it is whole."""
        super().data_received(data)
        if self._head_is_whole():
            self._stop_waiting()
        elif self._patience is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _head_is_whole(self) -> bool:
        """Tell whether a request is being answered, or the connection is a WebSocket now."""
        if self.transport.get_protocol() is not self:
            return True
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _too_slow(self) -> None:
        self._patience = None
        if not self._head_is_whole() and not self.transport.is_closing():
            self.transport.close()
