"""Find the answer that was written for what somebody in danger asks or tells.

Flow: a message -> its sentences, each compared with the questions and tellings of
`corpus/crisis/answers.yaml` -> the answer of the nearest -> `safety.needs`, which says it before
what it has for the kind of need in general.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.errors import CorpusError
from coach.index.embedder import Vectors
from coach.pronouns import Called, called_in, turned
from coach.safety.reader import Reader
from coach.safety.wordings import read_yaml
from coach.sentences import sentences

__all__ = ["ANSWERS", "Answer", "Answers", "Asked", "asked_in"]

ANSWERS = "answers"
YOUNG = "young"
"""Whom an answer is for, where that is a child, whoever is in danger."""
OPPOSITE = 0.1
"""What a cosine loses where one of the two sentences says that something is not so."""
NEGATION = re.compile(
    r"n['’]t\b|\b(?:not|no|never|nothing|nobody|no one|none|without|neither|nor|cannot|dont|cant"
    r"|wont|didnt|doesnt|isnt|arent|wasnt|werent|havent|hasnt|hadnt|wouldnt|couldnt|shouldnt|aint)\b",
    re.IGNORECASE,
)
LEAST_WORDS = 3
"""A sentence of fewer words is like too many."""


@dataclass(frozen=True)
class Answer:
    """What is said to who asks or tells one thing.

    Attributes:
        kind: The kind of need that it is, or `other`.
        whose: By whose danger it fits, and whether for a child.
        asks: How people put it.
        say: What answers it, in other words each.
        then: A question that may follow.
    """

    kind: str
    whose: frozenset[str]
    asks: tuple[str, ...] = field(repr=False)
    say: tuple[str, ...]
    then: tuple[str, ...]

    def fits(self, scope: str, *, young: bool) -> bool:
        """Tell whether it may be said to who writes."""
        return YOUNG in self.whose if young else scope in self.whose


@dataclass(frozen=True)
class Asked:
    """An answer that a message calls for.

    Attributes:
        answer: What answers it.
        likeness: The cosine of the sentence to the nearest way to put it.
        place: Which sentence of the message it was.
        called: What the one is called of whom it speaks, if that is clear.
    """

    answer: Answer
    likeness: float
    place: int
    called: Called | None = None

    @property
    def say(self) -> tuple[str, ...]:
        """What answers it, about a man or a woman as the person spoke of one."""
        return tuple(turned(line, self.called) for line in self.answer.say)

    @property
    def then(self) -> tuple[str, ...]:
        """What may be asked after it, in the same way."""
        return tuple(turned(line, self.called) for line in self.answer.then)


class Answers:
    """The answers of one folder.

    Args:
        folder: `corpus/crisis`.
        reader: Gives the vectors; None finds no answer to anything.

    Raises:
        CorpusError: The file is missing, cannot be read, or lacks a part.
    """

    def __init__(self, folder: Path, reader: Reader | None = None) -> None:
        self._reader = reader
        self._asks: Vectors | None = None
        file = folder / f"{ANSWERS}.yaml"
        try:
            self.every = tuple(answer_from(row) for row in read_yaml(file)["answers"])
        except (AttributeError, KeyError, TypeError) as error:
            raise CorpusError(file, None, f"lacks or misuses {error}") from None

    @cached_property
    def _owners(self) -> NDArray[np.int_]:
        """Whose each way to put things is, in their order."""
        return np.repeat(np.arange(len(self.every)), [len(a.asks) for a in self.every])

    @cached_property
    def _negating(self) -> NDArray[np.bool_]:
        """Which ways to put things say that something is not so."""
        return np.array([negates(text) for answer in self.every for text in answer.asks])

    def sentences(self) -> Iterator[str]:
        """Yield every wording, about a man and about a woman where it is about one."""
        for answer in self.every:
            for line in (*answer.say, *answer.then):
                yield from dict.fromkeys([line, *(turned(line, called) for called in Called)])

    def called_for(
        self, message: str, scope: str, *, young: bool, least: float
    ) -> tuple[Asked, ...]:
        """Return the answers that the sentences of a message call for, the likest first.

        Args:
            message: What was written.
            scope: Whose danger it is about.
            young: Whether a child writes.
            least: The cosine from which a sentence asks the same.

        Raises:
            EmbeddingError: The model failed.
        """
        parts = [part for part in sentences(message) if len(part.split()) >= LEAST_WORDS]
        fitting = np.array([answer.fits(scope, young=young) for answer in self.every])
        rows = np.flatnonzero(fitting[self._owners])
        if self._reader is None or not parts or not len(rows):
            return ()
        if self._asks is None:
            self._asks = self._reader.vectors([text for a in self.every for text in a.asks])
        cosines = self._reader.vectors(parts) @ self._asks[rows].T
        unlike = np.array([negates(part) for part in parts])[:, None] != self._negating[rows]
        cosines -= OPPOSITE * unlike
        best: dict[int, Asked] = {}
        for place, (at, likeness) in enumerate(zip(cosines.argmax(1), cosines.max(1), strict=True)):
            owner = int(self._owners[rows[at]])
            known = best.get(owner)
            if likeness >= least and (known is None or known.likeness < likeness):
                called = called_in(parts[place]) or called_in(message)
                best[owner] = Asked(self.every[owner], float(likeness), place, called)
        return tuple(sorted(best.values(), key=lambda asked: -asked.likeness))


def negates(text: str) -> bool:
    """Tell whether a sentence says that something is not so."""
    return bool(NEGATION.search(text))


def answer_from(row: Mapping[str, Any]) -> Answer:
    """Return the answer that one row of the file describes."""
    return Answer(
        row["kind"],
        frozenset(row["for"]),
        tuple(row["asks"]),
        tuple(row["say"]),
        tuple(row.get("then", ())),
    )


def asked_in(folder: Path) -> tuple[str, ...]:
    """Return every way to put what is asked and told, for the index to hold.

    Raises:
        CorpusError: As `Answers`.
    """
    return tuple(text for answer in Answers(folder).every for text in answer.asks)
