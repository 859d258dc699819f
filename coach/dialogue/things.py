"""Find the concrete things that a message speaks of, so that the coach can ask after them.

Flow: the person's message, `things` of voice.yaml -> here -> `dialogue.hearing`.  "I sit with the
crossword" makes "the crossword" something to ask about.  A pure function of the message.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coach.dialogue.phrasing import Thing, straightened

__all__ = ["Mentioned", "Things"]

_WHOSE = {"my": "your", "our": "your", "his": "his", "her": "her", "their": "their"}


@dataclass(frozen=True)
class Mentioned:
    """A thing as the coach names it ("your allotment", "the fox"), and what is asked after it."""

    words: str
    noun: str
    lines: Sequence[str]
    passing: bool


class Things:
    """Knows the things of everyday life by their words.

    Args:
        kinds: Each with its words and with what is asked after one of them.
    """

    def __init__(self, kinds: Sequence[Thing]) -> None:
        patterns = (_PHRASE.format(words=kind.words, after=_AFTER) for kind in kinds)
        self._kinds = [
            (re.compile(pattern, re.IGNORECASE), kind)
            for pattern, kind in zip(patterns, kinds, strict=True)
        ]

    def in_message(self, message: str) -> list[Mentioned]:
        """Return the things that a message speaks of, the latest first; of two, the longer name."""
        text = straightened(message)
        found = [
            (match.span("thing"), _mentioned(match, kind))
            for pattern, kind in self._kinds
            for match in pattern.finditer(text)
            if match["whose"] or kind.bare
        ]
        found.sort(key=lambda place: (-place[0][1], place[0][0]))
        kept: list[tuple[int, Mentioned]] = []
        for (start, end), mentioned in found:
            if not kept or end <= kept[-1][0]:
                kept.append((start, mentioned))
        return [mentioned for _, mentioned in kept]


_PHRASE = (
    r"(?:\b(?P<whose>my|our|his|her|their|the|this|that|a|an)\s+(?:(?:own|old|little|new|same|big"
    r"|local)\s+)?|(?P<alone>^|[.,;:!?(]\s?|\b(?:play\w*|watch\w*|eat\w*|ate|ha(?:d|ve|ving)"
    r"|ma(?:d|k)(?:e|ing)|cook\w*|bak(?:e|ed|ing)|of|with|for|about|like|love|do|doing|did|on|and|or"
    r"|then|after|before|just)\s))(?P<thing>{words})"
    r"(?=[.,;:!?)]|$|\s+(?:{after})\b)"
)
_AFTER = (
    "and|but|or|at|in|on|with|for|to|of|from|by|is|was|were|are|has|had|that|which|who|because|so"
    "|when|while|then|again|too|there|here|now|i|we|he|she|they|it|you|till|until|after|before|since"
    "|as|like|yesterday|today|tonight|every|last|this|off|out|up|down|round|alone|together|my|her|his"
    "|the|a|not|isn't|wasn't|if|though|cos|n|w|an"
)
"""Words before which a noun ends: "my casserole dish" speaks of no casserole."""


def _mentioned(found: re.Match[str], kind: Thing) -> Mentioned:
    return Mentioned(_named(found), found["thing"].lower(), kind.lines, kind.passing)


def _named(found: re.Match[str]) -> str:
    """Return the thing with the word before it that says whose it is."""
    whose, thing = (found["whose"] or "").lower(), found["thing"]
    if whose in _WHOSE:
        return f"{_WHOSE[whose]} {thing}"
    return f"the {thing}" if whose else thing
