"""A real `coach serve` while it gets ready: what is there at once, and what takes its place."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from coach.safety.helplines import Helplines
from coach.settings import Settings
from coach.web.wording import load_strings
from tests.web.served import Process, running

ENDS = 110
"""Seconds after which a process is taken to hang."""
BROWSER = {"Accept": "text/html"}
ASKED = {"messages": [{"role": "user", "content": "How do I do the self-compassion practice?"}]}


@pytest.fixture
def process(settings: Settings, tmp_path: Path) -> Iterator[Process]:
    with running(settings, tmp_path, ready=False) as process:
        yield process


@pytest.fixture
def client(process: Process) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=process.address, timeout=ENDS) as client:
        yield client


def becomes_ready(client: httpx.Client) -> bool:
    until = time.monotonic() + ENDS
    while time.monotonic() < until:
        if client.get("/readyz").status_code == httpx.codes.OK:
            return True
        time.sleep(0.1)
    return False


def test_a_page_says_that_the_coach_gets_ready_and_becomes_the_talk(client: httpx.Client) -> None:
    first = client.get("/", headers=BROWSER)
    assert first.status_code == 200
    assert load_strings().service.opening in first.text
    assert "gradio-app" not in first.text
    assert "frame-ancestors" in first.headers["Content-Security-Policy"]
    assert first.headers["Cache-Control"] == "no-store"
    assert client.get("/healthz").json()["status"] == "ok"
    unready = client.get("/readyz")
    assert (unready.status_code, unready.json()["status"]) == (503, "unavailable")
    for refused in (client.post("/api/reply", json=ASKED), client.get("/v1/models")):
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
    assert becomes_ready(client)
    assert "gradio-app" in client.get("/", headers=BROWSER).text
    assert client.post("/api/reply", json=ASKED).json()["citations"]


def test_help_does_not_wait_for_models(client: httpx.Client, settings: Settings) -> None:
    helplines = Helplines.load(settings.corpus_dir / "helplines.json")
    there = helplines.for_region("GB")[0].name
    assert there in client.get("/help?region=GB").text
    assert client.get("/helplines?region=GB").json()["resources"][0]["name"] == there
    assert client.get("/plan").status_code == 200
    assert client.get("/readyz").status_code == 503, "none of that was the coach's"


def test_the_page_speaks_the_language_of_whoever_waits(client: httpx.Client) -> None:
    page = client.get("/practices", headers={**BROWSER, "Accept-Language": "de"}).text
    assert load_strings("de").service.opening in page


def test_a_coach_that_is_told_to_end_before_it_is_ready_ends(process: Process) -> None:
    process.process.send_signal(signal.SIGTERM)
    assert process.process.wait(ENDS) == 0
    assert "ready" not in process.said.read_text("utf-8")
    assert "Traceback" not in process.written()


def test_what_is_wrong_with_the_corpus_ends_the_server_with_one_line(
    settings: Settings, tmp_path: Path
) -> None:
    corpus = copytree(settings.corpus_dir, tmp_path / "corpus")
    (corpus / "voice.yaml").write_text("name: [", "utf-8")
    wrong = settings.model_copy(update={"corpus_dir": corpus})
    with running(wrong, tmp_path / "run", ready=False) as process:
        assert process.process.wait(ENDS) == 2
    assert "voice.yaml" in process.logged.read_text("utf-8")
    assert "Traceback" not in process.written()


def test_a_preview_asks_for_its_password_from_the_beginning(
    settings: Settings, tmp_path: Path
) -> None:
    guarded = {"COACH_PREVIEW_PASSWORD": "zebrafinch"}
    with running(settings, tmp_path, ready=False, **guarded) as process:
        assert httpx.get(f"{process.address}/", timeout=ENDS).status_code == 401
        assert httpx.get(f"{process.address}/help", timeout=ENDS).status_code == 200
        known = httpx.get(f"{process.address}/", auth=("", "zebrafinch"), timeout=ENDS)
        assert load_strings().service.opening in known.text
