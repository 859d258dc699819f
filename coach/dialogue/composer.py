"""The embedded drafter: says the author's words with the coach's, with no model.

Flow: a `Turn` from `dialogue.graph` -> here -> the check.  It hears before it helps:
a story is met with a reflection and one question, a question with the words of the
passage that answers it best, and never with more than 120 words.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from coach.dialogue.catalogue import Catalogue
from coach.dialogue.draft import Draft, Turn
from coach.dialogue.farewell import farewell, wish
from coach.dialogue.heard import CITED
from coach.dialogue.hearing import (
    APART,
    OF_ONESELF,
    READING_FLOOR,
    Hearing,
    called_in_situation,
    near_enough,
)
from coach.dialogue.history import History, spoken
from coach.dialogue.moves import ASKS
from coach.dialogue.paraphrase import paraphrase
from coach.dialogue.phrasing import Phrasing, ShortAnswer, Voice
from coach.dialogue.quoting import Quote, first_quote, names_a_study, quotable
from coach.dialogue.understood import FOREIGN, OF_WORDING, TO_REHEARSE, WANTS_WORDS, Act
from coach.dialogue.walkthrough import Walkthrough
from coach.dialogue.wording import shortest_line
from coach.library import Corpus
from coach.safety.denials import apart_from_denials
from coach.safety.reader import HARM, HUMAN
from coach.schema import Level, Passage, Practice
from coach.sentences import sentences

__all__ = ["MAX_WORDS", "Composer"]

MAX_WORDS = 120
FURTHER_SHARE = 0.75
"""The share of the best passage's score from which another document is named as well."""

NEAREST, NEAREST_COSINE = 2.2, 0.33
"""How far a page must stand out, in standard deviations, and how near it must come, to be named as
the nearest."""

CORRECTS = "corrects-you"
"""The move that says that the coach has it wrong."""

FEW_WORDS = 4
"""Words of a message that, amid a conversation, says too little to be off its subject."""

LEADS = frozenset({Act.LEAD, Act.ACCEPT, Act.CHOOSE})
"""What begins a practice, or asks for one."""

GOES_TO = frozenset({Act.RESUME, Act.TO_STEP})
"""What takes a practice up at a step."""

MOST_SAID_BACK = 4
"""The most that is said back to a person who asks what they have told."""

TELLS_MUCH = 20
"""Words of a first message that says more than a hello and a name."""

DISCLOSES = 9
"""Words of an answer within a practice that is met with more than a nod."""

_OF_NOTHING_ELSE = frozenset({None, "asks-your-view", "asks-if-i-am-too-much"})
"""What is asked where a doubt is all that is asked."""

LATELY = 3
"""Replies among which a second correction is met as such."""

_MY_LINE = re.compile(
    r"\bi(?:'ll| will)? (?:start|begin|say|go)\b[^\"']{0,12}[\"'‘“]", re.IGNORECASE
)
"""Who says which words are their own, where two are to speak."""

LONG_SITTING = 20
"""The person's messages after which, and after every so many more, a pause is spoken of."""


class Composer:
    """Drafts every reply but those of the crisis path."""

    def __init__(self, corpus: Corpus, voice: Voice) -> None:
        self._corpus = corpus
        self._voice = voice
        self._walkthrough = Walkthrough(corpus, voice)
        self._catalogue = Catalogue(corpus, voice)
        self._hearing = Hearing(corpus, voice)
        self._small_talk = {
            Act.EMPTY: (voice.empty, "begin"),
            Act.UNREADABLE: (voice.unreadable, "begin"),
            Act.LANGUAGE: (voice.language, "smalltalk"),
            Act.GREETING: (voice.greetings, "begin"),
            Act.THANKS: (voice.thanks, "smalltalk"),
            Act.ABOUT: (voice.about["any"], "begin"),
            Act.UNHELPFUL: (voice.unhelpful, "story"),
            Act.DECLINE: (voice.walkthrough.declined, "story"),
        }

    def draft(self, turn: Turn) -> Draft:
        """Return the reply to one turn; where there is concern, it shows where to turn."""
        phrasing = Phrasing(
            "\n".join(turn.history.ours),
            f"{len(turn.history.messages)} {turn.history.latest}",
            turn.history.called(turn.understood.told_in),
        )
        in_brief = turn.boundary == HUMAN and _goes_on(turn)
        if in_brief:
            understood = replace(turn.understood, asks_the_coach=False)
            turn = replace(turn, boundary=None, understood=understood)
        write = self._own_up if turn.misread else self._draft
        draft = write(turn, phrasing)
        paragraphs = list(draft.paragraphs)
        if in_brief:
            paragraphs.insert(0, phrasing.choose(self._voice.human_in_brief))
        if turn.opening and turn.opening not in paragraphs:
            # What was heard is asked about before anything else; what cannot be done is declined
            # all the same, in front of it, but for harm to oneself.
            own = OF_ONESELF & set(turn.risk.categories)
            refused = draft.kind == "boundary" and not (turn.boundary == HARM and own)
            declined = paragraphs if refused else []
            paragraphs = [*declined, turn.opening]
            draft = replace(draft, kind="coaching", practice=None)
        if turn.history.put_down and draft.practice is None:
            # What was heard of danger stands first.
            at = len(paragraphs) if turn.opening else 0
            paragraphs.insert(at, phrasing.choose(self._voice.walkthrough.put_down))
        if turn.history.finished and draft.practice is None and not turn.opening:
            paragraphs.insert(0, phrasing.choose(self._voice.walkthrough.finished))
        if _sits_long(turn.history) and draft.kind == "coaching" and not turn.opening:
            paragraphs.append(phrasing.fresh(self._voice.long_sitting))
        return replace(
            draft, paragraphs=[part for part in paragraphs if part], resources=turn.resources
        )

    def _draft(self, turn: Turn, phrasing: Phrasing) -> Draft:
        understood = turn.understood
        if turn.boundary and not (_only_calls(turn) or _rehearses(turn)):
            words = phrasing.choose(self._voice.cannot[turn.boundary])
            return Draft("boundary", [words], options=self._voice.options["smalltalk"])
        if _is_of_practices(turn):
            return self._practise(turn, phrasing)
        if understood.act is Act.GOODBYE:
            return self._part(turn, phrasing)
        if understood.act in self._small_talk:
            return self._chat(turn, phrasing)
        if said := self._as_they_said_it(turn, phrasing):
            return said
        answer = understood.answer
        near_danger = turn.risk.level is not Level.NONE  # now, or a little while ago
        # "Is it daft?" is answered before all else, but for what is plainly asked beside it.
        doubts = understood.doubt and turn.history.ours and understood.asked_for in _OF_NOTHING_ELSE
        # Near danger nobody is given words for others, nor what only the whole story points to.
        uncertain = understood.leans or (answer and answer.section in self._voice.words_for_it)
        if answer and (doubts or (near_danger and uncertain)):
            answer = None
        return self._quoted(answer, turn, phrasing) or self._respond(turn, phrasing)

    def _as_they_said_it(self, turn: Turn, phrasing: Phrasing) -> Draft | None:
        """Answer how somebody takes words for another, or with what they want to be known.

        The second where they ask for nothing else; neither near danger.
        """
        of_words, asked = turn.understood.of_words, turn.understood.asked_for
        taken = of_words if turn.risk.level is Level.NONE else None
        given = shortest_line(turn.history.ours[-1]) if taken else ""
        line = phrasing.fresh(self._voice.of_words[taken], words=given) if taken and given else ""
        if not line and asked in {None, *WANTS_WORDS}:
            line = self._put_for_them(turn, phrasing)
        return Draft("coaching", [line], options=self._voice.options["story"]) if line else None

    def _put_for_them(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return what somebody wants another to know as it can be said to them, if it is told."""
        words = turn.understood.to_say if turn.risk.level is Level.NONE else ""
        return phrasing.fresh(self._voice.drafted_so, words=words) if words else ""

    def _respond(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Hear what was told, answer what was asked from the pages, or own to knowing nothing."""
        if turn.understood.refused:
            return self._hear(turn, phrasing)
        if self._hearing.meets(turn):
            if turn.understood.either and not turn.understood.in_general:
                return self._hearing.draft(turn, phrasing)
            return (
                self._in_general(turn, phrasing)
                or self._nearest(turn, phrasing)
                or self._hearing.draft(turn, phrasing)
            )
        if _is_foreign(turn) or self._has_no_page(turn):
            return self._nearest(turn, phrasing) or self._not_known(turn, phrasing)
        if turn.understood.act is Act.STORY or _turns_down_a_page(turn):
            return self._in_general(turn, phrasing) or self._hear(turn, phrasing)
        return self._answer(turn, phrasing)

    def _hear(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Hear what was told, and do not pass over what the coach was asked beside it."""
        draft = self._hearing.draft(turn, phrasing)
        understood = turn.understood
        asked = understood.asks_the_coach and not (understood.does or "").startswith(ASKS)
        if not asked or turn.opening or turn.risk.level is not Level.NONE:
            return draft
        return replace(
            draft, paragraphs=[phrasing.fresh(self._voice.unanswered), *draft.paragraphs]
        )

    def _own_up(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Be sorry to have asked about danger, and go back to what was told, or to the practice."""
        history, sorry = turn.history, phrasing.choose(self._voice.misread)
        if history.walk and turn.understood.act.steers_walk:
            draft = self._practise(turn, phrasing)
            return replace(draft, paragraphs=[sorry, *draft.paragraphs])
        if history.walk:
            words = f"{sorry} {self._walkthrough.back(history.walk, phrasing)}"
            return Draft("coaching", [words], options=self._options("walk"))
        if turn.understood.act in LEADS or turn.understood.act is Act.GOODBYE:
            lead = turn.understood.act in LEADS
            draft = self._lead(turn, phrasing) if lead else self._part(turn, phrasing)
            return replace(draft, paragraphs=[sorry, *draft.paragraphs])
        answered = self._quoted(turn.understood.answer, turn, phrasing)
        answered = answered or self._in_general(turn, phrasing)
        if (
            not answered
            and turn.understood.act is Act.QUESTION
            and self._hearing.is_of_a_page(turn)
        ):
            answered = self._answer(turn, phrasing)
        if answered:
            return replace(answered, paragraphs=[sorry, *answered.paragraphs])
        # What was taken for danger comes back only as far as it tells of people.
        earlier = (paraphrase(text, in_danger=True) for text in history.theirs[-2:-1])
        told = (
            self._hearing.answer(turn, phrasing)
            or paraphrase(apart_from_denials(history.latest).rest)
            or next(filter(None, earlier), "")
        )
        onward = "" if "?" in told else phrasing.choose(self._voice.misread_on)
        return Draft(
            "coaching", [f"{sorry} {told}".strip(), onward], options=self._voice.options["story"]
        )

    def _quoted(self, answer: ShortAnswer | None, turn: Turn, phrasing: Phrasing) -> Draft | None:
        """Return the author's answer to what was asked, as far as it was not given before."""
        named = _passages_of(answer, turn)
        quote = first_quote(named, turn.understood.asked, was_said=phrasing.was_said)
        if answer is None or quote is None:
            return None
        whom = turn.history.of_whom(turn.understood.asked)
        onward, options = phrasing.of_whom(answer.then, whom), "answered"
        if turn.history.walk:
            onward, options = self._walkthrough.back(turn.history.walk, phrasing), "walk"
        elif answer is turn.understood.answer and (practice := self._beside(quote, turn)):
            onward, options = (
                phrasing.choose(self._voice.offers, practice=spoken(practice)),
                "offered",
            )
        # Who tells what hurts, and then asks, is heard before they are answered.
        seen = self._hearing.seen_in_wording(turn, phrasing)
        so = self._put_for_them(turn, phrasing)
        sorry = self._sorry(turn, phrasing)
        first = so or seen or sorry or self._hearing.told_back(turn, phrasing)
        return Draft(
            "coaching",
            [part for part in (first, f"{quote.text} [1]", onward) if part],
            citations=(quote.citation(1),),
            options=self._options(options),
        )

    def _sorry(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return a word that owns a mistake, unless a greater one is owned already."""
        owns = turn.understood.stumbled and not turn.misread
        return phrasing.fresh(self._voice.stumbled) if owns else ""

    def _beside(self, quote: Quote, turn: Turn) -> Practice | None:
        """Return the practice of what was quoted, where none was offered lately."""
        history = turn.history
        practices = filter(None, map(self._corpus.practice, quote.passage.chunk.topics))
        practice = next(practices, None)
        lately = history.since_offer < min(APART, len(history.ours))
        apart = practice is not None and practice.id not in turn.understood.plainly_about
        unwanted = lately or apart or history.told.no_advice or history.told.no_practice
        return practice if practice and not unwanted and practice.id not in history.led else None

    def _in_general(self, turn: Turn, phrasing: Phrasing) -> Draft | None:
        """Return what the author says to such questions of people's lives, unless unwanted."""
        understood = turn.understood
        shown = understood.wording and understood.asked_for not in OF_WORDING
        if _wants_no_page(turn) or understood.doubt or shown:
            return None
        if understood.does in WANTS_WORDS and self._was_quoted(understood.in_general, turn):
            return None  # a second paragraph for any life at all helps nobody to their words
        return self._quoted(understood.in_general, turn, phrasing)

    def _was_quoted(self, answer: ShortAnswer | None, turn: Turn) -> bool:
        """Tell whether the section of an answer was quoted in this talk."""
        said = "\n".join(turn.history.ours)
        own = (text for p in _passages_of(answer, turn) for text in quotable(p.chunk.text))
        return any(text in said for text in own)

    def _nearest(self, turn: Turn, phrasing: Phrasing) -> Draft | None:
        """Return the nearest page to what somebody amid a talk could do or say, named as no more.

        Someone who plainly asks is better served by that than by a question in return.
        """
        history, understood = turn.history, turn.understood
        amid_a_talk = bool(history.ours) and history.walk is None
        asks = understood.wants_advice and not understood.wording
        if not (asks and amid_a_talk) or _wants_no_page(turn):
            return None
        near = [p for p in near_enough(turn, NEAREST_COSINE) if p.score >= NEAREST]
        quote = first_quote(near, understood.query, was_said=phrasing.was_said)
        lead = phrasing.fresh(self._voice.nearest, title=quote.passage.chunk.title) if quote else ""
        if quote is None or not lead:
            return None
        return Draft(
            "coaching",
            [lead, f"{quote.text} [1]", phrasing.fresh(self._voice.nearest_on)],
            citations=(quote.citation(1),),
            options=self._voice.options["answered"],
        )

    def _has_no_page(self, turn: Turn) -> bool:
        """Tell whether no page is plainly about a question that is asked amid a talk."""
        asked = turn.understood.act is Act.QUESTION and bool(turn.history.ours)
        return asked and turn.history.walk is None and not self._hearing.is_of_a_page(turn)

    def _practise(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Go on with a practice, take one up again, begin one, or help to choose."""
        history, act = turn.history, turn.understood.act
        position = history.walk or history.left
        if act in GOES_TO and position:
            step = turn.understood.step or position.step
            there = position.model_copy(update={"step": step})
            return self._walkthrough.resume(there, phrasing)
        if act in LEADS:
            draft = self._lead(turn, phrasing)
            told = _told_beside(turn) if act is Act.ACCEPT else ""
            beside = self._sorry(turn, phrasing) or told
            return replace(draft, paragraphs=[beside, *draft.paragraphs])
        tells = act is Act.STORY and len(history.latest.split()) >= DISCLOSES
        heard = self._hearing.nod(turn, phrasing) if tells else ""
        return self._walkthrough.go_on(turn, phrasing, heard)

    def _chat(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Return a word of greeting, thanks or farewell, by name where one was given."""
        if turn.understood.act is Act.UNHELPFUL:
            return self._corrected(turn, phrasing)
        lines, options = self._small_talk[turn.understood.act]
        if turn.understood.act is Act.ABOUT:
            lines = self._voice.about[turn.understood.about]
        if turn.understood.opens:
            lines = self._voice.openers[turn.understood.opens]
        known, memory, words = turn.history.told, self._voice.memory, ""
        if turn.understood.act is Act.GREETING and known.named_now and _tells_much(turn):
            return self._hearing.draft(turn, phrasing)
        if known.named_now and turn.understood.act is Act.GREETING:
            welcome = phrasing.fresh(memory.name, name=known.name)
            words = f"{welcome} {phrasing.fresh(memory.welcome)}"
        plans = turn.understood.plans and turn.risk.level is Level.NONE
        if turn.understood.act is Act.THANKS and plans:
            farewell_words = self._voice.farewell
            thanked = phrasing.fresh(farewell_words.thanked)
            words = f"{thanked} {wish(farewell_words, turn.history, phrasing)}".strip()
        told = self._hearing.told_back(turn, phrasing)
        return Draft(
            "smalltalk",
            [f"{told} {words or phrasing.choose(lines)}".strip()],
            options=self._voice.options[options],
        )

    def _part(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Say goodbye; whoever leaves is asked nothing more."""
        watched = turn.risk.level is not Level.NONE
        words = farewell(
            self._voice.farewell,
            turn.history,
            phrasing,
            watched=watched,
            wished=turn.understood.plans or turn.history.planned_now is None,
        )
        return Draft("smalltalk", [words], options=self._voice.options["smalltalk"])

    def _corrected(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Take a correction without a word of defence; own it plainly the second time."""
        if turn.history.told_now.no_echo:
            return self._hearing.draft(turn, phrasing)
        unwanted = turn.history.told_now.no_advice
        words = phrasing.fresh(self._voice.no_advice) if unwanted else ""
        if words:
            return Draft("smalltalk", [words], options=self._voice.options["story"])
        lately = "\n".join(turn.history.ours[-LATELY:])
        owned = (*self._voice.unhelpful, *self._voice.moves.get(CORRECTS, ()))
        again = any(line in lately for line in owned)
        lines = self._voice.unhelpful_again if again else self._voice.unhelpful
        told = None if turn.history.told.no_echo else paraphrase(turn.history.latest)
        words = " ".join(filter(None, (told, phrasing.choose(lines))))
        return Draft("smalltalk", [words], options=self._voice.options["story"])

    def _meant(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return other words for a sentence whose meaning is asked; empty if none is."""
        asked = turn.understood.puzzled_by
        if not asked:
            return ""
        other = phrasing.fresh(self._voice.alike(asked))
        if not other:
            return phrasing.choose(self._voice.meant_little)
        return f"{phrasing.choose(self._voice.meant)} {other}"

    def _source(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Say where the words came from that were quoted last, and that no study stands there."""
        said = "\n".join(turn.history.ours)
        quoted = (
            quote
            for passage in turn.passages
            if (quote := first_quote([passage], "", was_said=lambda text: text not in said))
        )
        quote = next(quoted, None)
        if quote is None:
            return self._not_known(turn, phrasing)
        unproven = turn.understood.evidence and not names_a_study(turn.history.ours[-1])
        owned = phrasing.choose(self._voice.no_evidence) if unproven else ""
        words = phrasing.choose(self._voice.source, title=quote.passage.chunk.title)
        return Draft(
            "coaching",
            [*filter(None, [owned]), f"{words} [1]"],
            citations=(quote.citation(1),),
            options=self._voice.options["answered"],
        )

    def _recap(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Say back what was told so far, the latest that can be turned round."""
        told = filter(None, map(paraphrase, turn.history.theirs[:-1]))
        latest = list(dict.fromkeys(told))[-MOST_SAID_BACK:]
        words = (
            phrasing.choose(self._voice.recap, told=" ".join(latest))
            if latest
            else phrasing.choose(self._voice.recap_nothing)
        )
        return Draft("smalltalk", [words], options=self._voice.options["story"])

    def _lead(self, turn: Turn, phrasing: Phrasing) -> Draft:
        practice = turn.understood.practice
        if turn.understood.catalogue:
            return self._catalogue.draft(turn, phrasing)
        if turn.understood.act is Act.CHOOSE:
            return self._recommend(turn, phrasing)
        if practice is None:
            return self._catalogue.some(phrasing)
        return self._walkthrough.begin(practice, phrasing)

    def _recommend(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Offer what suits the situation or the talk, or else the shortest practice."""
        situation = turn.understood.earlier
        told = self._corpus.practice(situation.practice or "") if situation else None
        fresh = [p for p in self._corpus.practices if p.id not in turn.history.led]
        heard = "\n".join(turn.history.ours)
        # Who has turned one down is offered another.
        fresh = [p for p in fresh if spoken(p) not in heard] or fresh
        practice = next(
            (one for one in (turn.understood.practice, told) if one in fresh),
            min(fresh or self._corpus.practices, key=lambda p: (p.minutes, p.id)),
        )
        lines = self._voice.recommend_for_it if turn.understood.eases else self._voice.recommend
        words = phrasing.choose(lines, practice=spoken(practice), minutes=practice.minutes)
        return Draft("practice", [words], options=self._voice.options["offered"])

    def _answer(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Answer with the passage that fits, after hearing what hurts."""
        understood = turn.understood
        if understood.follow_up == "rephrase":
            words = self._meant(turn, phrasing) or phrasing.choose(self._voice.rephrased)
            return Draft("smalltalk", [words], options=self._voice.options["story"])
        if understood.follow_up == "source":
            return self._source(turn, phrasing)
        if understood.follow_up == "recap":
            return self._recap(turn, phrasing)
        quote = first_quote(
            near_enough(turn),
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
        lead_in = self._lead_in(quote, turn, phrasing)
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

    def _lead_in(self, quote: Quote, turn: Turn, phrasing: Phrasing) -> str:
        """Return what stands before an answer: what was heard, or else a word on what comes."""
        understood = turn.understood
        if turn.opening:
            return turn.opening
        if understood.tried:
            return phrasing.fresh(self._voice.tried[understood.tried])
        sorry = phrasing.fresh(self._voice.stumbled) if understood.stumbled else ""
        if heard := sorry or self._hearing.told_back(turn, phrasing):
            return heard
        if understood.doubt and understood.personal:
            plain = [line for line in self._voice.doubted if "?" not in line]  # an answer asks, too
            return phrasing.fresh(plain, word=understood.doubt)
        if understood.situation:
            called = called_in_situation(understood.situation, turn)
            return phrasing.choose(understood.situation.reflections, called=called)
        aspect = quote.passage.chunk.aspect
        lines = self._voice.openings.get(aspect or "any", self._voice.openings["any"])
        return phrasing.choose(lines)

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
        # One that was just offered is offered again to who has asked what it is.
        new = practice != turn.history.offered or turn.understood.asks_first
        if practice and new and not turn.history.told.no_practice:
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
        tells = bool(turn.history.ours) and len(turn.history.latest.split()) >= DISCLOSES
        told = understood.personal and (tells or understood.foreign <= FOREIGN)
        if understood.situation or told:
            return self._hear(turn, phrasing)
        if understood.vague or (
            turn.history.ours and len(turn.history.latest.split()) <= FEW_WORDS
        ):
            words = [phrasing.choose(self._voice.clarify)]
            return Draft("smalltalk", words, options=self._voice.options["begin"])
        words = [phrasing.choose(self._voice.unknown), phrasing.choose(self._voice.scope)]
        return Draft("off_topic", words, options=self._voice.options["unknown"])


def _sits_long(history: History) -> bool:
    """Tell whether the person has been here for a long while, once in so many messages."""
    return len(history.theirs) % LONG_SITTING == 0


def _is_of_practices(turn: Turn) -> bool:
    """Tell whether a practice is to be begun, chosen, or gone on with."""
    history, act = turn.history, turn.understood.act
    if act in LEADS or (act in GOES_TO and (history.walk or history.left)):
        return True
    return history.walk is not None and (act.steers_walk or act is Act.STORY)


def _told_beside(turn: Turn) -> str:
    """Return what a yes tells beside it, said back: "go on then. also i sent it to beth"."""
    _, *told = sentences(turn.history.latest) or [""]
    said = " ".join(sentence for sentence in told if not sentence.endswith("?"))
    return (paraphrase(said) or "") if turn.risk.level is Level.NONE else ""


def _wants_no_page(turn: Turn) -> bool:
    """Tell whether concern comes first, or the person wants to be heard and nothing more."""
    told = turn.history.told
    return bool(turn.opening) or told.only_listen or told.no_advice


def _tells_much(turn: Turn) -> bool:
    """Tell whether a message says more than hello."""
    return len(turn.history.latest.split()) >= TELLS_MUCH


def _turns_down_a_page(turn: Turn) -> bool:
    """Tell whether somebody says that the page just quoted was beside the point."""
    asks = turn.understood.wants_advice
    return turn.understood.stumbled and not asks and CITED in turn.history.ours[-1]


def _only_calls(turn: Turn) -> bool:
    """Tell whether what looks like a question after a human is a call: "Is anybody there?"."""
    return turn.boundary == HUMAN and turn.understood.opens is not None


def _passages_of(answer: ShortAnswer | None, turn: Turn) -> list[Passage]:
    """Return the passages of the section that answers."""
    return [p for p in turn.passages if answer and p.chunk.place == answer.section]


def _goes_on(turn: Turn) -> bool:
    """Tell whether a message asks what the coach is, and then something of the person's own."""
    tells = turn.understood.act in {Act.QUESTION, Act.STORY} and turn.understood.personal
    return tells and _tells_much(turn) and not turn.opening


def _rehearses(turn: Turn) -> bool:
    """Tell whether what looks like a part to play is a line of one's own to be tried out."""
    tries = turn.understood.does == TO_REHEARSE and bool(turn.understood.wording)
    own = _MY_LINE.search(turn.history.latest) is not None
    return turn.boundary == "play_person" and tries and own and not turn.history.told.gone


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
