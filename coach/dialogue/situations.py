"""Read what a person tells of their life: the situation they live in, what a sentence tells.

Flow: a message from `dialogue.understand` -> the cues of `voice.yaml`, `dialogue.topics`,
`dialogue.tellings` -> here -> `dialogue.hearing`, which has words for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coach.dialogue.expressions import Expressions, folded
from coach.dialogue.history import TELLING_WORDS, History
from coach.dialogue.nearest import NearestGroups, stands_out
from coach.dialogue.phrasing import Situation, Telling, Voice
from coach.dialogue.tellings import ALSO, Taken, TellingReader
from coach.dialogue.told import read_told, speaks_of_death
from coach.dialogue.topics import TopicReader
from coach.index.alike import Alike
from coach.index.embedder import Embedder
from coach.index.written import Written
from coach.pronouns import called_in
from coach.sentences import sentences

__all__ = ["EARLIER", "SituationReader"]

FITTING = ((0.55, 0.02), (0.48, 0.05), (0.42, 0.10))
"""How near a message must come to a situation, and by how much nearer than to any other; each
pair is enough.  Nearness is the cosine to its cues and, times `LEANS`, how the message leans
to its first topic."""

FITTING_AMID = ((0.65, 0.05), (0.60, 0.12))
"""The same amid a talk, where what was told before is another situation, or none."""

LEANS = 0.03

HAS_TO_GO = "has-to-go-now"
"""The telling that ends the talk."""

THE_SAME = 0.8
"""The likeness from which a sentence tells the very thing that words were written for.

Of 2,856 words that stood nearest to sentences of other people's messages eight readers judged 67 of
100 from there on to fit and 19 to be wrong, of those from 0.76 to 0.8 45 and 30 (docs/personas.md):
what was learnt of tellings has better words than these."""

EARLIER = 4
"""Messages that are looked back on for what the person told."""


@dataclass(frozen=True)
class Tellings:
    """What the sentences of a message tell: the likeliest, it and another, the least sure."""

    plainly: Telling | None = None
    both: tuple[Telling, ...] = ()
    perhaps: Telling | None = None
    said: str = ""
    """The sentence that tells the likeliest."""
    leaves: bool = False
    """The likeliest is that they have to go now."""


class SituationReader:
    """Reads what messages tell of the person's life.

    Args:
        says: The expressions that messages are read by.
        voice: The situations and tellings that the coach has words for.
        embedder: The shared embedding model.
        alike: Likens what is told to what words were written for.
        tellings: Reads what a sentence tells.
        topics: Reads how a message leans to each topic.
    """

    def __init__(
        self,
        says: Expressions,
        voice: Voice,
        embedder: Embedder,
        *,
        alike: Alike,
        tellings: TellingReader,
        topics: TopicReader,
    ) -> None:
        self._says = says
        self._embedder = embedder
        self._tellings = tellings
        self._topics = topics
        self._known_tellings = voice.tellings
        self._needed = voice.needed
        self._situations = {situation.id: situation for situation in voice.situations}
        self._heard = voice.heard
        self._grave = np.array([not thing.light for thing in voice.heard], dtype=bool)
        self._written = Written([thing.asks for thing in voice.heard], alike.vectors)
        self._cues = NearestGroups({s.id: s.cues for s in voice.situations}, embedder)

    def situation(
        self, message: str, earlier: Situation | None = None, *, amid: bool = False
    ) -> Situation | None:
        """Return what the message tells, if one situation is clearly the nearest.

        Amid a talk, one that was not told before must be plainer to be believed.

        Who tells that somebody has died is met as one who grieves, whatever else they tell.
        """
        near = self._cues.nearness(self._embedder.embed([message])[0])
        possible = {
            name: situation
            for name, situation in self._situations.items()
            if self._holds_needed(situation, message)
        }
        dead = ((said, gone) for said in sentences(message) if (gone := read_told([said]).gone))
        if first_dead := next(dead, None):
            said, gone = first_dead
            near = self._cues.nearness(self._embedder.embed([said])[0])
            # "I live with the dog. My wife died": nobody is met as one who lost an animal.
            named = any(person.words.startswith("your ") for person in gone)
            of_whom = said if named else message
            grief = [
                name
                for name, situation in possible.items()
                if situation.gone and self._holds_needed(situation, of_whom)
            ]
            return self._situations[max(grief, key=lambda name: near[name])] if grief else None
        leaning = self._topics.lean(message).topics
        mourns = speaks_of_death([message]) or (earlier is not None and bool(earlier.gone))
        likely = {
            name: near[name] + LEANS * max(leaning.get(t, 0.0) for t in situation.topics[:1])
            for name, situation in possible.items()
            if mourns or not situation.gone
        }
        first, second, *_ = sorted(likely, key=lambda name: -likely[name])
        ahead = likely[first] - likely[second]
        opens = not amid or (earlier is not None and earlier.id == first)
        pairs = FITTING if opens else FITTING_AMID
        fits = stands_out(likely[first], ahead, pairs)
        return self._situations[first] if fits else None

    def very_thing(self, message: str, *, in_danger: bool = False) -> Telling | None:
        """Return what is said back to the very thing that a sentence of a message tells, if any.

        Args:
            message: What the person wrote.
            in_danger: Nothing light is said back.
        """
        fitting = self._grave if in_danger else None
        texts = self._tellings.texts(message)
        found = self._written.near(texts, least=THE_SAME, among=fitting)
        if not found:
            return None
        group, _, sentence = found[0]
        return self._heard[group].about(called_in(sentence) or called_in(message))

    def tellings(self, message: str, history: History) -> Tellings:
        """Return what the sentences of a message tell, plainly or perhaps."""
        found = self.told(message, history)
        if not found:
            return Tellings()
        (first, telling), *others = found
        said = self._tellings.texts(message)[first.at]
        if not first.plainly:
            return Tellings(perhaps=telling, said=said)
        another = (one for one in others if one[0].name != first.name and one[0].chance >= ALSO)
        both = sorted([(first, telling), *list(another)[:1]], key=lambda one: one[0].at)
        plainly = tuple(one for _, one in both)
        return Tellings(telling, plainly, telling, said, leaves=first.name == HAS_TO_GO)

    def told(self, message: str, history: History) -> list[tuple[Taken, Telling]]:
        """Return what a message may tell in this talk, and the words for it, the plainest first."""
        mourned = speaks_of_death(history.theirs)
        return [
            (told, telling)
            for told in self._tellings.read(message)
            if (telling := self._known_tellings.get(told.name))
            and telling.mourned in {None, mourned}
            and self._holds_needed(telling, message)
        ]

    def felt(self, shown: Sequence[str], message: str) -> tuple[str, ...]:
        """Return the feelings that show in a message, by its words where they have some."""
        return tuple(
            feeling
            for feeling in shown
            if self._says.compiled(self._needed.get(feeling, "")).search(message)
        )

    def earlier(self, history: History) -> Situation | None:
        """Return the situation that the person told last, before this message."""
        for text in reversed(history.theirs[:-1][-EARLIER:]):
            message = self._says.spelt(folded(text))
            if len(message.split()) >= TELLING_WORDS and (found := self.situation(message)):
                return found
        return None

    def last_told(self, history: History) -> str | None:
        """Return the latest two earlier messages in which the person told something."""
        earlier = (folded(text) for text in history.theirs[:-1])
        told = [m for m in earlier if len(m.split()) >= TELLING_WORDS and self._says.tells(m)]
        return " ".join(told[-2:]) or None

    def _holds_needed(self, of: Situation | Telling, message: str) -> bool:
        """Tell whether the words stand in a message without which it cannot tell `of`."""
        return not of.needs or bool(self._says.compiled(self._needed[of.needs]).search(message))
