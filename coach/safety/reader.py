"""Judge messages and sentences by what was learnt of labelled ones.

Flow: `evals/safety/train/` -> `safety.training` (once, by an engineer) -> `learnt/*.npz` ->
here -> screen (level, categories), boundaries, crisis path (answers), check (never).

What was learnt is plain arrays over the packaged embedding model, committed with a card of
their data and figures, so that no setting and no build can make the coach less careful.
Findings are remembered by a keyed hash without a word of the text: a message is judged once
however many ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from coach.index.alike import Alike
from coach.index.embedder import Encoder, Vectors
from coach.index.judgement import Judgement
from coach.remembered import Remembered
from coach.schema import Level

__all__ = [
    "HARM",
    "HUMAN",
    "LEARNT_DIR",
    "LEVELS",
    "NEVER",
    "NO_BOUNDARY",
    "NO_SUBJECT",
    "SETS",
    "SUBJECTS",
    "Chances",
    "Judged",
    "Reader",
    "SafetyReader",
]

LEARNT_DIR = Path(__file__).with_name("learnt")
OF_MESSAGES = ("messages", "boundaries", "harm", "answers")
"""The training sets that a message is judged by."""
OF_NEEDS = "needs"
"""The training set by which a message is read within a crisis."""
OF_SUBJECTS = "subjects"
"""The training set by which it is told whose danger a message is about."""
SETS = (*OF_MESSAGES, "sentences", OF_NEEDS, OF_SUBJECTS)
"""All of them, each of which is learnt by itself."""
NO_SUBJECT = "none"
SUBJECTS = ("own", "harm", "third", "abuse", NO_SUBJECT)
"""Whose danger: one's own wish to die, hurting oneself, somebody else's danger, harm at home."""
LEVELS = tuple(level.value for level in Level)
NO_BOUNDARY = "none"
NEVER = "never"
HARM = "harm"
HUMAN = "human"
"""The boundary of who asks what the coach is."""

REMEMBERED = 4096
LIKELY = 0.5
"""The probability from which a category or an answer is taken as given."""


class Chances(NamedTuple):
    """The probability of each level; they sum to 1."""

    none: float
    concern: float
    crisis: float


@dataclass(frozen=True)
class Judged:
    """What was learnt says of one message; probabilities from 0 to 1.

    Attributes:
        chances: Of each level, calibrated.
        categories: Of each category of risk.
        boundaries: Of each boundary but harm, and of none; they sum to 1.
        harm: That it asks for help to harm somebody.
        answers: Of each kind of answer within a crisis.
    """

    chances: Chances
    categories: Mapping[str, float]
    boundaries: Mapping[str, float]
    harm: float
    answers: Mapping[str, float]

    @property
    def crisis(self) -> float:
        """The probability that someone is in danger now."""
        return self.chances.crisis

    @property
    def at_risk(self) -> float:
        """The probability of concern or crisis."""
        return self.chances.concern + self.chances.crisis

    @property
    def likely_categories(self) -> tuple[str, ...]:
        """The categories that are given, likeliest first; the likeliest in any case."""
        ordered = sorted(self.categories, key=lambda name: -self.categories[name])
        return tuple(n for n in ordered if self.categories[n] >= LIKELY) or tuple(ordered[:1])

    @property
    def likely_answers(self) -> frozenset[str]:
        """The answers that are given."""
        return frozenset(name for name, chance in self.answers.items() if chance >= LIKELY)


class Reader(Protocol):
    """Judges texts."""

    def read(self, messages: Sequence[str]) -> list[Judged]:
        """Return what was learnt says of each message, in order.

        Raises:
            EmbeddingError: The model failed.
        """

    def bad(self, sentences: Sequence[str]) -> list[float]:
        """Return the probability that each sentence is one that the coach must not say.

        Raises:
            EmbeddingError: The model failed.
        """

    def needs(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        """Return the probability of each kind of need, as `safety.needs` meets them.

        Raises:
            EmbeddingError: The model failed.
        """

    def subjects(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        """Return the probability of each of `SUBJECTS` for each message; they sum to 1.

        Raises:
            EmbeddingError: The model failed.
        """

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of texts, which are near where two are about the same.

        Raises:
            EmbeddingError: The model failed.
        """

    def alike(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of texts, which are near where two say the same.

        Raises:
            EmbeddingError: The model failed.
        """


class SafetyReader:
    """Judges texts by what was learnt; remembers its findings, and no text.

    Args:
        encoder: The packaged model, which the arrays were learnt with.
        alike: Likens texts by it; knows the vectors of those that never change.
        folder: Where the arrays are.

    Raises:
        EmbeddingError: Something is missing or broken.
    """

    def __init__(
        self, encoder: Encoder, alike: Alike | None = None, folder: Path = LEARNT_DIR
    ) -> None:
        self._encoder = encoder
        self._alike = alike or Alike(encoder)
        self._sets = {name: Judgement.read(folder, name) for name in SETS}
        self._messages: Remembered[Judged] = Remembered(REMEMBERED)
        self._sentences: Remembered[float] = Remembered(REMEMBERED)
        self._needs: Remembered[Mapping[str, float]] = Remembered(REMEMBERED)
        self._subjects: Remembered[Mapping[str, float]] = Remembered(REMEMBERED)

    def read(self, messages: Sequence[str]) -> list[Judged]:
        """Return what was learnt says of each message, in order.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._messages.of_each(messages, self._judge)

    def bad(self, sentences: Sequence[str]) -> list[float]:
        """Return the probability that each sentence is one that the coach must not say.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._sentences.of_each(sentences, self._weigh)

    def needs(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        """Return the probability of each kind of need, as `safety.needs` meets them.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._needs.of_each(messages, self._needed)

    def subjects(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        """Return the probability of each of `SUBJECTS` for each message; they sum to 1.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._subjects.of_each(messages, self._told_of)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of texts, which are near where two are about the same.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._encoder.embed(texts)

    def alike(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of texts, which are near where two say the same.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._alike.vectors(texts)

    def _needed(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        found = self._sets[OF_NEEDS].named(messages, self._encoder.encode(messages))
        return list(found["need"])

    def _told_of(self, messages: Sequence[str]) -> list[Mapping[str, float]]:
        found = self._sets[OF_SUBJECTS].named(messages, self._encoder.encode(messages))
        return list(found["subject"])

    def _judge(self, messages: Sequence[str]) -> list[Judged]:
        encoded = self._encoder.encode(messages)
        found: dict[str, list[dict[str, float]]] = {}
        for name in OF_MESSAGES:
            found |= self._sets[name].named(messages, encoded)
        rows = (found[question] for question in ("level", "category", "boundary", HARM, "answer"))
        return [
            Judged(Chances(*level.values()), category, boundary, harm[HARM], answer)
            for level, category, boundary, harm, answer in zip(*rows, strict=True)
        ]

    def _weigh(self, sentences: Sequence[str]) -> list[float]:
        encoded = self._encoder.encode(sentences)
        return [float(row[0]) for row in self._sets["sentences"].chances(sentences, encoded)[NEVER]]
