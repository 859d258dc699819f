"""Measure Homeward beside plain LangChain with Chroma, LlamaIndex and Haystack, in alternation.

    .venv/bin/python -m benchmarks.peers

The first run makes an environment for each of them in `.venv-peers/` (5 GB).  All get the same
chunks, the same file of weights and the same questions; each is a process of its own that is
asked in turn.  A turn of Homeward's screens, understands, searches, drafts and checks; of the
others it only searches.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.record import Budget, report
from coach.dialogue.preparation import ready_conversation
from coach.evaluation.collections import Collection, halves, of_the_corpus, read_beir
from coach.evaluation.ranking import ndcg
from coach.evaluation.sets import EVALS
from coach.index.models import find_model, unpacked
from coach.index.store import searchable
from coach.settings import PROJECT_ROOT, Settings

WORKERS = Path(__file__).with_name("peer_workers")
ENVIRONMENTS = PROJECT_ROOT / ".venv-peers"
WARM = 5
"""Questions that each is asked before it is measured."""
TIMED = 200
"""Questions whose time counts; the others only rank."""
ROWS = (
    "build, s",
    "start to first answer, s",
    "median, ms",
    "p95, ms",
    "peak memory, MB",
    "nDCG@10, topics",
    "nDCG@10, answers",
)


@dataclass(frozen=True)
class Kind:
    """Who is measured."""

    name: str
    worker: str
    requirements: str | None
    """None where the project's own environment serves."""
    last_word: str = ""

    @property
    def python(self) -> Path:
        """The Python that runs it."""
        home = ENVIRONMENTS / self.requirements if self.requirements else None
        return home / "bin" / "python" if home else Path(sys.executable)


KINDS = (
    Kind("Homeward, whole turn", "with_homeward.py", None),
    Kind("Homeward, search alone", "with_homeward.py", None, "search"),
    Kind("LangChain + Chroma", "with_langchain.py", "langchain"),
    Kind("LlamaIndex", "with_llamaindex.py", "llamaindex"),
    Kind("Haystack", "with_haystack.py", "haystack"),
)


class Worker:
    """A process that is asked a line at a time."""

    def __init__(self, kind: Kind, model: str, errors: Path) -> None:
        self._kind, self._errors = kind, errors
        more = {
            "ANONYMIZED_TELEMETRY": "False",
            "HAYSTACK_TELEMETRY_ENABLED": "False",
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": "" if kind.requirements else str(PROJECT_ROOT),
        }
        command = [str(kind.python), str(WORKERS / kind.worker), model, kind.last_word]
        self._process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors.open("w"),
            text=True,
            env=os.environ | more,
        )

    def ask(self, do: str, **more: object) -> dict[str, Any]:
        """Return the answer to one line."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a worker has pipes")
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            told = self._errors.read_text().strip().splitlines() or ["it said nothing"]
            sys.exit(f"{self._kind.name} ended: {told[-1]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            if self._process.stdin:
                self._process.stdin.close()


def environment(kind: Kind) -> None:
    """Make the environment of a peer, unless it is there with just these requirements."""
    if kind.requirements is None:
        return
    folder, wanted = kind.python.parent.parent, WORKERS / f"{kind.requirements}.txt"
    made_of = folder / "made-of"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    if made_of.is_file() and made_of.read_text() == digest:
        return
    print(f"Installing {kind.name} …", flush=True)  # noqa: T201
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    install = ["-m", "pip", "install", "--quiet", "--quiet", "--requirement", str(wanted)]
    subprocess.run([str(kind.python), *install], check=True)  # noqa: S603
    made_of.write_text(digest)


def build(
    kind: Kind, model: str, chunks: Sequence[tuple[str, str]], scratch: Path
) -> dict[str, float]:
    """Build an index in a process of its own; return how long it took and what it needed."""
    with Worker(kind, model, scratch / "errors.txt") as worker:
        spent = worker.ask("build", chunks=chunks, folder=str(scratch / "index"))["ms"]
        return {"build, s": spent / 1000, "peak memory of the build, MB": peak(worker)}


def peak(worker: Worker) -> float:
    """Return the most memory that a process had, in MB."""
    return float(worker.ask("about")["peak_mb"])


def asked(
    workers: Mapping[str, Worker], collections: Sequence[Collection]
) -> tuple[dict[str, list[float]], dict[str, dict[str, float]]]:
    """Ask every question of all, in turn; return the times and the mean nDCG of each."""
    random.seed(0)
    spent: dict[str, list[float]] = {name: [] for name in workers}
    gains: dict[str, dict[str, list[float]]] = {name: {} for name in workers}
    questions = [(one, query) for one in collections for query in one.queries]
    random.shuffle(questions)
    for number, (collection, query) in enumerate(questions):
        # Torch's threads spin on for a moment: none may always be the one that follows them.
        for name in random.sample(sorted(workers), len(workers)):
            if number < WARM + TIMED:
                taken = workers[name].ask("turn", text=query.text)["ms"]
                spent[name] += [taken] if number >= WARM else []
            ids = workers[name].ask("rank", text=query.text)["ids"]
            gain = ndcg(ids, collection.relevant[query.id])
            gains[name].setdefault(collection.name, []).append(gain)
    return spent, {
        name: {f"nDCG@10, {of}": fmean(found) for of, found in by_set.items()}
        for name, by_set in gains.items()
    }


def table(figures: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures as the README shows them."""
    lines = [f"| | {' | '.join(figures)} |", "|---" * (len(figures) + 1) + "|"]
    for row in ROWS:
        digits = 3 if row.startswith("nDCG") else 0 if row.endswith("MB") else 1
        cells = " | ".join(f"{one[row]:,.{digits}f}" for one in figures.values())
        lines.append(f"| {row} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Build, ask, and print the table."""
    for kind in KINDS:
        environment(kind)
    settings = Settings.load()
    chunks = ready_conversation(settings, print).searcher.chunks
    texts = [(chunk.id, searchable(chunk)) for chunk in chunks]
    known = {chunk.id for chunk in chunks}
    topics = halves(of_the_corpus(chunks))[1]  # on the even lines parameters were chosen
    answers = read_beir(EVALS / "retrieval" / "answers")
    kept = tuple(q for q in answers.queries if not known.isdisjoint(answers.relevant[q.id]))
    collections = (
        Collection("topics", topics.documents, topics.queries, topics.relevant),
        Collection("answers", answers.documents, kept, answers.relevant),
    )
    figures: dict[str, dict[str, float]] = {}
    versions: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        model = running.enter_context(unpacked(find_model(settings.embedding_model))).source
        scratch = {kind.name: Path(folder) / str(number) for number, kind in enumerate(KINDS)}
        workers: dict[str, Worker] = {}
        for kind in KINDS:
            scratch[kind.name].mkdir()
            figures[kind.name] = build(kind, model, texts, scratch[kind.name])
        for kind in KINDS:
            begun = perf_counter()
            errors = scratch[kind.name] / "errors.txt"
            worker = running.enter_context(Worker(kind, model, errors))
            worker.ask("open", folder=str(scratch[kind.name] / "index"))
            worker.ask("turn", text="Why does protecting myself make me lonelier?")
            figures[kind.name]["start to first answer, s"] = perf_counter() - begun
            workers[kind.name] = worker
        spent, gains = asked(workers, collections)
        for name, worker in workers.items():
            p95 = float(np.percentile(spent[name], 95))
            figures[name] |= {"median, ms": median(spent[name]), "p95, ms": p95, **gains[name]}
            figures[name]["peak memory, MB"] = peak(worker)
            versions |= worker.ask("about")["versions"]
    budgets = [
        Budget(
            f"a whole turn, against the search alone of {kind.name}",
            figures[KINDS[0].name]["median, ms"] / figures[kind.name]["median, ms"],
            1.0,
        )
        for kind in KINDS
        if kind.requirements
    ]
    print(f"{len(texts)} chunks; {len(topics.queries)} and {len(kept)} questions\n")  # noqa: T201
    print(table(figures), "\n")  # noqa: T201
    report("peers", figures, budgets, versions=versions)


if __name__ == "__main__":
    main()
