"""Where a sentence ends: at its mark, or, in what is typed without any, where it most likely does.

Flow: a message, a page or a reply -> here -> whatever reads or says it sentence by sentence.
"""

import re

import sentencex

from coach.sentences.unmarked import has_marks, parts

__all__ = ["marked", "sentences"]

AT_LENGTH = 16
"""Words from which a sentence beside marked ones may be several."""

_ENDS_TOO = ("me", "no", "ok", "ill", "miss", "op", "hr", "ken", "art", "btw", "fed", "may")
"""What `sentencex` takes for abbreviations, and people mostly end a sentence with."""

_AFTER = "|".join(rf"(?<=\b{word}\.)" for word in _ENDS_TOO)
_NEXT = re.compile(rf"(?:{_AFTER})\s+(?!\d|[A-Z]\d)", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without the white space around them."""
    return [
        part
        for line in _lines(text)
        for part in (_within_marks(line) if has_marks(line) else parts(line) or [line.strip()])
        if part
    ]


def _within_marks(line: str) -> list[str]:
    """Return the sentences of a line with marks, those apart that were typed without any.

    Who begins with a small letter, and goes on at length to the next full stop, marks few ends.
    """
    return [
        part
        for said in _marked_in(line)
        for part in (parts(said, AT_LENGTH) if _runs_on(said) else []) or [said]
    ]


def marked(text: str) -> list[str]:
    """Return the sentences of a text as far as marks or the ends of lines set them apart."""
    return [sentence for line in _lines(text) for sentence in _marked_in(line)]


def _runs_on(said: str) -> bool:
    """Tell whether a sentence may be several; no question is torn from what it asks of."""
    return said[0].islower() and not said.endswith("?")


def _marked_in(line: str) -> list[str]:
    found = sentencex.segment("en", line)
    said = (part.strip() for sentence in found for part in _NEXT.split(sentence))
    return [sentence for sentence in said if sentence]


def _lines(text: str) -> list[str]:
    return text.encode("utf-8", "replace").decode().split("\n")
