"""A page of Homeward is a speech server, too: another one can hear and speak through it."""

import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI

from coach.errors import VoiceError
from coach.settings import Settings
from coach.voice.audio import for_hearing
from coach.voice.contracts import HEARING_RATE, Heard, Sound
from coach.voice.engines import open_speaker, open_transcriber
from coach.voice.server import ServerTranscriber


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    """Serve the page on a port of its own; return the address of its speech API."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        server.should_exit = True
        thread.join()


def test_what_a_server_says_it_hears(address: str) -> None:
    settings = Settings(transcriber=address, speaker=address)
    pieces = list(open_speaker(settings).say("I walked along the river. It was cold."))
    assert len(pieces) == 2
    whole = Sound(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)
    assert "river" in open_transcriber(settings).hear(for_hearing(whole)).text


def test_silence_is_not_sent_to_a_server() -> None:
    nobody = ServerTranscriber("http://127.0.0.1:9/v1", "any", language="en", key="none")
    assert nobody.hear(Sound(np.zeros(HEARING_RATE, np.float32), HEARING_RATE)) == Heard()


def test_a_server_that_is_not_there_is_named_in_one_line() -> None:
    speaker = open_speaker(Settings(speaker="http://127.0.0.1:9/v1"))
    with pytest.raises(VoiceError, match=r"http://127\.0\.0\.1:9/v1 cannot be reached"):
        list(speaker.say("My private words."))


def test_a_server_that_refuses_is_named_without_what_was_said(address: str) -> None:
    speaker = open_speaker(Settings(speaker=address.removesuffix("/v1")))
    with pytest.raises(VoiceError, match="answered 404") as refused:
        list(speaker.say("My private words."))
    assert "private" not in str(refused.value)
