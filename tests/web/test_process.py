"""A real `coach serve`: what it writes, how it stops, and whom it outwaits."""

import ctypes
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from coach.settings import Settings
from coach.web import patience
from coach.web.patience import PatientProtocol
from coach.web.serving import MOST_ARENAS
from coach.web.wording import load_strings
from tests.dialogue.model_servers import Line, Peer, scripted_server
from tests.web.served import Process, running, serving

QUESTION = "How do I do the self-compassion practice?"
FIRST = "You could sit somewhere quiet and name in plain words what is hard."
SECOND = "Then rest a hand where it feels kind."
THIRD = "Finish by looking round the room."
ENDS = 60
"""Seconds after which a process is taken to hang."""


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "homeward", "messages": [{"role": "user", "content": text}], **more}


@pytest.fixture
def peer() -> Iterator[Peer]:
    with scripted_server() as peer:
        yield peer


def with_model(peer: Peer) -> dict[str, str]:
    return {
        "COACH_MODEL": "openai:small",
        "COACH_MODEL_URL": peer.url,
        "COACH_MODEL_KEY": "unused",
        "COACH_MODEL_FIRST_SECONDS": "100",
        "COACH_MODEL_SECONDS": "100",
    }


def can_connect(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionError:
        return False
    return True


def begun(process: Process, lines: Iterator[str]) -> None:
    """Read a stream until its first words, then ask the process to end."""
    for line in lines:
        if '"content":"' in line and '"content":""' not in line:
            break
    process.process.send_signal(signal.SIGTERM)
    while can_connect(process.port):
        pass


def test_a_reply_that_is_being_told_is_told_to_its_end(
    settings: Settings, tmp_path: Path, peer: Peer
) -> None:
    go_on = threading.Event()

    def says(_: Any) -> list[Line]:
        return [FIRST, SECOND, go_on, THIRD]

    peer.says = says
    with running(settings, tmp_path, **with_model(peer)) as process:
        request = httpx.stream(
            "POST",
            f"{process.address}/v1/chat/completions",
            json=chat(QUESTION, stream=True),
            timeout=ENDS,
        )
        with request as answer:
            lines = answer.iter_lines()
            begun(process, lines)
            assert process.process.poll() is None, "it waits for the reply"
            go_on.set()
            rest = [line for line in lines if line]
        assert rest[-1] == "data: [DONE]"
        last = json.loads(rest[-2].removeprefix("data: "))
        assert THIRD.rstrip(".") in last["coach"]["text"]
        assert process.process.wait(ENDS) == 0
    assert "Traceback" not in process.written()


def test_a_reply_that_never_ends_does_not_hold_the_process(
    settings: Settings, tmp_path: Path, peer: Peer
) -> None:
    never = threading.Event()

    def says(_: Any) -> list[Line]:
        return [FIRST, SECOND, never, THIRD]

    peer.says = says
    with (
        running(settings, tmp_path, **with_model(peer)) as process,
        httpx.stream(
            "POST",
            f"{process.address}/v1/chat/completions",
            json=chat(QUESTION, stream=True),
            timeout=ENDS,
        ) as answer,
    ):
        begun(process, answer.iter_lines())
        assert process.process.wait(ENDS) == 0
    never.set()


WORD = "zebrafinch"


def test_no_word_of_a_visitor_is_logged_or_written(settings: Settings, tmp_path: Path) -> None:
    with running(settings, tmp_path, COACH_LOG_LEVEL="debug", COACH_LOG_FORMAT="json") as process:
        tell_everything(process)
        with httpx.Client(base_url=process.address) as client:
            metrics = client.get("/metrics").text
        process.process.send_signal(signal.SIGTERM)
        assert process.process.wait(ENDS) == 0
    assert WORD not in metrics.lower()
    lines = process.logged.read_text("utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert any(re.fullmatch(r"A turn took \d+ ms\.", event["event"]) for event in events)
    assert all({"level", "logger", "event", "timestamp"} <= event.keys() for event in events)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert set(files) == {process.said, process.logged}, "no library keeps anything either"
    assert [path for path in files if WORD.encode() in path.read_bytes().lower()] == []


def tell_everything(process: Process) -> None:
    """Put the word wherever a visitor can put one."""
    headers = {f"X-{WORD}": WORD, "User-Agent": WORD, "Cookie": f"{WORD}={WORD}"}
    with httpx.Client(base_url=process.address, headers=headers, timeout=ENDS) as client:
        for text in (f"I feel like a {WORD}", f"I want to kill myself, {WORD}", WORD * 2_000):
            client.post("/api/reply", json={"messages": [{"role": "user", "content": text}]})
            client.post("/v1/chat/completions", json=chat(text, user=WORD, stream=True))
        client.post("/v1/chat/completions", json=chat(WORD, model=WORD, **{WORD: WORD}))
        client.post("/v1/chat/completions", content=f'{{"{WORD}')
        client.post("/v1/audio/speech", json={"input": WORD})
        client.post("/v1/audio/transcriptions", files={"file": (f"{WORD}.wav", WORD.encode())})
        client.post("/gradio_api/queue/join", json={"data": [WORD], "session_hash": WORD})
        client.post("/gradio_api/queue/join", json={"data": [WORD], "fn_index": WORD})
        for path in (f"/{WORD}", f"/read/{WORD}", f"/v1/models/{WORD}", f"/help?{WORD}={WORD}"):
            client.get(path)
    raw(process, f"{WORD}\r\n\r\n")
    raw(process, f"GET /{WORD} HTTP/1.1\r\n{WORD}\r\n\r\n")
    raw(process, f"POST /api/reply HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{WORD}")
    raw(
        process,
        f"GET /voice/listen?{WORD} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {WORD}\r\n\r\n",
    )


def raw(process: Process, text: str) -> None:
    """Send bytes that need be no HTTP, and hang up."""
    with socket.create_connection(("127.0.0.1", process.port), timeout=ENDS) as line:
        line.sendall(text.encode())
        line.shutdown(socket.SHUT_WR)
        with ExitStack() as stack:
            stack.callback(line.close)
            line.recv(1)


def test_a_thousand_who_say_nothing_keep_nobody_waiting(settings: Settings, tmp_path: Path) -> None:
    with running(settings, tmp_path) as process, ExitStack() as idle:
        for _ in range(1_000):
            idle.enter_context(socket.create_connection(("127.0.0.1", process.port), timeout=ENDS))
        body = {"messages": [{"role": "user", "content": QUESTION}]}
        answer = httpx.post(f"{process.address}/api/reply", json=body, timeout=ENDS)
        assert answer.status_code == 200
        assert answer.json()["citations"]
        metrics = httpx.get(f"{process.address}/metrics", timeout=ENDS).text
        found = re.search(r"^homeward_connections_open (\S+)$", metrics, re.M)
        assert found
        assert float(found[1]) >= 900, "they are all there"


@pytest.mark.parametrize("piece", [b"", b"X"], ids=["silence", "a letter at a time"])
def test_a_head_that_does_not_come_is_not_waited_for(
    app: FastAPI, piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    with serving(app, lifespan="off", http=PatientProtocol) as address:
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=0.1) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            assert is_closed(line, piece)


def test_a_second_request_is_not_waited_for_either(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    with serving(app, lifespan="off", http=PatientProtocol, timeout_keep_alive=1_000) as address:
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=0.1) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\n")
            assert is_closed(line, b"X")


def is_closed(line: socket.socket, piece: bytes) -> bool:
    """Send on, a piece at a time, until the other side hangs up."""
    for _ in range(600):
        try:
            if line.recv(65_536) == b"":
                return True
        except TimeoutError:
            try:
                line.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                return True
        except ConnectionResetError:
            return True
    return False


def test_when_every_connection_is_taken_there_is_a_clear_word_and_the_helplines(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    most = {"http": PatientProtocol, "limit_concurrency": 3}
    with serving(app, lifespan="off", **most) as address, ExitStack() as idle:
        port = int(address.rpartition(":")[2])
        assert httpx.get(f"{address}/v1/models", timeout=ENDS).status_code == 200, "there is room"
        for _ in range(3):
            idle.enter_context(socket.create_connection(("127.0.0.1", port), timeout=ENDS))
        german = {"Accept": "text/html", "Accept-Language": "de"}
        page = httpx.get(f"{address}/?secret", headers=german, timeout=ENDS)
        reply = httpx.post(f"{address}/api/reply", json={"messages": []}, timeout=ENDS)
        official = httpx.post(f"{address}/v1/chat/completions", json=chat(QUESTION), timeout=ENDS)
        for refused in (page, reply, official):
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert refused.headers["x-content-type-options"] == "nosniff"
            assert "/help" in refused.text
        assert page.text == load_strings("de").service.full.format(seconds=5)
        assert page.text != load_strings("en").service.full.format(seconds=5)
        assert "/help" in reply.json()["detail"]
        assert official.json()["error"]["code"] == "overloaded"
        assert httpx.get(f"{address}/help?region=GB", timeout=ENDS).status_code == 200
        assert httpx.get(f"{address}/helplines?region=GB", timeout=ENDS).json()["resources"]
        idle.close()
        for _ in range(100):  # the server sees in a moment that they are gone
            if httpx.get(f"{address}/v1/models", timeout=ENDS).status_code == 200:
                break
        else:
            pytest.fail("there is room again, and nobody is let in")
    assert "secret" not in caplog.text


def test_a_body_that_does_not_come_is_not_waited_for(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.web.bodies.BODY_SECONDS", 0.1)
    monkeypatch.setattr("coach.web.bodies.SLOWEST_LINE", 10_000_000)
    with serving(app, lifespan="off") as address:
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=ENDS) as line:
            line.sendall(
                b"POST /api/reply HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100\r\n\r\n{"
            )
            assert line.recv(65_536).startswith(b"HTTP/1.1 408 ")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="a setting of glibc's alone")
@pytest.mark.parametrize("first", ["", "hold_few_arenas(); "])
def test_many_threads_share_few_heaps(first: str) -> None:
    script = (
        "import ctypes, threading\n"
        "from coach.web.serving import hold_few_arenas\n"
        f"{first}libc = ctypes.CDLL(None)\n"
        "gate = threading.Barrier(16)\n"
        "def take(): libc.malloc(50_000); gate.wait()\n"
        "threads = [threading.Thread(target=take) for _ in range(16)]\n"
        "[one.start() for one in threads]; [one.join() for one in threads]\n"
        "libc.fdopen.restype = ctypes.c_void_p\n"
        "out = ctypes.c_void_p(libc.fdopen(1, b'w'))\n"
        "libc.malloc_info(0, out); libc.fflush(out)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    heaps = told.count("<heap ")
    assert (heaps <= MOST_ARENAS) is bool(first)
