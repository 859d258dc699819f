"""Find the answer that was written for what somebody in danger asks or tells.

Flow: a message -> its sentences, each compared with the questions and tellings of
`corpus/crisis/answers.yaml` -> the answer of the nearest -> `safety.needs`, which says it before
what it has for the kind of need in general.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.errors import CorpusError
from coach.index.written import Near, Written
from coach.pronouns import Called, called_in, turned
from coach.safety.fitting import Fitting
from coach.safety.reader import LEARNT_DIR, Reader
from coach.safety.wordings import read_yaml
from coach.sentences import sentences

__all__ = ["ANSWERS", "YOUNG", "Answer", "Answers", "Asked", "leaning"]

ANSWERS = "answers"
FITS_FROM, FITS_FROM_PRESSING = 0.43, 0.36
"""The probability from which an answer is given (`safety.fitting`), and the same where it answers
what cannot wait. By cross-validation over 3,615 messages these are 507 answers, of which 58 of 100
fit and 21 are wrong; by likeness alone it had been 464, 52 and 28 (docs/personas.md)."""
FITS_FROM_SURE, FITS_FROM_SURE_PRESSING = 0.58, 0.48
"""The same of an answer that would do harm in a near but different situation, and where that
answers what cannot wait.

"Get out of the car" was written for fumes, and said to a man whose shut car kept him from a rail.
"""
FITS_FROM_FIRST = 0.55
"""The same in a first message, where nothing else is known of the talk."""
FITS_PERHAPS = 0.3
"""The probability from which a question is perhaps one that an answer was written for."""
LIKE_FROM = 0.55
"""The likeness below which nothing is looked at."""
FEW_WORDS = 6
ASKS = re.compile(
    r"\?\W*$|^(?:(?:and|but|so|ok|also|then) )*(?:can|could|do|does|did|will|would|should|is|are|am"
    r"|what|how|why|who|where|when|which)\b",
    re.IGNORECASE,
)
"""A sentence that asks."""
OF_ONESELF = frozenset({"own", "mild", "harm"})
"""By whose danger an answer fits who is in danger from themselves."""
YOUNG = "young"
"""Whom an answer is for, where that is a child, whoever is in danger."""


@dataclass(frozen=True)
class Answer:
    """What is said to who asks or tells one thing.

    Attributes:
        kind: The kind of need that it is, or `other`.
        whose: By whose danger it fits, and whether for a child.
        asks: How people put it.
        say: What answers it, in other words each.
        then: A question that may follow.
        sure: Whether it would do harm, or be badly wrong, in a near but different situation.
    """

    kind: str
    whose: frozenset[str]
    asks: tuple[str, ...] = field(repr=False)
    say: tuple[str, ...]
    then: tuple[str, ...]
    sure: bool = False

    def fits(self, scopes: Collection[str], *, young: bool) -> bool:
        """Tell whether it may be said to who writes."""
        of_scope = not self.whose.isdisjoint(scopes)
        if not young:
            return of_scope
        # What is for a child alone is of their own danger: what hurts them at home is not known.
        of_own = set(scopes) <= OF_ONESELF and self.whose == {YOUNG}
        return YOUNG in self.whose and (of_scope or of_own)


@dataclass(frozen=True)
class Asked:
    """An answer that a message calls for.

    Attributes:
        answer: What answers it.
        chance: How likely it fits (`safety.fitting`).
        called: What the one is called of whom it speaks, if that is clear.
    """

    answer: Answer
    chance: float
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
        pressing: Kinds that cannot wait, which are answered though they are told less likely.

    Raises:
        CorpusError: The file is missing, cannot be read, or lacks a part.
    """

    def __init__(
        self, folder: Path, reader: Reader | None = None, pressing: Collection[str] = ()
    ) -> None:
        file = folder / f"{ANSWERS}.yaml"
        try:
            self.every = tuple(answer_from(row) for row in read_yaml(file)["answers"])
        except (AttributeError, KeyError, TypeError) as error:
            raise CorpusError(file, None, f"lacks or misuses {error}") from None
        asks = [answer.asks for answer in self.every]
        self._fitting = Fitting.read(LEARNT_DIR) if reader else Fitting()
        lifts = [self._fitting.lift(ways) for ways in asks]
        self._written = Written(asks, reader.alike, lifts) if reader else None
        self._pressing = frozenset(pressing)
        self._whose = cache(self._which_fit)  # a reply asks for each of the latest messages

    def sentences(self) -> Iterator[str]:
        """Yield every wording, about a man and about a woman where it is about one."""
        yield from self.meeting()
        for answer in self.every:
            for line in answer.then:
                yield from both_ways(line)

    def meeting(self, kinds: Collection[str] | None = None) -> Iterator[str]:
        """Yield the wordings that answer something, in the same way.

        Args:
            kinds: Only those of these kinds; None yields all.
        """
        for answer in self.every:
            if kinds is None or answer.kind in kinds:
                for line in answer.say:
                    yield from both_ways(line)

    def may_answer(self, question: str, scopes: Collection[str], *, young: bool) -> bool:
        """Tell whether an answer may have been written for a question, though it is not sure.

        Args:
            question: One sentence.
            scopes: Whose danger it may be about.
            young: Whether a child writes.

        Raises:
            EmbeddingError: The model failed.
        """
        near = self._near([question], scopes, young=young)
        return any(self._chance(one) >= FITS_PERHAPS for one in near)

    def called_for(
        self, message: str, scopes: Collection[str], *, young: bool, first: bool = False
    ) -> tuple[Asked, ...]:
        """Return the answers that the sentences of a message call for, the likest first.

        Args:
            message: What was written.
            scopes: Whose danger it may be about.
            young: Whether a child writes.
            first: Whether nothing was said of danger before; then only what is asked is answered.

        Raises:
            EmbeddingError: The model failed.
        """
        parts = sentences(message)
        read = [part for part in parts if ASKS.search(part)] if first else parts + leaning(parts)
        found = [(near, self._chance(near)) for near in self._near(read, scopes, young=young)]
        return tuple(
            Asked(self.every[near.group], chance, called_in(near.sentence) or called_in(message))
            for near, chance in found
            if chance >= self._least(near, first=first)
        )

    def _chance(self, near: Near) -> float:
        """Return the probability that an answer fits what comes near to it."""
        return self._fitting.chance(near.likeness)

    def _least(self, near: Near, *, first: bool) -> float:
        """Return the probability from which an answer is given."""
        answer = self.every[near.group]
        pressing = answer.kind in self._pressing
        if answer.sure:
            return FITS_FROM_SURE_PRESSING if pressing else FITS_FROM_SURE
        if first:
            return FITS_FROM_FIRST
        return FITS_FROM_PRESSING if pressing else FITS_FROM

    def _near(self, parts: Sequence[str], scopes: Collection[str], *, young: bool) -> list[Near]:
        """Return which answers were written for what is like some sentences, the likest first."""
        if self._written is None:
            return []
        among = self._whose(frozenset(scopes), young)
        return self._written.near(parts, least=LIKE_FROM, among=among)

    def _which_fit(self, scopes: frozenset[str], young: bool) -> NDArray[np.bool_]:
        """Return which answers may be said in some talk, (answers,)."""
        return np.array([answer.fits(scopes, young=young) for answer in self.every])


def leaning(parts: Sequence[str]) -> list[str]:
    """Return each short question among sentences with the one that it leans on before it.

    "I've put it under the bed. Is that any good?" asks something that neither sentence does.
    """
    return [
        f"{before} {question}"
        for before, question in pairwise(parts)
        if question.endswith("?") and len(question.split()) <= FEW_WORDS
    ]


def both_ways(line: str) -> Iterator[str]:
    """Yield a line as it stands, and turned to who may be spoken of."""
    yield from dict.fromkeys([line, *(turned(line, called) for called in Called)])


def answer_from(row: Mapping[str, Any]) -> Answer:
    """Return the answer that one row of the file describes."""
    return Answer(
        row["kind"],
        frozenset(row["for"]),
        tuple(row["asks"]),
        tuple(row["say"]),
        tuple(row.get("then", ())),
        bool(row.get("sure")),
    )
