"""Kill one of three replicas in the middle of a hundred conversations.

    .venv/bin/python -m benchmarks.chaos        (or: make chaos)

Every conversation carries a word of its own, which the coach says back.  They are held
twice through nginx by the HTTP API, undisturbed and with a replica killed half-way; no
client asks twice.  Fails unless every reply comes, is the same both times, and holds no
other conversation's word.
"""

import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import quantiles

import httpx

from benchmarks.replicas import Fleet, fleet

CONVERSATIONS = 100
REPLICAS = 3
AT_ONCE = 10
SAYS = (
    "Hello, I'm {word}.",
    "My evenings are long and I eat alone.",
    "Why does protecting myself make me lonelier?",
    "How do I do the self-compassion practice?",
    "I miss {word} so much.",
)
SYLLABLES = ("bra", "den", "fil", "gor", "hal", "jun", "kes", "lom", "mir", "nav", "pel", "tas")


@dataclass
class Run:
    """What came of all conversations held once."""

    replies: dict[str, list[str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    answered: int = 0
    """Turns that were answered so far; the killing waits for half of them."""

    def lacking_own(self) -> int:
        """Count the conversations whose word did not come back."""
        return sum(word not in " ".join(texts) for word, texts in self.replies.items())

    def holding_others(self) -> int:
        """Count the conversations in which another's word stands."""
        words = set(self.replies)
        return sum(
            any(other in " ".join(texts) for other in words - {word})
            for word, texts in self.replies.items()
        )


def words() -> list[str]:
    """Return a word for each conversation; none is part of another."""
    chance = random.Random(7)  # noqa: S311  # the same words at each run
    found: set[str] = set()
    while len(found) < CONVERSATIONS:
        found.add("".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize())
    return sorted(found)


def converse(run: Run, lock: threading.Lock, url: str, word: str) -> None:
    """Hold one conversation; a turn that fails is told, and ends it."""
    messages: list[dict[str, str]] = []
    run.replies[word] = []
    with httpx.Client(base_url=url, timeout=60) as client:
        for says in SAYS:
            messages.append({"role": "user", "content": says.format(word=word)})
            begun = time.perf_counter()
            try:
                answer = client.post("/api/reply", json={"messages": messages})
                answer.raise_for_status()
            except httpx.HTTPError as error:
                with lock:
                    run.failures.append(type(error).__name__)
                return
            text = answer.json()["text"]
            messages.append({"role": "assistant", "content": text})
            with lock:
                run.milliseconds.append((time.perf_counter() - begun) * 1000)
                run.replies[word].append(text)
                run.answered += 1


def hold(running: Fleet, *, kill: bool) -> Run:
    """Hold all conversations, some at once; kill the first replica half-way if told to."""
    run, lock = Run(), threading.Lock()
    half = CONVERSATIONS * len(SAYS) // 2
    with ThreadPoolExecutor(AT_ONCE) as people:
        talks = [people.submit(converse, run, lock, running.url, word) for word in words()]
        if kill:
            while run.answered < half and not all(talk.done() for talk in talks):
                time.sleep(0.005)
            running.replicas[0].kill()
        for talk in talks:
            talk.result()
    return run


def main() -> None:
    """Hold the conversations both times, print the table, and fail where anything was lost."""
    with fleet(REPLICAS) as running:
        memory = running.memory_mb()
        calm = hold(running, kill=False)
        stormy = hold(running, kill=True)
        alive = len(running.memory_mb())
    other = sum(calm.replies[word] != stormy.replies[word] for word in calm.replies)
    rows = [("", "undisturbed", f"1 of {REPLICAS} killed half-way")]
    for name, told in (
        ("conversations", lambda run: len(run.replies)),
        ("turns answered", lambda run: f"{run.answered} of {CONVERSATIONS * len(SAYS)}"),
        ("turns lost", lambda run: len(run.failures)),
        ("own word did not come back", Run.lacking_own),
        ("another's word came", Run.holding_others),
        ("median, ms", lambda run: f"{quantiles(run.milliseconds, n=100)[49]:.0f}"),
        ("95th of 100, ms", lambda run: f"{quantiles(run.milliseconds, n=100)[94]:.0f}"),
        ("slowest, ms", lambda run: f"{max(run.milliseconds):.0f}"),
    ):
        rows.append((name, str(told(calm)), str(told(stormy))))
    rows.append(("conversations that differ", "", str(other)))
    rows.append(("replicas alive at the end", "", str(alive)))
    rows.append(("memory of each at start, MB", ", ".join(map(str, memory)), ""))
    print(f"| {' | '.join(rows[0])} |\n|---|---|---|")  # noqa: T201
    for row in rows[1:]:
        print(f"| {' | '.join(row)} |")  # noqa: T201
    wrong = sum(len(r.failures) + r.lacking_own() + r.holding_others() for r in (calm, stormy))
    if wrong or other or alive != REPLICAS - 1:
        sys.exit("Something was lost.")


if __name__ == "__main__":
    main()
