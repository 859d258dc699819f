"""Turns run a few at once; the others wait in line, and whoever is in danger goes first."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from coach.dialogue.conversation import Conversation
from coach.errors import CrowdedError
from coach.schema import Found, Message, Reply
from coach.settings import Settings
from coach.web import crowd as crowds
from coach.web.crowd import Crowd, is_urgent
from coach.web.server import create_app
from coach.web.turns import Turns

PATIENCE = 30


def danger() -> bool:
    return True


def test_who_waits_is_told_their_place_and_gets_their_turn() -> None:
    crowd = Crowd(1, 2)
    first, second, third = crowd.join(), crowd.join(), crowd.join()
    assert (first.number, second.number, third.number) == (0, 1, 2)
    with pytest.raises(CrowdedError, match="3 people") as refused:
        crowd.join()
    assert refused.value.retry_after > 0
    assert crowd.refused == 1
    first.leave()
    first.leave()
    assert (second.number, third.number) == (0, 1)
    assert second.turn.done()
    second.leave()
    third.leave()
    assert (crowd.running, crowd.waiting) == (0, 0)


def test_whoever_is_in_danger_goes_first_and_is_never_turned_away() -> None:
    crowd = Crowd(1, 1)
    first, waiting = crowd.join(), crowd.join()
    urgent = crowd.join(danger)
    assert (urgent.number, waiting.number) == (1, 2)
    first.leave()
    assert urgent.turn.done()
    assert not waiting.turn.done()


def test_who_has_stopped_waiting_is_passed_over() -> None:
    crowd = Crowd(1, 3)
    first, gone, left, last = (crowd.join() for _ in range(4))
    assert gone.turn.cancel()
    left.leave()
    first.leave()
    assert last.turn.done()
    last.leave()
    gone.leave()
    assert (crowd.running, crowd.waiting) == (0, 0)


def test_a_crowd_of_threads_never_runs_more_than_allowed() -> None:
    crowd = Crowd(3, 1_000)
    lock = threading.Lock()
    now = most = 0

    def turn(_: int) -> None:
        nonlocal now, most
        with crowd.join() as place:
            list(place.numbers())
            with lock:
                now += 1
                most = max(most, now)
            threading.Event().wait(0.002)
            with lock:
                now -= 1

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(turn, range(200)))
    assert 1 < most <= 3
    assert (crowd.running, crowd.waiting) == (0, 0)


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("I want to kill myself", True),
        ("a long story " * 1_000 + "I want to kill myself", True),
        ("I feel lonely on Sundays", False),
        ("", False),
    ],
)
def test_danger_is_read_at_both_ends_of_a_message(text: str, urgent: bool) -> None:
    assert is_urgent([Message(role="user", content=text)]) is urgent


class SlowCoach:
    """A coach that answers when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked = threading.Semaphore(0)

    def find(self, query: str, *, limit: int = 4) -> Found:
        raise AssertionError(f"nobody searches here: {query} {limit}")

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        self.asked.release()
        assert self.let.wait(PATIENCE)
        return Reply(text=f"Hello. {messages[-1].content} {region}", kind="smalltalk")

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        yield self.reply(messages, region=region)


@pytest.fixture
def slow() -> Iterator[SlowCoach]:
    slow = SlowCoach()
    yield slow
    slow.let.set()


@pytest.fixture
def app(slow: SlowCoach, conversation: Conversation, settings: Settings) -> FastAPI:
    tight = settings.model_copy(update={"turns_at_once": 1, "turns_waiting": 0})
    return create_app(slow, conversation.corpus, conversation.helplines, tight)


def ask(client: TestClient, path: str, text: str = "hello") -> Any:
    return client.post(path, json={"messages": [{"role": "user", "content": text}]})


def test_one_too_many_is_asked_to_come_back(app: FastAPI, slow: SlowCoach) -> None:
    with TestClient(app) as client, ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, client, "/api/reply")
        assert slow.asked.acquire(timeout=PATIENCE)
        refused = ask(client, "/api/reply")
        official = ask(client, "/v1/chat/completions")
        # Danger is let wait, not refused; and the helplines need no turn.
        urgent = pool.submit(ask, client, "/api/reply", "I want to kill myself")
        assert client.get("/helplines").status_code == 200
        slow.let.set()
        assert first.result(PATIENCE).status_code == 200
        assert urgent.result(PATIENCE).status_code == 200
    assert refused.status_code == 503
    assert "number 1" in refused.json()["detail"]
    assert "/help" in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) > 0
    assert official.status_code == 503
    assert official.json()["error"]["type"] == "server_error"
    assert int(official.headers["retry-after"]) > 0
    assert app.state.crowd.running == 0


def test_who_waits_too_long_is_asked_to_come_back(
    slow: SlowCoach,
    conversation: Conversation,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("coach.web.asking.LONGEST_WAIT", 0.05)
    tight = settings.model_copy(update={"turns_at_once": 1, "turns_waiting": 5})
    app = create_app(slow, conversation.corpus, conversation.helplines, tight)
    with TestClient(app) as client, ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, client, "/api/reply")
        assert slow.asked.acquire(timeout=PATIENCE)
        assert ask(client, "/api/reply").status_code == 503
        slow.let.set()
        assert first.result(PATIENCE).status_code == 200
    assert (app.state.crowd.running, app.state.crowd.waiting) == (0, 0)


def test_the_page_says_which_place_someone_has(
    slow: SlowCoach,
    conversation: Conversation,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crowds, "LOOK_EVERY", 0.01)
    slow.let.set()
    crowd = Crowd(1, 5)
    before = crowd.join()
    shown = Turns(slow, conversation.corpus, settings, crowd).take("hello", {}, None)
    assert next(shown).problem == ""
    assert "Your place is 1" in next(shown).problem
    before.leave()
    *_, last = shown
    assert last.problem == ""
    assert not last.running
    assert crowd.running == 0


def test_the_page_gives_back_the_words_of_who_was_turned_away(
    slow: SlowCoach, conversation: Conversation, settings: Settings
) -> None:
    crowd = Crowd(1, 0)
    with crowd.join():
        *_, last = Turns(slow, conversation.corpus, settings, crowd).take("hello", {}, None)
    assert last.box == "hello"
    assert "number 1" in last.problem
