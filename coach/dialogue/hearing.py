"""Hear what a person tells: a reflection that fits, then one question, an offer, or neither.

Flow: a story or an answer from `dialogue.composer` -> here -> the check.  A story is never
met with a lecture: reading is pointed to seldom, a practice is offered with leave asked,
and neither comes to someone who wants to be heard and nothing more.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from coach.dialogue.draft import Draft, Turn
from coach.dialogue.history import History, spoken
from coach.dialogue.moves import ASKS, LOST
from coach.dialogue.paraphrase import paraphrase, weightiest
from coach.dialogue.phrasing import Phrasing, Situation, Telling, Voice
from coach.dialogue.quoting import Quote, first_quote
from coach.dialogue.things import Mentioned, Things
from coach.dialogue.told import (
    Mention,
    asks_after,
    has_parted,
    read_told,
    says_not_of,
    says_when,
    speaks_of_death,
)
from coach.dialogue.understood import STRANGE, TO_REHEARSE
from coach.dialogue.wording import marks
from coach.library import Corpus
from coach.pronouns import Called, called_in, says_any
from coach.safety.screen import CALM_SINCE, RISK_EARLIER
from coach.schema import Company, Level, Passage, Practice, Risk
from coach.sentences import sentences

__all__ = ["APART", "OF_ONESELF", "READING_FLOOR", "Hearing", "called_in_situation", "near_enough"]

READING_FLOOR = 0.30
"""The cosine from which a passage is near enough to be offered for reading."""

NEAR_ENOUGH = 0.34
"""The cosine from which a passage answers somebody who tells of their own life."""

NEAR_AT_FIRST = 0.3
"""The same of a first message, which is a question to the pages more often."""
RATHER_OURS = -0.2
"""How little foreign a first message must be for any page to answer it. Of 342 questions of
`evals/retrieval` that were answered from a page, both lines together would refuse two."""

OF_ONESELF = frozenset({"eating", "hopelessness", "self_harm", "substance", "suicide"})
"""What somebody may be in danger of who asks for something: that is asked about first."""
ASKED_ALONE = OF_ONESELF | {"abuse"}
"""Dangers beside a question about which only a page that is named may stand."""

PLAINLY = 6.0
"""How far a question must lean to a topic, in standard deviations, with what was told before it,
for any passage of that topic to answer it."""

AT_ONCE = frozenset(
    {"odd-to-talk-here", "doubts-talking", "nobody-asks", "nobody-knows", "in-tears"}
)
"""The moves that are met as such in a first message; the others go on with something."""

PLANS = "plans-a-step"
"""The move of who says what they will do."""

_OF_BEING_HERE = frozenset({"odd-to-talk-here", "doubts-talking"})
"""Those of who wonders at being here, which is passed over where they tell of somebody."""

FINE = "fine"
"""What is said first of words that somebody doubts."""

LATELY = 3
"""Replies in which what was taken up is not taken up again."""

SETTLED = 2
"""Stories that are heard before anything is offered."""

APART = 5
"""Replies between two offers, or two pointers to something to read."""

COMES_BACK_AFTER = 2
"""Messages after which the coach may come back to somebody or something that was told of."""

WHEN = ("How long", "When did that change")
"""How questions begin that were answered where it was said since when."""

GRIEVING = "grieving"
"""The feeling that is only spoken of where somebody is said to have died."""

_PARTNERS = frozenset(
    {"your husband", "your wife", "your partner", "your boyfriend", "your girlfriend", "your ex"}
)
"""Those who are not asked after once somebody has told of a parting."""

_NO_TALKERS = frozenset({"your dog", "your cat", "your baby", "your kids", "your children"})
"""Those whom one does not ask after as one asks after a friend."""

NO_RISK = Risk()
"""What is known of who was in no danger in the whole talk: nothing is nodded to beside any."""

_WHO = ("name", "person")
"""The slots for whoever is spoken of."""

_SPEAKS_OF_SOMEONE = re.compile(r"\b(?:he|she|him|her|his|they|them|their)\b", re.IGNORECASE)

_NEAR_THE_END = 2
"""The latest sentences of a message, which tell whom its question is of."""

THEME = 3
"""Messages in which a thing that comes up twice is what the talk is about."""

FEW_WORDS = 8
"""Words of a message that says little beside the thing that it names."""

MANY_WORDS = 45
"""Words of a message after which the person needs room more than a question."""


@dataclass(frozen=True)
class _Heard:
    """The parts of a reply to what was told."""

    reflection: str
    onward: str = ""
    options: str = "story"


class Hearing:
    """Writes the replies to what people tell of themselves."""

    def __init__(self, corpus: Corpus, voice: Voice) -> None:
        self._corpus = corpus
        self._voice = voice
        self._things = Things(voice.things)

    def draft(self, turn: Turn, phrasing: Phrasing) -> Draft:
        """Return the reply to a story or to an answer; it asks one thing at most."""
        if turn.opening:
            # Someone young is heard first, and then asked who else could hear.
            young = set(turn.risk.categories) == {"minor"} and not turn.understood.bare
            first = self.reflection(turn, phrasing) if young else ""
            parts = [part for part in (first, turn.opening) if part]
            return Draft("coaching", parts, options=self._voice.options["story"])
        heard = self._heard(turn, phrasing)
        if turn.history.told_now.no_echo:
            owned = phrasing.fresh(self._voice.echoed)
            heard = replace(heard, reflection=f"{owned} {heard.reflection}".strip())
        quote = None if "?" in heard.reflection else self._reading(turn, phrasing)
        pointer = ""
        if quote:
            pointer = phrasing.fresh(self._voice.pointers, title=quote.passage.chunk.title, n=1)
        parts = [heard.reflection, pointer, heard.onward]
        return Draft(
            "coaching",
            [part for part in parts if part] or [phrasing.choose(self._voice.listening)],
            citations=(quote.citation(1),) if quote and pointer else (),
            options=self._voice.options[heard.options],
        )

    def _heard(self, turn: Turn, phrasing: Phrasing) -> _Heard:
        """Return what is said to the message itself, and what is asked after it."""
        told, understood = turn.history.told, turn.understood
        if understood.bare:
            return self._to_few_words(turn, phrasing)
        if told.named_now and told.name and not (understood.situation or understood.telling):
            return self._to_a_name(told.name, turn, phrasing)
        if (
            not turn.history.ours
            and understood.does == LOST
            and not (understood.telling or understood.situation)
        ):
            return _Heard(phrasing.choose(self._voice.first), options="begin")
        if _wish_is_new(turn) and (wish := phrasing.fresh(self._voice.only_listen)):
            return _Heard(wish)
        mourns = turn.history.newly_gone
        if understood.stumbled and not mourns and (sorry := phrasing.fresh(self._voice.stumbled)):
            met = self._met(turn, phrasing, asks=True)
            on = met.reflection or paraphrase(understood.set_right)
            on = on or _unless_of_nobody(paraphrase(turn.history.latest))
            tells = len(understood.set_right.split()) >= FEW_WORDS
            on = on or (self._question(turn, phrasing) if tells else "")
            on = on or phrasing.fresh(self._voice.stumbled_on)
            return _Heard(f"{sorry} {on}".strip(), met.onward)
        return self._met_or_reflected(turn, phrasing)

    def _met_or_reflected(self, turn: Turn, phrasing: Phrasing) -> _Heard:
        """Return words for what the message does, or a reflection of what it tells."""
        told = turn.history.told
        offer = None if told.only_listen else self._offer(turn)
        asks = offer is None and not told.only_listen and not self._leaves_room(turn, phrasing)
        met = self._met(turn, phrasing, asks=asks)
        to_talk = ""
        if turn.understood.to_talk and not (met.reflection or turn.history.newly_gone):
            to_talk = phrasing.fresh(self._voice.walkthrough.to_talk)
        reflection = met.reflection or to_talk or self.reflection(turn, phrasing)
        if told.only_listen:
            reflection = reflection or phrasing.fresh(self._voice.listening)
            on = "" if met.reflection else phrasing.fresh(self._voice.listening_on)
            return _Heard(reflection, on)
        if offer:
            words = phrasing.choose(self._voice.offers, practice=spoken(offer))
            return _Heard(reflection, words, "offered")
        if met.reflection or "?" in reflection:
            return _Heard(reflection, met.onward)
        if asks or not reflection:
            heard = reflection or self._in_their_words(turn, phrasing)
            return _Heard(heard or self._nod(turn, phrasing), self._question(turn, phrasing))
        # Nobody wants their own words back and nothing more.
        echoed = reflection == paraphrase(turn.history.latest)
        return _Heard(reflection, phrasing.fresh(self._voice.listening_on) if echoed else "")

    def _met(self, turn: Turn, phrasing: Phrasing, *, asks: bool) -> _Heard:
        """Return words for what the message tells, or does amid the talk; empty where none fit.

        A situation that is told for the first time is met as what it is instead of as a move.
        """
        understood = turn.understood
        if understood.tried or _is_in_doubt(turn):
            return _Heard("")
        if words := self._to_their_words(turn, phrasing):
            return _Heard(words)
        if understood.does == TO_REHEARSE:
            seen = self.seen_in_wording(turn, phrasing)
            lines = self._voice.rehearsed if seen else self._voice.to_rehearse
            return _Heard(f"{phrasing.fresh(lines)} {seen}".strip())
        if (understood.does or "").startswith(ASKS):
            seen = self.seen_in_wording(turn, phrasing)
            return _Heard(seen or self._to_move(turn, phrasing, asks=asks))
        # A death that is told comes before all else.
        mourns = turn.history.newly_gone and understood.situation and understood.situation.gone
        passed_over = mourns or _met_lately(understood.telling, turn)
        telling = None if passed_over else understood.telling
        very = None if mourns or _met_lately(understood.very_thing, turn) else understood.very_thing
        both = () if mourns else tuple(t for t in understood.tellings if not _met_lately(t, turn))
        found = self._to_a_telling(telling, phrasing, asks=asks, both=both)
        found = found or self._to_a_telling(very, phrasing, asks=asks)
        if found or understood.situation not in {None, understood.earlier}:
            return found or _Heard("")
        found = _Heard(self._to_move(turn, phrasing, asks=asks))
        perhaps = understood.telling_perhaps
        if not found.reflection and not understood.situation and not _met_lately(perhaps, turn):
            found = self._to_a_telling(perhaps, phrasing, asks=asks) or found
        return found

    def _to_a_telling(
        self,
        telling: Telling | None,
        phrasing: Phrasing,
        *,
        asks: bool,
        both: Sequence[Telling] = (),
    ) -> _Heard | None:
        """Return words for what one sentence tells, and another; None where none are left for it.

        Args:
            telling: What is asked after, too.
            phrasing: Chooses words that were not said yet.
            asks: Whether anything may be asked.
            both: That and another telling, in their order.
        """
        lines = {
            # Of whom the other one tells stands in another sentence.
            one: phrasing.fresh(one.reflections, called=None if one is telling else Called.THEY)
            for one in both or (telling,)
            if one
        }
        if not telling or not lines[telling]:
            return None
        reflection = " ".join(filter(None, lines.values()))
        return _Heard(reflection, phrasing.fresh(telling.questions) if asks else "")

    def _to_move(self, turn: Turn, phrasing: Phrasing, *, asks: bool) -> str:
        """Return words for what the message does, by name where somebody is named."""
        history = turn.history
        plans = turn.understood.plans and turn.risk.level is Level.NONE
        does = turn.understood.does or (PLANS if plans else "")
        tells = bool(history.told_now.people)
        if not history.ours and (does not in AT_ONCE or (tells and does in _OF_BEING_HERE)):
            return ""
        lines = self._voice.moves.get(does, ())
        fitting = [line for line in lines if asks or "?" not in line]
        people = history.told_now.people
        near = read_told(sentences(history.latest)[-_NEAR_THE_END:]).people
        who = people[0].words if len(people) == 1 and near else ""
        named = {"person": who} | ({"name": who} if who[:1].isupper() else {})
        for slot in _WHO:
            of_them = [line for line in fitting if f"{{{slot}}}" in line]
            if who and slot in named and (line := phrasing.fresh(of_them, called=None, **named)):
                return line
        of_nobody = [line for line in fitting if not any(f"{{{slot}}}" in line for slot in _WHO)]
        return phrasing.fresh(of_nobody)

    def _to_their_words(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return words for a message to somebody that they show, or for a doubt of what they tell.

        Empty where they do neither.
        """
        understood = turn.understood
        seen = self.seen_in_wording(turn, phrasing)
        if understood.drafted and not understood.asked_for:
            return f"{phrasing.fresh(self._voice.drafted)} {seen}".strip()
        if understood.either and not understood.doubt:
            one, other = understood.either
            capital = one[:1].upper() + one[1:]
            return phrasing.fresh(self._voice.either_or, one=one, One=capital, other=other)
        if not understood.doubt:
            return ""
        lines = self._voice.wording[FINE] if seen else self._voice.doubted
        return f"{phrasing.fresh(lines, word=understood.doubt)} {seen}".strip()

    def seen_in_wording(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return what can be seen in the words for somebody that the person shows."""
        lines = (self._voice.wording[mark] for mark in marks(turn.understood.wording))
        return " ".join(filter(None, map(phrasing.fresh, lines)))

    def told_back(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return words for what one sentence tells; empty where there are none left for it."""
        told = (turn.understood.telling, turn.understood.very_thing)
        new = (telling for telling in told if telling and not _met_lately(telling, turn))
        return next(filter(None, (phrasing.fresh(telling.reflections) for telling in new)), "")

    def answer(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return what is said to a question that wants an answer before anything else."""
        asked = turn.understood.doubt or (turn.understood.does or "").startswith(ASKS)
        return self._met(turn, phrasing, asks=True).reflection if asked else ""

    def _to_a_name(self, name: str, turn: Turn, phrasing: Phrasing) -> _Heard:
        """Greet somebody by name, or take the name in where the talk is going on."""
        welcome = phrasing.choose(self._voice.memory.name, name=name)
        told = paraphrase(turn.history.latest)
        if not turn.history.ours and not told:
            return _Heard(welcome, phrasing.fresh(self._voice.memory.welcome), "begin")
        said = self._said_back(turn, phrasing, beside="")
        return _Heard(f"{welcome} {said}".strip(), self._question(turn, phrasing))

    def meets(self, turn: Turn) -> bool:
        """Tell whether a question amid a talk is of the person's own life, and of no page.

        "Should I ring him?" is met as what it does, unless a page is plainly about it.
        """
        understood = turn.understood
        amid_a_talk = bool(turn.history.ours) and turn.history.walk is None
        if not amid_a_talk or _is_in_doubt(turn):
            return False
        does = understood.does
        known = does in self._voice.moves or does == TO_REHEARSE or understood.in_general
        asks = understood.doubt or understood.either
        return bool(asks or (known and understood.is_of_their_life))

    def is_of_a_page(self, turn: Turn) -> bool:
        """Tell whether a page is plainly about what is asked amid a talk."""
        understood = turn.understood
        about = bool(understood.plainly_about) and understood.foreign < STRANGE
        return bool(about and near_enough(turn)) or _leans_on_a_page(turn)

    def nod(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return words for what was told within a practice; none that ask, and few that guess.

        Who answers a step tells a detail, which looks like anything: their own words serve best.
        """
        understood = turn.understood
        if understood.tried or _is_in_doubt(turn):
            return self.reflection(turn, phrasing)
        if understood.stumbled and (sorry := phrasing.fresh(self._voice.stumbled)):
            return f"{sorry} {paraphrase(understood.set_right) or ''}".strip()
        walk = turn.history.walk
        practice = self._corpus.practice(walk.id) if walk else None
        # What somebody says to themselves is no message to another.
        alone = practice is not None and practice.company is Company.ALONE
        return (
            ("" if alone else self._to_their_words(turn, phrasing))
            or self._said_back(turn, phrasing, beside="")
            or self.told_back(turn, phrasing)
        )

    def reflection(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return words that give back what was said; empty where none fit."""
        if turn.understood.tried:
            return phrasing.fresh(self._voice.tried[turn.understood.tried])
        # What they live in was told before, and what they tell now comes first.
        known = (
            bool(turn.history.ours)
            and turn.understood.situation is turn.understood.earlier
            and not turn.history.newly_gone
        )
        named = "" if known else self._lived_through(turn, phrasing)
        told = self._said_back(turn, phrasing, beside=named)
        felt = "" if named or (told and turn.history.ours) else self._felt(turn, phrasing)
        said = " ".join(part for part in (told, named, felt) if part)
        return said or (self._lived_through(turn, phrasing) if known else "")

    def _lived_through(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return words for what the person seems to live through."""
        understood = turn.understood
        situation = understood.situation
        gone = turn.history.newly_gone
        line = phrasing.fresh(situation.gone, person=gone[-1].words) if situation and gone else ""
        if not line and situation and not (understood.glad or _met_lately(situation, turn)):
            line = phrasing.fresh(
                situation.reflections, called=called_in_situation(situation, turn)
            )
        return line

    def _felt(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return words for what the person seems to feel."""
        shown = turn.understood.feelings
        if not speaks_of_death(turn.history.theirs):
            shown = tuple(feeling for feeling in shown if feeling != GRIEVING)
        feelings = (self._voice.feelings.get(feeling, ()) for feeling in shown)
        return next(filter(None, map(phrasing.fresh, feelings)), "")

    def _said_back(self, turn: Turn, phrasing: Phrasing, *, beside: str) -> str:
        """Return what the person told, in the second person, once in a while.

        Where there are other words it comes at the start alone, for nobody likes a parrot.
        """
        history = turn.history
        if _is_in_doubt(turn) or history.told.no_echo or history.said_back:
            return ""
        if (beside and history.ours) or "?" in history.latest:
            return ""
        told = paraphrase(history.latest)
        return phrasing.fresh([told]) if told else ""

    def _in_their_words(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return the sentence that tells most, word for word, where there are no words for it.

        A question alone would leave unsaid that anything was heard.
        """
        history = turn.history
        lately = bool(history.ours) and history.ours[-1].startswith('"')
        if turn.risk.level is not Level.NONE or history.told.no_echo or lately:
            return ""
        words = weightiest(history.latest)
        return phrasing.fresh(self._voice.quoted, words=words) if words else ""

    def _nod(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return a word that takes in what was told, where a question alone would pass it over."""
        tells = len(turn.history.latest.split()) > FEW_WORDS and turn.risk == NO_RISK
        nods = self._voice.nods
        return phrasing.fresh(nods) if tells and not _said_lately(nods, turn) else ""

    def _to_few_words(self, turn: Turn, phrasing: Phrasing) -> _Heard:
        """Meet an answer of a word or two as such."""
        kind = turn.understood.bare or "short"
        if kind == "name" and turn.history.latest.strip(" .!") in turn.history.told.known:
            kind = "short"
        lines: Sequence[str] = getattr(self._voice.bare, kind)
        words = turn.history.latest.strip(" .!?,").replace('"', "")
        line = phrasing.fresh(lines, words=words)
        if not line:
            return _Heard(phrasing.choose(self._voice.listening), self._question(turn, phrasing))
        return _Heard(line)

    def _leaves_room(self, turn: Turn, phrasing: Phrasing) -> bool:
        """Tell whether enough was asked lately for a reply without a question."""
        history = turn.history
        asked_twice = len(history.ours) > 1 and all("?" in text for text in history.ours[-2:])
        return asked_twice and (len(history.latest.split()) > MANY_WORDS or phrasing.toss())

    def _question(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return one open question."""
        history, voice = turn.history, self._voice
        for ask in (self._back_to_an_event, self._after_someone):
            if question := ask(turn, phrasing):
                return question
        things, passing = self._spoken_of(turn)
        if question := _after(things, phrasing):
            return question
        situation = turn.understood.situation
        kinds = [voice.asked[kind] for kind in asks_after(history.latest)]
        if history.newly_gone:  # no "And then?" comes after a death
            kinds, situation = [], next((s for s in voice.situations if s.gone), situation)
        own = situation.questions if situation else ()
        known = says_when(history.theirs)
        choices = (
            [line for line in lines if not (known and line.startswith(WHEN))]
            for lines in (*kinds, own)
        )
        called = called_in_situation(situation, turn)
        near = next(filter(None, (phrasing.fresh(of, called=called) for of in choices)), "")
        return (
            near
            or self._after_them(turn, phrasing)
            or _after(passing, phrasing)
            or self._back_to_someone(turn, phrasing)
            or self._invited(turn, phrasing)
        )

    def _invited(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return a question that is true of anything, or, after one of these, a word to go on."""
        asked = _said_lately(self._voice.invitations, turn)
        return phrasing.fresh(self._voice.listening_on if asked else self._voice.invitations)

    def _after_someone(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return a question after the one person of whom the message speaks last, at times."""
        told = turn.history.told_now
        left_out = _NO_TALKERS | (_PARTNERS if has_parted(turn.history.theirs) else frozenset())
        people = [
            someone.words
            for someone in told.people
            if someone.words not in left_out and not says_not_of(someone.words, turn.history.latest)
        ]
        alone = (
            len(people) == 1
            and len(told.people) == 1
            and not told.gone
            and any(
                someone.words == people[0]
                for someone in read_told(sentences(turn.history.latest)[-1:]).people
            )
        )
        return (
            phrasing.fresh(self._voice.memory.now, person=people[0])
            if alone and phrasing.toss()
            else ""
        )

    def _after_them(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return a question after whom a message calls "she", where the talk is of that one."""
        history = turn.history
        whom = "" if history.told_now.people else history.of_whom(history.latest)
        left_out = _NO_TALKERS | (_PARTNERS if has_parted(history.theirs) else frozenset())
        unclear = not whom or whom in left_out or turn.risk.level is not Level.NONE
        unclear |= speaks_of_death(history.theirs)
        return "" if unclear else phrasing.fresh(self._voice.memory.still, person=whom)

    def _spoken_of(self, turn: Turn) -> tuple[list[Mentioned], list[Mentioned]]:
        """Return the new things that the talk is about, and such as are named in passing, too.

        It is about one that comes up again, or where the message says little else.
        """
        history = turn.history
        said = "\n".join(history.ours).lower()
        lately = "\n".join(history.theirs[-THEME:]).lower()
        brief = len(history.latest.split()) <= FEW_WORDS
        mentioned = self._things.in_message(history.latest)
        new = [thing for thing in mentioned if thing.words.lower() not in said]
        again = [thing for thing in new if lately.count(thing.noun) > 1]
        telling = [thing for thing in new if not thing.passing and (brief or thing in again)]
        return telling, [thing for thing in again if thing.passing]

    def _back_to_an_event(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return a question that comes back to something ahead that was told of before."""
        lines = self._voice.memory.event
        return self._coming_back("event", lines, turn.history.told.events, turn, phrasing)

    def _back_to_someone(self, turn: Turn, phrasing: Phrasing) -> str:
        """Return a question that comes back to somebody who was told of more than once."""
        history, lines = turn.history, self._voice.memory.person
        if _SPEAKS_OF_SOMEONE.search(history.latest) or history.planned_now:
            return ""  # of whoever that is, or of what comes now
        left_out = _PARTNERS if has_parted(history.theirs) else frozenset()
        often = Counter(
            someone.words for text in history.theirs for someone in read_told([text]).people
        )
        people = [
            mention
            for mention in history.told.people
            if mention.words not in left_out
            and often[mention.words] > 1
            and not any(says_not_of(mention.words, text) for text in history.theirs)
        ]
        return self._coming_back("person", lines, people, turn, phrasing)

    def _coming_back(
        self,
        slot: str,
        lines: Sequence[str],
        mentions: Sequence[Mention],
        turn: Turn,
        phrasing: Phrasing,
    ) -> str:
        """Return a question after what was mentioned a while ago, once for each mention."""
        now = len(turn.history.theirs) - 1
        ripe = (
            {slot: mention.words}
            for mention in mentions
            if now - mention.turn >= COMES_BACK_AFTER
            and not any(phrasing.was_said(line.format(**{slot: mention.words})) for line in lines)
        )
        filling = next(ripe, None)
        return phrasing.fresh(lines, called=None, **filling) if filling else ""

    def _offer(self, turn: Turn) -> Practice | None:
        """Return a practice to offer, where enough was heard and none was offered lately."""
        history = turn.history
        situation = turn.understood.situation
        unwanted = history.told.no_advice or history.told.no_practice
        if situation is None or unwanted or turn.understood.bare:
            return None
        if turn.risk.level is not Level.NONE:
            return None
        if history.stories < SETTLED or history.since_offer < APART:
            return None
        practice = self._corpus.practice(situation.practice or "")
        return practice if practice and practice.id not in history.led else None

    def _reading(self, turn: Turn, phrasing: Phrasing) -> Quote | None:
        """Return a passage near the story, if reading was not pointed to lately."""
        history = turn.history
        understood = turn.understood
        if history.told.no_advice or understood.bare or understood.tried or understood.doubt:
            return None
        if turn.risk.level is not Level.NONE:
            return None
        if history.told_now.gone or (_says_little(history) and not _leans_on_a_page(turn)):
            return None
        if any("[1]" in text for text in history.ours[-APART:]):
            return None
        said = "\n".join(history.ours)
        about = understood.plainly_about
        if not _leans_on_a_page(turn):
            lived = understood.situation or understood.earlier
            about &= frozenset(lived.topics if lived else ())
        near = [
            p
            for p in near_enough(turn)
            if p.cosine >= READING_FLOOR
            and p.chunk.title not in said
            and not about.isdisjoint(p.chunk.topics)
        ]
        return first_quote(near, turn.understood.query, was_said=phrasing.was_said)


def _unless_of_nobody(said_back: str | None) -> str:
    """Return what is said back, but for "Nobody left you on read", which agrees with nothing."""
    return "" if not said_back or said_back.startswith(("Nobody ", "No one ")) else said_back


def called_in_situation(situation: Situation | None, turn: Turn) -> Called:
    """Return what the one is called of whom a situation is: the one who died, if anybody did."""
    gone = turn.history.told.gone
    if situation and situation.gone and gone:
        others = turn.history.told_now.people
        return called_in(gone[-1].words) or (Called.THEY if others else turn.history.called(""))
    return turn.history.called("")


def _met_lately(told: Telling | Situation | None, turn: Turn) -> bool:
    """Tell whether the same was taken up a little while ago: said again, it would be no answer.

    What somebody lives in stands behind all that they tell, and is not what they tell now.
    """
    return told is not None and _said_lately(told.reflections, turn)


def _said_lately(lines: Sequence[str], turn: Turn) -> bool:
    """Tell whether any of some lines was said a little while ago."""
    return says_any("\n".join(turn.history.ours[-LATELY:]), lines)


def _says_little(history: History) -> bool:
    """Tell whether a message is too short to tell which page it is about.

    "It was too much for one", of soup, is of no page.
    """
    return len(history.latest.split()) < FEW_WORDS


def near_enough(turn: Turn, least: float = NEAR_ENOUGH) -> list[Passage]:
    """Return the passages that may be quoted in answer: as a rule those near to what was said.

    What somebody lives through leans to a page that it is not about: "Can I just not go?", of a
    friend's baby, to one for new parents.  With a first message it is enough that it is rather
    one of the coach's.  Beside a question about danger it is not, and beside some of these only
    a page that is named may stand.
    """
    if _leans_on_a_page(turn):
        return list(turn.passages)
    asks_about_danger = "?" in turn.opening
    if asks_about_danger and ASKED_ALONE & set(turn.risk.categories):
        return []
    if not turn.history.ours:
        if turn.understood.foreign <= RATHER_OURS and not asks_about_danger:
            return list(turn.passages)
        least = min(least, NEAR_AT_FIRST)
    plainly = {topic for topic, by in turn.understood.leaning.items() if by >= PLAINLY}
    return [p for p in turn.passages if p.cosine >= least or plainly & set(p.chunk.topics)]


def _leans_on_a_page(turn: Turn) -> bool:
    """Tell whether a message names what a page is about, or goes on with one."""
    return bool(turn.understood.follow_up) or turn.understood.names_a_page


def _after(things: Sequence[Mentioned], phrasing: Phrasing) -> str:
    """Return a question after the first of some things; empty if there is none."""
    return phrasing.fresh(things[0].lines, thing=things[0].words) if things else ""


def _is_in_doubt(turn: Turn) -> bool:
    """Tell whether the latest message itself, and not an earlier one, gives concern."""
    fading = {RISK_EARLIER, CALM_SINCE} & set(turn.risk.why)
    return turn.risk.level is not Level.NONE and not fading


def _wish_is_new(turn: Turn) -> bool:
    """Tell whether the wish to be only heard stands in the latest message itself."""
    wishes = turn.history.told_now
    return wishes.only_listen or wishes.no_advice
