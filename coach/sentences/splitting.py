"""Where a sentence ends: at its mark, or, in what is typed without any, where it most likely does.

Flow: a message, a page or a reply -> here -> whatever reads or says it sentence by sentence.
"""

import re

import sentencex

from coach.sentences.unmarked import has_marks, parts

__all__ = ["marked", "sentences"]

_ENDS_TOO = ("me", "no", "ok", "ill", "miss", "op", "hr", "ken", "art", "btw", "fed", "may")
"""What `sentencex` takes for abbreviations, and people mostly end a sentence with."""

_AFTER = "|".join(rf"(?<=\b{word}\.)" for word in _ENDS_TOO)
_NEXT = re.compile(rf"(?:{_AFTER})\s+(?!\d|[A-Z]\d)", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without the white space around them."""
    return [
        part
        for line in _lines(text)
        for said in (_marked_in(line) if has_marks(line) else [line.strip()])
        for part in (parts(said) or [said])
        if part
    ]


def marked(text: str) -> list[str]:
    """Return the sentences of a text as far as marks or the ends of lines set them apart."""
    return [sentence for line in _lines(text) for sentence in _marked_in(line)]


def _marked_in(line: str) -> list[str]:
    found = sentencex.segment("en", line)
    said = (part.strip() for sentence in found for part in _NEXT.split(sentence))
    return [sentence for sentence in said if sentence]


def _lines(text: str) -> list[str]:
    return text.encode("utf-8", "replace").decode().split("\n")
