"""Put the parts together and serve the page until it is stopped.

Flow: settings -> uvicorn with `opening` -> the coach with its corpus, in a thread -> `server`,
which takes over.
"""

import asyncio
import ctypes
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import uvicorn

from coach.errors import SettingsError
from coach.safety.helplines import Helplines
from coach.settings import Settings
from coach.site import load_site
from coach.web.crowd import Crowd
from coach.web.logs import start_logging
from coach.web.opening import Opening
from coach.web.patience import PatientProtocol

__all__ = ["serve"]

LARGEST_FRAME = 512 * 1024
"""Bytes of one frame of a WebSocket: five seconds of sound at 48,000 samples a second."""

MOST_CONNECTIONS = 5_000
"""Connections, and running requests; one more gets 503 and where to turn (`room`)."""

FAREWELL = 8
"""Seconds that what runs has to end once the server is told to."""

TELLING = 1.0
"""Seconds after the last turn in which its end reaches whoever asked."""

LOOK_EVERY = 0.1

MOST_ARENAS = 2
"""Heaps of the C library, which by itself makes one for each of many threads, and keeps in each
what its largest turn took."""
_M_ARENA_MAX = -8
"""The number of that setting in glibc's malloc.h."""

_NO_ADDRESS = (
    "{host} is no address of this machine; name one, such as 127.0.0.1, with --host or COACH_HOST."
)
_REASONS = {
    errno.EADDRINUSE: "Port {port} on {host} is taken; name another with --port or COACH_PORT.",
    errno.EACCES: (
        "Port {port} on {host} needs more rights; name one above 1023 with --port or COACH_PORT."
    ),
}


def serve(settings: Settings) -> None:
    """Serve the page, the API and the plain pages; print the address once they can be reached.

    What needs neither models nor index answers at once, and beside it a page that waits for the
    rest.  An index that is missing or stale is built first.
    No access log is written.

    Raises:
        SettingsError: The address or the port cannot be listened on.
        CoachError: Something that the coach needs is missing or wrong.
    """
    with listen(settings.host, settings.port) as listening, ExitStack() as held:
        load_site(settings)  # a mistake in it is told before minutes are spent on an index
        start_logging(settings)
        helplines = Helplines.load(settings.corpus_dir / "helplines.json")
        opening = Opening(helplines, settings)
        raise_file_limit()
        hold_few_arenas()
        server = Announcing(
            uvicorn.Config(
                opening,
                http=PatientProtocol,
                lifespan="on",
                log_config=None,
                host=settings.host,
                port=settings.port,
                access_log=False,
                log_level="warning",
                server_header=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=FAREWELL,
                ws_max_size=LARGEST_FRAME,
                ws_per_message_deflate=False,
            ),
            lambda: held.enter_context(_open(settings, opening, server)),
        )
        # uvicorn raises the signal again when it has stopped: here that is the end, and well.
        signal.signal(signal.SIGTERM, lambda _signal, _frame: None)
        server.run([listening])
        if server.failure:
            raise server.failure
        if not server.is_open or (server.crowd and server.crowd.running):
            # What would not end in time holds its thread, and Python would wait for it.
            sys.stdout.flush()
            os._exit(0)


@contextmanager
def _open(settings: Settings, opening: Opening, server: "Announcing") -> Iterator[None]:
    """Make the whole application and let it take over; follow the index until the end.

    Raises:
        CoachError: Something that the coach needs is missing or wrong.
    """
    from coach.dialogue.latest import LatestConversation
    from coach.dialogue.preparation import load_all, ready_conversation
    from coach.web.server import create_app
    from coach.web.speech_parts import SpeechParts

    first = ready_conversation(settings, lambda line: print(line, flush=True))  # noqa: T201
    load_all(first)
    latest = LatestConversation(first)
    speech = SpeechParts(settings)
    speech.warm()
    app = create_app(latest, latest, first.helplines, settings, speech)
    start_logging(settings)  # what was imported meanwhile may have brought its own way to log
    server.crowd = app.state.crowd
    app.state.metrics.listen_to_logs()
    app.state.metrics.connections.set_function(lambda: len(server.server_state.connections))
    with latest.following():
        opening.opened(app)
        yield


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a port in use is found before the coach is ready.

    Raises:
        SettingsError: The address or the port cannot be listened on.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = min(found, key=lambda one: one[0])
        listening = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise SettingsError(_NO_ADDRESS.format(host=host)) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        reason = _REASONS.get(error.errno or 0, _NO_ADDRESS)
        raise SettingsError(reason.format(host=host, port=port)) from None
    return listening


def raise_file_limit() -> None:
    """Allow this process as many open connections as the system lets it have."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def hold_few_arenas() -> bool:
    """Let all threads share a few heaps; tell whether this C library (glibc) takes that."""
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, MOST_ARENAS))
    except (AttributeError, OSError, TypeError):  # musl, macOS and Windows have no such setting
        return False


class Announcing(uvicorn.Server):
    """A server that opens what it serves, says where it is, and lets turns end when it stops.

    Attributes:
        crowd: Whose turns are waited for at the end; None until there is a coach.
        is_open: What it serves is there, or could not be opened.
        failure: Why it could not; the server has stopped then.
    """

    def __init__(self, config: uvicorn.Config, opens: Callable[[], None]) -> None:
        """Serve by `config`; call `opens` in a thread once the server can be reached."""
        super().__init__(config)
        self.crowd: Crowd | None = None
        self._opens = opens
        self.is_open = False
        self.failure: Exception | None = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening; end once every turn is told, at the latest after `FAREWELL`.

        Streams that only wait, such as those of open pages, do not hold the end up.
        """
        watching = asyncio.create_task(self._end_when_quiet())
        await super().shutdown(sockets)
        watching.cancel()

    async def _end_when_quiet(self) -> None:
        quiet = 0.0
        while quiet < TELLING:
            await asyncio.sleep(LOOK_EVERY)
            busy = self.crowd is not None and (self.crowd.running or self.crowd.waiting)
            quiet = 0.0 if busy else quiet + LOOK_EVERY
        self.force_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, print the address, and begin to open."""
        await super().startup(sockets)
        for server in self.servers:
            for listening in server.sockets:
                host, port = listening.getsockname()[:2]
                host = f"[{host}]" if ":" in host else host
                print(f"The page is at http://{host}:{port}/", flush=True)  # noqa: T201
        threading.Thread(target=self._open, daemon=True, name="opening").start()

    def _open(self) -> None:
        try:
            self._opens()
        except Exception as error:
            self.failure = error
            self.should_exit = True
        else:
            print("The coach is ready.", flush=True)  # noqa: T201
        finally:
            self.is_open = True
