"""Decide how much danger a message points to, before anything else has a say.

Flow: the visitor's messages -> here -> crisis path, or the rest of the turn.

Patterns speak first and decide alone where they are sure.  What they do not know is judged
by what was learnt of labelled messages (`safety.reader`), each message by itself and
together with the ones before it.  If that is not possible, the screen fails closed: it
answers `crisis`, never `none`.
"""

import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coach.errors import EmbeddingError
from coach.remembered import Remembered
from coach.safety import languages
from coach.safety.denials import SENTENCE, Said, apart_from_denials
from coach.safety.patterns import Reading
from coach.safety.reader import Judged, Reader
from coach.schema import Level, Risk

__all__ = [
    "ASKED_FROM",
    "BARE_WORDS",
    "CALM_SINCE",
    "DENIED",
    "NAMED",
    "NO",
    "OPENING_YES",
    "RISK_EARLIER",
    "Screen",
]

WINDOW_WORDS = 40
WINDOW_STEP = 25

CRISIS_FROM = 0.55
CRISIS_FROM_WITH_CONCERN = 0.35
CONCERN_FROM = 0.5
"""The probabilities from which a level is taken, the second where the patterns found concern."""
CRISIS_ELSEWHERE = 0.95
LIKELY_ELSEWHERE = 0.8
"""The probabilities of a crisis from which a message in another language, whose expressions
found no danger, is taken for one, or else for concern. What was learnt is English: it takes a
quarter of ordinary German, Spanish and French for a crisis by the lines above, and near half
of Arabic, where it counts for nothing. Chosen on `evals/safety/languages.jsonl`."""
LEARNT_SOME = frozenset({"de", "es", "fr"})
"""Languages of which there were examples enough to go by."""
THIRD_PARTY = "third_party"
"""The category of danger to somebody else."""
DOUBTED_UNDER = 0.2
"""The probability of a crisis, of the worst part of a message, under which one that the
patterns found is taken for concern."""
# Those and the first three were chosen on `evals/safety/screen.jsonl`; `CRISIS_FROM` was drawn
# again, with the lines below, on the totals of seven sets (`evals/README.md`).

CRISIS_FROM_AMID = 0.75
"""The first line in the middle of a talk in which no pattern has found anything: what is under it
is concern. Messages there lean on what was said before, and look like anything."""

ASKED_FROM_AMID = 0.65
"""The probability of a crisis from which what is under that line is asked about."""

OTHER_CRISIS_FROM_AMID = 0.9
"""The same for danger of another kind, which cannot wait for a yes."""

DENIED_UNDER = 0.4
"""The probability of the message itself under which the same holds where it says no."""
LOOKED_AT_AGAIN_FROM, LOOKED_AT_AGAIN_WORDS = 0.3, 35
"""The probability of a crisis, and the words, from which a message is read again by its sentences:
shorter ones lean on each sentence."""
NOTHING_UNDER = 0.01
"""The probability of any risk under which what an expression found is only watched."""
LITTLE_UNDER = 0.05
"""The same where it found a concern; and of a crisis where it found despair, in a message that is
likelier than not to be of no risk. What is said of a body or a blow is plainer."""
SPOKEN_OF = frozenset({"abuse", "minor", "past_risk", "psychosis"})
"""What is spoken of whenever an expression finds it."""
PLAIN_FROM = 0.5
"""The probability of a crisis from which an expression that found one is not doubted."""
SOFTLY = frozenset({"abuse", "medical_emergency"})
"""Dangers that may be asked about in softer words where an expression may have misread."""
EXPLAINED_AWAY = frozenset({"medical_emergency"})
"""What ends, however plainly it was found, once the person says that no such thing happened."""

ALONE = 0.8
"""How much a message's own probability counts beside that of the latest ones together."""

ASKED_FROM = 0.85
"""How likely a concern must be, that no plain word names, to be asked about; under it the
helpline is shown and the coach hears on."""

CALM_UNDER = 0.45
"""The probability of any risk under which a message is an ordinary one."""

TINY = 1e-6

NOTHING = Risk()
TOGETHER = 3
"""How many messages are judged together, the latest included."""
TOGETHER_WORDS = 100
"""How many of their words, from the end."""
BEYOND_DOUBT = 0.97
"""The probability of any risk from which even a no just said is not believed."""
BELIEVED = 8
"""Messages for which a no is believed against what is only likely."""
BELIEVED_UNASKED = 2
"""The same where nothing had been asked."""
LIKELY_AFTER_NO = "likely concern, after a no"
DENIED = "denied"
"""Why a crisis has come down to concern: the person said no."""
CALM_SINCE = "only likely, and calm since"
"""Why a crisis that nobody named does not hold a person."""
NAMED = "named plainly"
"""Why a danger that was named earlier may be spoken of again."""
RISK_EARLIER = "risk earlier"
"""Why concern still stands, though the latest message shows nothing new."""
SEPARATOR = "\x1e"
UNAVAILABLE = Risk(level=Level.CRISIS, why=("screen unavailable",))

CRISIS_TURNS = 4
"""How many further messages a crisis lasts, if nothing new is said."""
CRISIS_TURNS_NAMED = 8
"""The same where it was named plainly, or the question about it was answered with yes."""
YES = re.compile(r"(?:^|[.!?,] )(?:yes|yeah|yep)\b(?! (?:please|but no|and no|no)\b)")
"""A yes that does not stand at the beginning."""
OPENING_YES = re.compile(r"^(?:\W*[\w']+\W+){0,5}?(?:yes|yeah|yep|aye)[.!](?: |$)")
"""A yes that is all that the first words say, whatever comes after it."""
WATCH_AFTER_CRISIS = 10
WATCH_AFTER_CONCERN = 2
LOOK_BACK = 6
"""Over how many messages concern adds up."""
READ_BACK = 60
"""How many messages of a conversation are read."""
REMEMBERED = 4096
BARE_WORDS = 3
"""A denial of so few words says only no."""
PLAIN_NO_WORDS = 20
"""A longer message with a no in it, after a danger that was named, says other things, too."""
YES_WORDS = 8
"""A longer yes may be one to something else."""
ENOUGH = 2.0
"""How many heavy messages make a crisis."""
DESPAIR = frozenset({"hopelessness", "suicide", "self_harm"})
HEAVY = DESPAIR | {"past_risk"}
MINOR = "minor"
NO_DANGER = frozenset({MINOR})
"""What says who somebody is, not what threatens them."""
BODY = frozenset({"eating", "medical_emergency"})
RAISED = {"suicide": "concern adds up, or was confirmed", "eating": "the body gives way"}
"""Why several messages together point to a danger that none of them does alone."""
NO = frozenset({"no", "fine_now"})
"""The kinds of answer that say that there is no such danger."""
STANDING = frozenset(
    {"abuse", "eating", "medical_emergency", "psychosis", "self_harm", "substance"}
)
"""Dangers that "I don't want to die" does not deny."""


@dataclass(frozen=True)
class View:
    """What was learnt says of a message and its parts together."""

    crisis: float
    at_risk: float
    categories: tuple[str, ...]
    yes: bool = False
    """The message answers a question with yes."""
    no: bool = False
    """The message answers a question with no, or says that all is well."""
    worst: float = 0.0
    """The highest probability of a crisis, of the whole or of any part."""

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> "View":
        """Return the view of a message, judged whole first and then part by part.

        The probability is halfway, in log odds, between that of the whole, which knows the
        circumstances, and that of the worst part, which is not drowned by them.
        """
        whole, *parts = judged
        if not parts:
            return cls(
                whole.crisis,
                whole.at_risk,
                whole.likely_categories,
                "yes" in whole.likely_answers,
                bool(NO & whole.likely_answers),
                whole.crisis,
            )
        worst = max(parts, key=lambda j: (j.crisis, j.at_risk))
        felt = max(j.at_risk for j in parts)
        crisis = between(whole.crisis, worst.crisis)
        return cls(
            crisis,
            max(crisis, between(whole.at_risk, felt)),
            worst.likely_categories,
            worst=max(whole.crisis, worst.crisis),
        )

    def after(self, together: "View") -> "View":
        """Return the view of a message that followed others, which were judged with it.

        It lies between what the message says by itself, which counts more, and what it says
        as the end of what came before: an odd line in an ordinary talk counts less, a mild one at
        the end of heavy ones more.
        """
        return View(
            between(self.crisis, together.crisis, ALONE),
            max(self.at_risk, between(self.at_risk, together.at_risk, ALONE)),
            self.categories,
            self.yes,
            self.no,
            max(self.worst, together.crisis),
        )


NOTHING_SAID = View(0.0, 0.0, ())
"""Of a message without a word in it."""


@dataclass(frozen=True)
class Assessed:
    """One message's risk together with what the fold over messages needs."""

    risk: Risk
    reading: Reading
    by_pattern: bool
    plainly: bool = False
    """A pattern found it, and what was learnt does not doubt it."""
    named: tuple[str, ...] = ()
    """The categories of the dangers that patterns found."""
    yes: bool = False
    """It answers a question with yes, in whatever words."""
    yes_at_once: bool = False
    """It begins with a yes that stands by itself, whatever comes after."""
    no: bool = False
    """It answers a question with no, in whatever words."""
    says_no: bool = False
    """It says in plain words that there is no danger, whether or not it was asked."""
    unharmed: bool = False
    """It says that nothing happened to a body."""
    explains: bool = False
    """It says so and what it was instead, or that nobody is hurt and no more."""
    likely: float = 0.0
    """The probability of a crisis by what was learnt."""
    calm: bool = False
    """It goes on with something ordinary, in words enough to tell."""
    words: int = 0
    gist: bytes = b""
    """A keyed hash of the words, by which the same words said twice count once."""

    def as_denial(self) -> "Assessed":
        """Return this of a message that also says no; one that is a crisis stays one."""
        if self.risk.level is Level.CRISIS:
            return replace(self, says_no=True)
        reading = replace(self.reading, denies=True, refuses=False)
        return replace(self, reading=reading, says_no=True, no=True, yes=False)

    def without_text(self, digest: Callable[[str], bytes]) -> "Assessed":
        """Return this without a word of the message, fit to be remembered."""
        masked = self.reading.masked
        reading = replace(self.reading, masked="")
        return replace(self, reading=reading, words=len(masked.split()), gist=digest(masked))


class Screen:
    """Assesses messages and conversations.

    Holds no conversation. Results of single messages are remembered without a word of
    them, by a keyed hash, in memory, so that a long conversation is not read again each turn.

    Args:
        reader: What was learnt; None makes every message that the patterns do not
            decide a crisis.
    """

    def __init__(self, reader: Reader | None) -> None:
        languages.read("")  # while there is a disk to read the expressions from
        apart_from_denials("")
        self._reader = reader
        self._remembered: Remembered[Assessed] = Remembered(REMEMBERED)

    def chances(self, messages: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of each level for each message by itself, (messages, 3).

        By what was learnt alone, without the patterns.

        Raises:
            EmbeddingError: There is no model, or it failed.
        """
        if self._reader is None:
            raise EmbeddingError("The safety model is missing; run `coach index build`.")
        rows = []
        for message in messages:
            view = View.of(self._reader.read(parts_of(message)))
            rows.append((1 - view.at_risk, view.at_risk - view.crisis, view.crisis))
        return np.array(rows, dtype=np.float64).reshape(len(messages), len(Level))

    def assess(self, message: str) -> Risk:
        """Return the risk of one message by itself.  Never raises."""
        return self._assess_all([message])[0].risk

    def texts(self, user_messages: Sequence[str]) -> list[str]:
        """Return the texts that `assess_conversation` is likely to have judged: those anew."""
        *earlier, latest = user_messages
        before = earlier[-TOGETHER + 1 :]
        if not before:
            return parts_of(latest)
        rest = apart_from_denials(latest).rest
        return [*parts_of(rest), together(before, rest)]

    def assess_conversation(self, user_messages: Sequence[str]) -> Risk:
        """Return the risk after the last of `user_messages`, oldest first.  Never raises.

        A crisis stays a crisis for some messages, a denial lowers it to concern,
        and concern fades after several messages without a sign. Concern that
        points the same way more than once adds up to a crisis.
        """
        if not user_messages:
            return Risk()
        return fold_risk(self._assess_all(user_messages[-READ_BACK:]))

    def _assess_all(self, messages: Sequence[str]) -> list[Assessed]:
        return [
            self._assess(message, messages[max(0, at - TOGETHER + 1) : at])
            for at, message in enumerate(messages)
        ]

    def _assess(self, message: str, before: Sequence[str]) -> Assessed:
        """Return one message's risk by itself and after the ones before it."""
        key = SEPARATOR.join([*before, message])
        known = self._remembered.get(key)
        if known is not None:
            return known
        said = self._apart(message) if before else Said(message)
        reading = self._read(message)
        if reading is not None and said.rest != message:
            rest = self._read(said.rest)
            reading = rest and replace(reading, findings=rest.findings, masked=rest.masked)
        judged = reading is not None and has_words(reading.masked)
        view = self._view(said.rest, before) if judged else NOTHING_SAID
        assessed = decide(reading, view)
        if said.denied:
            assessed = assessed.as_denial()
        assessed = replace(assessed, unharmed=said.unharmed, explains=said.explained)
        assessed = assessed.without_text(self._remembered.digest)
        if assessed.risk is not UNAVAILABLE:
            self._remembered.put({key: assessed})
        return assessed

    def _apart(self, message: str) -> Said:
        try:
            return apart_from_denials(message)
        except Exception:  # judged as it stands, which is the careful way
            return Said(message)

    def _read(self, message: str) -> Reading | None:
        try:
            return languages.read(message)
        except Exception:  # fails closed
            return None

    def _view(self, message: str, before: Sequence[str]) -> View | None:
        """Return what was learnt says of a message; None if it cannot be judged."""
        if self._reader is None:
            return None
        try:
            alone = parts_of(message)
            if not before:
                return self._looked_at_again(View.of(self._reader.read(alone)), message)
            # One question for both: what was learnt is gone through once.
            judged = self._reader.read([*alone, together(before, message)])
            view = self._looked_at_again(View.of(judged[:-1]), message)
            return view.after(View.of(judged[-1:]))
        except Exception:  # fails closed
            return None

    def _looked_at_again(self, view: View, message: str) -> View:
        """Return the view of a long message that looks like danger, read again by its sentences.

        Somebody who tells of their evening tells it as many do who hide danger in it. Where no two
        neighbouring sentences are a danger, the whole is one half as much, and still a concern.
        """
        pairs = pairs_of(message) if view.crisis >= LOOKED_AT_AGAIN_FROM else []
        if not pairs or self._reader is None:
            return view
        worst = max(pair.crisis for pair in self._reader.read(pairs))
        return replace(view, crisis=min(view.crisis, between(view.crisis, worst)))


def together(before: Sequence[str], rest: str) -> str:
    """Return what is judged together: the end of the latest messages, without what they only deny.

    The end, for the network reads so many words and no more, and the latest are the last.
    """
    said = "\n".join([*(apart_from_denials(message).rest for message in before), rest])
    starts = [word.start() for word in re.finditer(r"\S+", said)][-TOGETHER_WORDS:]
    return said[starts[0] :] if starts else said


def has_words(text: str) -> bool:
    """Tell whether `text` says anything: two letters in a row, in any script."""
    return any(a.isalpha() and b.isalpha() for a, b in itertools.pairwise(text))


def parts_of(message: str) -> list[str]:
    """Return `message` and, if it is long, overlapping parts of it: the worst may be in any."""
    words = message.split()
    if len(words) <= WINDOW_WORDS * 1.5:
        return [message]
    starts = range(0, max(len(words) - WINDOW_WORDS // 2, 1), WINDOW_STEP)
    return [message, *(" ".join(words[at : at + WINDOW_WORDS]) for at in starts)]


def pairs_of(message: str) -> list[str]:
    """Return each two neighbouring sentences of a long message; none of another."""
    if len(message.split()) < LOOKED_AT_AGAIN_WORDS:
        return []
    said = [sentence for sentence in SENTENCE.split(message) if sentence.strip()]
    return [" ".join(pair) for pair in itertools.pairwise(said)]


def between(one: float, other: float, share: float = 0.5) -> float:
    """Return the probability between two, in log odds; `share` is the part of `one`."""
    first, second = (math.log((p + TINY) / (1 - p + TINY)) for p in (one, other))
    return 1 / (1 + math.exp(-(share * first + (1 - share) * second)))


def decide(reading: Reading | None, view: View | None) -> Assessed:
    """Return the risk that patterns and what was learnt give together.

    Args:
        reading: What the patterns found; None if they failed.
        view: What was learnt says; None if that failed.
    """
    if reading is None:
        return Assessed(UNAVAILABLE, Reading(), by_pattern=False)
    level = reading.level
    why = [f"{f.rule}{f' ({f.note})' if f.note else ''}" for f in reading.findings]
    categories = [c for f in reading.findings for c in f.categories]
    if view is None and level is Level.NONE:
        return Assessed(UNAVAILABLE, reading, by_pattern=False)
    if reading.protests and not {"suicide", MEDICAL} & set(categories):
        # "Why do you keep talking about self-harm?" names a danger only to deny it.
        return Assessed(Risk(why=(*why, "protested")), reading, by_pattern=False)
    by_pattern = level is not Level.NONE
    foreign = reading.language not in ("", languages.ENGLISH)
    if view is not None and foreign:
        likely = level_elsewhere(reading, view)
        if likely.rank > level.rank:
            level = likely
            categories += view.categories if level is Level.CRISIS else softened(view.categories)
            why.append(f"likely {level.value} {view.crisis:.2f}")
        view = replace(view, yes=False, no=False)
    elif view is not None:
        level, categories, reason = weighed(reading, view, categories)
        why += [reason] * bool(reason)
    named = [c for f in reading.findings if f.level is Level.CRISIS for c in f.categories]
    if not foreign and hardly_likely(reading, level, categories, view):
        by_pattern, why = False, [f"likely concern, but hardly: {', '.join(why)}"]
    doubtful = not foreign and in_doubt(level, named, view)
    if doubtful and view is not None:
        why = [f"likely crisis {view.crisis:.2f}: {', '.join(why)}"]
    chance = view.at_risk if view is not None and (doubtful or not by_pattern) else 1.0
    if reading.longs and not by_pattern:
        chance = min(chance, CONCERN_FROM)  # heard, with a line to call in view, and not asked
    risk = risk_of(level, categories, why, chance)
    yes = reading.affirms or (view is not None and view.yes and not reading.denies)
    yes_at_once = bool(OPENING_YES.match(reading.masked)) and not reading.denies
    yes = yes or yes_at_once or (bool(YES.search(reading.masked)) and not reading.denies)
    calm = risk.level is Level.NONE and view is not None and view.at_risk < CALM_UNDER
    no = reading.denies or (view is not None and view.no and not reading.affirms)
    return Assessed(
        risk,
        reading,
        by_pattern,
        plainly=by_pattern and not doubtful,
        named=tuple(dict.fromkeys(named)),
        likely=0.0 if view is None else view.crisis,
        yes=yes,
        yes_at_once=yes_at_once,
        no=no and not yes,
        calm=calm and not yes,
    )


def hardly_likely(
    reading: Reading, level: Level, categories: Sequence[str], view: View | None
) -> bool:
    """Tell whether what an expression found looks to what was learnt like nothing at all.

    "The train home … crying at a man eating a scotch egg" is watched, and not asked about.
    """
    found = level is Level.CONCERN and set(categories).isdisjoint(SPOKEN_OF)
    if not found or view is None:
        return False
    if reading.level is not Level.CRISIS:
        return view.at_risk < LITTLE_UNDER
    despairs = set(categories) <= DESPAIR
    unlike = despairs and view.worst < LITTLE_UNDER and view.at_risk < CONCERN_FROM
    return unlike or view.at_risk < NOTHING_UNDER


def in_doubt(level: Level, named: Sequence[str], view: View | None) -> bool:
    """Tell whether what an expression calls a crisis looks to what was learnt like none.

    Such a one is asked about in softer words, and a no ends it: "he beat me" at cards.
    """
    asked = level is Level.CRISIS and bool(named) and set(named) <= SOFTLY
    return asked and view is not None and view.crisis < PLAIN_FROM


MEDICAL = "medical_emergency"
SWALLOWED = re.compile(
    r"\bi (?:have |ve |just |already )*(?:took|taken|swallowed|downed|necked)\b[^.!?]{0,20}"
    r"\b(?:whole|all|full|entire|too many|\d\d+|ten|twenty|thirty|handful)\b"
)
"""Somebody has swallowed a lot of something: no story around it makes that unlikely."""


def weighed(reading: Reading, view: View, categories: list[str]) -> tuple[Level, list[str], str]:
    """Return the level of an English message, its categories, and why it is not the patterns'.

    Args:
        reading: What the patterns found.
        view: What was learnt says.
        categories: Those of the patterns.
    """
    level = reading.level
    half_said = level is Level.CONCERN and not set(categories) <= NO_DANGER
    line = CRISIS_FROM_WITH_CONCERN if half_said else CRISIS_FROM
    unlikely = view.crisis < DENIED_UNDER if reading.denies else view.worst < DOUBTED_UNDER
    # What is said of another reads like anybody's day to a reader of one's own danger.
    swallowed = MEDICAL in categories and SWALLOWED.search(reading.masked)
    if level is Level.CRISIS and unlikely and THIRD_PARTY not in categories and not swallowed:
        return Level.CONCERN, categories, f"hardly likely {view.worst:.2f}"
    if level is Level.NONE and reading.longs and view.crisis >= line:
        return (
            Level.CONCERN,
            list(softened(view.categories)),
            f"longs for company {view.crisis:.2f}",
        )
    if level is not Level.CRISIS and view.crisis >= line and not reading.speaks_for_itself:
        found = [*categories, *view.categories]
        return Level.CRISIS, found, f"likely crisis {view.crisis:.2f}"
    if level is Level.NONE and view.at_risk >= CONCERN_FROM and not reading.leaves:
        found = [*categories, *softened(view.categories)]
        return Level.CONCERN, found, f"likely concern {view.at_risk:.2f}"
    return level, categories, ""


def level_elsewhere(reading: Reading, view: View) -> Level:
    """Return the level that a message in another language is like, as far as that is known.

    What its expressions explain, as a figure of speech, a no or a story, is like nothing.
    """
    explained = reading.denied_hit or reading.idioms or reading.answers
    if explained or reading.language not in LEARNT_SOME or view.crisis < LIKELY_ELSEWHERE:
        return Level.NONE
    sure = view.crisis >= CRISIS_ELSEWHERE or reading.level is Level.CONCERN
    return Level.CRISIS if sure else Level.CONCERN


def softened(categories: tuple[str, ...]) -> tuple[str, ...]:
    """Return `categories` for the level concern: thoughts of death are not claimed."""
    return tuple("hopelessness" if c in ("suicide", "self_harm") else c for c in categories)


@dataclass(frozen=True)
class Watch:
    """Where the risk of a conversation stands after some of its messages."""

    risk: Risk = NOTHING
    left: int = 0
    """Further messages for which the level holds by itself."""
    since_crisis: int = READ_BACK
    plainly: bool = False
    """A pattern, not only a likeness, has said that it is a crisis."""
    named: bool = False
    """A crisis was named plainly at some time before."""
    denied: int = 0
    """Further messages for which a likeness alone is not asked about again after a no."""


def fold_risk(assessed: Sequence[Assessed]) -> Risk:
    """Return the risk after the last of `assessed`, the messages of one conversation."""
    assessed = without_childhood(assessed)
    watch = Watch()
    for i, found in enumerate(assessed):
        before = assessed[i - 1] if i else None
        recent = assessed[max(0, i - LOOK_BACK + 1) : i + 1]
        heard = asked_amid(found, assessed[:i])
        this, earlier = doubted(weighed_amid(heard, recent), watch), watch
        raised = raised_by_others(this, before, recent, watch)
        if this.risk.level is Level.CRISIS or raised:
            watch = in_crisis(watch, this, raised)
        elif watch.risk.level is Level.CRISIS:
            watch = after_crisis(watch, this)
        else:
            watch = below_crisis(watch, this)
        named = earlier.named or (watch.risk.level is Level.CRISIS and watch.plainly)
        watch = replace(watch, denied=believed(this, earlier, watch), named=named)
    return watch.risk.model_copy(update={"why": (*watch.risk.why, *[NAMED] * watch.named)})


def without_childhood(assessed: Sequence[Assessed]) -> Sequence[Assessed]:
    """Return the messages, none of them a child's where the person says last that they are of age.

    "They treat me like I'm fifteen" holds an age, and no child.
    """
    grown = max((i for i, found in enumerate(assessed) if grown_alone(found)), default=-1)
    after = assessed[grown + 1 :]
    if grown < 0 or any(found.by_pattern and MINOR in found.risk.categories for found in after):
        return assessed
    return [of_age(found) for found in assessed]


def grown_alone(this: Assessed) -> bool:
    """Tell whether a message says that its writer is of age, and no age of a child."""
    return this.reading.grown and not (this.by_pattern and MINOR in this.risk.categories)


def of_age(this: Assessed) -> Assessed:
    """Return a message without its being a child's; one that says nothing else is harmless."""
    if MINOR not in this.risk.categories:
        return this
    left = tuple(name for name in this.risk.categories if name != MINOR)
    if not left and this.risk.level is Level.CONCERN:
        return replace(this, risk=Risk(why=this.risk.why), by_pattern=False)
    return replace(this, risk=this.risk.model_copy(update={"categories": left}))


def asked_amid(this: Assessed, before: Sequence[Assessed]) -> Assessed:
    """Return a message's risk; who longs for company after words that were not calm is asked."""
    if not this.reading.longs or this.by_pattern or all(found.calm for found in before):
        return this
    return replace(this, risk=this.risk.model_copy(update={"chance": this.likely}))


def believed(this: Assessed, earlier: Watch, now: Watch) -> int:
    """Return for how many messages a no is believed against a likeness.

    A no counts that answers: to a crisis that was only likely, or, in plain words, to a
    concern that was asked about; one that nobody asked for counts for a shorter time.
    """
    asked = earlier.risk.level is Level.CONCERN and earlier.risk.chance >= ASKED_FROM
    answers = DENIED in now.risk.why or (asked and this.reading.denies)
    if answers and not earlier.plainly:
        return BELIEVED
    unasked = BELIEVED_UNASKED if this.says_no and not earlier.plainly else 0
    return max(unasked, earlier.denied - 1)


def doubted(this: Assessed, watch: Watch) -> Assessed:
    """Return a message's risk; a likeness is not asked about again right after a no to it."""
    if this.by_pattern or this.risk.level is Level.NONE:
        return this
    asked = watch.risk.level is not Level.NONE and not watch.plainly
    if not watch.denied and not (asked and this.says_no):
        return this
    if this.risk.level is Level.CRISIS and this.risk.chance >= BEYOND_DOUBT:
        return this
    return as_concern(this, LIKELY_AFTER_NO, 0.0)


def weighed_amid(this: Assessed, recent: Sequence[Assessed]) -> Assessed:
    """Return a message's risk; amid an ordinary talk danger must be likelier to be one.

    Most of all despair, which can be asked about; a body or a house on fire cannot wait for a yes.
    """
    plain = any(a.by_pattern for a in recent) or this.risk is UNAVAILABLE
    if len(recent) == 1 or plain or this.risk.level is not Level.CRISIS:
        return this
    line = OTHER_CRISIS_FROM_AMID if set(this.risk.categories) - HEAVY else CRISIS_FROM_AMID
    if this.likely >= line:
        return this
    chance = ASKED_FROM if this.likely >= ASKED_FROM_AMID else 0.0
    return as_concern(this, f"likely concern, for a crisis {this.likely:.2f}", chance)


def as_concern(this: Assessed, why: str, chance: float) -> Assessed:
    """Return a message that is taken for concern and no more."""
    concern = risk_of(Level.CONCERN, softened(this.risk.categories), (why,), chance)
    return replace(this, risk=concern)


def raised_by_others(
    this: Assessed, before: Assessed | None, recent: Sequence[Assessed], watch: Watch
) -> str:
    """Return the danger that earlier messages make of this one, or nothing."""
    body = {*this.risk.categories, *watch.risk.categories} >= BODY
    if this.risk.level is Level.CRISIS:
        # What is like another danger may be the body that gives way: "everything went black".
        return "eating" if body and this.by_pattern and not this.named else ""
    if this.reading.denies or (watch.denied and not this.by_pattern):
        return ""
    if adds_up(recent) or says_yes_to_concern(this, before, watch.risk.level):
        return "suicide"
    return "eating" if body and weighs(this) else ""


def weighs(this: Assessed) -> bool:
    """Tell whether a message is a concern that would be asked about."""
    concern = this.risk.level is Level.CONCERN
    return concern and (this.by_pattern or this.risk.chance >= ASKED_FROM)


def in_crisis(watch: Watch, this: Assessed, raised: str) -> Watch:
    """Return the watch after a message that is, or makes, a crisis."""
    carried = watch.risk.categories if watch.risk.level is not Level.NONE else ()
    categories = (raised,) * bool(raised) + this.risk.categories + carried
    why = (*this.risk.why, RAISED[raised]) if raised else this.risk.why
    latest = this.named or (raised,) * bool(raised)
    again = watch.risk.level is Level.CRISIS
    # Who is asked, and says more of the same, has not only been misread.
    plainly = watch.plainly or this.plainly or (again and this.risk.chance >= BEYOND_DOUBT)
    return Watch(
        risk_of(Level.CRISIS, categories, why, 1.0 if raised else this.risk.chance).model_copy(
            update={"latest": latest}
        ),
        left=CRISIS_TURNS_NAMED if plainly else CRISIS_TURNS,
        since_crisis=0,
        plainly=plainly,
    )


def after_crisis(watch: Watch, this: Assessed) -> Watch:
    """Return the watch after a message without a crisis of its own, a crisis standing."""
    since = watch.since_crisis + 1
    categories = watch.risk.categories + this.risk.categories
    standing = STANDING & set(watch.risk.categories)
    # Who is asked, and says yes, has named it.
    confirmed = this.yes and since == 1
    if watch.plainly or confirmed:
        refused = this.reading.refuses and not (this.calm and since == 1)
        amid = since > 1 and this.words > PLAIN_NO_WORDS  # says other things, too
        denied = denies(this, since) and not (refused or standing or confirmed or amid)
    else:
        denied = denies(this, since) or (this.no and since == 1)
    denied = denied or ends_an_emergency(this, watch, since)
    # Who was only taken to be in danger, and speaks of ordinary things, is let be, and watched.
    passed = not (watch.plainly or confirmed) and this.calm and this.words > BARE_WORDS
    if denied or passed or not (watch.left or confirmed):
        why = DENIED if denied else CALM_SINCE if passed else "crisis earlier"
        concern = risk_of(Level.CONCERN, categories, (*this.risk.why, why))
        # What was only likely, and is denied, is watched for a shorter time.
        left = WATCH_AFTER_CRISIS if watch.plainly or not watch.left else WATCH_AFTER_CONCERN
        return Watch(concern, left=left, since_crisis=since, plainly=watch.plainly)
    still = risk_of(Level.CRISIS, categories, (*this.risk.why, "crisis earlier"))
    left = CRISIS_TURNS_NAMED if confirmed else watch.left - (not this.reading.affirms)
    return Watch(still, left=left, since_crisis=since, plainly=watch.plainly or confirmed)


def ends_an_emergency(this: Assessed, watch: Watch, since: int) -> bool:
    """Tell whether a message ends an emergency: nothing happened, as is explained or said again."""
    categories = set(watch.risk.categories)
    of_a_body = bool(categories) and categories <= EXPLAINED_AWAY
    says_so = this.explains or (this.unharmed and since > 1)
    return of_a_body and says_so and this.risk.level is Level.NONE


def below_crisis(watch: Watch, this: Assessed) -> Watch:
    """Return the watch after a message, no crisis standing."""
    since = watch.since_crisis + 1
    if this.risk.level is Level.CONCERN:
        concern = risk_of(
            Level.CONCERN,
            this.risk.categories + watch.risk.categories,
            this.risk.why,
            this.risk.chance,
        )
        left = WATCH_AFTER_CONCERN if weighs(this) else 0
        return Watch(concern, left=max(watch.left - 1, left), since_crisis=since)
    if watch.left:
        calm = CALM_SINCE in watch.risk.why
        why = (*this.risk.why, CALM_SINCE if calm else RISK_EARLIER)
        return Watch(risk_of(watch.risk.level, watch.risk.categories, why), watch.left - 1, since)
    return Watch(risk_of(Level.NONE, (), this.risk.why), since_crisis=since)


def risk_of(
    level: Level, categories: Sequence[str], why: Sequence[str], chance: float = 1.0
) -> Risk:
    """Return the risk, each category named once."""
    named = tuple(dict.fromkeys(categories))
    return Risk(level=level, categories=named, why=tuple(why), chance=chance)


def denies(this: Assessed, since_crisis: int) -> bool:
    """Tell whether a message answers a question about danger with no.

    A bare "no" counts only as the answer to the first question; later it
    refuses an offer.
    """
    bare = this.reading.denies and this.words <= BARE_WORDS
    return this.reading.denies and (not bare or since_crisis == 1)


def says_yes_to_concern(this: Assessed, before: Assessed | None, level: Level) -> bool:
    """Tell whether a yes follows a message that was asked about danger."""
    return (
        level is Level.CONCERN
        and before is not None
        and before.risk.level is Level.CONCERN
        and bool(HEAVY & set(before.risk.categories))
        and before.risk.chance >= ASKED_FROM
        and this.yes
        and (
            this.words <= (YES_WORDS if before.by_pattern else BARE_WORDS)
            or (before.by_pattern and this.yes_at_once)
        )
    )


def adds_up(recent: Sequence[Assessed]) -> bool:
    """Tell whether the concern of the latest messages points one way often enough.

    What patterns found counts whole, what is only like the examples half, and a quarter where
    it would not even be asked about; two whole ones are enough if at least one of them is
    despair, and the last message counts.
    """
    if recent[-1].risk.level is not Level.CONCERN or not HEAVY & set(recent[-1].risk.categories):
        return False
    unlike = {a.gist: a for a in recent}.values()
    heavy = [a for a in unlike if a.risk.level is Level.CONCERN and HEAVY & set(a.risk.categories)]
    despair = any(
        "past_risk" not in a.risk.categories and DESPAIR & set(a.risk.categories) for a in heavy
    )
    return despair and sum(map(_weight, heavy)) >= ENOUGH


def _weight(concern: Assessed) -> float:
    """Return how much a message of concern counts towards a crisis."""
    if concern.by_pattern:
        return 1.0
    return 0.5 if concern.risk.chance >= ASKED_FROM else 0.25
