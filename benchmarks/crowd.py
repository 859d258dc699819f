"""Measure 50 people who write at once, against a handler that returns at once, in alternation.

    .venv/bin/python -m benchmarks.crowd

Both servers are the whole page in a process of its own, asked at `/api/reply`.  All people
write in the same moment, read the reply, and write again in the same moment: no two of them
are ever lucky.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import httpx
import numpy as np

from benchmarks.record import Budget, report
from coach.schema import Message, Reply
from coach.settings import Settings

PEOPLE = 50
TURNS = 4
ROUNDS = 3
ADDRESS = re.compile(r"http://[^/\s]+")
SAID = (
    "I moved here in March and I still know nobody ({person}, {turn}).",
    "How do I do the self-compassion practice? ({person}, {turn})",
    "why does protecting myself make me lonelier ({person}, {turn})",
    "My best friend stopped writing to me last spring, {person}, {turn}.",
)


class AtOnce:
    """A coach that says the same at once; all else of the page is as it is."""

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        """Return the reply."""
        del messages, region
        return Reply(text="I hear you.", kind="coaching")

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        """Yield the reply."""
        yield self.reply(messages, region=region)


def serve(kind: str) -> None:
    """Serve the page in this process until it is ended."""
    import uvicorn

    from coach.dialogue.latest import LatestConversation
    from coach.dialogue.preparation import ready_conversation
    from coach.web.server import create_app
    from coach.web.serving import Announcing, listen

    settings = Settings.load()
    first = ready_conversation(settings, print)
    latest = LatestConversation(first)
    coach = latest if kind == "coach" else AtOnce()
    app = create_app(coach, latest, first.helplines, settings)
    # Who waits for the slowest of fifty keeps the connection.
    config = uvicorn.Config(app, access_log=False, log_level="warning", timeout_keep_alive=60)
    Announcing(config, lambda: None).run([listen("127.0.0.1", 0)])


@contextmanager
def served(kind: str) -> Iterator[str]:
    """Start a server, and give its address."""
    command = [sys.executable, "-m", "benchmarks.crowd", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            lines = iter(server.stdout or ())
            yield next(found.group() for line in lines if (found := ADDRESS.search(line)))
        finally:
            server.terminate()


async def crowd(address: str, begin: int) -> list[float]:
    """Return how many milliseconds each turn of each person took."""
    spent = []
    limits = httpx.Limits(max_connections=PEOPLE, max_keepalive_connections=PEOPLE)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=120) as client:

        async def turn(messages: list[dict[str, str]]) -> None:
            begun = perf_counter()
            reply = await client.post("/api/reply", json={"messages": messages})
            spent.append((perf_counter() - begun) * 1000)
            reply.raise_for_status()
            messages.append({"role": "assistant", "content": reply.json()["text"]})

        talks: list[list[dict[str, str]]] = [[] for _ in range(PEOPLE)]
        for number in range(TURNS):
            for person, talk in enumerate(talks, start=begin):
                words = SAID[(person + number) % len(SAID)].format(person=person, turn=number)
                talk.append({"role": "user", "content": words})
            await asyncio.gather(*map(turn, talks))
    return spent


def main() -> None:
    """Run the pairs and print the table."""
    spent: dict[str, list[float]] = {"coach": [], "at once": []}
    with served("coach") as coach, served("at once") as at_once:
        for number in range(ROUNDS + 1):
            for kind, address in (("coach", coach), ("at once", at_once)):
                made = asyncio.run(crowd(address, number * PEOPLE))
                spent[kind] += made if number else []  # the first round warms both
    figures: dict[str, float] = {}
    for kind, times in spent.items():
        for share in (50, 95):
            figures[f"{kind}: p{share} of {len(times)} turns, ms"] = float(
                np.percentile(times, share)
            )
    ratio = float(np.percentile(spent["coach"], 95) / np.percentile(spent["at once"], 95))
    budget = Budget(f"{PEOPLE} people at once (p95), against a handler that returns", ratio, 3.0)
    report("crowd", figures, [budget])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1])
    else:
        main()
