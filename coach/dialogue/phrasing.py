"""The coach's own words, from `corpus/voice.yaml`, chosen so that none comes twice.

Flow: voice.yaml -> here -> `dialogue.composer`, `dialogue.walkthrough`.
"""

import random
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator

from coach.errors import CorpusError
from coach.library.front_matter import load_yaml
from coach.pronouns import SLOTS, Called, filled, turned, ways
from coach.safety.boundaries import BOUNDARIES
from coach.schema import Aspect, Company
from coach.sentences import sentences

__all__ = [
    "IN_SINGLE_QUOTES",
    "STRAIGHT_QUOTES",
    "FarewellWords",
    "Phrasing",
    "ShortAnswer",
    "Situation",
    "Telling",
    "Thing",
    "Voice",
    "dated",
    "load_voice",
    "straightened",
]

Lines = tuple[str, ...]
Loaded = TypeVar("Loaded", bound=BaseModel)

OPTIONS = {"answered", "begin", "offered", "smalltalk", "story", "unknown"}
"""The keys that `options` must have."""


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
    gone: Lines = ()
    """Reflections for somebody who is no longer there and was named, with {person}."""
    needs: str | None = None
    """Which of `needed` must stand in a message that tells it."""
    words: str | None = None
    """The section that answers who lives in it and wants words for somebody, as `slug#anchor`."""


class Thing(_Words):
    """A kind of everyday thing that a message may speak of."""

    kind: str
    words: str
    """A regular expression of alternatives, in lower case."""
    bare: bool = False
    """Whether one of the words by itself, without "the" or "my", is such a thing."""
    passing: bool = False
    """Whether such things are mostly named in passing, so that much else is nearer to ask about."""
    lines: Lines = Field(min_length=8)
    """What is asked after it, with {thing}."""


class Telling(_Words):
    """What is said back to something that people tell, whoever they tell it of."""

    reflections: Lines = Field(min_length=1)
    questions: Lines = Field(min_length=1)
    mourned: bool | None = None
    """Whether it can be told only where somebody has died, or only where nobody has."""
    needs: str | None = None
    """Which of `needed` must stand in a message that tells it."""
    words: str | None = None
    """The section that answers who tells it and then wants words for somebody, as `slug#anchor`."""
    whether: str | None = None
    """The same for who then asks whether to get in touch."""
    of: Lines = ()
    """Of a family: the tellings for each of which its words are true."""


class Tellings(RootModel[Mapping[str, Telling]]):
    """All of `tellings.yaml`, by the learnt label."""

    model_config = ConfigDict(frozen=True)


class VeryThing(_Words):
    """One thing that people tell, with ways to put it, and what is said back to just that."""

    asks: Lines = Field(min_length=3)
    say: Lines = Field(min_length=2)
    then: Lines = Field(min_length=1)
    light: bool = False
    """It is not for somebody in danger."""

    def about(self, called: Called | None) -> Telling:
        """Return what is said back, about a man or a woman as the person spoke of one."""
        say, then = (tuple(turned(line, called) for line in of) for of in (self.say, self.then))
        return Telling(reflections=say, questions=then)


class VeryThings(RootModel[tuple[VeryThing, ...]]):
    """All of `heard.yaml`."""

    model_config = ConfigDict(frozen=True)


class ShortAnswer(_Words):
    """A question of people's own lives that the corpus answers in a few words."""

    section: str
    """The section that answers, as `slug#anchor`."""
    then: Lines = Field(min_length=1)
    """What may follow the answer; some with {person}, of whom was spoken."""
    needs: str | None = None
    """Which of `needed` must have been spoken of for the question to be this one."""


class ShortAnswers(RootModel[Mapping[str, ShortAnswer]]):
    """All of `short_answers.yaml`, by the learnt label."""

    model_config = ConfigDict(frozen=True)


class WordsForIt(RootModel[Mapping[str, Lines]]):
    """All of `words_for_it.yaml`: what people ask who want the words of a section."""

    model_config = ConfigDict(frozen=True)


BESIDE: Mapping[str, type[RootModel[Any]]] = {
    "heard": VeryThings,
    "short_answers": ShortAnswers,
    "tellings": Tellings,
    "words_for_it": WordsForIt,
}
"""The files next to `voice.yaml` that hold more of the coach's words."""


class MemoryWords(_Words):
    """What comes back to something that the person told."""

    name: Lines
    welcome: Lines
    person: Lines
    now: Lines
    still: Lines
    """After whom a message calls "she" or "he"."""
    event: Lines


class FarewellWords(_Words):
    """What a goodbye is made of."""

    thanked: Lines
    night: Lines
    """With {name}, which is empty or a comma and a name."""
    day: Lines
    with_somebody: Lines
    """A wish for whom they mean to turn to, {person}."""
    plan: Lines
    """The same where it is unclear who that is."""
    event: Lines
    """A wish for what lies ahead, {event}."""
    wish: Lines
    watched: Lines
    """In place of a wish, where danger was spoken of."""


class BareWords(_Words):
    """What is said to an answer of a word or two."""

    dont_know: Lines
    affirmed: Lines
    denied: Lines
    accepted: Lines
    refused: Lines
    short: Lines
    name: Lines
    laugh: Lines
    swear: Lines


class WalkthroughWords(_Words):
    """What is said around the steps of a practice."""

    begin: Lines
    step: Lines
    pause: Lines
    continue_hint: Lines
    last_hint: Lines
    repeat: Lines
    slower: Lines
    skip: Lines
    resume: Lines
    previous: Lines
    stop: Lines
    put_down: Lines
    to_talk: Lines
    finished: Lines
    """Where they say at the end that it is done, and go on to something else."""
    small_step: Lines
    done: Lines
    declined: Lines
    heard: Lines
    back: Lines
    options: Mapping[str, str]
    """The words on the buttons, by command."""


class CatalogueWords(_Words):
    """What is said of the practices as such."""

    every: Lines
    some: Lines
    length: str
    minutes: Lines
    one: str
    takes: Mapping[Company, str]
    of_one: Mapping[Company, str]
    alone: Lines
    with_somebody: str
    choose: Lines


class Voice(_Words):
    """All of `voice.yaml`, and of the files of `BESIDE` next to it."""

    name: str
    situations: tuple[Situation, ...]
    needed: Mapping[str, str] = Field(default_factory=dict)
    """Expressions without which nobody tells a situation, or asks a question, by name."""
    openings: Mapping[Aspect | str, Lines]
    offers: Lines
    followups: Lines
    closings: Lines
    pointers: Lines
    nearest: Lines
    """What stands before the nearest page, where none is about just what was asked; {title}."""
    nearest_on: Lines
    unknown: Lines
    unanswered: Lines
    to_rehearse: Lines
    rehearsed: Lines
    scope: Lines
    first: Lines
    openers: Mapping[str, Lines]
    """What is said to who tells of nothing yet, by how they begin."""
    """What is said to a first message that says hello and does not know how to begin."""
    greetings: Lines
    thanks: Lines
    farewell: FarewellWords
    about: Mapping[str, Lines]
    """Answers about the coach itself, by what is asked; `any` for all else."""
    no_evidence: Lines
    cannot: Mapping[str, Lines]
    human_in_brief: Lines
    """What is said first to who asks whether this is a person, and then of their own life."""
    empty: Lines
    unreadable: Lines
    language: Lines
    unhelpful: Lines
    unhelpful_again: Lines
    doubted: Lines
    """Answers to somebody who asks whether what they told is silly, with {word}."""
    either_or: Lines
    """Answers to somebody who asks which of two things to do, with {one}, or {One}, and {other}."""
    misread: Lines
    misread_on: Lines
    no_advice: Lines
    rephrased: Lines
    meant: Lines
    meant_little: Lines
    drafted: Lines
    """What is said to words for somebody that the person has found."""
    drafted_so: Lines
    """The same where they told it to the coach, with the {words} as they can be said."""
    of_words: Mapping[str, Lines]
    """What is said to how they take words that they were given; `shorter` with the {words}."""
    wording: Mapping[str, Lines]
    """What is said of words that they mean to send, by what is seen in them; `fine` with {word}."""
    echoed: Lines
    """What is said to somebody who does not want their own words back."""
    stumbled: Lines
    stumbled_on: Lines
    source: Lines
    recap: Lines
    recap_nothing: Lines
    no_more: Lines
    catalogue: CatalogueWords
    which: Lines
    recommend: Lines
    recommend_for_it: Lines
    """The same for a practice that is for just what was said."""
    lead_option: str
    walkthrough: WalkthroughWords
    clarify: Lines
    listening: Lines
    nods: Lines
    """What takes in what was told before a question, where nothing else does."""
    quoted: Lines
    """What is said of the sentence that tells most, where nothing else fits; with {words}."""
    asked: Mapping[str, Lines]
    """Open questions, by what the message speaks of."""
    things: tuple[Thing, ...]
    invitations: Lines
    feelings: Mapping[str, Lines]
    """Reflections of a feeling that was shown."""
    bare: BareWords
    memory: MemoryWords
    moves: Mapping[str, Lines] = Field(default_factory=dict)
    """Replies to what a message does amid a talk, by the learnt label; some with {person}, who may
    be "your sister", or with {name}, who is called by name."""
    short_answers: Mapping[str, ShortAnswer] = Field(default_factory=dict)
    """Where the corpus answers just what was asked, by the learnt label."""
    words_for_it: Mapping[str, Lines] = Field(default_factory=dict)
    """What people ask who want the words of a section, by the section."""
    heard: tuple[VeryThing, ...] = ()
    """What is said back to the very thing that a sentence tells."""
    tellings: Mapping[str, Telling] = Field(default_factory=dict)
    """What is said back to what a person tells, by the learnt label."""
    tried: Mapping[str, Lines]
    """Reflections of a step that was tried: `well`, `badly`, or `said` without how it went."""
    only_listen: Lines
    listening_on: Lines
    long_sitting: Lines
    options: Mapping[str, Lines]
    """Quick replies that are offered, by the kind of reply they stand under."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Refuse words that would fail only in the middle of a conversation."""
        asked_of = {
            *(situation.needs for situation in self.situations),
            *(telling.needs for telling in self.tellings.values()),
            *(answer.needs for answer in self.short_answers.values()),
        } - {None}
        if lacking := asked_of - set(self.needed):
            raise ValueError(f"needed lacks {', '.join(map(str, lacking))}")
        of_families = [name for telling in self.tellings.values() for name in telling.of]
        if unknown := set(of_families) - set(self.tellings):
            raise ValueError(f"tellings lacks {', '.join(unknown)}")
        if len(set(of_families)) < len(of_families):
            raise ValueError("a telling stands in two families")
        for place, lines, slots in (
            ("offers", self.offers, {"practice"}),
            ("recommend", self.recommend, {"practice", "minutes"}),
            ("recommend_for_it", self.recommend_for_it, {"practice", "minutes"}),
            ("pointers", self.pointers, {"title", "n"}),
            ("nearest", self.nearest, {"title"}),
            ("which", self.which, {"practices"}),
            ("catalogue.every", self.catalogue.every, {"count"}),
            ("catalogue.length", (self.catalogue.length,), {"minutes"}),
            ("catalogue.minutes", self.catalogue.minutes, {"practice", "minutes", "steps"}),
            ("catalogue.one", (self.catalogue.one,), {"practice", "minutes"}),
            ("catalogue.of_one", self.catalogue.of_one.values(), {"practice"}),
            ("catalogue.alone", self.catalogue.alone, {"practices"}),
            ("lead_option", (self.lead_option,), {"practice"}),
            ("walkthrough.begin", self.walkthrough.begin, {"practice", "steps", "minutes"}),
            ("walkthrough.step", self.walkthrough.step, {"step", "steps"}),
            ("walkthrough.pause", self.walkthrough.pause, {"seconds"}),
            ("walkthrough.back", self.walkthrough.back, {"step"}),
            ("walkthrough.resume", self.walkthrough.resume, {"step", "practice"}),
            ("walkthrough.small_step", self.walkthrough.small_step, {"step"}),
            ("source", self.source, {"title"}),
            ("quoted", self.quoted, {"words"}),
            ("drafted_so", self.drafted_so, {"words"}),
            ("recap", self.recap, {"told"}),
            ("doubted", self.doubted, {"word"}),
            ("either_or", self.either_or, {"one", "One", "other"}),
            *((f"of_words.{how}", lines, {"words"}) for how, lines in self.of_words.items()),
            *((f"wording.{mark}", lines, {"word"}) for mark, lines in self.wording.items()),
            ("bare.short", self.bare.short, {"words"}),
            ("bare.name", self.bare.name, {"words"}),
            ("memory.name", self.memory.name, {"name"}),
            ("farewell.night", self.farewell.night, {"name"}),
            ("farewell.day", self.farewell.day, {"name"}),
            ("farewell.with_somebody", self.farewell.with_somebody, {"person"}),
            ("farewell.event", self.farewell.event, {"event"}),
            ("memory.person", self.memory.person, {"person"}),
            ("memory.now", self.memory.now, {"person"}),
            ("memory.event", self.memory.event, {"event"}),
            *((f"things.{thing.kind}", thing.lines, {"thing"}) for thing in self.things),
            *(
                (f"tellings.{n}", (*t.reflections, *t.questions), SLOTS)
                for n, t in self.tellings.items()
            ),
            *(
                (f"situations.{s.id}", (*s.reflections, *s.questions), SLOTS)
                for s in self.situations
            ),
            *((f"short_answers.{n}", a.then, {"person"}) for n, a in self.short_answers.items()),
            *((f"moves.{m}", lines, {"person", "name"} | SLOTS) for m, lines in self.moves.items()),
        ):
            for line in lines:
                unknown = {name for _, name, _, _ in Formatter().parse(line) if name} - slots
                if unknown:
                    raise ValueError(f"{place}: unknown {{{unknown.pop()}}} in {line!r}")
        for place, given, wanted in (
            ("openings", set(self.openings), {*Aspect, "any"}),
            ("cannot", set(self.cannot), set(BOUNDARIES)),
            ("options", set(self.options), OPTIONS),
        ):
            if missing := wanted - given:
                raise ValueError(f"{place}: {sorted(missing)[0]!r} is missing")
        return self

    def alike(self, sentence: str) -> Lines:
        """Return the lines that say what a sentence of the coach's says in other words."""
        kinds: tuple[Situation | Telling, ...] = (*self.tellings.values(), *self.situations)
        groups = (
            *(lines for kind in kinds for lines in (kind.reflections, kind.questions)),
            *self.moves.values(),
            *self.feelings.values(),
        )
        found = next((of for of in groups if any(_holds(line, sentence) for line in of)), ())
        others = (line for line in found if not _holds(line, sentence))
        return tuple(line for line in others if "{" not in ways(line)[0])

    @property
    def cues(self) -> tuple[str, ...]:
        """What people's messages, wishes for words and sentences are compared with, in order."""
        told = (cue for situation in self.situations for cue in situation.cues)
        asked = (cue for cues in self.words_for_it.values() for cue in cues)
        return tuple(dict.fromkeys((*told, *asked)))


def _holds(line: str, sentence: str) -> bool:
    """Tell whether a sentence stands in a line, whoever is spoken of."""
    return any(sentence in way for way in ways(line))


def load_voice(path: Path) -> Voice:
    """Return the coach's words: of `path`, and of the files of `BESIDE` next to it, if any.

    Raises:
        CorpusError: A file is missing or does not hold what `Voice` asks for.
    """
    words = load_yaml(path)
    for name, kind in BESIDE.items():
        file = path.with_name(f"{name}.yaml")
        if isinstance(words, dict) and file.is_file():
            words |= {name: _validated(kind, file, load_yaml(file)).root}
    return _validated(Voice, path, words)


def _validated(kind: type[Loaded], path: Path, words: Any) -> Loaded:
    """Return what a file of words holds.

    Raises:
        CorpusError: It does not hold what `kind` asks for.
    """
    try:
        return kind.model_validate(words)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CorpusError(path, None, f"{place}: {first['msg']}") from None


STRAIGHT_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
"""Turns curly quotation marks into straight ones."""

IN_SINGLE_QUOTES = r"(?:[^']|(?<=\w)'(?=\w))"
"""A sign between single quotes: an apostrophe within a word does not end them."""


def straightened(message: str) -> str:
    """Return the message with straight quotes, and nothing that no text can hold."""
    return message.encode("utf-8", "replace").decode().translate(STRAIGHT_QUOTES)


_DATES = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bchristmas\b|\beaster\b"
    r"|\b(?:january|february|april|june|july|august|september|october|november|december)\b"
    r"|(?<=\b(?:in|on|by) )(?:march|may)\b(?! (?:be|have)\b)",
    re.IGNORECASE,
)


def dated(text: str) -> str:
    """Return a text with the capitals that days and months have."""
    return _DATES.sub(lambda word: word[0].capitalize(), text)


class Phrasing:
    """Chooses words for one turn; the same conversation always gives the same words.

    Args:
        said: What the coach said before, in one text.
        seed: What makes this turn's choice; usually the latest message and the turn's number.
        called: What the one is called of whom the person tells.
    """

    def __init__(self, said: str, seed: str, called: Called = Called.THEY) -> None:
        self._said = said
        self._called = called
        self._random = random.Random(zlib.crc32(seed.encode(errors="replace")))  # noqa: S311
        self._now: list[str] = []

    def choose(self, lines: Sequence[str], *, called: Called | None = None, **values: Any) -> str:
        """Return one of `lines` that this conversation has not heard, filled with `values`.

        When all were said, any may come again.
        """
        whole = (_whole(filled(line, called or self._called), values) for line in lines)
        return self.fresh(lines, called=called, **values) or self._take([*whole])

    def fresh(self, lines: Sequence[str], *, called: Called | None = None, **values: Any) -> str:
        """Return one of `lines` that this conversation has not heard; empty when all were said.

        Args:
            lines: What may be said.
            called: What the one is called whom these lines are of, where it is another.
            values: What stands in the other slots.
        """
        unsaid = [
            _whole(filled(line, called or self._called), values)
            for line in lines
            if not any(self.was_said(_whole(way, values)) for way in ways(line))
        ]
        return self._take(unsaid) if unsaid else ""

    def of_whom(self, lines: Sequence[str], person: str) -> str:
        """Return a line that was not heard, of those with {person} if somebody was spoken of."""
        named = [line for line in lines if "{person}" in line]
        found = self.fresh(named, person=person) if person else ""
        return found or self.fresh([line for line in lines if line not in named])

    def toss(self) -> bool:
        """Return heads or tails."""
        return self._random.random() < 0.5

    def _take(self, lines: Sequence[str]) -> str:
        line = self._random.choice(lines)
        self._now.append(line)
        return line

    def was_said(self, line: str) -> bool:
        """Tell whether any sentence of the line was said in this conversation."""
        return any(s in self._said or s in self._now for s in sentences(line))


def _whole(line: str, values: Mapping[str, Any]) -> str:
    """Return a line with its slots filled, beginning with a capital."""
    if not values:
        return line
    whole = line.format(**values)
    return whole[:1].upper() + whole[1:]
