"""What a peer's process says and hears: JSON lines on its standard input and output.

Flow: `benchmarks.peers` -> here -> `with_langchain.py` and its neighbours, each run by the Python
of its own environment.  Nothing but the standard library is imported here.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

LIMIT = 10
"""How many passages are asked for."""


class Peer(Protocol):
    """Who is measured: a model that is loaded already, and passages by their ids."""

    def build(self, chunks: Sequence[tuple[str, str]], folder: Path) -> None:
        """Embed the chunks, ids and texts, and keep the index in a folder."""

    def open(self, folder: Path) -> None:
        """Open the index that was built there."""

    def turn(self, text: str) -> list[str]:
        """Answer as an application would; return the ids of the passages found, best first."""

    def rank(self, text: str) -> list[str]:
        """Return the ids of the `LIMIT` passages found, best first; not timed."""


def talk(made: Callable[[str], Peer], packages: Sequence[str]) -> None:
    """Answer a line at a time until there is none: {"do": …} gives {"ms": …, "ids": …}.

    Args:
        made: Makes the peer of the folder of a model.
        packages: Whose versions are told.
    """
    # What libraries print must not stand between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    peer = made(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        answers.write(json.dumps(_answer(peer, asked, packages)) + "\n")
        answers.flush()


def _answer(peer: Peer, asked: dict[str, Any], packages: Sequence[str]) -> dict[str, Any]:
    if asked["do"] == "about":
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"peak_mb": peak, "versions": {name: metadata.version(name) for name in packages}}
    calls: dict[str, Callable[[], Any]] = {
        "build": lambda: peer.build(asked["chunks"], Path(asked["folder"])),
        "open": lambda: peer.open(Path(asked["folder"])),
        "turn": lambda: peer.turn(asked["text"]),
        "rank": lambda: peer.rank(asked["text"]),
    }
    begun = perf_counter()
    ids = calls[asked["do"]]()
    return {"ms": (perf_counter() - begun) * 1000, "ids": ids}
