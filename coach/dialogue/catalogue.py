"""Say of the practices what can be counted: which there are, how long, what sets two apart.

Flow: `dialogue.composer` -> here -> the check.  What is asked is read by `dialogue.choosing`; the
answers come from the heads of the practices' files, and no page is searched for them.
"""

from collections.abc import Sequence
from itertools import groupby

from coach.dialogue.draft import Draft, Turn
from coach.dialogue.history import spoken
from coach.dialogue.phrasing import Phrasing, Voice
from coach.dialogue.walkthrough import source_of
from coach.library import Corpus
from coach.schema import Citation, Company, Practice

__all__ = ["MOST_TO_CHOOSE", "Catalogue", "listed"]

MOST_TO_CHOOSE = 5
"""The most practices that a person is shown to choose from, the shortest first."""


class Catalogue:
    """Writes the replies about the practices as such."""

    def __init__(self, corpus: Corpus, voice: Voice) -> None:
        self._practices = sorted(corpus.practices, key=lambda p: (p.minutes, p.id))
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

    def _by_length(self, practices: Sequence[Practice], phrasing: Phrasing) -> Draft:
        """Name practices, the shortest first, a line for each length."""
        ordered = sorted(practices, key=lambda p: (p.minutes, p.id))
        lines = [
            f"- {self._words.length.format(minutes=minutes)} {', '.join(p.title for p in alike)}"
            for minutes, alike in groupby(ordered, key=lambda p: p.minutes)
        ]
        every = len(ordered) == len(self._practices)
        first = self._words.every if every else self._words.some
        before = phrasing.choose(first, count=len(ordered))
        return self._to_choose([before, "\n".join(lines), phrasing.choose(self._words.choose)])

    def _how_long(self, practice: Practice, phrasing: Phrasing) -> Draft:
        line = phrasing.choose(
            self._words.minutes,
            practice=spoken(practice),
            minutes=practice.minutes,
            steps=len(practice.steps),
        )
        offer = phrasing.choose(self._voice.offers, practice=spoken(practice))
        return self._offering(practice, [line, offer])

    def _offering(self, practice: Practice, paragraphs: Sequence[str]) -> Draft:
        options, cited = self._voice.options["offered"], (source_of(practice),)
        return Draft("practice", list(paragraphs), citations=cited, options=options)

    def _side_by_side(self, practices: Sequence[Practice], phrasing: Phrasing) -> Draft:
        """Say in the author's words what each practice is, and whom it takes."""
        said = [
            f"{self._words.one.format(practice=spoken(p), minutes=p.minutes)} {p.summary} [{n}]"
            f" {self._words.takes[p.company]}"
            for n, p in enumerate(practices, start=1)
        ]
        cited = tuple(
            Citation(n=n, article=p.id, title=p.title, section="", topics=p.topics, quote=p.summary)
            for n, p in enumerate(practices, start=1)
        )
        return self._to_choose([*said, phrasing.choose(self._words.choose)], practices, cited)

    def _in_company(self, practices: Sequence[Practice], phrasing: Phrasing) -> Draft:
        """Say which practices have nobody else in them; or whether one has."""
        if len(practices) == 1:
            (only,) = practices
            line = self._words.of_one[only.company].format(practice=spoken(only))
            offer = phrasing.choose(self._voice.offers, practice=spoken(only))
            return self._offering(only, [line, offer])
        among = practices or self._practices
        alone = [p for p in among if p.company is not Company.SOMEONE]
        if not alone:
            return self._to_choose([self._words.with_somebody, self._words.choose[0]], among)
        line = phrasing.choose(self._words.alone, practices=listed([p.title for p in alone]))
        return self._to_choose([line, phrasing.choose(self._words.choose)], alone)

    def _to_choose(
        self,
        paragraphs: Sequence[str],
        among: Sequence[Practice] = (),
        citations: tuple[Citation, ...] = (),
    ) -> Draft:
        some = sorted(among or self._practices, key=lambda p: (p.minutes, p.id))[:MOST_TO_CHOOSE]
        options = tuple(self._voice.lead_option.format(practice=spoken(p)) for p in some)
        return Draft("practice", list(paragraphs), citations=citations, options=options)


def listed(titles: Sequence[str]) -> str:
    """Return titles as they stand in a sentence."""
    return f"{', '.join(titles[:-1])} and {titles[-1]}" if len(titles) > 1 else titles[0]
