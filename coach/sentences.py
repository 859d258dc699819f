"""Split what people write into its sentences.

Flow: a message, a page or a reply -> here -> whatever reads or says it sentence by sentence.
"""

import re

import sentencex

__all__ = ["sentences"]

_ENDS_TOO = ("me", "no", "ok", "ill", "miss", "op", "hr", "ken", "art", "btw", "fed", "may")
"""What `sentencex` takes for abbreviations, and people mostly end a sentence with."""

_AFTER = "|".join(rf"(?<=\b{word}\.)" for word in _ENDS_TOO)
_NEXT = re.compile(rf"(?:{_AFTER})\s+(?!\d|[A-Z]\d)", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without the white space around them."""
    readable = text.encode("utf-8", "replace").decode()
    found = (s for line in readable.split("\n") for s in sentencex.segment("en", line))
    said = (part.strip() for sentence in found for part in _NEXT.split(sentence))
    return [sentence for sentence in said if sentence]
