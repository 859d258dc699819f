"""Find the practice that is meant: named, described, chosen among some, or left to the coach.

Flow: a message from `dialogue.understand` -> here -> `dialogue.walkthrough`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from coach.dialogue.expressions import Expressions, folded
from coach.dialogue.heard import SHORT, Heard
from coach.dialogue.history import TELLING_WORDS
from coach.dialogue.phrasing import Situation
from coach.dialogue.situations import EARLIER, SituationReader
from coach.dialogue.topics import TopicReader
from coach.dialogue.understood import ABOUT, Act, Understood
from coach.library import Corpus
from coach.schema import Practice
from coach.sentences import sentences

__all__ = ["NUMBERED", "PLACES", "PracticeChooser"]

DESCRIBED = 4.0
"""How far a message must lean to a practice, in standard deviations, to mean it."""

DESCRIBED_ANOTHER = 6.0
"""The same where another practice was just offered."""

SUITS = 2.5
"""How far a talk must lean to a practice for it to be offered to who asks for any."""

TOLD_MOST = 3.0
"""How far a message before the wish counts at most; half of it does."""

MOST_COMPARED = 4
"""The most practices that are set side by side."""

_SPEAKS_OF_IT = re.compile(r"\b(?:that|this|it)\b", re.IGNORECASE)
_WANTS_IT = re.compile(
    r"\b(?:try|do|through|start|begin|with) (?:it|that|this)\b"
    r"|\b(?:is|was) (?:that|this|it) one of\b",
    re.IGNORECASE,
)

_NO_END, _A_LITTLE_MORE = 60, 3
"""Minutes of the longest practice, and those by which the one that is asked for may be longer."""

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")

NUMBERED = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "ten": 10,
}


class PracticeChooser:
    """Finds the practice that a message means.

    Args:
        says: The expressions that messages are read by.
        corpus: The practices.
        situations: What a practice may be kept for.
        life: Reads what messages tell of the person's life.
        topics: Reads how a message leans to each topic.
    """

    def __init__(
        self,
        says: Expressions,
        corpus: Corpus,
        situations: Sequence[Situation],
        *,
        life: SituationReader,
        topics: TopicReader,
    ) -> None:
        self._says = says
        self._corpus = corpus
        self._situations = situations
        self._life = life
        self._topics = topics

    def choosing(self, heard: Heard) -> Understood:
        """Return that the coach shall choose a practice, with the one that suits what was told."""
        *earlier, latest = (self._says.spelt(folded(text)) for text in heard.history.theirs)
        told = [
            text
            for text in earlier[-EARLIER:]
            if len(text.split()) >= TELLING_WORDS and not self._sets_right(text)
        ]
        now = self._topics.lean(latest).topics
        before = [self._topics.lean(text).topics for text in told]
        fresh = [p for p in self._corpus.practices if p.id not in heard.history.led]
        minutes = _minutes_in(latest) or _NO_END
        about = [p for p in fresh if p.minutes <= minutes + _A_LITTLE_MORE]
        fresh = [p for p in fresh if p.minutes <= minutes] or fresh

        wish = self._wish_in(latest)
        named = self.named(heard) if wish else None
        among = [p for p in about if p.id not in heard.unwanted]
        if eased := named or self._asked_against(wish, among):
            return Understood(Act.CHOOSE, practice=eased, eases=True)

        def suits(practice: Practice) -> float:
            best = max((of.get(practice.id, 0.0) for of in before), default=0.0)
            themes = (now.get(topic, 0.0) for topic in self._eased_by[practice.id])
            theme = max((leaning for leaning in themes if leaning >= ABOUT), default=0.0)
            return max(theme, now.get(practice.id, 0.0) + min(best, TOLD_MOST) / 2)

        nearest = max(fresh, key=suits, default=None)
        fits = nearest is not None and suits(nearest) >= SUITS
        return Understood(
            Act.CHOOSE,
            practice=nearest if fits else None,
            earlier=self._life.earlier(heard.history),
        )

    def asked_of(self, heard: Heard) -> Understood | None:
        """Return what is asked of the practices as such: which, how long, what sets them apart."""
        asked = self._says.first_anywhere("catalogue", heard.message)
        if asked is None or heard.history.walk:
            return None
        named = self._named(heard)
        of_practices = self._says.anywhere("names_practices", heard.message)
        if asked == "suits":
            return self.choosing(heard) if of_practices and not named else None
        if asked == "every":
            return None if named else Understood(Act.LEAD, catalogue=asked)
        of_those = of_practices or self._says.anywhere("names_them", heard.message)
        listed = heard.history.listed if of_those else ()
        if asked == "differ":
            meant = named or listed
            few = 1 < len(meant) <= MOST_COMPARED
            return Understood(Act.LEAD, catalogue=asked, practices=meant) if few else None
        one = self.chosen(listed or heard.history.listed, heard.bare)
        lately = heard.history.offered or self._corpus.practice(heard.history.subject or "")
        brief = len(heard.bare.split()) <= SHORT
        if lately and brief and not of_those and _SPEAKS_OF_IT.search(heard.message):
            one = lately
        meant = named or ((one,) if one else listed)
        if not (meant or of_practices):
            return None
        return Understood(Act.LEAD, catalogue=asked, practices=meant)

    def wanted(self, heard: Heard) -> Practice | None:
        """Return the one practice that a message names and asks to be led through."""
        wants = heard.history.walk is None and self._says.anywhere("wants_named", heard.message)
        return self.named(heard) if wants else None

    def named(self, heard: Heard) -> Practice | None:
        """Return the one practice that a message names; None if it names none, or more."""
        named = self._named(heard)
        return named[0] if len(named) == 1 else None

    def _named(self, heard: Heard) -> tuple[Practice, ...]:
        """Return the practices that a message names, in its order."""
        named = [p for p in self._corpus.practices if p.id in heard.topics]
        message = heard.message.lower()
        return tuple(sorted(named, key=lambda p: message.find(p.title.lower())))

    def _asked_against(self, message: str, among: Sequence[Practice]) -> Practice | None:
        """Return the practice that is asked for against something which the message names."""
        eases = {topic.id: topic.eases for topic in self._corpus.topics}
        named = {
            practice: max(
                (len(words) for words in eases.get(practice.id, ()) if self._names(words, message)),
                default=0,
            )
            for practice in among
        }
        best = max(among, key=lambda practice: named[practice], default=None)
        return best if best and named[best] else None

    def _wish_in(self, message: str) -> str:
        """Return the sentences that wish for a practice, and what "that" in them speaks of."""
        said = sentences(message)
        wishes = [at for at, part in enumerate(said) if self._says.anywhere("wants_one", part)]
        before = [said[at - 1] for at in wishes if at and _SPEAKS_OF_IT.search(said[at])]
        return " ".join([*before, *(said[at] for at in wishes)])

    def _names(self, words: str, message: str) -> bool:
        return self._says.compiled(rf"\b{re.escape(words)}\b").search(message) is not None

    def chosen(self, listed: tuple[Practice, ...], bare: str) -> Practice | None:
        """Return the one that is meant by its place, its length or a word of its title."""
        if not listed:
            return None
        place = self._says.first_anywhere("chosen", bare)
        if place == "shortest":
            return min(listed, key=lambda practice: practice.minutes)
        if place:
            return {**dict(zip(PLACES, listed, strict=False)), "last": listed[-1]}.get(place)
        words = set(re.findall(r"[a-z]{4,}|\d+", bare)) - NUMBERED.keys() - self._says.common_words
        named = [p for p in listed if words & set(re.findall(r"[a-z]{4,}", p.title.lower()))]
        if len(named) == 1:
            return named[0]
        minutes = _minutes_in(bare)
        return next((p for p in listed if p.minutes == minutes), None)

    def meant(self, heard: Heard) -> Practice | None:
        """Return the practice that is named, else the one that was offered or quoted."""
        for topic in sorted(heard.topics):
            if practice := self._corpus.practice(topic):
                return practice
        offered = heard.history.offered
        if offered and offered.id not in heard.unwanted:
            return self.described(heard.message, DESCRIBED_ANOTHER) or offered
        if described := self.described(heard.message):
            return described
        quoted = self._corpus.practice(heard.history.subject or "") or self._of_page(heard)
        return None if quoted and quoted.id in heard.unwanted else quoted

    def _of_page(self, heard: Heard) -> Practice | None:
        """Return the practice that suits the page quoted last, where a message wants to try it."""
        page = self._corpus.document(heard.history.subject or "")
        if page is None or not _WANTS_IT.search(heard.message):
            return None
        suited = (p for p in self._corpus.practices if self._eased_by[p.id] & set(page.topics[:1]))
        return next(suited, None)

    def described(self, message: str, least: float = DESCRIBED) -> Practice | None:
        """Return the practice that a message describes without its name, if it clearly does."""
        leaning = self._topics.lean(message).topics
        if not leaning:
            return None
        first = max(leaning, key=lambda topic: leaning[topic])
        return self._corpus.practice(first) if leaning[first] >= least else None

    def _sets_right(self, message: str) -> bool:
        """Tell whether a message was said to set the coach right, and names what it is not."""
        return self._says.anywhere("stumbles", message) or self._says.anywhere("starts_no", message)

    @cached_property
    def _eased_by(self) -> Mapping[str, frozenset[str]]:
        """The themes that each practice suits: those of the situations that it is kept for."""
        themes: dict[str, set[str]] = {practice.id: set() for practice in self._corpus.practices}
        for situation in self._situations:
            if situation.practice in themes:
                themes[situation.practice].update(situation.topics[:1])
        return {practice: frozenset(topics) for practice, topics in themes.items()}


def _minutes_in(message: str) -> int | None:
    """Return how many minutes a message names, if it names any."""
    named = re.search(r"\b(?P<many>\w+)[ -]min", message, re.IGNORECASE)
    many = named["many"].lower() if named else ""
    return NUMBERED.get(many) or (int(many) if many.isdecimal() else None)
