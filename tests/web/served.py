"""The application on a real port: in a thread of this process, or as `coach serve` runs it."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import uvicorn
from fastapi import FastAPI

from coach.settings import PROJECT_ROOT, Settings

__all__ = ["Process", "running", "serving"]

PATIENCE = 120
"""Seconds after which a process that hangs is killed."""


@contextmanager
def serving(app: FastAPI, *, lifespan: Literal["on", "off"] = "on", **more: Any) -> Iterator[str]:
    """Serve an application on a free port, and yield its address.

    Args:
        app: The application.
        lifespan: Whether it is told that it begins and ends. Where other tests go on with it
            its end is not told, for Gradio would take no turn after that.
        more: What uvicorn is told besides.
    """
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan=lifespan, **more)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server stopped while starting"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        # A browser may hold its connections open: nobody waits for it to let go.
        server.should_exit = server.force_exit = True
        thread.join()


@dataclass(frozen=True)
class Process:
    """A `coach serve` of its own, and where it writes."""

    process: subprocess.Popen[bytes]
    port: int
    said: Path
    logged: Path

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}"

    def written(self) -> str:
        """Return all that it has written so far."""
        return self.said.read_text("utf-8") + self.logged.read_text("utf-8")


@contextmanager
def running(
    settings: Settings, folder: Path, *, port: int = 0, ready: bool = True, **more: str
) -> Iterator[Process]:
    """Run `coach serve` with a home and a temporary folder in `folder`; kill it at the end.

    What is yielded is a coach that is ready, or, with `ready=False`, one that gets ready.
    """
    places = {name: folder / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        **{name: str(place) for name, place in places.items()},
        "COACH_CORPUS_DIR": str(settings.corpus_dir),
        "COACH_INDEX_DIR": str(settings.index_dir),
        "COACH_TRANSCRIBER": "off",
        "COACH_SPEAKER": "off",
        **more,
    }
    said, logged = folder / "stdout", folder / "stderr"
    with said.open("wb") as out, logged.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "coach", "serve", "--port", str(port)],
            stdout=out,
            stderr=err,
            cwd=PROJECT_ROOT,
            env=environment,
        )
    too_long = threading.Timer(PATIENCE, process.kill)
    too_long.start()
    try:
        line = r"127\.0\.0\.1:(\d+)/" + (r"\n(?s:.*)The coach is ready\." if ready else "")
        while not (found := re.search(line, said.read_text("utf-8"))):
            assert process.poll() is None, logged.read_text("utf-8")
            time.sleep(0.05)
        yield Process(process, int(found[1]), said, logged)
    finally:
        too_long.cancel()
        process.kill()
        process.wait()
