"""What one held-out set says: shares with their intervals, and the rows that were judged wrong.

Flow: `evaluation.safety`, `evaluation.dialogue`, `evaluation.grounding`, `evaluation.retrieval`
-> here -> `evaluation.gates`, `evaluation.report`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from coach.dialogue.conversation import Conversation
from coach.evaluation.figures import Breakdown, Calibration, Shares
from coach.index.build import Progress
from coach.schema import Message, Reply

__all__ = ["Measured", "Miss", "judge_all", "reply_to_each"]


class HasText(Protocol):
    """A row of a set that somebody may write."""

    @property
    def text(self) -> str:
        """What is written."""


Item = TypeVar("Item")
Asked = TypeVar("Asked", bound=HasText)
Judgement = TypeVar("Judgement")


@dataclass(frozen=True)
class Miss:
    """A row that was judged wrong, by a figure that counts it."""

    id: str
    figure: str
    meant: str
    got: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Measured:
    """What one set says."""

    name: str
    """The name of the set, and of its table of gates."""
    rows: int
    shares: Shares
    by: Mapping[str, Breakdown] = field(default_factory=dict)
    """The shares again, by what the rows can be divided by: category, voice, kind, rule."""
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)
    """By what the chances are of: `crisis`, `at_risk`."""
    misses: tuple[Miss, ...] = field(default=(), repr=False)

    @property
    def figures(self) -> dict[str, float]:
        """What gates may be set on, by name."""
        errors = {f"{of}_calibration_error": c.error for of, c in self.calibrations.items()}
        return {name: share.value for name, share in self.shares.items()} | errors


def judge_all(
    items: Sequence[Item], judge: Callable[[Item], Judgement], name: str, progress: Progress
) -> list[tuple[Item, Judgement]]:
    """Return each item with what `judge` says of it, telling how many are done.

    Several are judged at once, for most of the time goes into the encoder, which lets go of the
    interpreter; so `judge` must be safe to call from many threads.
    """
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found: list[tuple[Item, Judgement]] = []
        for item, judgement in zip(items, threads.map(judge, items), strict=True):
            progress(f"Measuring {name}", len(found), len(items))
            found.append((item, judgement))
        return found


def reply_to_each(
    conversation: Conversation, rows: Sequence[Asked], name: str, progress: Progress
) -> list[tuple[Asked, Reply]]:
    """Return each row with the reply to its text by itself, telling how many are done."""
    return judge_all(
        rows,
        lambda row: conversation.reply([Message(role="user", content=row.text)]),
        name,
        progress,
    )
