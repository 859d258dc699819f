"""Meet what somebody in danger asks or tells, in words that were written for it.

Flow: the messages of a talk in danger -> `safety.reader` (kinds of need), `safety.answers` (answers
to the very question) -> here, with the words of `corpus/crisis/needs.yaml` -> `safety.crisis`,
which goes on with its path where none is met.

A question is answered before anything else is said, and what was told is met by name where the
name is known: the friend who could come, the tablets in the tin.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from coach.errors import CorpusError
from coach.pronouns import Called, filled
from coach.safety.answers import Answers, Asked
from coach.safety.happened import called_them, swallowed
from coach.safety.reader import Reader
from coach.safety.supposed import Supposed
from coach.safety.wordings import SLOT, choose, mark_of, read_yaml, was_said
from coach.sentences import sentences

__all__ = [
    "CALLED",
    "CALMING",
    "HOW_NEAR",
    "METHOD",
    "MISREAD",
    "MOST_WORDS",
    "NEARLY",
    "NEEDS",
    "NOT_WAKING",
    "NO_ANSWER",
    "OWN",
    "Known",
    "Liken",
    "Needs",
    "Scope",
    "Talk",
    "WhoIsKnown",
    "implied",
    "kinds_in",
    "means_in",
    "nobody_known",
    "out_of_place",
    "words_in",
]

NEEDS = "needs"
MOST_WORDS = 90
"""Words of a whole reply."""
HOW_SOON = frozenset({"at_place", "tonight", "no_plan", "not_saying"})
HOW_NEAR = HOW_SOON | {"means_here", "means_kept", "place", "day_set", "letters", "means_keep"}
"""Needs that tell how soon it may be, and how far it has gone."""
LINE = "line"
"""The way to care that names helplines."""
OUTDOORS = frozenset({"at_place", "place", "out_now"})
"""Needs of who is not in a room, or is drawn to a place outside."""
INDOORS = re.compile(
    r"\b(?:rooms?|house|kitchen|flat|stairs|put (?:it )?away|in other hands|keeping)\b"
)
"""Lines for somebody at home."""
WAYS = tuple(
    (re.compile(rf"\b(?:{theirs})\b", re.IGNORECASE), re.compile(rf"\b(?:{ours})\b", re.IGNORECASE))
    for theirs, ours in (
        ("ring|rang|call|phone|pick up|picks up", "phone|voice|call|on the line"),
        ("text|write|wrote|message|note|send|type", "message|send|paper|note|write|read"),
        ("door|knock|bell|round", "door|out loud|say aloud"),
    )
)
"""How somebody is told: the person's words for it, and those of a line that suits it."""
LEAST_MARK = 30
"""Letters of a sentence by which it is known that a need was met."""
MOST_MET, MOST_TOLD = 3, 72
"""Needs that one reply meets, and the words up to which a further one is met."""
OWNED_LATELY = 3
"""Replies within which a mistake is not owned again where the question is answered."""
ASKED_OF_ONE = 2
"""Replies that ask for the same helper."""
PRESSING, QUESTIONS = 1, 2
"""The tiers of what cannot wait, and of what is asked."""
SLOTS_OF_WHO = ("{helper}", "{one}", "{means}", "{question}", "{gone}")
"""Slots that only a line may have for which the thing is known."""


MISREAD, METHOD, NOT_WAKING = "misread", "method", "not_waking"
FROM = 0.5
"""The probability from which a message has a need, as a whole or in one of its sentences.
Chosen on `evals/safety/needs.jsonl`."""
WEIGHTY = frozenset(
    {
        *("at_place", "he_comes", "throat", "third_urgent"),
        *("quiet_after", "hides_it", "voices", "food", "angry_at", "past_hurt", "day_set"),
        *("helper_comes", "retract", "lose_children"),
    }
)
FROM_OF = {**dict.fromkeys(WEIGHTY, 0.65), METHOD: 0.85, "unanswered": 0.75}
"""Needs that would be met with much that is wrong, and how likely they must be."""


OTHER = "other"
"""What is asked or told that is no kind of need that was learnt."""
LINE_SENDS, EMERGENCY_HOW, HE_COMES = "line_sends", "emergency_how", "he_comes"
TAKEN, CALLED = "third_taken", "called_them"
HELPER_HERE = "helper_here"
"""Somebody is with the person; where another is in danger, the person is with that one."""
NO_ANSWER = "no_answer"
URGENT, CALL_NOW, ARMED, AWAY = "third_urgent", "third_call_now", "third_armed", "means_away"
HOME_ARMED, DRINK = "home_armed", "drink"
SHOULD_TELL, WHO_READS, PARENTS = "should_tell", "who_reads", "parents_react"
MUST_REPORT, MEDICINE, HOW_TO_ASK = "must_report", "medicine", "third_how_ask"
PUTS_RIGHT = frozenset({MISREAD, "retract"})
"""Needs of who says that it is not so."""
SAFER = frozenset({"helper_comes", "helper_here", "out_now", AWAY})
"""Needs that tell of a step out of danger."""
LEFT_BEHIND = frozenset({"means_here", "means_kept"})
"""Needs that are not met beside it."""
CALMING = frozenset({"calmer", "no_plan", "to_bed", "means_away"}) | SAFER
PASSES = frozenset({"tonight", "urge_now"})
"""Needs that are not met beside what tells that it has passed: "not tonight, it is lower now"."""
LEAVES = frozenset({"to_bed", "other_topic", "calmer"})
"""Needs that lead away, which are not met with danger near."""
NEARLY = frozenset({"means_here", "means_kept", "at_place", "tonight", "day_set", "letters"})
"""Needs after which a no is no answer to the question about dying."""
AT_ONCE = frozenset({"urge_now", "not_saying", "means_keep", "place"})
"""Needs of one's own wish to die, whose words would send somebody back who has fled."""
TO_TELL = frozenset({SHOULD_TELL, "words_for", "words_soft"})
ASKED_ALREADY = frozenset({"third_yes"})
OUT_OF_SIGHT = frozenset({"third_far", "helper_silent", "letters"})
TO_CALL = frozenset({URGENT, CALL_NOW})
"""Needs of somebody who has not called the emergency number yet."""
ALONE = frozenset({TAKEN, CALL_NOW, ARMED, HE_COMES})
"""Needs beside which nothing else is said."""
UNASKED = frozenset({"misread", "unanswered", "insults", "leave_it", "other_topic", "method"})
"""Needs after which the coach does not ask how near it is."""
WEAPON = re.compile(
    r"\b(?:(?:hand|shot)?guns?|rifles?|pistols?|revolvers?|glock|firearms?)\b", re.IGNORECASE
)
LOCKED = re.compile(
    r"\b(?:safe|lock(?:ed|s|er)?|cabinet|unloaded|ammo|ammunition|code|key|sister'?s|brother'?s"
    r"|police (?:station|car|van|have|has|took|got|hold)|out of the house|come back"
    r"|taken (?:away|off)|handed (?:in|over)|they(?:'ve| have) (?:got|taken))\b",
    re.IGNORECASE,
)
"""Words of a weapon that nobody holds."""
HAS_THE_KEY = re.compile(
    r"\b(?:he|she|they)(?:'s| has|'ve| have|s)(?: got)?"
    r" (?:the|his|her|their|a) (?:\w+ )?(?:key|code)"
    r"|\b(?:key|code)s?\b[^.!?]{0,20}\b(?:on|round|in) (?:his|her|their)\b"
    r"|\b(?:he|she|they) knows? the code\b",
    re.IGNORECASE,
)
"""Words of a lock that holds nobody back."""
EMERGENCY = re.compile(
    r"\b(?:call|ring|dial|phone|rang|called)\w* (?:the )?(?:999|911|112|000|(?:an )?ambulance"
    r"|police|cops|emergency)|\b(?:999|911|112|000) (?:send|bring|come)",
    re.IGNORECASE,
)
OF_THE_ONE_WHO_HURTS = re.compile(
    r"\b(?:leav(?:e|ing)|divorc\w+|break(?:ing)? up|confront\w*)\b"
    r"|\b(?:tell|say to|ask) (?:him|my (?:husband|wife|partner|boyfriend|girlfriend|dad))\b",
    re.IGNORECASE,
)
ASKED_OF_THE_COACH = re.compile(
    r"\b(?:will|are|do|did|gonna) (?:you|u|this(?: thing| page)?) (?:\w+ )?(?:be )?"
    r"(?:tell|telling|report\w*|pass\w*)\b|\bwould (?:you|u) be telling\b",
    re.IGNORECASE,
)
THROAT = "throat"
OF_THE_THROAT = "Is it your throat?"
"""A line that takes for granted that they have told of it (`supposed.yaml`)."""
NO_DRINK_OF_THEIRS = re.compile(
    r"\b(?:sister|brother|mother|mum|mom|father|dad|son|daughter|husband|wife|partner|friend)'?s"
    r" (?:drink|drinking|habit)\b|\bi (?:don'?t|do not|never) drink\b",
    re.IGNORECASE,
)
"""Words of somebody else's drinking, or of none."""
OF_A_PARENT = re.compile(r"\b(?:the|your) (?:children|kids)\b")
"""Lines for somebody with children of their own."""
MANY = re.compile(r"\b(?:parents|kids|children|friends|mates)\b")
ONE_VERB = re.compile(r"(\{(?:helper|one)\} (?:\w+)?)(\{(?:s|es|are|have|do|dont|arent|havent)\})")
"""A verb right after a name, which says one where nobody knows whether it is he or she."""


class Scope(StrEnum):
    """In whose talk a need is met.

    Of one's own wish to die, of such thoughts without intent, of hurting oneself, of somebody
    else's danger, of harm at home.
    """

    OWN = "own"
    MILD = "mild"
    HARM = "harm"
    THIRD = "third"
    ABUSE = "abuse"


OWN = (Scope.OWN, Scope.MILD, Scope.HARM)
OTHERS = (Scope.THIRD, Scope.ABUSE)
LIGHTER = (Scope.MILD, Scope.HARM)
OF_DYING = re.compile(r"\b(?:kill\w*|suicid\w*|dying|die|end(?:ing)? (?:my|your|their) life)\b")
"""Lines that are too grave for who has no wish to die."""


@dataclass(frozen=True)
class Known:
    """What the talk has told that words may name.

    Attributes:
        helper: Somebody who could help, as the coach names them: "your sister", "Maureen".
        called: What the helper is called.
        one: Who is in danger, where that is somebody else.
        one_called: What that one is called.
        means: What was named that could do harm: "the tablets".
        question: What was asked that nothing answers.
        gone: Who has died, as the coach names them.
    """

    helper: str = ""
    called: Called = Called.THEY
    one: str = ""
    one_called: Called = Called.THEY
    means: str = ""
    question: str = field(default="", repr=False)
    gone: str = ""

    def fits(self, line: str) -> bool:
        """Tell whether all that a line names is known."""
        return all(value or slot not in line for slot, value in self._slots())

    def _slots(self) -> Iterator[tuple[str, str]]:
        """Yield each slot with what stands in it."""
        values = (self.helper, self.one, self.means, self.question, self.gone)
        return zip(SLOTS_OF_WHO, values, strict=True)

    def names(self, line: str) -> bool:
        """Tell whether a line names something that is known."""
        return self.fits(line) and any(slot in line for slot in SLOTS_OF_WHO)

    def fill(self, line: str) -> str:
        """Return a line with names and pronouns in it; slots for lines and numbers stay."""
        of_one = "{one}" in line or (self.one and "{helper}" not in line)
        called = self.one_called if of_one else self.called
        who = self.one if of_one else self.helper
        if called is Called.THEY and not MANY.search(who):
            line = ONE_VERB.sub(lambda m: m[1] + filled(m[2], Called.SHE), line)
        line = filled(line, called)
        for slot, value in self._slots():
            # In words that the person may use, "your wife" is "my wife".
            mine = re.sub(r"^your ", "my ", value)
            quoted = (
                part.replace(slot, mine) if n % 2 else part
                for n, part in enumerate(line.split('"'))
            )
            line = '"'.join(quoted)
            first = value[:1].upper() + value[1:]
            parts = re.split(rf"(?:^|(?<=[.?!] )){re.escape(slot)}", line)
            line = first.join(parts).replace(slot, value)
        return line


WhoIsKnown = Callable[[Scope], Known]
"""Gives whom words may name, by whose danger the talk is about."""


Liken = Callable[[Sequence[str]], Sequence[float]]
"""Gives how like each of some lines is to what was written."""


Holds = Callable[[str], bool]
"""Tells whether all that a line takes for granted was told of, and nothing that it asks."""


def nothing_supposed(_line: str) -> bool:
    """Return that a line takes nothing for granted."""
    return True


def nobody_known(_scope: Scope) -> Known:
    """Return that nobody was named."""
    return Known()


@dataclass(frozen=True)
class Talk:
    """A talk in danger, as far as words are chosen by it.

    Attributes:
        scope: Whose danger it is about.
        known: What words may name.
        said: What the coach said, oldest first.
        told: The kinds of need that the whole talk holds.
        latest: The message that is answered.
        young: Whether a child writes.
        seed: What chooses among the variants, where nothing else does.
        asked: The answers that the latest message calls for.
        liken: How like each of some lines is to the latest message.
        holds: Tells whether all that a line takes for granted was told of, and nothing that it
            asks.
    """

    scope: Scope
    known: Known = field(repr=False)
    said: Sequence[str] = field(repr=False)
    told: frozenset[str] = frozenset()
    latest: str = field(default="", repr=False)
    young: bool = False
    seed: str = field(default="", repr=False)
    asked: Sequence[Asked] = ()
    liken: Liken | None = field(default=None, repr=False)
    holds: Holds = field(default=nothing_supposed, repr=False)

    def chosen(self, variants: Sequence[str]) -> str:
        """Return a line that was not said yet, one that fits what is known if there is any.

        Of those that fit, one that names who is known, and one for the way that was spoken of: by
        phone, in writing, at a door.
        """
        known = self.known
        new = [v for v in variants if known.fits(v) and self.holds(v)]
        new = [v for v in new if not was_said(v, self.said)]
        if self.scope in LIGHTER:
            new = [v for v in new if not OF_DYING.search(v)]
        if self.told & OUTDOORS:
            new = [v for v in new if not INDOORS.search(v)] or new
        for fits in (known.names, self._by_the_way_spoken_of):
            new = [v for v in new if fits(v)] or new
        plain = [SLOT.sub("", v) for v in new]
        if self.liken and len(new) > 1 and (likeness := self.liken(plain)):
            return known.fill(max(zip(likeness, new, strict=True))[1])
        return known.fill(choose(new, self.said, seed=self.seed)) if new else ""

    def asks_for_helper(self) -> bool:
        """Tell whether the coach asked for the helper often enough."""
        who = self.known.helper
        questions = [sentences(text)[-1] for text in self.said if text.endswith("?")]
        return bool(who) and sum(who in question for question in questions) >= ASKED_OF_ONE

    def _by_the_way_spoken_of(self, line: str) -> bool:
        return any(theirs.search(self.latest) and ours.search(line) for theirs, ours in WAYS)


@dataclass(frozen=True)
class Need:
    """One kind of need, and the words for each scope: what meets it, and what follows."""

    kind: str
    tier: int
    say: Mapping[Scope, tuple[str, ...]]
    then: Mapping[Scope, tuple[str, ...]]
    young: Mapping[Scope, tuple[str, ...]]
    asked: bool = False
    """It is the very thing that was asked or told, and no kind of need in general."""

    @property
    def own_words(self) -> tuple[str, ...]:
        """What meets it, whoever is in danger."""
        return tuple(words for say in self.every for words in say)

    @property
    def every(self) -> tuple[tuple[str, ...], ...]:
        """All that may be said to meet it."""
        return (*self.say.values(), *self.young.values())

    def words(self, scope: Scope, *, young: bool) -> tuple[str, ...]:
        """Return the wordings that meet it in a scope; none if it is not met there."""
        return (young and self.young.get(scope)) or self.say[scope]


@dataclass(frozen=True)
class Met:
    """Words that meet needs, in order, and the question that may follow them."""

    kinds: tuple[str, ...]
    say: tuple[str, ...]
    then: str


class Needs:
    """The words of `needs.yaml`.

    Args:
        folder: `corpus/crisis`.
        reader: Finds the answer to the very question; None finds none.

    Raises:
        CorpusError: The file is missing, cannot be read, or lacks a part.
    """

    def __init__(self, folder: Path, reader: Reader | None = None) -> None:
        self._supposed = Supposed(folder)
        file = folder / f"{NEEDS}.yaml"
        data = read_yaml(file)
        try:
            tiers = {kind: tier for tier, kinds in enumerate(data["tiers"]) for kind in kinds}
            self._needs = {
                kind: need_from(kind, tiers[kind], row) for kind, row in data["needs"].items()
            }
            self.acknowledged_before = frozenset(data["acknowledged_before"])
            cares = {
                scope: {care: tuple(say) for care, say in rows.items()}
                for scope, rows in data["cares"].items()
            }
            self._cares = {scope: cares.get(scope, cares[Scope.OWN]) for scope in Scope}
            self._refused = {kind: frozenset(cares) for kind, cares in data["refused"].items()}
            self._settled = {
                kind: re.compile("|".join(words), re.IGNORECASE)
                for kind, words in data["settled"].items()
            }
            self._at_once = frozenset(data["at_once"])
            self._how_near = tuple(data["how_near"])
            self._tonight = tuple(data["tonight"])
            self._emergency = tuple(data["emergency"])
            self._of_gone = tuple(data["of_gone"])
            self.urgent = frozenset(data["urgent"])
            self._alike = [frozenset(kinds) for kinds in data["alike"]]
            self._tiers = {**tiers, OTHER: QUESTIONS}
            pressing = NEARLY | {kind for kind, tier in tiers.items() if tier == PRESSING}
            self.answers = Answers(folder, reader, pressing)
            of_means = {w for kind in LEFT_BEHIND for w in self._needs[kind].own_words}
            of_means.update(self.answers.meeting(LEFT_BEHIND))
        except (AttributeError, KeyError, TypeError, ValueError, re.error) as error:
            raise CorpusError(file, None, f"lacks or misuses {error}") from None
        # What asks something may stand in any talk: "Who is with you?"
        meets = (*self.answers.meeting(), *(w for n in self._needs.values() for w in n.own_words))
        self._meeting = tuple(
            words for words in dict.fromkeys(meets) if len(mark_of(words)) >= LEAST_MARK
        )
        self._of_means = of_means.intersection(self._meeting)

    def sentences(self) -> Iterator[str]:
        """Yield every wording."""
        for need in self._needs.values():
            for words in (*need.say.values(), *need.then.values(), *need.young.values()):
                yield from words
        for cares in self._cares.values():
            for words in cares.values():
                yield from words
        yield from (*self._how_near, *self._tonight, *self._emergency, *self._of_gone)
        yield from self.answers.sentences()

    def reply(self, kinds: Sequence[str], talk: Talk, *, near: bool = False) -> str:
        """Return what meets needs, a way to care and a question; empty if none of them is met.

        Args:
            kinds: The kinds of need of the latest message, likeliest first.
            talk: The talk that it stands in.
            near: Whether danger may be near, so that the number for it is named.
        """
        met = self._met(kinds, talk)
        if met is None:
            return ""
        text = " ".join(met.say)
        named = any(was_said(words, talk.said[-1:]) for words in self._emergency)
        if near and not named and "{emergency}" not in text:
            text = f"{text} {talk.chosen(self._emergency) or self._emergency[0]}"
        care = self._care(met, text, talk)
        if care and words_in(text, care, met.then) <= MOST_WORDS:
            text = f"{text} {care}"
        return f"{text} {met.then}".strip()

    def holds(self, theirs: Sequence[str]) -> Holds:
        """Return what tells whether all that a line takes for granted was told of, and no question.

        Args:
            theirs: All that the person wrote.
        """
        told = self._supposed.told(theirs)
        return lambda line: self._supposed.holds(line, told)

    def of_gone(self, talk: Talk) -> str:
        """Return a sentence on who has died, once where the danger is one's own; else nothing."""
        gone = talk.known.gone
        if not gone or talk.scope not in OWN or any(gone in text for text in talk.said):
            return ""
        return talk.chosen(self._of_gone)

    def spoke(self, text: str) -> bool:
        """Tell whether a reply of the coach meets a need."""
        return any(was_said(words, [text]) for words in self._meeting)

    def asked_how_near(self, text: str) -> bool:
        """Tell whether a reply asks how near it is, or whether it could be tonight."""
        return any(was_said(words, [text]) for words in (*self._how_near, *self._tonight))

    def asks(self, kinds: Sequence[str], talk: Talk) -> bool:
        """Tell whether any of the needs is a question, cannot wait, or is a mistake to own."""
        return any(need.tier <= QUESTIONS for need in self._fitting(kinds, talk))

    def surest(self, kinds: Sequence[str], sure: Collection[str]) -> tuple[str, ...]:
        """Return the kinds that are met beside the very things: those that press, or are sure."""
        return tuple(k for k in kinds if k in sure or self._tiers.get(k, QUESTIONS) == PRESSING)

    def left_over(self, now: Collection[str], talk: Talk) -> tuple[str, ...]:
        """Return what was told of means at hand while a reply asked something else.

        Nothing where the danger is not one's own, a step out of it was told, or somebody puts the
        coach right just now.

        Args:
            now: The kinds of need of the latest message.
            talk: The talk that it stands in.
        """
        settled = SAFER & talk.told or PUTS_RIGHT & set(now) or talk.scope is not Scope.OWN
        met = any(was_said(words, talk.said) for words in self._of_means)
        return () if settled or met else tuple(sorted(LEFT_BEHIND & talk.told))

    def left_open(self, kinds: Sequence[str], asked: Sequence[Asked], text: str) -> bool:
        """Tell whether a reply met nothing of what it answered."""
        words = [w for k in kinds if k in self._needs for w in self._needs[k].own_words]
        words += [w for it in asked for w in it.say]
        return not any(was_said(w, [text]) for w in words)

    def before(self, kinds: Sequence[str], talk: Talk, *, first: bool) -> str:
        """Return what comes before a step: what meets what presses, is asked or weighs.

        Before the first one, only the answer to the very thing: nothing is known of the talk yet.
        """
        if first:
            kinds = [kind for kind in kinds if kind in ALONE]
        last = max(need.tier for need in self._needs.values())
        tiers = {PRESSING, QUESTIONS, last}
        of = {kind for kind, need in self._needs.items() if need.tier in tiers} - WEIGHTY
        met = self._met([kind for kind in kinds if kind in of], talk)
        return met.say[0] if met else ""

    def _met(self, kinds: Sequence[str], talk: Talk) -> Met | None:
        """Return words for the most pressing of some needs; None if none has any."""
        met: list[Need] = []
        say: list[str] = []
        for need in self._in_order(kinds, talk):
            alike = any({need.kind, m.kind} <= kinds for m in met for kinds in self._alike)
            variants = need.words(talk.scope, young=talk.young)
            # The very answer may name the number once more: "nobody has come for forty minutes".
            again = variants if need.asked and not called_them(talk.latest) else ()
            words = "" if alike else talk.chosen(self._open(variants, talk) or again)
            full = len(met) >= (MOST_MET if need.asked else MOST_MET - 1)
            alone = any(m.kind in ALONE for m in met)
            long = len(met) > 1 and words_in(*say, words) > MOST_TOLD
            if words and not (full or alone or long):
                met.append(need)
                say.append(words)
        if not met:
            return None
        # What owns a mistake leads back to what was asked, and asks nothing of its own.
        asking = [need for need in met if need.tier] or met
        questions = (talk.chosen(self._questions(need, talk)) for need in asking)
        then = self._asked_once([need.kind for need in met], talk) or next(
            filter(None, questions), ""
        )
        return Met(tuple(need.kind for need in met), tuple(say), then)

    def _in_order(self, kinds: Sequence[str], talk: Talk) -> list[Need]:
        """Return the needs of a message, the most pressing first.

        A mistake is owned, but not in every reply where the question can be answered.
        """
        fitting = sorted(self._fitting(kinds, talk), key=lambda need: need.tier)
        if alone := [need for need in fitting if need.kind in ALONE and not need.asked]:
            return alone[:1]
        if not any(need.tier for need in fitting):
            return fitting
        owning = [need for need in fitting if need.tier == 0]
        lately = any(was_said(w, talk.said[-OWNED_LATELY:]) for n in owning for w in n.own_words)
        left_out = [n for n in owning if n.asked or (lately and talk.asked)]
        return [need for need in fitting if need not in left_out]

    def _fitting(self, kinds: Sequence[str], talk: Talk) -> list[Need]:
        """Return the needs of a message: the very things that it asks or tells, then the kinds."""
        asked = [
            Need(
                it.answer.kind,
                self._tiers[it.answer.kind],
                dict.fromkeys(Scope, it.say),
                dict.fromkeys(Scope, it.then),
                {},
                asked=True,
            )
            for it in talk.asked
        ]
        known = {need.kind for need in asked if talk.chosen(need.say[talk.scope])}
        return asked + [self._needs[k] for k in kinds if k in self._needs and k not in known]

    def _open(self, variants: Sequence[str], talk: Talk) -> list[str]:
        """Return the lines that propose nothing that is done already."""
        told = talk.told if talk.scope in OWN else talk.told - {HELPER_HERE}
        done = [self._settled[kind] for kind in told if kind in self._settled]
        return [line for line in variants if not any(words.search(line) for words in done)]

    def _questions(self, need: Need, talk: Talk) -> list[str]:
        """Return the questions that may follow a need."""
        left = self._open(need.then[talk.scope], talk)
        left = [v for v in left if not (talk.young and OF_A_PARENT.search(v))]
        return [v for v in left if "{helper}" not in v] if talk.asks_for_helper() else left

    def _asked_once(self, kinds: Collection[str], talk: Talk) -> str:
        """Return the question how near it is, or whether tonight is safe, until it is known."""
        if talk.scope is not Scope.OWN or UNASKED & set(kinds):
            return ""
        known = talk.told & HOW_NEAR, talk.told & HOW_SOON
        for it, asked in zip(known, (self._how_near, self._tonight), strict=True):
            if not it and not any(was_said(words, talk.said) for words in asked):
                return talk.chosen(asked)
        return ""

    def _care(self, met: Met, text: str, talk: Talk) -> str:
        """Return a sentence on a way to care that nobody has named yet in the talk, if one is due.

        Where what is met cannot wait, neither can what follows it.
        """
        if ALONE & set(met.kinds):
            return ""
        left_out = {care for kind in talk.told for care in self._refused.get(kind, ())}
        if any(self._tiers[kind] == PRESSING for kind in met.kinds):
            left_out |= set(self._cares[talk.scope]) - self._at_once
        if "{lines}" in text:
            left_out.add(LINE)
        for care, say in self._cares[talk.scope].items():
            if care not in left_out and not any(was_said(words, talk.said) for words in say):
                words = talk.chosen(self._open(say, talk))
                if words:
                    return words
        return ""


def words_in(*parts: str) -> int:
    """Return how many words a reply of these parts has, a line of helplines counted as twelve."""
    return sum(len(part.replace("{lines}", "x " * 12).split()) for part in parts)


def kinds_in(
    messages: Sequence[str], reader: Reader, *, least: float = 0.0
) -> list[tuple[str, ...]]:
    """Return the kinds of need of each message, likeliest first.

    Args:
        messages: What was written.
        reader: What was learnt of needs.
        least: The probability from which a kind counts, where it is more than that of the kind.

    Raises:
        EmbeddingError: The model failed.
    """
    parts = [[message, *sentences(message)] for message in messages]
    every = [text for texts in parts for text in texts]
    found = dict(zip(every, reader.needs(every), strict=True))
    return [_likely([found[text] for text in texts], least) for texts in parts]


def _likely(parts: Sequence[Mapping[str, float]], least: float) -> tuple[str, ...]:
    """Return the kinds that a message has, as a whole or in a sentence, likeliest first."""
    best = {kind: max(part[kind] for part in parts) for kind in parts[0]}
    sure = [k for k, p in best.items() if p >= max(least, FROM_OF.get(k, FROM))]
    return tuple(sorted(sure, key=lambda kind: -best[kind]))


def need_from(kind: str, tier: int, row: Mapping[str, Any]) -> Need:
    """Return the need that one row of the file describes."""

    def of(part: str) -> dict[Scope, tuple[str, ...]]:
        own = tuple(row.get(part, ()))
        others = {scope: tuple(row.get(f"{scope}_{part}", own)) for scope in Scope}
        return {**others, Scope.OWN: own}

    say = of("say")
    others = (scope for scope in OTHERS if f"{scope}_say" in row)
    young = {s: tuple(row.get("young", ())) for s in (OWN if say[Scope.OWN] else others)}
    if "harm_young" in row:
        young[Scope.HARM] = tuple(row["harm_young"])
    return Need(kind, tier, say, of("then"), young)


def implied(kinds: Sequence[str], talk: Talk) -> tuple[str, ...]:
    """Return the kinds of need of a message, with those that follow from the whole talk.

    What is asked of the emergency number is not answered as of a line, nor what is asked of the
    coach as of others. A gun near somebody else's danger outranks all, and who cannot look in, and
    asks whether to call, calls.
    """
    others = {}
    if EMERGENCY.search(talk.latest):
        others[LINE_SENDS] = EMERGENCY_HOW
    if ASKED_OF_THE_COACH.search(talk.latest):
        others[SHOULD_TELL] = WHO_READS
    left_out = out_of_place(kinds, talk)
    more = [others.get(kind, kind) for kind in kinds if kind not in left_out]
    locked = LOCKED.search(talk.latest) and not HAS_THE_KEY.search(talk.latest)
    armed = bool(WEAPON.search(talk.latest)) and not locked
    if talk.scope is Scope.ABUSE and armed:
        more.insert(0, HOME_ARMED)
    if talk.scope is Scope.THIRD:
        if swallowed(talk.latest):
            return (TAKEN,)
        if CALLED in talk.told or called_them(talk.latest):
            return tuple(dict.fromkeys(kind for kind in more if kind not in TO_CALL))
        if OUT_OF_SIGHT & talk.told and {URGENT, EMERGENCY_HOW} & set(more):
            more.insert(0, CALL_NOW)
        if armed and AWAY not in kinds:
            more.insert(0, ARMED)
    return tuple(dict.fromkeys(more))


def out_of_place(kinds: Sequence[str], talk: Talk) -> frozenset[str]:
    """Return which needs are not met in a talk, whatever a message looks like."""
    left_out = set(NEARLY | AT_ONCE) if talk.scope is Scope.ABUSE else {HE_COMES}
    if talk.scope is Scope.ABUSE and OF_THE_ONE_WHO_HURTS.search(talk.latest):
        left_out |= TO_TELL
    if not talk.young:
        left_out.add(PARENTS)
    if not talk.holds(OF_THE_THROAT):
        left_out.add(THROAT)
    if NO_DRINK_OF_THEIRS.search(talk.latest):
        left_out.add(DRINK)
    if talk.told & NEARLY:
        left_out |= LEAVES
    asked = {it.answer.kind for it in talk.asked}
    if CALMING & {*kinds, *asked} and not asked & PASSES:
        left_out |= PASSES
    if MUST_REPORT in kinds:
        left_out.add(SHOULD_TELL)
    if SAFER & set(kinds):
        left_out |= LEFT_BEHIND
    if talk.scope is Scope.THIRD:
        left_out |= {MEDICINE} if talk.known.means else set()
        left_out |= {HOW_TO_ASK} if talk.told & ASKED_ALREADY else set()
    return frozenset(left_out)


MEANS = re.compile(
    r"\b(?:my|the|some|these|those|a|an|all my|his|her|mums?|mams?|dads?|of|with|old)? ?"
    r"(?P<what>tablets|pills|guns?|pistol|rifles?|shotguns?|revolver|glock|knife|blades?"
    r"|razors?|rope)\b",
    re.IGNORECASE,
)


def means_in(messages: Sequence[str]) -> str:
    """Return what the latest message that names such a thing says could do harm: "the gun"."""
    for message in reversed(messages):
        found = MEANS.search(message)
        if found:
            return f"the {found['what'].lower()}"
    return ""
