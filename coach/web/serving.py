"""Put the parts together and serve the page until it is stopped.

Flow: settings -> the coach with its corpus and helplines -> `server` -> uvicorn.
"""

import errno
import socket

import uvicorn

from coach.errors import SettingsError
from coach.settings import Settings
from coach.site import load_site

__all__ = ["serve"]

LARGEST_FRAME = 512 * 1024
"""Bytes of one frame of a WebSocket: five seconds of sound at 48,000 samples a second."""

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
    """Serve the page, the API and the plain pages; print the address once they answer.

    An index that is missing or stale is built first.
    No access log is written.

    Raises:
        SettingsError: The address or the port cannot be listened on.
        CoachError: Something that the coach needs is missing or wrong.
    """
    from coach.dialogue.latest import LatestConversation
    from coach.dialogue.preparation import load_all, ready_conversation
    from coach.web.server import create_app
    from coach.web.speech_parts import SpeechParts

    with listen(settings.host, settings.port) as listening:
        load_site(settings)  # a mistake in it is told before minutes are spent on an index
        first = ready_conversation(settings, lambda line: print(line, flush=True))  # noqa: T201
        load_all(first)
        latest = LatestConversation(first)
        speech = SpeechParts(settings)
        speech.warm()
        app = create_app(latest, latest, first.helplines, settings, speech)
        server = Announcing(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                access_log=False,
                log_level="warning",
                server_header=False,
                timeout_graceful_shutdown=3,
                ws_max_size=LARGEST_FRAME,
                ws_per_message_deflate=False,
            )
        )
        with latest.following():
            server.run([listening])


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


class Announcing(uvicorn.Server):
    """A server that says where it is once it can be reached."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the address."""
        await super().startup(sockets)
        for server in self.servers:
            for listening in server.sockets:
                host, port = listening.getsockname()[:2]
                host = f"[{host}]" if ":" in host else host
                print(f"The page is at http://{host}:{port}/", flush=True)  # noqa: T201
