"""Decide how much danger a message points to, before anything else has a say.

Flow: the visitor's messages -> here -> crisis path, or the rest of the turn.

Patterns speak first and decide alone where they are sure. What they do not
know is compared with labelled examples. If the comparison is not possible, the
screen fails closed: it answers `crisis`, never `none`.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from coach.index.embedder import Embedder
from coach.safety.likeness import Likeness, Likenesses, load_examples
from coach.safety.patterns import Reading, load_patterns
from coach.schema import Level, Risk

__all__ = ["Screen", "example_texts"]

WINDOW_WORDS = 40
WINDOW_STEP = 25

CRISIS_ABOVE = 0.55
CRISIS_ABOVE_WITH_CONCERN = 0.35
CONCERN_ABOVE = 0.42

UNAVAILABLE = Risk(level=Level.CRISIS, why=("screen unavailable",))

CRISIS_TURNS = 4
"""How many further messages a crisis lasts, if nothing new is said."""
WATCH_AFTER_CRISIS = 10
WATCH_AFTER_CONCERN = 2
LOOK_BACK = 6
"""Over how many messages concern adds up."""
READ_BACK = 60
DESPAIR = frozenset({"hopelessness", "suicide", "self_harm"})
HEAVY = DESPAIR | {"past_risk"}


def example_texts() -> tuple[str, ...]:
    """Return the texts of the labelled examples, to be embedded when the index is built."""
    return tuple(example.text for example in load_examples())


@dataclass(frozen=True)
class Assessed:
    """One message's risk together with what the fold over messages needs."""

    risk: Risk
    reading: Reading
    by_pattern: bool


class Screen:
    """Assesses messages and conversations.

    Holds no conversation. Results of single messages are remembered by the
    message's hash, in memory, so that a long conversation is not read again each turn.

    Args:
        embedder: The shared embedding model; None makes every message that the
            patterns do not decide a crisis.
    """

    def __init__(self, embedder: Embedder | None) -> None:
        self._patterns = load_patterns()
        self._embedder = embedder
        self._examples: Likenesses | None = None
        self._remembered: OrderedDict[bytes, Assessed] = OrderedDict()
        self._lock = threading.Lock()
        try:
            self._examples = Likenesses.of(embedder) if embedder else None
        except Exception:  # noqa: BLE001 - whatever failed, the screen must answer, and answers closed
            self._examples = None

    def assess(self, message: str) -> Risk:
        """Return the risk of one message by itself.  Never raises."""
        return self._assess_all([message])[0].risk

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
        keys = [hashlib.sha256(m.encode("utf-8", "surrogatepass")).digest() for m in messages]
        with self._lock:
            known = {key: self._remembered[key] for key in keys if key in self._remembered}
        fresh = {k: m for k, m in zip(keys, messages, strict=True) if k not in known}
        if fresh:
            assessed = dict(zip(fresh, self._assess_fresh(list(fresh.values())), strict=True))
            known |= assessed
            with self._lock:
                self._remembered |= {k: a for k, a in assessed.items() if a.risk is not UNAVAILABLE}
                while len(self._remembered) > 4096:
                    self._remembered.popitem(last=False)
        return [known[key] for key in keys]

    def _assess_fresh(self, messages: list[str]) -> list[Assessed]:
        readings = [self._read(message) for message in messages]
        unsure = [i for i, reading in enumerate(readings) if needs_comparison(reading)]
        pieces = {i: windows(messages[i]) for i in unsure}
        likenesses = self._compare([piece for i in unsure for piece in pieces[i]])
        results: list[Assessed] = []
        used = 0
        for i, reading in enumerate(readings):
            mine: Sequence[Likeness] | None = ()
            if i in pieces:
                mine = None if likenesses is None else likenesses[used : used + len(pieces[i])]
                used += len(pieces[i])
            results.append(decide(reading, mine))
        return results

    def _read(self, message: str) -> Reading | None:
        try:
            return self._patterns.read(message)
        except Exception:  # noqa: BLE001 - fails closed
            return None

    def _compare(self, texts: list[str]) -> list[Likeness] | None:
        if not texts:
            return []
        if self._embedder is None or self._examples is None:
            return None
        try:
            return self._examples.compare(self._embedder.embed(texts))
        except Exception:  # noqa: BLE001 - fails closed
            return None


def needs_comparison(reading: Reading | None) -> bool:
    """Tell whether the patterns leave a doubt that the examples may settle."""
    return reading is not None and reading.level is not Level.CRISIS and has_words(reading.masked)


def has_words(text: str) -> bool:
    """Tell whether `text` says anything: two letters in a row, in any script."""
    return sum(c.isalpha() for c in text) >= 2


def windows(message: str) -> list[str]:
    """Return `message`, and if it is long also overlapping parts of it."""
    words = message.split()
    if len(words) <= WINDOW_WORDS * 1.5:
        return [message]
    starts = range(0, max(len(words) - WINDOW_WORDS // 2, 1), WINDOW_STEP)
    return [" ".join(words[start : start + WINDOW_WORDS]) for start in starts]


def decide(reading: Reading | None, likenesses: Sequence[Likeness] | None) -> Assessed:
    """Return the risk that patterns and examples give together.

    Args:
        reading: What the patterns found; None if they failed.
        likenesses: One for each window; None if the comparison failed.
    """
    if reading is None:
        return Assessed(UNAVAILABLE, Reading(), by_pattern=False)
    level = reading.level
    why = [f"{f.rule}{f' ({f.note})' if f.note else ''}" for f in reading.findings]
    categories = [c for f in reading.findings for c in f.categories]
    if likenesses is None and level is Level.NONE:
        return Assessed(UNAVAILABLE, reading, by_pattern=False)
    by_pattern = level is not Level.NONE
    if likenesses:
        most = max(likenesses, key=lambda k: k.crisis)
        felt = max(likenesses, key=lambda k: k.concern)
        line = CRISIS_ABOVE_WITH_CONCERN if level is Level.CONCERN else CRISIS_ABOVE
        tempered = reading.denied_hit or reading.denies or reading.idioms or reading.affirms
        if most.crisis > line and not tempered and risk_now(most.categories):
            level = Level.CRISIS
            categories += most.categories
            why.append(f"like crisis {most.crisis:.2f}")
        elif level is Level.NONE and felt.concern > CONCERN_ABOVE and not reading.idioms:
            level = Level.CONCERN
            categories += softened(felt.categories)
            why.append(f"like concern {felt.concern:.2f}")
    ordered = tuple(dict.fromkeys(categories))
    return Assessed(Risk(level=level, categories=ordered, why=tuple(why)), reading, by_pattern)


def risk_now(categories: tuple[str, ...]) -> bool:
    """Tell whether the nearest risky example is more than a memory."""
    return "past_risk" not in categories


def softened(categories: tuple[str, ...]) -> tuple[str, ...]:
    """Return `categories` for the level concern: thoughts of death are not claimed."""
    return tuple("hopelessness" if c in ("suicide", "self_harm") else c for c in categories)


def fold_risk(assessed: Sequence[Assessed]) -> Risk:
    """Return the risk after the last of `assessed`, the messages of one conversation."""
    level = Level.NONE
    categories: tuple[str, ...] = ()
    left = 0
    since_crisis = READ_BACK
    why: tuple[str, ...] = ()
    for i, this in enumerate(assessed):
        before, level_before = (assessed[i - 1] if i else None), level
        now = this.risk.level
        if now is not Level.CRISIS and adds_up(assessed[max(0, i - LOOK_BACK + 1) : i + 1]):
            now = Level.CRISIS
            why = (*this.risk.why, "concern adds up")
        elif now is not Level.CRISIS and says_yes_to_concern(this, before, level_before):
            now = Level.CRISIS
            why = ("yes after concern",)
        else:
            why = this.risk.why
        if now is Level.CRISIS:
            level, left, since_crisis = Level.CRISIS, CRISIS_TURNS, 0
            carried = categories if level_before is not Level.NONE else ()
            categories = tuple(dict.fromkeys((*this.risk.categories, *carried)))
            if why and why[-1] in ("concern adds up", "yes after concern"):
                categories = tuple(dict.fromkeys(("suicide", *categories)))
            continue
        since_crisis += 1
        if level_before is Level.CRISIS:
            if denies(this, since_crisis):
                level, left = Level.CONCERN, WATCH_AFTER_CRISIS
                why = (*why, "denied")
            elif left > 0:
                left -= 0 if this.reading.affirms else 1
                why = (*why, "crisis earlier")
            else:
                level, left = Level.CONCERN, WATCH_AFTER_CRISIS
                why = (*why, "crisis earlier")
            categories = tuple(dict.fromkeys((*categories, *this.risk.categories)))
        elif now is Level.CONCERN:
            level, left = Level.CONCERN, max(left - 1, WATCH_AFTER_CONCERN)
            categories = tuple(dict.fromkeys((*this.risk.categories, *categories)))
        elif left > 0:
            left -= 1
            why = (*why, "risk earlier")
        else:
            level, categories = Level.NONE, ()
    return Risk(level=level, categories=categories, why=why)


def denies(this: Assessed, since_crisis: int) -> bool:
    """Tell whether a message answers a question about danger with no.

    A bare "no" counts only as the answer to the first question; later it
    refuses an offer.
    """
    bare = this.reading.denies and len(this.reading.masked.split()) <= 3
    return this.reading.denies and (not bare or since_crisis == 1)


def says_yes_to_concern(this: Assessed, before: Assessed | None, level: Level) -> bool:
    """Tell whether a bare yes follows a message that was asked about danger."""
    return (
        level is Level.CONCERN
        and before is not None
        and before.risk.level is Level.CONCERN
        and bool(HEAVY & set(before.risk.categories))
        and this.reading.affirms
    )


def adds_up(recent: Sequence[Assessed]) -> bool:
    """Tell whether the concern of the latest messages points one way often enough.

    What patterns found counts whole, what is only like the examples half; two
    whole ones are enough if at least one of them is despair, and the last message counts.
    """
    if recent[-1].risk.level is not Level.CONCERN or not HEAVY & set(recent[-1].risk.categories):
        return False
    unlike = {a.reading.masked: a for a in recent}.values()
    heavy = [a for a in unlike if a.risk.level is Level.CONCERN and HEAVY & set(a.risk.categories)]
    despair = any(
        "past_risk" not in a.risk.categories and DESPAIR & set(a.risk.categories) for a in heavy
    )
    return despair and sum(1.0 if a.by_pattern else 0.5 for a in heavy) >= 2
