"""Hold real conversations with many people at once, and watch the memory.

    .venv/bin/python -m benchmarks.load [--people 50 200] [--seconds 55] [--replicas 1]

Each person is a locust user of their own who writes what the made-up people of
`docs/conversations/` write, waits some seconds between two messages as people do, and
begins another conversation when one ends.  Exits with 1 if any turn fails.
"""

import argparse
import random
import sys
import time

from locust import HttpUser, between, task
from locust.env import Environment
from locust.stats import StatsEntry

from benchmarks.replicas import Fleet, fleet
from tests.golden import files, turns

PEOPLE = (50, 200)
SECONDS = 55
"""For each number of people; two of them take two minutes."""
WARM_SECONDS = 5

_SCRIPTS = [turns(path.read_text()) for path in files()]


class Person(HttpUser):
    """Someone who talks with the coach."""

    host = "http://127.0.0.1"
    wait_time = between(3, 9)

    @task
    def converse(self) -> None:
        """Hold one conversation, the messages in the order of its script."""
        messages: list[dict[str, str]] = []
        for said in random.choice(_SCRIPTS):  # noqa: S311
            messages.append({"role": "user", "content": said})
            with self.client.post(
                "/api/reply", json={"messages": messages}, catch_response=True
            ) as answer:
                if answer.status_code != 200 or not answer.json()["text"]:
                    answer.failure("no reply")
                    return
                answer.success()
                messages.append({"role": "assistant", "content": answer.json()["text"]})
            self.wait()  # type: ignore[no-untyped-call]


def measure(running: Fleet, people: int, seconds: int) -> tuple[StatsEntry, list[int], list[int]]:
    """Let that many people talk for so long; return what came of it and the memory in MB."""
    environment = Environment(user_classes=[Person], host=running.url)
    runner = environment.create_local_runner()
    runner.start(people, spawn_rate=people / WARM_SECONDS)
    time.sleep(WARM_SECONDS + seconds / 4)
    early = running.memory_mb()
    ends = time.monotonic() + 3 * seconds / 4
    while time.monotonic() < ends:
        time.sleep(0.5)
    late = running.memory_mb()
    runner.quit()
    return environment.stats.total, early, late


def main() -> None:
    """Measure each number of people and print the table."""
    parser = argparse.ArgumentParser(description="Many people at once.")
    parser.add_argument("--people", type=int, nargs="+", default=list(PEOPLE))
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--replicas", type=int, default=1)
    asked = parser.parse_args()
    failed = 0
    with fleet(asked.replicas) as running:
        print("| people | turns | a second | p50 ms | p95 ms | failed | MB early | MB late |")  # noqa: T201
        print("|---|---|---|---|---|---|---|---|")  # noqa: T201
        for people in asked.people:
            total, early, late = measure(running, people, asked.seconds)
            failed += total.num_failures
            cells = (
                people,
                total.num_requests,
                f"{total.total_rps:.1f}",
                total.get_response_time_percentile(0.5),
                total.get_response_time_percentile(0.95),
                total.num_failures,
                ", ".join(map(str, early)),
                ", ".join(map(str, late)),
            )
            print(f"| {' | '.join(map(str, cells))} |", flush=True)  # noqa: T201
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
