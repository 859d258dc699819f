"""How fast it is: one ratio measured now, and what `make bench` measured last.

Flow: `coach.dialogue` and `benchmarks/results/*.json` -> here -> `coach eval all`.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rich.box import Box
from rich.table import Table

from coach.dialogue.conversation import Conversation
from coach.errors import CoachError
from coach.evaluation.report import Provenance
from coach.evaluation.voice import Figure, VoiceMeasured
from coach.index.build import Progress, unseen
from coach.index.embedder import Embedder
from coach.schema import Message
from coach.settings import PROJECT_ROOT

__all__ = [
    "RESULTS",
    "Kept",
    "Ratio",
    "budgets_table",
    "kept_results",
    "kept_voice",
    "measure_turns",
]

RESULTS = PROJECT_ROOT / "benchmarks" / "results"
PAIRS = 20
TURN_LIMIT = 2.5
"""A whole turn may take so many times one embedding by ONNX Runtime."""
ASKED = (
    "How do I do the self-compassion practice?",
    "why does protecting myself make me lonelier?",
    "My best friend stopped writing to me last spring and I still check my phone.",
    "What is deep listening, and how long does it take each day?",
)


@dataclass(frozen=True)
class Ratio:
    """A ratio, how far it may go, and where it comes from."""

    what: str
    ratio: float
    limit: float
    bound: str
    made: Provenance

    @property
    def holds(self) -> bool:
        """Whether it is within its budget; NaN never is."""
        return self.ratio <= self.limit if self.bound == "at most" else self.ratio >= self.limit

    @property
    def of_limit(self) -> float:
        """How much of its budget it takes: over 1 is too much, whichever way the bound goes."""
        return self.ratio / self.limit if self.bound == "at most" else self.limit / self.ratio


@dataclass(frozen=True)
class Kept:
    """What one measurement of `make bench` wrote down."""

    name: str
    made: Provenance
    figures: Mapping[str, Any]
    ratios: tuple[Ratio, ...]


def kept_results(folder: Path = RESULTS) -> list[Kept]:
    """Return what was measured last, by the name of the measurement.

    Raises:
        CoachError: A file is not what `make bench` writes.
    """
    return [_kept(path) for path in sorted(folder.glob("*.json"))]


def kept_voice(results: Sequence[Kept]) -> tuple[VoiceMeasured, Provenance]:
    """Return the voice as it was measured last, and where.

    Raises:
        CoachError: It never was.
    """
    for one in results:
        if one.name == "voice":
            figures = {name: Figure(**figure) for name, figure in one.figures.items()}
            return VoiceMeasured(figures), one.made
    raise CoachError("The voice was never measured; run `.venv/bin/python -m benchmarks.voice`.")


def measure_turns(
    conversation: Conversation, encoder: Embedder, made: Provenance, progress: Progress = unseen
) -> Ratio:
    """Return a whole turn against one embedding of its message, medians of pairs in alternation.

    Args:
        conversation: Who answers.
        encoder: What embeds, without remembering.
        made: Where this is measured.
        progress: Told how far it is.
    """
    spent: dict[str, list[float]] = {"turn": [], "embedding": []}
    order = random.Random(0)  # noqa: S311 - the same order at each run
    for number in range(PAIRS):
        progress("Measuring speed", number, PAIRS)
        text = f"{ASKED[number % len(ASKED)]} ({number})"  # new, so that nothing is remembered
        messages = [Message(role="user", content=text)]
        calls: list[tuple[str, Callable[[], object]]] = [
            ("turn", lambda m=messages: conversation.reply(m)),  # type: ignore[misc]
            ("embedding", lambda t=text: encoder.embed([t])),  # type: ignore[misc]
        ]
        order.shuffle(calls)
        for name, call in calls:
            begun = perf_counter()
            call()
            spent[name].append(perf_counter() - begun)
    ratio = median(spent["turn"]) / median(spent["embedding"])
    what = f"a whole turn, against one ONNX Runtime embedding ({PAIRS} pairs, now)"
    return Ratio(what, ratio, TURN_LIMIT, "at most", made)


def budgets_table(ratios: Sequence[Ratio], box: Box | None = None) -> Table:
    """Return a row for each ratio, with its budget, commit, machine and day."""
    table = Table("what", "ratio", "budget", "", "commit", "machine", "day", box=box)
    for one in ratios:
        table.add_row(
            one.what,
            f"{one.ratio:.2f}",
            f"{one.bound} {one.limit:g}",
            "met" if one.holds else "short",
            one.made.commit or "-",
            one.made.machine,
            one.made.date,
            style=None if one.holds else "bold red",
        )
    return table


def _kept(path: Path) -> Kept:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        made = Provenance(**held["made"])
        ratios = tuple(Ratio(**budget, made=made) for budget in held["budgets"])
        return Kept(path.stem, made, held["figures"], ratios)
    except (ValueError, KeyError, TypeError):
        raise CoachError(f"{path} is not what `make bench` writes; measure it anew.") from None
