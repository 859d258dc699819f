"""Compare words: the error rate of a transcript against what was said.

Flow: what was said and what was heard -> here -> `evaluation.voice`.  Pure.

Case, punctuation, contractions, British or American spelling and how numbers are written say
nothing about hearing, so they are levelled before words are counted: "Twenty-five" is "2 5",
as "25" is, and "You're" is "you are".
"""

import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

__all__ = ["WordErrors", "digits_of", "levelled", "word_errors"]

_TO_NINE = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = {word: value for value, word in enumerate((*_TO_NINE, *_TEENS))} | {
    word: 20 + 10 * place for place, word in enumerate(_TENS)
}
_WHOLE = {"mr": "mister", "mrs": "missus", "dr": "doctor", "ok": "okay", "alright": "all right"}
_LEVELLED = (
    (r"\bcan't\b|\bcannot\b", "can not"),
    (r"\bwon't\b", "will not"),
    (r"n't\b", " not"),
    (r"'re\b", " are"),
    (r"'ve\b", " have"),
    (r"'ll\b", " will"),
    (r"'m\b", " am"),
    (r"\b(it|that|there|here|what|who|how|where|he|she|let)'s\b", r"\1 is"),
    (r"\b((?:arm|behavi|col|fav|flav|harb|hon|hum|lab|neighb|rum|vig)o)u(r)", r"\1\2"),
    (r"\b(counsel|travel|cancel|label|model)l(?=ed|er|ing|or)", r"\1"),
    (r"\bpractis", "practic"),
    (r"is(e|es|ed|ing|ation)\b", r"iz\1"),
    (r"\bgrey", "gray"),
    (r"\b(cent|theat)re\b", r"\1er"),
)
"""What is written otherwise and said alike, on both sides."""


@dataclass(frozen=True)
class WordErrors:
    """Words heard wrongly, left out or added, and how many were said."""

    errors: int
    words: int

    @property
    def rate(self) -> float:
        """Errors a word said; more than 1 where much is added."""
        return self.errors / self.words if self.words else float(self.errors > 0)


def word_errors(said: str, heard: str) -> WordErrors:
    """Return the fewest words to change, drop or add that make one of the other."""
    true = levelled(said)
    return WordErrors(Levenshtein.distance(true, levelled(heard)), len(true))


def levelled(text: str) -> list[str]:
    """Return the words of a text without what says nothing about hearing."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text).replace("%", " percent ")
    for written, level in _LEVELLED:
        text = re.sub(written, level, text)
    out: list[str] = []
    tens = 0
    for word in re.findall(r"[a-z]+(?:'[a-z]+)*|\d", text):
        value = _NUMBERS.get(word)
        if tens and value is not None and 0 < value < 10:
            out[-1] = str(value)
            tens = 0
            continue
        tens = value if value is not None and value >= 20 else 0
        spelt = " ".join(str(value)) if value is not None else _WHOLE.get(word, word)
        out += spelt.replace("'", "").split()
    return out


def digits_of(text: str) -> str:
    """Return the digits that a text says, however they are written.

    What sounds exactly like a digit is one beside another: "0 to 4 now" is "0 2 4 now" by ear.
    """
    spoken = re.sub(r"\b(?:oh|o)\b", "zero", text.lower())
    digit = rf"(?:\d|{'|'.join(_TO_NINE)})"
    for word, alike in (("two", "to|too"), ("four", "for"), ("one", "won"), ("eight", "ate")):
        spoken = re.sub(rf"({digit})([ ,.-]+)(?:{alike})\b", rf"\1\2{word}", spoken)
    for word, times in (("double", 2), ("triple", 3)):
        spoken = re.sub(rf"\b{word}[ ,-]+(\w+)", " ".join([r"\1"] * times), spoken)
    return "".join(word for word in levelled(spoken) if word.isdigit())
