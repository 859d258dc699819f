"""Take out of a message what is said only to deny a danger, so that it is not taken for one.

Flow: a message amid a talk, `denials.yaml` -> here -> `safety.screen`.

"I am not thinking of killing myself, I asked for a practice" holds the words of danger because the
coach brought them up.  What is left of it, "I asked for a practice", is what there is to judge.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from coach.safety.normalise import normalise
from coach.safety.patterns import expand, words_of

__all__ = ["Said", "apart_from_denials"]

DENIALS_FILE = Path(__file__).with_name("denials.yaml")
SENTENCE = re.compile(r"(?<=[.!?;:…\n])\s+|\s+[-–—]+\s+|\n+")
CLAUSE = re.compile(r",\s+")
DENIAL, ASIDE = "denials", "asides"
LONGEST = 24
"""Words of a clause; a longer one says something else, too."""
_EDGES = re.compile(r"\W+")


@dataclass(frozen=True)
class Said:
    """A message without its denials.

    Attributes:
        rest: What else it says; empty if it says nothing else.
        denied: Whether danger was denied, in more than a bare no, which may refuse an offer.
    """

    rest: str
    denied: bool


@dataclass(frozen=True)
class _Denials:
    kinds: Mapping[str, re.Pattern[str]]
    still_meant: Mapping[str, re.Pattern[str]]

    def kind_of(self, clause: str) -> str:
        """Return `denials` or `asides` for a clause that is one and nothing else, or nothing."""
        words = _EDGES.sub(" ", normalise(clause)).strip()
        if not words or len(words.split()) > LONGEST:
            return ""
        for kind, expression in self.kinds.items():
            if expression.fullmatch(words) and not self.still_meant[kind].search(words):
                return kind
        return ""


def apart_from_denials(message: str) -> Said:
    """Return what a message says besides that there is no danger."""
    denials = _load()
    kept: list[str] = []
    kinds: set[str] = set()
    for sentence in SENTENCE.split(message):
        if kind := denials.kind_of(sentence):
            kinds.add(kind)
            continue
        read = [(clause, denials.kind_of(clause)) for clause in CLAUSE.split(sentence)]
        kinds.update(kind for _, kind in read)
        if left := [clause for clause, kind in read if not kind]:
            kept.append(", ".join(left))
    denied = DENIAL in kinds
    if denied or (ASIDE in kinds and kept):
        return Said(" ".join(kept), denied)
    return Said(message, denied=False)


@functools.cache
def _load() -> _Denials:
    data = yaml.safe_load(DENIALS_FILE.read_text(encoding="utf-8"))
    words = words_of(data)
    filler = words["filler"]

    def whole(clauses: list[str]) -> re.Pattern[str]:
        either = "|".join(f"(?:{expand(clause, words)})" for clause in clauses)
        return re.compile(rf"(?:{filler} )*(?:{either})(?: {filler})*")

    still_meant = {kind: re.compile(found) for kind, found in data["still_meant"].items()}
    return _Denials({kind: whole(data[kind]) for kind in still_meant}, still_meant)
