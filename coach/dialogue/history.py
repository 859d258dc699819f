"""What the coach knows of a conversation: a fold over its messages.

Flow: the messages of a request -> here -> every node of `dialogue.graph`.  Nothing is
kept between requests; what an earlier reply did is recognised by reading its text
against the corpus that it came from.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from coach.dialogue.phrasing import Voice
from coach.library import Corpus
from coach.library.markdown import plain
from coach.schema import Message, Practice, PracticePosition, Step

__all__ = ["History", "HistoryReader", "spoken"]

_BEGINNING = 60
"""Characters of a paragraph by which it is known again."""

_TELLING = 20
"""Fewer characters than these stand in many a reply; no text is known again by them."""

WALK_MEMORY = 6
"""How many replies without a step may come between two steps of a walk-through."""


@dataclass(frozen=True)
class History:
    """One conversation up to and including the message that is to be answered.

    Attributes:
        messages: All of it, the person's latest message last.
        walk: Where the walk-through stands that is going on, if one is.
        offered: The practice that the latest reply offered to lead through.
        subject: The document that was quoted last.
    """

    messages: tuple[Message, ...]
    walk: PracticePosition | None = None
    offered: Practice | None = None
    subject: str | None = None

    @property
    def latest(self) -> str:
        """The message that is to be answered."""
        return self.messages[-1].content

    @property
    def theirs(self) -> list[str]:
        """What the person wrote, in order."""
        return [m.content for m in self.messages if m.role == "user"]

    @property
    def ours(self) -> list[str]:
        """What the coach replied, in order."""
        return [m.content for m in self.messages if m.role == "assistant"]


class HistoryReader:
    """Reads conversations against the corpus and the words that replies are made of."""

    def __init__(self, corpus: Corpus, voice: Voice) -> None:
        self._ends = [_plain(line) for line in (*voice.walkthrough.stop, *voice.walkthrough.done)]
        self._steps = [
            (mark, PracticePosition(id=p.id, step=number, steps=len(p.steps)))
            for p in corpus.practices
            for number, step in enumerate(p.steps, start=1)
            for mark in _step_marks(step, number, len(p.steps), voice)
        ]
        self._offers = [
            (_plain(offer.format(practice=spoken(practice), minutes=practice.minutes)), practice)
            for practice in corpus.practices
            for offer in (*voice.offers, *voice.recommend)
        ]
        self._beginnings = [
            (beginning, document.slug)
            for document in corpus.documents
            for section in document.sections
            for paragraph in section.text.split("\n\n")
            if len(beginning := _plain(plain(paragraph))[:_BEGINNING]) >= _TELLING
        ]
        self._titles = [(document.title, document.slug) for document in corpus.documents]

    def read(self, messages: Sequence[Message]) -> History:
        """Return what the messages say of where the conversation stands."""
        ours = [_plain(m.content) for m in messages if m.role == "assistant"]
        subjects = (slug for text in reversed(ours) if (slug := self._subject(text)))
        return History(
            messages=tuple(messages),
            walk=self._walk(ours),
            offered=_first_in(ours[-1], self._offers) if ours else None,
            subject=next(subjects, None),
        )

    def _walk(self, ours: list[str]) -> PracticePosition | None:
        for text in reversed(ours[-WALK_MEMORY:]):
            if any(line in text for line in self._ends):
                return None
            if position := _first_in(text, self._steps):
                return position
        return None

    def _subject(self, text: str) -> str | None:
        """Return the document that a reply leads through, quotes, or names."""
        step = _first_in(text, self._steps)
        return step.id if step else _first_in(text, [*self._beginnings, *self._titles])


T = TypeVar("T")


def _first_in(text: str, marked: Sequence[tuple[str, T]]) -> T | None:
    """Return what belongs to the first of the marks that stands in the text."""
    return next((value for mark, value in marked if mark in text), None)


def _step_marks(step: Step, number: int, steps: int, voice: Voice) -> list[str]:
    """Return what a reply holds that says this step; a few words need their label."""
    said = _plain(step.say)
    if len(said) >= _TELLING:
        return [said]
    labels = (label.format(step=number, steps=steps) for label in voice.walkthrough.step)
    return [_plain(f"{label} {said}") for label in labels]


def spoken(practice: Practice) -> str:
    """Return the practice's title as it stands inside a sentence."""
    return practice.title[0].lower() + practice.title[1:]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
