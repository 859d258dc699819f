"""Cut a text that is still coming into sentences.

Flow: pieces from `dialogue.model.connection` -> here -> `dialogue.model.gate`.
"""

import re
from collections.abc import Iterable, Iterator

from coach.library.markdown import plain
from coach.sentences import sentences

__all__ = ["spoken_sentences"]

LONGEST = 500
"""Characters after which a run without an end is given up: nobody speaks so."""

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", re.DOTALL)
_HALF_A_MARK = re.compile(r"<[a-z/]{0,10}$")
_MARKER = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*\u2022]\s+|\d{1,2}[.)]\s+)+")
_CITED = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_ENDED = re.compile(r"[.!?\u2026][\"'\u201d\u2019)*_]*$")


def spoken_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Yield each sentence once it is whole, without Markdown, list marks, thoughts or citations.

    An unfinished end is left out, and the rest of a run that does not end.

    Args:
        pieces: The text as it comes; what it raises is raised here after the whole sentences
            that came before.
    """
    raw, done = "", 0
    for piece in pieces:
        raw += piece
        whole, unfinished = _cut(_THOUGHT.sub("", _HALF_A_MARK.sub("", raw)))
        yield from whole[done:]
        done = max(done, len(whole))
        if len(unfinished) > LONGEST:
            return
    whole, _ = _cut(_THOUGHT.sub("", raw) + "\n")
    yield from whole[done:]


def _cut(text: str) -> tuple[list[str], str]:
    """Return the whole sentences of a text, and what may still go on at its end."""
    *lines, last = [_CITED.sub("", plain(_MARKER.sub("", line))) for line in text.split("\n")]
    spoken = [sentence for line in lines for sentence in sentences(line)]
    *ahead, unfinished = sentences(last) or [""]
    return [s for s in (*spoken, *ahead) if _ENDED.search(s)], unfinished
