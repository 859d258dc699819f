"""The embedded drafter: says the author's words with the coach's, with no model.

Flow: a `Turn` from `dialogue.graph` -> here -> the check.  It hears before it helps:
a story is met with a reflection and one question, a question with the words of the
passage that answers it best, and never with more than 120 words.
"""

from collections.abc import Sequence
from dataclasses import replace

from coach.dialogue.draft import Draft, Turn
from coach.dialogue.history import spoken
from coach.dialogue.phrasing import Phrasing, Voice
from coach.dialogue.quoting import Quote, first_quote, names_a_study
from coach.dialogue.understand import FOREIGN, Act
from coach.dialogue.walkthrough import Walkthrough
from coach.library import Corpus
from coach.schema import Practice

__all__ = ["MAX_WORDS", "Composer"]

MAX_WORDS = 120
FURTHER_SHARE = 0.75
"""The share of the best passage's score from which another document is named as well."""

FEW_WORDS = 4
"""Words of a message that, amid a conversation, says too little to be off its subject."""

MOST_TO_CHOOSE = 5
"""The most practices that a person who asks for one is shown at once, the shortest first."""

READING_FLOOR = 0.30
"""The cosine from which a passage is near enough to be offered for reading."""


class Composer:
    """Drafts every reply but those of the crisis path."""

    def __init__(self, corpus: Corpus, voice: Voice) -> None:
        self._corpus = corpus
        self._voice = voice
        self._walkthrough = Walkthrough(corpus, voice)
        self._small_talk = {
            Act.EMPTY: (voice.empty, "begin"),
            Act.UNREADABLE: (voice.unreadable, "begin"),
            Act.LANGUAGE: (voice.language, "smalltalk"),
            Act.GREETING: (voice.greetings, "begin"),
            Act.THANKS: (voice.thanks, "smalltalk"),
            Act.GOODBYE: (voice.goodbyes, "smalltalk"),
            Act.ABOUT: (voice.about, "begin"),
            Act.UNHELPFUL: (voice.unhelpful, "story"),
            Act.DECLINE: (voice.walkthrough.declined, "story"),
        }

    def draft(self, turn: Turn) -> Draft:
        """Return the reply to one turn; where there is concern, it shows where to turn."""
        draft = self._draft(turn)
        paragraphs = list(draft.paragraphs)
        if turn.opening and turn.opening not in paragraphs:
            # What was heard comes before anything else, and its question is the only one.
            paragraphs, draft = [turn.opening], replace(draft, kind="coaching", practice=None)
        return replace(draft, paragraphs=paragraphs, resources=turn.resources)

    def _draft(self, turn: Turn) -> Draft:
        history, understood = turn.history, turn.understood
        phrasing = Phrasing("\n".join(history.ours), f"{len(history.messages)} {history.latest}")
        if turn.boundary:
            words = phrasing.choose(self._voice.cannot[turn.boundary])
            return Draft("boundary", [words], options=self._voice.options["smalltalk"])
        if history.walk and (understood.act.steers_walk or understood.act is Act.STORY):
            return self._walkthrough.go_on(turn, phrasing)
        if understood.act in {Act.LEAD, Act.ACCEPT, Act.CHOOSE}:
            return self._lead(turn, phrasing)
        if understood.act in self._small_talk:
            lines, options = self._small_talk[understood.act]
            return Draft(
                "smalltalk", [phrasing.choose(lines)], options=self._voice.options[options]
            )
        if _is_foreign(turn):
            return self._not_known(turn, phrasing)
        write = self._hear if understood.act is Act.STORY else self._answer
        return write(turn, phrasing)

    def _lead(self, turn: Turn, phrasing: Phrasing) -> Draft:
        practice = turn.understood.practice
        if turn.understood.act is Act.CHOOSE:
            return self._recommend(phrasing)
        if practice is not None:
            return self._walkthrough.begin(practice, phrasing)
        some = sorted(self._corpus.practices, key=lambda p: (p.minutes, p.id))[:MOST_TO_CHOOSE]
        titles = [p.title for p in some]
        return Draft(
            "practice",
            [phrasing.choose(self._voice.which, practices=_listed(titles))],
            options=tuple(self._voice.lead_option.format(practice=spoken(p)) for p in some),
        )

    def _recommend(self, phrasing: Phrasing) -> Draft:
        """Offer the shortest practice to someone who leaves the choice to the coach."""
        practice = min(self._corpus.practices, key=lambda p: (p.minutes, p.id))
        words = phrasing.choose(
            self._voice.recommend, practice=spoken(practice), minutes=practice.minutes
        )
        return Draft("practice", [words], options=self._voice.options["offered"])

    def _hear(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Reflect what was told, then ask one thing or offer one."""
        situation = turn.understood.situation
        reflection = phrasing.choose(situation.reflections if situation else self._voice.listening)
        practice = self._corpus.practice(situation.practice or "") if situation else None
        asked_last = bool(turn.history.ours) and "?" in turn.history.ours[-1]
        options = "story"
        if turn.opening:
            onward = ""
        elif practice and asked_last and turn.history.offered is None:
            onward = phrasing.choose(self._voice.offers, practice=spoken(practice))
            options = "offered"
        elif situation:
            onward = phrasing.choose(situation.questions)
        else:
            onward = phrasing.choose(self._voice.invitations)
        quote = self._reading(turn, phrasing)
        pointer = ""
        if quote:
            title = quote.passage.chunk.title
            pointer = phrasing.choose(self._voice.pointers, title=title, n=1)
        return Draft(
            "coaching",
            _fitting([turn.opening or reflection, pointer, onward], optional=(1,)),
            citations=(quote.citation(1),) if quote else (),
            options=self._voice.options[options],
        )

    def _reading(self, turn: Turn, phrasing: Phrasing) -> Quote | None:
        """Return a passage near the story, if its document was not pointed to before."""
        said = "\n".join(turn.history.ours)
        if turn.history.ours and "[1]" in turn.history.ours[-1]:
            return None
        near = [p for p in turn.passages if p.cosine >= READING_FLOOR and p.chunk.title not in said]
        return first_quote(near, turn.understood.query, was_said=phrasing.was_said)

    def _answer(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Answer with the passage that fits, after hearing what hurts."""
        understood = turn.understood
        quote = first_quote(
            turn.passages,
            understood.query,
            was_said=phrasing.was_said,
            brief=understood.follow_up == "shorter",
            only=names_a_study if understood.evidence else None,
        )
        if quote is None and understood.evidence:
            words = phrasing.choose(self._voice.no_evidence)
            return Draft("coaching", [words], options=self._voice.options["answered"])
        if quote is None:
            return self._not_known(turn, phrasing)
        practice = self._corpus.practice(quote.passage.chunk.slug)
        if turn.opening:
            lead_in = turn.opening
        elif understood.situation:
            lead_in = phrasing.choose(understood.situation.reflections)
        else:
            aspect = quote.passage.chunk.aspect
            lines = self._voice.openings.get(aspect or "any", self._voice.openings["any"])
            lead_in = phrasing.choose(lines)
        more = None if turn.history.walk else self._further_reading(turn, quote, phrasing)
        pointer = ""
        if more:
            pointer = phrasing.choose(self._voice.pointers, title=more.passage.chunk.title, n=2)
        onward, options = self._onward(turn, practice, phrasing)
        parts = _fitting(
            [lead_in, f"{quote.text} [1]", pointer, onward],
            optional=(2, 3) if turn.opening else (2, 0, 3),
        )
        return Draft(
            "coaching",
            parts,
            citations=(
                quote.citation(1),
                *((more.citation(2),) if more and pointer in parts else ()),
            ),
            options=self._options(options),
        )

    def _options(self, kind: str) -> tuple[str, ...]:
        if kind == "walk":
            return tuple(self._voice.walkthrough.options.values())
        return self._voice.options[kind]

    def _further_reading(self, turn: Turn, quote: Quote, phrasing: Phrasing) -> Quote | None:
        """Return a second source that comes near the first, if its title is new here."""
        first = quote.passage
        said = "\n".join([*turn.history.ours, quote.text])
        near = [
            p
            for p in turn.passages
            if p.chunk.slug != first.chunk.slug
            and p.score >= FURTHER_SHARE * first.score
            and p.cosine >= READING_FLOOR
            and p.chunk.title not in said
        ]
        return first_quote(near, turn.understood.query, was_said=phrasing.was_said)

    def _onward(self, turn: Turn, practice: Practice | None, phrasing: Phrasing) -> tuple[str, str]:
        """Return how an answer ends, and which quick replies stand under it."""
        if "?" in turn.opening:
            return "", "answered"
        if turn.history.walk:
            return self._walkthrough.back(turn.history.walk, phrasing), "walk"
        if practice and turn.history.offered != practice:
            return phrasing.choose(self._voice.offers, practice=spoken(practice)), "offered"
        if turn.history.ours and "?" in turn.history.ours[-1]:
            return phrasing.choose(self._voice.closings), "answered"
        return phrasing.choose(self._voice.followups), "answered"

    def _not_known(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Say kindly that the corpus has nothing on it, and what it has."""
        understood = turn.understood
        if turn.opening:
            return Draft("coaching", [turn.opening])
        if understood.follow_up:
            words = [phrasing.choose(self._voice.no_more)]
            return Draft("coaching", words, options=self._voice.options["unknown"])
        told = understood.personal and understood.foreign <= FOREIGN
        if understood.situation or told:
            return self._hear(turn, phrasing)
        if understood.vague or (
            turn.history.ours and len(turn.history.latest.split()) <= FEW_WORDS
        ):
            words = [phrasing.choose(self._voice.clarify)]
            return Draft("smalltalk", words, options=self._voice.options["begin"])
        words = [phrasing.choose(self._voice.unknown), phrasing.choose(self._voice.scope)]
        return Draft("off_topic", words, options=self._voice.options["unknown"])


def _is_foreign(turn: Turn) -> bool:
    """Tell whether a message is none of the coach's; what is told amid a talk belongs to it."""
    understood = turn.understood
    amid_a_talk = understood.act is Act.STORY and bool(turn.history.ours)
    known = understood.situation or understood.follow_up
    return understood.is_foreign and not known and not amid_a_talk


def _fitting(parts: Sequence[str], optional: Sequence[int]) -> list[str]:
    """Return the parts that are not empty, as many as fit into `MAX_WORDS`.

    Args:
        parts: In the order in which they are said.
        optional: The indexes of those that may go, the first to go first.
    """
    said = {index: part for index, part in enumerate(parts) if part}
    for index in optional:
        if sum(len(part.split()) for part in said.values()) <= MAX_WORDS:
            break
        said.pop(index, None)
    return list(said.values())


def _listed(titles: Sequence[str]) -> str:
    return f"{', '.join(titles[:-1])} and {titles[-1]}"
