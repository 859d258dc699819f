"""Every request that carries data, broken: it is answered, or refused with a status and a word."""

import json

import pytest
from fastapi.testclient import TestClient
from hypothesis import given

from coach.errors import InputError
from coach.schema import Message, Reply
from coach.web.turns import Exchange, Talk
from tests.fuzz.broken import broken, broken_text

MESSAGES = [
    {"role": "user", "content": "Hello, I'm Ada."},
    {"role": "assistant", "content": "Hello Ada."},
    {"role": "user", "content": "Why do walls isolate us?"},
]
BODIES = {
    "/api/reply": {"messages": MESSAGES, "region": "GB"},
    "/api/search": {"query": "walls that isolate", "limit": 3},
    "/v1/chat/completions": {
        "model": "homeward",
        "messages": MESSAGES,
        "stream": False,
        "temperature": 0.7,
        "n": 1,
        "region": "gb",
    },
    "/v1/audio/speech": {"input": "Hello.", "response_format": "wav", "speed": 1.25},
}
REPLY = Reply(text="It is a long way to morning.", kind="coaching", options=("Yes", "No"))
TALK = Talk(exchanges=(Exchange(said="hello", reply=REPLY), Exchange(said="and?"))).for_browser()


@pytest.mark.parametrize("path", BODIES)
def test_a_broken_request_is_answered_or_refused_in_words(client: TestClient, path: str) -> None:
    whole = json.dumps(BODIES[path])

    @given(broken(whole.encode()) | broken_text(whole))
    def asks(body: bytes) -> None:
        answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
        if answer.status_code == 200:
            return
        assert answer.status_code in {400, 404, 413, 422}
        said = answer.json()
        words = said["error"]["message"] if path.startswith("/v1/") else said["detail"]
        assert words
        assert "\n" not in words

    asks()


@given(broken(TALK.encode()) | broken_text(TALK))
def test_a_broken_talk_is_read_or_refused(held: bytes) -> None:
    try:
        talk = Talk.from_browser(held.decode(errors="surrogateescape"))
    except InputError:
        return
    assert Talk.from_browser(talk.for_browser()).messages == talk.messages
    assert all(isinstance(message, Message) for message in talk.messages)
