"""Hold real conversations with many people at once, and watch the memory.

    .venv/bin/python -m benchmarks.load [--people 50 200] [--seconds 55] [--replicas 1]

Each person is a locust user of their own who writes what `benchmarks.people` makes up, waits
some seconds between two messages as people do, and begins another conversation when one ends.
Three of four talk by the API, one as the page does, with its stream and its heartbeat.
Replicas are fresh for each number of people.  Fails if a turn fails, if somebody's own word
does not come back, or if it comes to somebody else.
"""

import argparse
import json
import random
import sys
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from locust import HttpUser, between, task
from locust.env import Environment
from locust.stats import StatsEntry
from requests import RequestException, get  # after locust, which must change sockets first

from benchmarks.people import Word, own_conversation, strangers_in, words
from benchmarks.replicas import Fleet, fleet
from coach.web.regions import ANYWHERE

PEOPLE = (50, 200)
SECONDS = 55
"""For each number of people; two of them take two minutes."""
WARM_SECONDS = 5
LOOKS = 6
"""How often the memory is looked at, evenly over the time."""
CROWDED = 503
COME_BACK = 5
"""Seconds after which somebody tries again who was told by the page that it is full."""
HELD, PROBLEM, BOX = 1, 4, 5
"""Where the page's values stand among those of a turn."""
LAST_EVENT = ("process_completed", "close_stream")


@dataclass
class Seen:
    """What the people of one run saw."""

    said: Counter[str] = field(default_factory=Counter)
    asked_back: int = 0
    """Turns that were refused with a word and a time, and were asked again."""
    lacking_own: int = 0
    holding_others: int = 0

    @property
    def share_new(self) -> float:
        """The share of all messages that had not been sent before."""
        return len(self.said) / max(1, self.said.total())


_seen = Seen()
_chance = random.Random()  # noqa: S311  # who they are need not be the same at each run
_words = words(_chance)


class Person(HttpUser):
    """Someone who talks with the coach; a subclass says how."""

    abstract = True
    host = "http://127.0.0.1"
    wait_time = between(8, 24)

    @task
    def converse(self) -> None:
        """Hold one conversation."""
        own = next(_words)
        self.begin()
        replies: list[str] = []
        try:
            for said in own_conversation(_chance, own):
                _seen.said[said] += 1
                reply = self.ask(said)
                if reply is None:
                    return
                replies.append(reply)
                self.wait()  # type: ignore[no-untyped-call]
        finally:
            self.end()
            self.judge(own, " ".join(replies))

    def judge(self, own: Word, heard: str) -> None:
        """Count what should not be."""
        _seen.lacking_own += bool(heard) and own not in heard
        _seen.holding_others += bool(strangers_in(heard, own))

    def begin(self) -> None:
        """Begin a conversation, of which nothing is known yet."""
        raise NotImplementedError

    def ask(self, said: str) -> str | None:
        """Return the reply to the next message; None if there was none."""
        raise NotImplementedError

    def end(self) -> None:
        """Leave."""


class Caller(Person):
    """Talks by `POST /api/reply`."""

    weight = 3

    def begin(self) -> None:
        """Begin with no message."""
        self.messages: list[dict[str, str]] = []

    def ask(self, said: str) -> str | None:
        """Send the conversation; come back when told to, as often as it takes."""
        self.messages.append({"role": "user", "content": said})
        while True:
            with self.client.post(
                "/api/reply", json={"messages": self.messages}, catch_response=True
            ) as answer:
                if answer.status_code == CROWDED and "Retry-After" in answer.headers:
                    answer.success()
                    _seen.asked_back += 1
                    time.sleep(int(answer.headers["Retry-After"]))
                    continue
                if answer.status_code != 200 or not answer.json()["text"]:
                    answer.failure(f"no reply: {answer.status_code}")
                    return None
                answer.success()
            self.messages.append({"role": "assistant", "content": answer.json()["text"]})
            return str(answer.json()["text"])


class Visitor(Person):
    """Talks as the page does: a turn is put into Gradio's queue, and comes as a stream."""

    weight = 1

    def begin(self) -> None:
        """Open the page, and hold its heartbeat."""
        self.held = ""
        self.session = uuid.uuid4().hex
        self.client.get("/")
        heartbeat = f"{self.host}/gradio_api/heartbeat/{self.session}"
        self.heartbeat = get(heartbeat, stream=True, timeout=3600)

    def ask(self, said: str) -> str | None:
        """Put a turn into the queue, and read its events to the last."""
        asked = {
            "data": [said, self.held, ANYWHERE],
            "fn_index": turn_of_page(str(self.host)),
            "session_hash": self.session,
        }
        begun = time.perf_counter()
        problem: Exception | None = None
        reply = ""
        try:
            while not reply:
                reply = self.turn(asked)
                if not reply:
                    _seen.asked_back += 1
                    time.sleep(COME_BACK)
        except (RequestException, ValueError, LookupError, TypeError) as error:
            problem = ValueError(type(error).__name__)
        self.environment.events.request.fire(
            request_type="TURN",
            name="the page",
            response_time=(time.perf_counter() - begun) * 1000,
            response_length=len(reply),
            exception=problem,
        )
        return reply or None

    def turn(self, asked: Mapping[str, Any]) -> str:
        """Return the reply; empty where the page says that too many people are there."""
        with self.client.post("/gradio_api/queue/join", json=asked, catch_response=True) as joined:
            joined.success()
            joined.raise_for_status()
        values = self.last_values()
        said = asked["data"][0]
        if values[BOX] == said and values[PROBLEM]:
            return ""
        self.held = values[HELD]
        last = json.loads(self.held)["exchanges"][-1]
        if last["said"] != said:
            raise ValueError("another's turn")
        return str(last["reply"]["text"])

    def last_values(self) -> list[Any]:
        """Return what the page shows at the end of the turn."""
        stream = f"{self.host}/gradio_api/queue/data?session_hash={self.session}"
        values: list[Any] = []
        with get(stream, stream=True, timeout=60) as events:
            for line in events.iter_lines(chunk_size=64):
                if not line.startswith(b"data:"):
                    continue
                event = json.loads(line[5:])
                if event["msg"] == "process_completed":
                    values = event["output"]["data"]
                if event["msg"] in LAST_EVENT:
                    break
        return values

    def end(self) -> None:
        """Close the page."""
        self.heartbeat.close()


@cache
def turn_of_page(host: str) -> int:
    """Return which function of the page takes what is written in its box."""
    page = get(f"{host}/config", timeout=60).json()
    named = {part["props"].get("elem_id"): part["id"] for part in page["components"]}
    inputs = [named["box"], named["held"], named["region"]]
    return next(int(one["id"]) for one in page["dependencies"] if one["inputs"] == inputs)


def measure(running: Fleet, people: int, seconds: int) -> tuple[StatsEntry, list[list[int]]]:
    """Let that many people talk for so long; return what came of it, and the memory in MB."""
    environment = Environment(user_classes=[Caller, Visitor], host=running.url)
    runner = environment.create_local_runner()
    runner.start(people, spawn_rate=people / WARM_SECONDS)
    begun = time.monotonic() + WARM_SECONDS
    memory = []
    for look in range(LOOKS + 1):
        while time.monotonic() < begun + seconds * look / LOOKS:
            time.sleep(0.5)
        memory.append(running.memory_mb())
    runner.quit()
    for error in environment.stats.errors.values():
        print(error.to_name(), error.occurrences, file=sys.stderr)  # noqa: T201
    return environment.stats.total, memory


def main() -> None:
    """Measure each number of people and print the table."""
    global _seen  # noqa: PLW0603
    parser = argparse.ArgumentParser(description="Many people at once.")
    parser.add_argument("--people", type=int, nargs="+", default=list(PEOPLE))
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--replicas", type=int, default=1)
    asked = parser.parse_args()
    failed = 0
    heads = (
        *("people", "turns", "never sent before", "a second", "p50 ms", "p95 ms", "failed"),
        *("asked to come back", "own word lacking", "another's word", f"MB, {LOOKS + 1} times"),
    )
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)  # noqa: T201
    for people in asked.people:
        _seen = Seen()
        with fleet(asked.replicas) as running:
            total, memory = measure(running, people, asked.seconds)
        failed += total.num_failures + _seen.lacking_own + _seen.holding_others
        cells = (
            people,
            _seen.said.total(),
            f"{_seen.share_new:.0%}",
            f"{_seen.said.total() / (asked.seconds + WARM_SECONDS):.1f}",
            total.get_response_time_percentile(0.5),
            total.get_response_time_percentile(0.95),
            total.num_failures,
            _seen.asked_back,
            _seen.lacking_own,
            _seen.holding_others,
            ", ".join("+".join(map(str, look)) for look in memory),
        )
        print(f"| {' | '.join(map(str, cells))} |", flush=True)  # noqa: T201
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
