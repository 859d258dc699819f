"""Hearing and speaking over HTTP and over a WebSocket, with the real ears and voice."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from coach.dialogue.conversation import Conversation
from coach.errors import VoiceBusyError
from coach.settings import Settings
from coach.voice.audio import as_pcm, as_wav, from_pcm, from_wav, read_audio
from coach.voice.contracts import HEARING_RATE, Heard, Sound
from coach.web import speech_parts
from coach.web.server import create_app
from coach.web.speech_parts import Bounded
from coach.web.wording import load_strings
from tests.web.disk import held_for_writing, watched

TRANSCRIPTIONS, SPEECH, LISTEN = "/v1/audio/transcriptions", "/v1/audio/speech", "/voice/listen"
SENTENCE = "I walked along the river in the morning."


@pytest.fixture(scope="module")
def spoken(client: TestClient) -> Sound:
    """Return the sentence, said by the page itself."""
    answer = client.post(SPEECH, json={"input": SENTENCE})
    assert answer.status_code == 200
    return read_audio(as_wav(from_wav(answer.content)), longest=60)


def sent(client: TestClient, recording: bytes, **fields: str) -> Any:
    files = {"file": ("my private words.wav", recording, "audio/wav")}
    return client.post(TRANSCRIPTIONS, files=files, data=fields)


def silence(seconds: float) -> Sound:
    return Sound(np.zeros(int(seconds * HEARING_RATE), np.float32), HEARING_RATE)


def stream(socket: Any, sound: Sound) -> None:
    pcm = as_pcm(sound)
    for at in range(0, len(pcm), 3_200):
        socket.send_bytes(pcm[at : at + 3_200])


def until(socket: Any, event: str) -> dict[str, Any]:
    """Return the next event of that name; those before it are passed over."""
    while True:
        told: dict[str, Any] = socket.receive_json()
        assert told["event"] not in {"error", "busy"} - {event}, told
        if told["event"] == event:
            return told


def test_the_page_says_that_it_can_hear_and_speak(client: TestClient) -> None:
    assert client.get("/voice/about").json() == {"hear": True, "speak": True, "why": ""}


def test_without_the_extra_it_says_in_one_line_how_to_get_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.voice.engines.installed", lambda *_packages: False)
    about = client.get("/voice/about").json()
    assert not about["hear"]
    assert not about["speak"]
    assert "pip install 'homeward[voice]'" in about["why"]
    assert "\n" not in about["why"]
    with client.websocket_connect(LISTEN) as socket:
        assert socket.receive_json()["event"] == "error"


def test_what_the_page_says_it_hears(client: TestClient, spoken: Sound) -> None:
    answer = sent(client, as_wav(spoken))
    assert answer.status_code == 200
    assert list(answer.json()) == ["text"]
    assert "river" in answer.json()["text"]
    assert "river" in sent(client, as_wav(spoken), response_format="text").text
    whole = sent(client, as_wav(spoken), response_format="verbose_json").json()
    assert whole["duration"] == pytest.approx(spoken.seconds, abs=0.01)
    assert set(whole["coach"]) == {"alternatives", "sure"}


def test_speech_is_sent_sentence_by_sentence(client: TestClient) -> None:
    asked = {"input": "One sentence. And another.", "response_format": "pcm", "speed": 1.2}
    with client.stream("POST", SPEECH, json=asked) as answer:
        assert answer.headers["x-sample-rate"] == "24000"
        assert answer.headers["content-type"] == "audio/pcm"
        pieces = list(answer.iter_raw())
    samples = from_pcm(b"".join(pieces))
    assert len(samples) > 22_050
    assert np.abs(samples).max() > 0.1


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": "x" * 5_000}, "input"),
        ({"input": "[1]"}, "input"),
        ({"input": "Hello.", "response_format": "mp3"}, "response_format"),
        ({"input": "Hello.", "speed": 5}, "speed"),
        ({}, "input"),
    ],
)
def test_speech_that_cannot_be_is_refused_as_openai_does(
    client: TestClient, asked: dict[str, Any], param: str
) -> None:
    answer = client.post(SPEECH, json=asked)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"
    assert "\n" not in error["message"]


PICTURE = Path("coach/web/assets/icon-512.png").read_bytes()


@pytest.mark.parametrize(
    ("recording", "says"),
    [
        (b"", "empty"),
        (as_wav(silence(0)), "empty"),
        (PICTURE, "no recording"),
        (as_wav(silence(3))[:20], "no recording"),
        (as_wav(silence(181)), "longer than 180 seconds"),
    ],
    ids=["nothing", "0 s", "picture", "cut", "too long"],
)
def test_a_recording_that_cannot_be_heard_is_refused(
    client: TestClient, recording: bytes, says: str
) -> None:
    answer = sent(client, recording)
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


def test_half_an_hour_is_refused_before_it_is_read(client: TestClient) -> None:
    answer = sent(client, as_wav(silence(30 * 60)))
    assert answer.status_code == 413
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_silence_is_no_words(client: TestClient) -> None:
    assert sent(client, as_wav(silence(2))).json() == {"text": ""}


def test_a_form_that_is_none_is_refused(client: TestClient) -> None:
    assert client.post(TRANSCRIPTIONS, json={"file": "x"}).status_code == 415
    assert client.post(TRANSCRIPTIONS, files={"other": b"x"}).json()["error"]["param"] == "file"
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post(TRANSCRIPTIONS, content=b"no form", headers=broken).status_code == 400
    refused = sent(client, b"x", response_format="srt").json()["error"]
    assert refused["param"] == "response_format"
    assert sent(client, b"x", language="fr").json()["error"]["param"] == "language"


@pytest.mark.parametrize("path", [TRANSCRIPTIONS, SPEECH])
def test_other_methods_are_refused_as_openai_does(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 405
    assert "error" in answer.json()


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_held_turn_is_heard(client: TestClient, spoken: Sound, rate: int) -> None:
    at_rate = Sound(np.repeat(spoken.samples, rate // HEARING_RATE), rate)
    with client.websocket_connect(LISTEN) as socket:
        socket.send_json({"mode": "hold", "rate": rate})
        assert socket.receive_json() == {"event": "ready"}
        stream(socket, at_rate)
        socket.send_json({"end": True})
        heard = until(socket, "heard")
        assert "river" in heard["text"]
        assert heard["sure"] in {True, False}
        socket.send_json({"end": True})
        assert until(socket, "heard")["text"] == ""


def test_hands_free_a_turn_ends_by_itself(client: TestClient, spoken: Sound) -> None:
    with client.websocket_connect(LISTEN) as socket:
        socket.send_json({"mode": "free", "rate": HEARING_RATE})
        stream(socket, silence(1))
        stream(socket, spoken)
        stream(socket, silence(3))
        events = [socket.receive_json()["event"] for _ in range(3)]
        assert events == ["ready", "speech", "silence"]
        assert "river" in until(socket, "heard")["text"]
        stream(socket, silence(125))
        until(socket, "asleep")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()


def test_a_turn_that_is_too_long_is_told_and_heard(
    conversation: Conversation, spoken: Sound
) -> None:
    settings = conversation.settings.model_copy(update={"max_speech_seconds": 10})
    app = create_app(conversation, conversation.corpus, conversation.helplines, settings)
    with TestClient(app) as client, client.websocket_connect(LISTEN) as socket:
        socket.send_json({"mode": "hold", "rate": HEARING_RATE})
        for _ in range(6):
            stream(socket, spoken)
        assert "10 seconds" in until(socket, "too_long")["message"]
        assert "river" in until(socket, "heard")["text"]


def test_a_reset_forgets_the_turn(client: TestClient, spoken: Sound) -> None:
    with client.websocket_connect(LISTEN) as socket:
        socket.send_json({"mode": "hold", "rate": HEARING_RATE})
        stream(socket, spoken)
        socket.send_json({"reset": True})
        socket.send_json({"end": True})
        assert until(socket, "heard")["text"] == ""


@pytest.mark.parametrize(
    "first", ["{}", "no json", '{"mode": "shout", "rate": 16000}', '{"mode": "hold", "rate": 1}']
)
def test_a_page_that_speaks_otherwise_is_told(client: TestClient, first: str) -> None:
    with client.websocket_connect(LISTEN) as socket:
        socket.send_text(first)
        told = socket.receive_json()
        assert told["event"] == "error"
        assert told["message"]


def test_only_the_page_itself_may_listen(client: TestClient) -> None:
    for origin in ("http://elsewhere.example", "null"):
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(LISTEN, headers={"origin": origin}),
        ):
            pass
    with client.websocket_connect(LISTEN, headers={"origin": "http://testserver"}) as socket:
        socket.send_json({"mode": "hold", "rate": HEARING_RATE})
        assert socket.receive_json() == {"event": "ready"}


@pytest.mark.parametrize("path", ["/", "/gradio_api/queue/join", "/voice/about", "/elsewhere"])
def test_no_other_socket_is_open(client: TestClient, path: str) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
        pass


def test_a_connection_that_breaks_off_in_the_middle_of_a_turn_costs_nobody_else(
    client: TestClient, spoken: Sound, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="coach"):
        for _ in range(3):
            with client.websocket_connect(LISTEN) as socket:
                socket.send_json({"mode": "free", "rate": HEARING_RATE})
                stream(socket, spoken)
        assert "river" in sent(client, as_wav(spoken)).json()["text"]
    assert not [record for record in caplog.records if record.name.startswith("coach")]


def test_ten_people_talk_at_once(client: TestClient, spoken: Sound) -> None:
    def talk(_number: int) -> str:
        with client.websocket_connect(LISTEN) as socket:
            socket.send_json({"mode": "hold", "rate": HEARING_RATE})
            stream(socket, spoken)
            socket.send_json({"end": True})
            text: str = until(socket, "heard")["text"]
            return text

    with ThreadPoolExecutor(10) as threads:
        heard = list(threads.map(talk, range(10)))
    assert all("river" in text for text in heard)


def test_whoever_would_wait_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_parts, "AT_ONCE", 1)
    monkeypatch.setattr(speech_parts, "MOST_WAITING", 1)
    monkeypatch.setattr(speech_parts, "LONGEST_WAIT", 0.1)
    bounded = Bounded("test")
    gate = threading.Event()

    async def crowd() -> list[object]:
        first = asyncio.create_task(bounded.run(gate.wait))
        second = asyncio.create_task(bounded.run(lambda: "in time"))
        await asyncio.sleep(0)
        refused = await asyncio.gather(bounded.run(lambda: "third"), second, return_exceptions=True)
        gate.set()
        return [*refused, await first, await bounded.run(lambda: "later")]

    # In a thread of its own: a browser that is open has the loop of this one.
    with ThreadPoolExecutor(1) as thread:
        third, second, first, later = thread.submit(lambda: asyncio.run(crowd())).result()
    assert isinstance(third, VoiceBusyError), "the queue is full"
    assert isinstance(second, VoiceBusyError), "it waited too long"
    assert str(third) == load_strings().voice_busy
    assert first is True
    assert later == "later"


class Mishearing:
    """Ears whose likeliest reading of anything is harmless, and the next one is not."""

    def hear(self, sound: Sound) -> Heard:
        return Heard("I went to dye.", ("I want to die.",)) if sound.seconds else Heard()


def test_the_page_is_told_the_reading_that_the_screen_finds_most_dangerous(
    conversation: Conversation, settings: Settings, spoken: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_parts, "open_transcriber", lambda _settings: Mishearing())
    app = create_app(conversation, conversation.corpus, conversation.helplines, settings)
    with TestClient(app) as client, client.websocket_connect(LISTEN) as socket:
        socket.send_json({"mode": "hold", "rate": HEARING_RATE})
        stream(socket, spoken)
        socket.send_json({"end": True})
        told = until(socket, "heard")
    assert told["text"] == "I want to die."
    assert told["alternatives"] == ["I went to dye."]
    assert told["sure"] is False


def test_nothing_reaches_the_disk_while_someone_talks(
    client: TestClient, spoken: Sound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "TEMP", "TMP", "GRADIO_TEMP_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    recording = as_wav(Sound(np.tile(spoken.samples, 30), HEARING_RATE))
    assert len(recording) > 1_500_000, "more than a form keeps in memory unless it is told to"
    with watched(tmp_path, Path.home()) as changed:
        assert "river" in sent(client, recording).json()["text"]
        client.post(SPEECH, json={"input": "I said something private."})
        with client.websocket_connect(LISTEN) as socket:
            socket.send_json({"mode": "hold", "rate": HEARING_RATE})
            stream(socket, spoken)
            socket.send_json({"end": True})
            until(socket, "heard")
    assert not [path for path in changed if path.startswith(str(tmp_path))]
    sounds = (".wav", ".webm", ".ogg", ".mp3", ".pcm", ".raw")
    assert not [path for path in changed if path.endswith(sounds)]


def test_no_file_is_opened_for_writing_by_the_process_while_someone_talks(
    client: TestClient, spoken: Sound
) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("only Linux tells which files are open")
    before = held_for_writing()
    with client.websocket_connect(LISTEN) as socket:
        socket.send_json({"mode": "hold", "rate": HEARING_RATE})
        stream(socket, spoken)
        during = held_for_writing()
        socket.send_json({"end": True})
        until(socket, "heard")
    assert during - before == set()
    assert held_for_writing() - before == set()
