"""How the coach calls the one who was told of: "she" where the person said "she".

Flow: `dialogue.history` and `dialogue.known`, which know of whom they spoke -> here ->
`dialogue.phrasing` and `safety.needs`, which fill the slots of a line: "{They} {dont} answer."
"""

import re
from collections.abc import Iterable
from enum import StrEnum

__all__ = ["SLOTS", "Called", "called_in", "filled", "says_any", "turned", "ways"]


class Called(StrEnum):
    """What somebody is called."""

    THEY = "they"
    HE = "he"
    SHE = "she"


_FORMS = {
    "they": ("they", "he", "she"),
    "them": ("them", "him", "her"),
    "their": ("their", "his", "her"),
    "theirs": ("theirs", "his", "hers"),
    "themselves": ("themselves", "himself", "herself"),
    "are": ("are", "is", "is"),
    "were": ("were", "was", "was"),
    "have": ("have", "has", "has"),
    "do": ("do", "does", "does"),
    "re": ("'re", "'s", "'s"),
    "ve": ("'ve", "'s", "'s"),
    "dont": ("don't", "doesn't", "doesn't"),
    "arent": ("aren't", "isn't", "isn't"),
    "havent": ("haven't", "hasn't", "hasn't"),
    "werent": ("weren't", "wasn't", "wasn't"),
    "s": ("", "s", "s"),
    "es": ("", "es", "es"),
}
"""What stands in each slot for one who is called they, he and she."""

SLOTS = frozenset(_FORMS) | {"They", "Them", "Their"}
"""The slots of a line; those with a capital begin a sentence."""

_SLOT = re.compile(rf"\{{({'|'.join(sorted(SLOTS))})\}}")
_HE = re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE)
_SHE = re.compile(r"\b(?:she|hers?|herself)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:they|them|their|themselves)\b", re.IGNORECASE)

_TO_HER = {"he": "she", "him": "her", "his": "her", "himself": "herself"}
_TO_HIM = {"she": "he", "hers": "his", "herself": "himself"}
_GENDERED = re.compile(r"\b(?:he|him|his|himself|she|hers?|herself)\b", re.IGNORECASE)
_HER_ALONE = re.compile(
    r"\W*$|[.,;:?!\"']|\W+(?:a|an|the|to|in|into|at|on|and|or|if|that|you|your|before|after|with|for|from"
    r"|of|it|what|how|when|while|come|keep|know|hold|have|stay|say|is|was|as|but|so|not|just|now"
    r"|tonight|tomorrow|today|there|this|by|about|out|over|up|off|round|straight|first|be|ring|call)\b",
    re.IGNORECASE,
)
"""What follows "her" where it is no "her sister"."""

_MEN = (
    "husband|boyfriend|dad|da|(?:grand|step)?father|(?:grand|step)?son|brother|grandad|grandpa"
    "|uncle|nephew"
)
_WOMEN = (
    "wife|girlfriend|m[auo]m|(?:grand|step)?mother|(?:grand|step)?daughter|sister|gran|nana?"
    "|grandma|aunt(?:ie)?|niece"
)
_A_MAN = re.compile(rf"\b(?:{_MEN}|mr)\b", re.IGNORECASE)
_A_WOMAN = re.compile(rf"\b(?:{_WOMEN}|mrs|ms)\b", re.IGNORECASE)
"""Words for somebody of the family that say whether it is a man or a woman."""
_MORE = re.compile(
    rf"\b(?:parents|kids|children|friends|mates|everyone|everybody|people|(?:{_MEN}|{_WOMEN})s)\b",
    re.IGNORECASE,
)
_WHOSE = re.compile(rf"\b(?:his|her|their) (?=(?:\w+ )?(?:{_MEN}|{_WOMEN})\b)", re.IGNORECASE)
"""Whose mother somebody is says nothing of the mother."""


def called_in(text: str) -> Called | None:
    """Return what the one is called of whom a text speaks; None if it is unclear, or nobody is."""
    of_one = _WHOSE.sub("", text)
    for words in ((_THEY, _HE, _SHE), (_MORE, _A_MAN, _A_WOMAN)):
        found = [called for called, word in zip(Called, words, strict=True) if word.search(of_one)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def turned(line: str, called: Called | None) -> str:
    """Return a line about a man as one about a woman, or the other way, where it is about one."""
    of_line = called_in(line)
    if called is None or of_line is None or Called.THEY in (called, of_line) or called is of_line:
        return line
    forms = _TO_HER if called is Called.SHE else _TO_HIM

    def form(word: re.Match[str]) -> str:
        one = word[0].lower()
        if one == "her" and called is Called.HE:
            other = "him" if _HER_ALONE.match(line[word.end() :]) else "his"
        else:
            other = forms.get(one, one)  # "his mother" stays his, whoever she is
        return other.capitalize() if word[0][0].isupper() else other

    return _GENDERED.sub(form, line)


def filled(line: str, called: Called) -> str:
    """Return a line with its slots for pronouns filled; other slots stay."""
    if "{" not in line:
        return line
    at = list(Called).index(called)

    def form(slot: re.Match[str]) -> str:
        name = slot[1]
        words = _FORMS[name.lower()][at]
        return words.capitalize() if name[0].isupper() else words

    return _SLOT.sub(form, line)


def ways(line: str) -> tuple[str, ...]:
    """Return all that a line may say, whoever is spoken of."""
    return tuple(dict.fromkeys(filled(line, called) for called in Called))


def says_any(text: str, lines: Iterable[str]) -> bool:
    """Tell whether a text says any of some lines, whoever is spoken of."""
    return any(way in text for line in lines for way in ways(line))
