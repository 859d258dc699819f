"""Decide which sentences of a language model may be said.

Flow: whole sentences from `dialogue.model.speech` -> here -> `dialogue.model.drafter`.

A sentence passes only if the never-list and what was learnt of bad sentences find nothing, it
holds no address and no telephone number, and it is either borne out by one of the turn's
passages or mere talk that fits what the person said.  What cannot be judged does not pass.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coach.dialogue.history import History
from coach.dialogue.support import Grounds, Support, claims, matters, names, numbers
from coach.safety.check import Checker
from coach.schema import Passage

__all__ = ["Gate", "Passed"]

SAME_FROM = 0.8
"""The cosine from which two sentences say the same."""

FIT_FROM = 0.28
"""The cosine to what the person said from which talk of some content may be about it: of 32
sentences tried, 14 of 16 that fitted passed and 1 of 16 that did not."""

LONGEST_TALK = 32
"""The most words that mere talk may have."""

_ADDRESS = re.compile(
    r"(?i)\bhttps?:|\bwww\.|\b[\w-]+\.(?:com|org|net|info|io|co|uk|de|eu)\b|\w@\w"
)
_TELEPHONE = re.compile(
    r"(?i)\+?\d[\d\s().-]{4,}\d"
    r"|\b(?:call|dial|ring|phone|text|tel|number|line|hotline|helpline)\b.*\d{3}"
    r"|\b(?:911|999|112|988|111|000|116 ?\d{3}|13 ?11 ?14)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b(?:\s*(?:-|to|and)\s*(?:19|20)\d\d\b)?")


@dataclass(frozen=True)
class Passed:
    """A sentence that may be said."""

    text: str
    support: Support | None
    """What bears it out, where it claims something."""

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.rstrip("\"'\u201d\u2019)").endswith("?")


class Gate:
    """Holds a model's sentences against safety, passages and what the person said."""

    def __init__(self, checker: Checker, grounds: Grounds) -> None:
        self._checker = checker
        self._grounds = grounds

    def judge(self, sentence: str, history: History, passages: Sequence[Passage]) -> Passed | None:
        """Return the sentence as it may be said, or None.

        A sentence that the coach said before does not pass.
        """
        if _ADDRESS.search(sentence) or _TELEPHONE.search(_YEAR.sub("", sentence)):
            return None
        if any(sentence in said for said in history.ours):
            return None
        try:
            if self._checker.broken_by(sentence, own=False) is not None:
                return None
            if claims(sentence):
                support = self._grounds.supported(sentence, passages)
                return Passed(sentence, support) if support else None
            return Passed(sentence, None) if self._fits(sentence, history) else None
        except Exception:  # fails closed
            return None

    def repeats(self, sentence: str, said: Sequence[str]) -> bool:
        """Tell whether a sentence says again what was said in other words."""
        return self._grounds.nearness(sentence, said) >= SAME_FROM

    def _fits(self, sentence: str, history: History) -> bool:
        """Tell whether talk keeps to what the person said: no name, number or matter of its own."""
        theirs = history.theirs[-3:]
        said = " ".join(theirs)
        if len(sentence.split()) > LONGEST_TALK or not numbers(sentence) <= numbers(said):
            return False
        if not {name.lower() for name in names(sentence)} <= set(said.lower().split()):
            return False
        if not matters(sentence):
            return True
        return self._grounds.nearness(sentence, [*theirs, said]) >= FIT_FROM
