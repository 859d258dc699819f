"""The coach's own words, from `corpus/voice.yaml`, chosen so that none comes twice.

Flow: voice.yaml -> here -> `dialogue.composer`, `dialogue.walkthrough`.
"""

import random
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any, Self

import sentencex
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from coach.errors import CorpusError
from coach.library.front_matter import load_yaml
from coach.schema import Aspect

__all__ = ["Phrasing", "Situation", "Voice", "load_voice", "sentences"]

Lines = tuple[str, ...]

BOUNDARIES = {
    "diagnosis",
    "human",
    "law_or_medicine",
    "medication",
    "play_person",
    "role_change",
    "romance",
    "secrecy",
}
OPTIONS = {"answered", "begin", "offered", "smalltalk", "story", "unknown"}
"""The keys that `cannot` and `options` must have."""


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Situation(_Words):
    """Something a person may tell, and how the coach hears it."""

    id: str
    feelings: Lines
    topics: Lines
    practice: str | None
    cues: Lines = Field(min_length=1)
    """Messages of people in this situation, for comparison by embedding."""
    reflections: Lines = Field(min_length=1)
    questions: Lines = Field(min_length=1)


class WalkthroughWords(_Words):
    """What is said around the steps of a practice."""

    begin: Lines
    step: Lines
    pause: Lines
    continue_hint: Lines
    repeat: Lines
    slower: Lines
    skip: Lines
    stop: Lines
    done: Lines
    declined: Lines
    heard: Lines
    back: Lines
    options: Mapping[str, str]
    """The words on the buttons, by command."""


class Voice(_Words):
    """All of `voice.yaml`."""

    name: str
    situations: tuple[Situation, ...]
    openings: Mapping[Aspect | str, Lines]
    offers: Lines
    followups: Lines
    closings: Lines
    pointers: Lines
    unknown: Lines
    scope: Lines
    greetings: Lines
    thanks: Lines
    goodbyes: Lines
    about: Lines
    no_evidence: Lines
    cannot: Mapping[str, Lines]
    empty: Lines
    unreadable: Lines
    language: Lines
    unhelpful: Lines
    no_more: Lines
    which: Lines
    recommend: Lines
    lead_option: str
    walkthrough: WalkthroughWords
    clarify: Lines
    listening: Lines
    invitations: Lines
    options: Mapping[str, Lines]
    """Quick replies that are offered, by the kind of reply they stand under."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Refuse words that would fail only in the middle of a conversation."""
        for place, lines, slots in (
            ("offers", self.offers, {"practice"}),
            ("recommend", self.recommend, {"practice", "minutes"}),
            ("pointers", self.pointers, {"title", "n"}),
            ("which", self.which, {"practices"}),
            ("lead_option", (self.lead_option,), {"practice"}),
            ("walkthrough.begin", self.walkthrough.begin, {"practice", "steps", "minutes"}),
            ("walkthrough.step", self.walkthrough.step, {"step", "steps"}),
            ("walkthrough.pause", self.walkthrough.pause, {"seconds"}),
            ("walkthrough.back", self.walkthrough.back, {"step"}),
        ):
            for line in lines:
                unknown = {name for _, name, _, _ in Formatter().parse(line) if name} - slots
                if unknown:
                    raise ValueError(f"{place}: unknown {{{unknown.pop()}}} in {line!r}")
        for place, given, wanted in (
            ("openings", set(self.openings), {*Aspect, "any"}),
            ("cannot", set(self.cannot), BOUNDARIES),
            ("options", set(self.options), OPTIONS),
        ):
            if missing := wanted - given:
                raise ValueError(f"{place}: {sorted(missing)[0]!r} is missing")
        return self

    @property
    def cues(self) -> Iterator[str]:
        """The messages that people's are compared with."""
        return (cue for situation in self.situations for cue in situation.cues)


def load_voice(path: Path) -> Voice:
    """Return the coach's words.

    Raises:
        CorpusError: The file is missing or does not hold what `Voice` asks for.
    """
    try:
        return Voice.model_validate(load_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CorpusError(path, None, f"{place}: {first['msg']}") from None


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without the white space around them."""
    found = (s.strip() for part in text.split("\n") for s in sentencex.segment("en", part))
    return [sentence for sentence in found if sentence]


class Phrasing:
    """Chooses words for one turn; the same conversation always gives the same words.

    Args:
        said: What the coach said before, in one text.
        seed: What makes this turn's choice; usually the latest message and the turn's number.
    """

    def __init__(self, said: str, seed: str) -> None:
        self._said = said
        self._random = random.Random(zlib.crc32(seed.encode(errors="replace")))  # noqa: S311
        self._now: list[str] = []

    def choose(self, lines: Sequence[str], **values: Any) -> str:
        """Return one of `lines` that this conversation has not heard, filled with `values`.

        When all were said, any may come again.
        """
        filled = [line.format(**values) if values else line for line in lines]
        fresh = [line for line in filled if not self.was_said(line)]
        line = self._random.choice(fresh or filled)
        self._now.append(line)
        return line

    def was_said(self, line: str) -> bool:
        """Tell whether any sentence of the line was said in this conversation."""
        return any(s in self._said or s in self._now for s in sentences(line))
