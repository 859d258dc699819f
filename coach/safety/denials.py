"""Take out of a message what is said only to deny a danger, so that it is not taken for one.

Flow: a message amid a talk, `denials.yaml` -> here -> `safety.screen`.

"I am not thinking of killing myself, I asked for a practice" holds the words of danger because the
coach brought them up.  What is left of it, "I asked for a practice", is what there is to judge.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from coach.safety.normalise import normalise
from coach.safety.patterns import expand, words_of

__all__ = ["SENTENCE", "Said", "apart_from_denials"]

DENIALS_FILE = Path(__file__).with_name("denials.yaml")
SENTENCE = re.compile(r"(?<=[.!?;:…\n])\s+|\s+[-–—]+\s+|\n+")
"""Where one sentence of a message ends and the next begins."""
CLAUSE = re.compile(r",\s+")
DENIAL, ASIDE = "denials", "asides"
LONGEST = 24
"""Words of a clause; a longer one says something else, too."""
NOBODY = re.compile(r"\b(?:nobody|no ?one|neither of us)\b")
_EDGES = re.compile(r"\W+")


@dataclass(frozen=True)
class Said:
    """A message without its denials.

    Attributes:
        rest: What else it says; empty if it says nothing else.
        denied: Whether danger was denied, in more than a bare no, which may refuse an offer.
        unharmed: Whether it says that nothing happened to a body.
        explained: Whether it says so and what it was instead, or that nobody is hurt and no more.
    """

    rest: str
    denied: bool = False
    unharmed: bool = False
    explained: bool = False


@dataclass(frozen=True)
class _Denials:
    kinds: Mapping[str, re.Pattern[str]]
    still_meant: Mapping[str, re.Pattern[str]]
    of_the_body: re.Pattern[str]
    """What one of either kind holds that says that nothing happened to a body."""
    instead: re.Pattern[str]
    takes_back: re.Pattern[str]
    goes_back: re.Pattern[str]
    """How a sentence begins that takes back the no before it, as it stands in the message."""

    def kind_of(self, clause: str) -> str:
        """Return `denials` or `asides` for a clause that is one and nothing else, or nothing."""
        words = _EDGES.sub(" ", normalise(clause)).strip()
        if not words or len(words.split()) > LONGEST:
            return ""
        if (kind := self._kind_of_words(words)) or " and " not in words:
            return kind
        # "I took nothing and I am not thinking of dying": each half has to be one by itself.
        kinds = {self._kind_of_words(half) for half in words.split(" and ")}
        if "" in kinds:
            return ""
        return DENIAL if DENIAL in kinds else ASIDE

    def _kind_of_words(self, words: str) -> str:
        for kind, expression in self.kinds.items():
            if expression.fullmatch(words) and not self.still_meant[kind].search(words):
                return kind
        return ""

    def of_bodies(self, clauses: Iterable[str]) -> list[str]:
        """Return the denials and asides that say that nothing happened to a body."""
        plain = (normalise(clause) for clause in clauses)
        return [clause for clause in plain if self.of_the_body.search(clause)]


def apart_from_denials(message: str) -> Said:
    """Return what a message says besides that there is no danger."""
    denials = _load()
    kept: list[str] = []
    taken_out: list[tuple[str, str]] = []
    for sentence in SENTENCE.split(message):
        if kind := denials.kind_of(sentence):
            taken_out.append((sentence, kind))
            continue
        read = [(clause, denials.kind_of(clause)) for clause in CLAUSE.split(sentence)]
        taken_out += [(clause, kind) for clause, kind in read if kind]
        if left := [clause for clause, kind in read if not kind]:
            kept.append(", ".join(left))
    if not taken_out or any(map(denials.goes_back.search, kept)):
        return Said(message)
    denied = any(kind == DENIAL for _, kind in taken_out)
    rest = " ".join(kept)
    left_over = normalise(rest)
    of_bodies = denials.of_bodies(clause for clause, _ in taken_out)
    unharmed = bool(of_bodies) and not denials.takes_back.search(left_over)
    of_others = any(NOBODY.search(clause) for clause in of_bodies)
    instead = denials.instead.search(normalise(message)) is not None
    explained = unharmed and (instead or (of_others and not left_over))
    apart = denied or kept
    return Said(rest if apart else message, denied, unharmed, explained)


@functools.cache
def _load() -> _Denials:
    data = yaml.safe_load(DENIALS_FILE.read_text(encoding="utf-8"))
    words = words_of(data)
    filler = words["filler"]

    def whole(clauses: list[str]) -> re.Pattern[str]:
        either = "|".join(f"(?:{expand(clause, words)})" for clause in clauses)
        return re.compile(rf"(?:{filler} )*(?:{either})(?: {filler})*")

    still_meant = {kind: re.compile(found) for kind, found in data["still_meant"].items()}
    return _Denials(
        {kind: whole(data[kind]) for kind in still_meant},
        still_meant,
        of_the_body=re.compile(data["of_the_body"]),
        instead=re.compile(data["instead"]),
        takes_back=re.compile(data["takes_back"]),
        goes_back=re.compile(data["goes_back"], re.IGNORECASE),
    )
