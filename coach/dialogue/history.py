"""What the coach knows of a conversation: a fold over its messages.

Flow: the messages of a request -> here -> every node of `dialogue.graph`.  Nothing is
kept between requests; what an earlier reply did is recognised by reading its text
against the corpus that it came from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from coach.dialogue.paraphrase import paraphrase
from coach.dialogue.phrasing import Voice
from coach.dialogue.told import Mention, Told, planned, read_told
from coach.library import Corpus
from coach.library.markdown import plain
from coach.pronouns import Called, called_in
from coach.schema import Message, Practice, PracticePosition, Step
from coach.sentences import sentences

__all__ = ["TELLING_WORDS", "History", "HistoryReader", "spoken"]

_BEGINNING = 60
"""Characters of a paragraph by which it is known again."""

_OFFER_MEMORY = 12
"""Replies that are searched for an offer."""

_LATELY = 3
"""Replies in which an offer is still known that is taken up later."""

_TELLING = 20
"""Fewer characters than these stand in many a reply; no text is known again by them."""

WALK_MEMORY = 6
"""How many replies without a step may come between two steps of a walk-through."""

TELLING_WORDS = 4
"""Fewer words than these tell nothing yet."""


_Steps = list[PracticePosition | None]
"""The step that each of the coach's replies says, if it says one."""


_OF_ONE = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_OF_MORE = re.compile(r"\b(?:they|them|their|it|everyone|everybody|people)\b", re.IGNORECASE)


_LONG_AGO = re.compile(
    r"\bwhen (?:my|our) [\w ]{2,20} died,? i was (?:\w+teen|\d\d?|a (?:child|boy|girl|kid))\b"
    r"|\b(?:\d\d|twenty|thirty|forty|fifty|fifteen|many|some) (?:odd )?years (?:ago|back)\b"
    r"|\bdecades ago\b|\bin 19\d\d\b",
    re.IGNORECASE,
)
"""Words beside a death that was long ago, for which nobody is condoled with any more."""


@dataclass(frozen=True)
class History:
    """One conversation up to and including the message that is to be answered.

    Attributes:
        messages: All of it, the person's latest message last.
        walk: Where the walk-through stands that is going on, if one is.
        offered: The practice that the latest reply offered to lead through.
        offered_lately: The same of one of the latest three.
        listed: The practices among which the latest reply let the person choose, in its order.
        subject: The document that was quoted last.
        told: What the person told of their life.
        left: The step at which a practice was left before its end, if one was.
        led: The ids of the practices that were begun.
        since_offer: How many replies came since one offered a practice; all, if none did.
        put_down: The latest message turns from the practice that was going on to something else.
        finished: The latest message says that the practice is done, and then tells more.
    """

    messages: tuple[Message, ...]
    walk: PracticePosition | None = None
    offered: Practice | None = None
    offered_lately: Practice | None = None
    listed: tuple[Practice, ...] = ()
    subject: str | None = None
    told: Told = field(default_factory=Told)
    left: PracticePosition | None = None
    led: frozenset[str] = frozenset()
    since_offer: int = 0
    put_down: bool = False
    finished: bool = False

    def out_of_practice(self) -> "History":
        """Return the same with the practice put down, to be taken up again when asked for."""
        return replace(self, walk=None, left=self.walk, put_down=True)

    def after_practice(self) -> "History":
        """Return the same with the practice gone through to its end."""
        return replace(self, walk=None, finished=True)

    @property
    def stories(self) -> int:
        """How many messages told something, the latest included."""
        return sum(len(text.split()) >= TELLING_WORDS for text in self.theirs)

    @cached_property
    def said_back(self) -> bool:
        """Whether the latest reply said back what the person had told."""
        told = paraphrase(self.theirs[-2]) if len(self.theirs) > 1 and self.ours else None
        return told is not None and told in self.ours[-1]

    @property
    def latest(self) -> str:
        """The message that is to be answered."""
        return self.messages[-1].content

    @cached_property
    def theirs(self) -> list[str]:
        """What the person wrote, in order."""
        return [m.content for m in self.messages if m.role == "user"]

    @cached_property
    def told_now(self) -> Told:
        """What the latest message tells by itself."""
        return read_told([self.latest])

    def of_whom(self, asked: str) -> str:
        """Return the one whom a sentence names, or may mean; empty if unclear.

        It may mean the only one of whom was spoken, where it says "him", or says of nobody and
        the message before it did.
        """
        named = read_told([asked]).people
        before = self.theirs[-2] if len(self.theirs) > 1 else ""
        of_one = _OF_ONE.search(asked) or (not _OF_MORE.search(asked) and _OF_ONE.search(before))
        people = named or (self.told.people if of_one else ())
        if len(people) != 1:
            return ""
        words = people[0].words
        called = {called_in(words), called_in(of_one[0])} if of_one else set()
        return "" if called == {Called.HE, Called.SHE} else words

    def called(self, told: str) -> Called:
        """Return what the one is called whom a sentence of the latest message tells of.

        By the sentence itself, or else by the whole message, or by whom alone it may mean.
        """
        of_whom = (called_in(text) for text in (told, self.latest, self.of_whom(self.latest)))
        return next(filter(None, of_whom), Called.THEY)

    @cached_property
    def planned_now(self) -> Mention | None:
        """Whom the latest message's plan is about; None if it tells of none."""
        return planned([self.latest])

    @cached_property
    def newly_gone(self) -> tuple[Mention, ...]:
        """Who is spoken of as dead for the first time, unless it is told as long ago."""
        gone = () if _LONG_AGO.search(self.latest) else self.told_now.gone
        known = {mention.words for mention in read_told(self.theirs[:-1]).gone} if gone else ()
        return tuple(mention for mention in gone if mention.words not in known)

    @cached_property
    def ours(self) -> list[str]:
        """What the coach replied, in order."""
        return [m.content for m in self.messages if m.role == "assistant"]


class HistoryReader:
    """Reads conversations against the corpus and the words that replies are made of."""

    def __init__(self, corpus: Corpus, voice: Voice) -> None:
        read_told([""])  # while there is a disk to read their expressions from
        paraphrase("")
        sentences("a line without a mark that is long enough")
        done = (*voice.walkthrough.done, *voice.walkthrough.finished)
        self._dones = [_plain(line) for line in done]
        ends = (*voice.walkthrough.stop, *voice.walkthrough.put_down)
        self._ends = [*map(_plain, ends), *self._dones]
        self._steps = [
            (mark, PracticePosition(id=p.id, step=number, steps=len(p.steps)))
            for p in corpus.practices
            for number, step in enumerate(p.steps, start=1)
            for mark in _step_marks(step, number, len(p.steps), voice)
        ]
        self._practices = [(practice.title.lower(), practice) for practice in corpus.practices]
        self._offers = [
            (_plain(offer.format(practice=spoken(practice), minutes=practice.minutes)), practice)
            for practice in corpus.practices
            for offer in (*voice.offers, *voice.recommend, *voice.recommend_for_it)
        ]
        beginnings = [
            (beginning, document.slug)
            for document in corpus.searched
            for section in document.sections
            for paragraph in section.text.split("\n\n")
            if len(beginning := _plain(plain(paragraph))[:_BEGINNING]) >= _TELLING
        ]
        titles = [(document.title, document.slug) for document in corpus.searched]
        self._subjects = [*beginnings, *titles]

    def read(self, messages: Sequence[Message]) -> History:
        """Return what the messages say of where the conversation stands."""
        ours = [_plain(m.content) for m in messages if m.role == "assistant"]
        steps = [_first_in(text, self._steps) for text in ours]
        walk = self._walk(ours, steps)
        return History(
            messages=tuple(messages),
            walk=walk,
            offered=_first_in(ours[-1], self._offers) if ours else None,
            offered_lately=next(
                (
                    found
                    for text in ours[: -_LATELY - 1 : -1]
                    if (found := _first_in(text, self._offers))
                ),
                None,
            ),
            listed=self._listed(ours[-1]) if ours and not steps[-1] else (),
            subject=self._subject(ours, steps),
            told=read_told([m.content for m in messages if m.role == "user"]),
            left=self._left(ours, steps) if walk is None else None,
            led=frozenset(position.id for position in steps if position),
            since_offer=self._since_offer(ours, steps),
        )

    def _listed(self, text: str) -> tuple[Practice, ...]:
        """Return the practices that a reply names, if it names more than one."""
        places = ((text.lower().find(title), practice) for title, practice in self._practices)
        named = sorted((found for found in places if found[0] >= 0), key=lambda found: found[0])
        return tuple(practice for _, practice in named) if len(named) > 1 else ()

    def _walk(self, ours: list[str], steps: _Steps) -> PracticePosition | None:
        for text, position in _latest_first(ours[-WALK_MEMORY:], steps[-WALK_MEMORY:]):
            if any(line in text for line in self._ends):
                return None
            if position:
                return position
        return None

    def _left(self, ours: list[str], steps: _Steps) -> PracticePosition | None:
        """Return the step at which a practice was left, unless one was gone through since."""
        for text, position in _latest_first(ours, steps):
            if any(line in text for line in self._dones):
                return None
            if position:
                return position
        return None

    def _since_offer(self, ours: list[str], steps: _Steps) -> int:
        """Return how many replies came since one offered a practice or led through one."""
        recent = _latest_first(ours[-_OFFER_MEMORY:], steps[-_OFFER_MEMORY:])
        for count, (text, position) in enumerate(recent):
            if position or _first_in(text, self._offers):
                return count
        return len(ours)

    def _subject(self, ours: list[str], steps: _Steps) -> str | None:
        """Return the document that was led through, quoted or named last."""
        found = (
            position.id if position else _first_in(text, self._subjects)
            for text, position in _latest_first(ours, steps)
        )
        return next(filter(None, found), None)


T = TypeVar("T")


def _latest_first(ours: list[str], steps: _Steps) -> Iterator[tuple[str, PracticePosition | None]]:
    """Yield the replies with the step that each says, the latest first."""
    return zip(reversed(ours), reversed(steps), strict=True)


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
    return f'"{practice.title}"'


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
