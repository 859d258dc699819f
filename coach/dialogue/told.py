"""What a person told of their life in this conversation, so that the coach can come back to it.

Flow: the person's messages -> here -> `dialogue.history` -> `dialogue.hearing`.  A pure
function of the messages by the expressions of `told.yaml`: nothing is kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from coach.dialogue.phrasing import STRAIGHT_QUOTES, sentences
from coach.library.front_matter import load_yaml

__all__ = ["Mention", "Told", "read_told", "telling_words"]

FEWEST_ECHOED, MOST_ECHOED = 4, 13
"""Words of a clause that may be given back."""

WHOLE = 6
"""Words from which a clause of one's own tells something by itself."""

TELLS = 2
"""How much a clause must tell to be given back."""

ADVICE_AGAIN_AFTER = 12
"""Messages after which a wish for no advice is taken to have passed."""


@dataclass(frozen=True)
class Mention:
    """Somebody, or something ahead, that the person spoke of.

    Attributes:
        words: As the coach names it: "your sister", "Sam", "the party on Friday".
        turn: Which of the person's messages spoke of it last, from 0.
    """

    words: str
    turn: int


@dataclass(frozen=True)
class Told:
    """What stands in the person's messages.

    Attributes:
        name: The person's own name, if they gave it.
        named_now: They gave it in the latest message.
        people: Who was spoken of, the latest last, without those in `gone`.
        gone: Who was spoken of as dead, the latest last.
        events: What lies ahead, the latest last.
        only_listen: They asked to be heard and nothing more.
        no_advice: They want no advice, exercises or quotes.
    """

    name: str | None = None
    named_now: bool = False
    people: tuple[Mention, ...] = ()
    gone: tuple[Mention, ...] = ()
    events: tuple[Mention, ...] = ()
    only_listen: bool = False
    no_advice: bool = False


def read_told(theirs: Sequence[str]) -> Told:
    """Return what the person's messages tell, the latest message last."""
    folded = [_folded(message) for message in theirs]
    names = [(turn, name) for turn, text in enumerate(folded) if (name := _name(text))]
    people: dict[str, Mention] = {}
    gone: dict[str, Mention] = {}
    events: dict[str, Mention] = {}
    for turn, text in enumerate(folded):
        for find, kept in ((_people, people), (_gone, gone), (_events, events)):
            for words in find(text):
                kept.pop(words, None)
                kept[words] = Mention(words, turn)
    own = names[-1][1] if names else None
    recent = folded[-ADVICE_AGAIN_AFTER:]
    return Told(
        name=own,
        named_now=bool(names) and names[-1][0] == len(folded) - 1,
        people=tuple(p for p in people.values() if p.words != own and p.words not in gone),
        gone=tuple(gone.values()),
        events=tuple(events.values()),
        only_listen=_wished(recent, "only_listen"),
        no_advice=_wished(recent, "no_advice"),
    )


def telling_words(message: str) -> str | None:
    """Return the clause of a message that tells the most, as a sentence, if one can be given back.

    Harsh words about oneself, danger, addresses and words to the coach are never given back.
    """
    clauses = [
        clause.strip(" .,;:-–—")
        for sentence in sentences(_folded(message))
        if not sentence.endswith("?")
        for clause in re.split(r"[;–—]|: |, (?=and |but |so )|\.\.+", sentence)
    ]
    fit = [c for c in clauses if _can_be_echoed(c)]
    if not fit:
        return None
    best = max(fit, key=_telling)
    if _telling(best) < TELLS:
        return None
    words = re.sub(
        r"^(?:(?:no|yes|yeah|well|oh|ok),? |and |but |so |because |like )+",
        "",
        best,
        flags=re.IGNORECASE,
    )
    return f"{words[0].upper()}{words[1:]}."


def _folded(message: str) -> str:
    """Return the message with straight quotes, and nothing that no text can hold."""
    return message.encode("utf-8", "replace").decode().translate(STRAIGHT_QUOTES)


def _can_be_echoed(clause: str) -> bool:
    words = clause.split()
    return (
        FEWEST_ECHOED <= len(words) <= MOST_ECHOED
        and clause.isprintable()
        and _patterns()["not_echoed"].search(clause) is None
        and '"' not in clause
        and clause.count("(") == clause.count(")")
    )


def _telling(clause: str) -> int:
    own = re.search(r"\b(?:i|i'm|im|i've|ive|me|my)\b", clause, re.IGNORECASE) is not None
    whole = len(clause.split()) >= WHOLE
    return own * (1 + whole) + 2 * len(_patterns()["telling"].findall(clause))


def _wished(messages: Sequence[str], wish: str) -> bool:
    """Tell whether a wish was spoken after advice was last asked for."""
    for message in reversed(messages):
        if _patterns()[wish].search(message):
            return True
        if _patterns()["wants_advice"].search(message):
            return False
    return False


def _name(message: str) -> str | None:
    for pattern in _patterns()["name"]:
        found = pattern.search(message)
        if found and found["name"].lower() not in _patterns()["not_names"]:
            return str(found["name"]).capitalize()
    return None


def _people(message: str) -> Iterator[str]:
    for found in _patterns()["person"].finditer(message):
        name = found["name"]
        if name and name.lower() not in _patterns()["not_names"]:
            yield name
        else:
            yield f"your {found['relation'].lower()}"


def _gone(message: str) -> Iterator[str]:
    """Yield the people of whom a sentence says that they died."""
    for sentence in sentences(message):
        if _patterns()["death"].search(sentence):
            yield from _people(sentence)


def _events(message: str) -> Iterator[str]:
    for sentence in sentences(message):
        if _patterns()["past"].search(sentence):
            continue
        for found in _patterns()["event"].finditer(sentence):
            whose = "your" if found["whose"].lower() in {"my", "our"} else "the"
            yield f"{whose} {found['what'].lower()} {_dated(found['time'])}"


def _dated(time: str) -> str:
    """Return a time with the capitals that days and months have."""
    return re.sub(
        r"\b[a-z]+day\b|\bchristmas\b|\beaster\b|\b(?:january|february|march|april|june|july"
        r"|august|september|october|november|december)\b",
        lambda word: word[0].capitalize(),
        time.lower(),
    )


@cache
def _patterns() -> dict[str, Any]:
    """Return the expressions of `told.yaml`, compiled."""
    rows = load_yaml(Path(__file__).with_name("told.yaml"))
    relation = f"{rows['before_relation']}(?:{rows['relations']})"
    whole = {
        "person": (
            rf"\b(?:my|our) (?P<relation>{relation})\b"
            r"(?:,? (?-i:(?P<name>[A-Z][a-zé]{1,14}))(?!'s? \w+day)\b)?"
        ),
        "event": (
            r"\b(?P<whose>the|my|a|an|our|his|her|their) "
            rf"(?P<what>(?:[\w'-]+ ){{0,2}}?(?:{rows['events']})) (?P<time>{rows['times']})\b"
        ),
        **{
            key: rows[key]
            for key in (
                "past",
                "death",
                "only_listen",
                "no_advice",
                "wants_advice",
                "not_echoed",
                "telling",
            )
        },
    }
    return {
        **{key: re.compile(pattern, re.IGNORECASE) for key, pattern in whole.items()},
        "name": [re.compile(pattern, re.IGNORECASE) for pattern in rows["name"]],
        "not_names": frozenset(rows["not_names"].split()),
    }
