"""Made-up people for the measurements under load: what they say, and how one is told from another.

What they write is what those of `docs/conversations/` write, with details of their own in every
sentence, so that hardly anything was ever read before.  Each has a word that nobody else has,
given as a name, which the coach says back.
"""

import random
import re
from collections.abc import Iterator

from tests.golden import files, turns

__all__ = ["Word", "own_conversation", "strangers_in", "words"]

Word = str
"""The name of one made-up person; four syllables, and no other person's."""

_SYLLABLES = ("bra", "den", "fil", "gor", "hal", "jun", "kes", "lom", "mir", "nav", "pel", "tas")
_WORD = re.compile(rf"\b(?:{'|'.join(s.capitalize() for s in _SYLLABLES)})(?:[a-z]{{3}}){{3}}\b")
_DETAILS = (
    ("since", ("May", "last June", "the autumn", "2014", "the move", "Easter", "that winter")),
    ("in", ("Leeds", "Galway", "Lyon", "the suburbs", "our street", "a big city", "the north")),
    ("after", ("work", "the divorce", "my shift", "school", "the party", "lunch", "nine years")),
    ("near", ("the station", "the old bridge", "the sea", "my office", "the park", "the church")),
    ("with", ("my cousin", "the neighbours", "Tom", "two colleagues", "my dog", "nobody else")),
    ("by", ("the evening", "the window", "Sunday", "midnight", "the weekend", "tomorrow")),
)
_END = re.compile(r"(?<=\w)(?=[.!?](?:\s|$)|$)")
_SHORT = 3
"""Words of a message, such as "yes please", that is sent as it is: people do all write it."""
_SCRIPTS = [turns(path.read_text(encoding="utf-8")) for path in files()]


def words(chance: random.Random) -> Iterator[Word]:
    """Yield words without end; none comes twice within some thousands."""
    given: set[Word] = set()
    while True:
        word = "".join(chance.choice(_SYLLABLES) for _ in range(4)).capitalize()
        if word not in given:
            given.add(word)
            yield word


def strangers_in(text: str, own: Word) -> list[Word]:
    """Return the words of others that stand in a reply."""
    return [word for word in _WORD.findall(text) if word != own]


def own_conversation(chance: random.Random, own: Word) -> list[str]:
    """Return what somebody writes, message by message: a greeting by name, then a script."""
    script = chance.choice(_SCRIPTS)
    return [f"Hello, I'm {own}.", *(_with_details(said, chance) for said in script)]


def _with_details(said: str, chance: random.Random) -> str:
    if len(said.split()) <= _SHORT:
        return said
    return _END.sub(lambda _: f" {_detail(chance)} {_detail(chance)}", said)


def _detail(chance: random.Random) -> str:
    how, which = chance.choice(_DETAILS)
    return f"{how} {chance.choice(which)}"
