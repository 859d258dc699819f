"""Put the parts together and serve the page until it is stopped.

Flow: settings -> the coach with its corpus and helplines -> `server` -> uvicorn.
"""

import uvicorn

from coach.settings import Settings

__all__ = ["serve"]


def serve(settings: Settings) -> None:
    """Serve the page, the API and the plain pages; print the address once they answer.

    An index that is missing or stale is built first.
    No access log is written.

    Raises:
        CoachError: Something that the coach needs is missing or wrong.
    """
    from coach.dialogue.preparation import ready_conversation
    from coach.web.server import create_app

    coach = ready_conversation(settings, lambda line: print(line, flush=True))  # noqa: T201
    app = create_app(coach, coach.corpus, coach.helplines, settings)
    server = Announcing(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )
    server.run()


class Announcing(uvicorn.Server):
    """A server that says where it is once it can be reached."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start, then print the address."""
        await super().startup(sockets)  # type: ignore[arg-type]
        for server in self.servers:
            for socket in server.sockets:
                host, port = socket.getsockname()[:2]
                print(f"The page is at http://{host}:{port}/", flush=True)  # noqa: T201
