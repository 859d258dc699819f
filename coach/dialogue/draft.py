"""What a drafter hands on: the paragraphs of a reply before they are checked.

Flow: `dialogue.composer`, `dialogue.walkthrough`, the crisis path -> here ->
the check in `dialogue.graph`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from coach.dialogue.history import History
from coach.dialogue.understood import Understood
from coach.schema import Citation, Passage, PracticePosition, ReplyKind, Resource, Risk

__all__ = ["Draft", "Drafter", "Turn"]


@dataclass(frozen=True)
class Turn:
    """All that a drafter may use: nothing else reaches a reply."""

    history: History
    understood: Understood
    risk: Risk
    passages: Sequence[Passage] = ()
    boundary: str | None = None
    """Which line the message asks the coach to cross (a key of `cannot` in voice.yaml)."""
    opening: str = ""
    """Words of the safety path that come first where there is concern."""
    resources: tuple[Resource, ...] = ()
    misread: bool = False
    """The coach has just asked about a danger that nobody had named, and was wrong to."""


@dataclass(frozen=True)
class Draft:
    """A reply that no one has seen yet.

    Attributes:
        paragraphs: Read once, in order, and checked sentence by sentence as they come. One
            that begins with a space goes on with the paragraph before it.
        citations: May grow while the paragraphs are read.
        own_words: Every sentence stands in the coach's own files, or was held against what was
            learnt of bad sentences before it was handed on.
    """

    kind: ReplyKind
    paragraphs: Iterable[str]
    citations: Sequence[Citation] = ()
    practice: PracticePosition | None = None
    resources: tuple[Resource, ...] = ()
    options: tuple[str, ...] = ()
    own_words: bool = True


class Drafter(Protocol):
    """Writes the answer to one turn."""

    def draft(self, turn: Turn) -> Draft:
        """Return a draft that rests on the turn's passages alone."""
