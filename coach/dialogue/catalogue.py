"""Say of the practices what can be counted: which there are, how long, what sets two apart.

Flow: `dialogue.composer` -> here -> the check.  What is asked is read by `dialogue.choosing`; the
answers come from the heads of the practices' files, and no page is searched for them.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from coach.dialogue.draft import Draft, Turn
from coach.dialogue.history import spoken
from coach.dialogue.phrasing import Phrasing, Voice
from coach.dialogue.walkthrough import source_of
from coach.library import Corpus
from coach.schema import Citation, Company, Practice

__all__ = ["Catalogue"]

MOST_TO_CHOOSE = 5
"""The most practices that a person is shown to choose from, the shortest first."""


class Catalogue:
    """Writes the replies about the practices as such."""

    def __init__(self, corpus: Corpus, voice: Voice) -> None:
        self._practices = _by_minutes(corpus.practices)
        self._voice = voice
        self._words = voice.catalogue

    def draft(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Return what was asked of all practices, or of those that are meant."""
        asked, meant = turn.understood.catalogue, turn.understood.practices
        if asked == "differ":
            return self._side_by_side(meant, phrasing)
        if asked == "company":
            return self._in_company(meant, phrasing)
        if asked == "minutes" and len(meant) == 1:
            return self._how_long(meant[0], phrasing)
        return self._by_length(meant or self._practices, phrasing)

    def some(self, phrasing: Phrasing) -> Draft:
        """Name the shortest practices, to choose from."""
        some = self._practices[:MOST_TO_CHOOSE]
        words = phrasing.choose(self._voice.which, practices=_listed(some))
        return self._to_choose([words], some)

    def _by_length(self, practices: Sequence[Practice], phrasing: Phrasing) -> Draft:
        """Name practices, the shortest first, a line for each length."""
        ordered = _by_minutes(practices)
        lines = [
            f"- {self._words.length.format(minutes=minutes)} {', '.join(p.title for p in alike)}"
            for minutes, alike in groupby(ordered, key=lambda p: p.minutes)
        ]
        every = len(ordered) == len(self._practices)
        first = self._words.every if every else self._words.some
        before = phrasing.choose(first, count=len(ordered))
        which = phrasing.choose(self._words.choose)
        return self._to_choose([before, "\n".join(lines), which], self._practices)

    def _how_long(self, practice: Practice, phrasing: Phrasing) -> Draft:
        line = phrasing.choose(
            self._words.minutes,
            practice=spoken(practice),
            minutes=practice.minutes,
            steps=len(practice.steps),
        )
        return self._offering(practice, line, phrasing)

    def _side_by_side(self, practices: Sequence[Practice], phrasing: Phrasing) -> Draft:
        """Say in the author's words what each practice is, and whom it takes."""
        said = [
            f"{self._words.one.format(practice=spoken(p), minutes=p.minutes)} {p.summary} [{n}]"
            f" {self._words.takes[p.company]}"
            for n, p in enumerate(practices, start=1)
        ]
        cited = tuple(
            source_of(p).model_copy(update={"n": n, "quote": p.summary})
            for n, p in enumerate(practices, start=1)
        )
        return self._to_choose([*said, phrasing.choose(self._words.choose)], practices, cited)

    def _in_company(self, practices: Sequence[Practice], phrasing: Phrasing) -> Draft:
        """Say which practices have nobody else in them; or whether one has."""
        if len(practices) == 1:
            (only,) = practices
            line = self._words.of_one[only.company].format(practice=spoken(only))
            return self._offering(only, line, phrasing)
        among = practices or self._practices
        alone = [p for p in among if p.company is not Company.SOMEONE]
        if not alone:
            return self._to_choose([self._words.with_somebody, self._words.choose[0]], among)
        line = phrasing.choose(self._words.alone, practices=_listed(alone))
        return self._to_choose([line, phrasing.choose(self._words.choose)], alone)

    def _offering(self, practice: Practice, line: str, phrasing: Phrasing) -> Draft:
        """Say something of a practice, and offer to lead through it."""
        offer = phrasing.choose(self._voice.offers, practice=spoken(practice))
        return Draft(
            "practice",
            [line, offer],
            citations=(source_of(practice),),
            options=self._voice.options["offered"],
        )

    def _to_choose(
        self,
        paragraphs: Sequence[str],
        among: Sequence[Practice],
        citations: tuple[Citation, ...] = (),
    ) -> Draft:
        """Let the person choose by a button among some practices, the shortest first."""
        some = _by_minutes(among)[:MOST_TO_CHOOSE]
        options = tuple(self._voice.lead_option.format(practice=spoken(p)) for p in some)
        return Draft("practice", list(paragraphs), citations=citations, options=options)


def _by_minutes(practices: Iterable[Practice]) -> list[Practice]:
    return sorted(practices, key=lambda p: (p.minutes, p.id))


def _listed(practices: Sequence[Practice]) -> str:
    """Return the titles of practices as they stand in a sentence."""
    *titles, last = (practice.title for practice in practices)
    return f"{', '.join(titles)} and {last}" if titles else last
