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

from coach.dialogue.phrasing import dated, straightened
from coach.library.front_matter import load_yaml
from coach.sentences import sentences

__all__ = [
    "Mention",
    "Told",
    "asks_after",
    "has_parted",
    "is_first_name",
    "planned",
    "read_told",
    "says_not_of",
    "says_thanks",
    "says_when",
    "speaks_of_death",
    "speaks_of_the_night",
]

ADVICE_AGAIN_AFTER = 12
"""Messages after which a wish for no advice is taken to have passed."""

_ONE_ALONE = frozenset({"wife", "husband", "partner", "girlfriend", "boyfriend"})
"""Those of whom one has no second, so that who died is who is meant later."""

_DONE_TO_IT = re.compile(r" it\b")
"""What makes a verb of a small word that may be a name: "ill nick it"."""
_WORD = re.compile(
    r"(?<![\w'@#-])[^\W\d_]{2,14}(?![\w-])"
    r"(?! (?:road|street|lane|avenue|hill|park|station|school|hospital|university|close)\b)",
    re.IGNORECASE,
)
"""A word that may be somebody's name, and is no part of a street's."""

WEIGHTY = 2
"""The last sentences of a message, in which is looked for what it is about."""


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
        no_advice: They want no advice and no quotes.
        no_practice: They want no exercises.
        no_echo: They do not want their own words said back.
    """

    name: str | None = None
    named_now: bool = False
    people: tuple[Mention, ...] = ()
    gone: tuple[Mention, ...] = ()
    events: tuple[Mention, ...] = ()
    only_listen: bool = False
    no_advice: bool = False
    no_practice: bool = False
    no_echo: bool = False

    @property
    def known(self) -> frozenset[str]:
        """The names that were told, the person's own among them."""
        return frozenset({m.words for m in (*self.people, *self.gone)} | {self.name or ""})


def read_told(theirs: Sequence[str]) -> Told:
    """Return what the person's messages tell, the latest message last."""
    folded = [straightened(message) for message in theirs]
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
        no_practice=_wished(recent, "no_practice"),
        no_echo=any(_patterns()["no_echo"].search(message) for message in recent),
    )


def planned(theirs: Sequence[str]) -> Mention | None:
    """Return whom the latest plan in the person's messages is about; None if they told of none.

    That is who is named in it, or is the only one of the talk; where it is unclear who is meant,
    the mention has no words.
    """
    told = read_told(theirs)
    left_out = {told.name, *(mention.words for mention in told.gone)}
    found: Mention | None = None
    people: set[str] = set()
    for turn, message in enumerate(map(straightened, theirs)):
        for sentence in sentences(message):
            named = {words for words in _people(sentence) if words not in left_out}
            people |= named
            if _patterns()["plans"].search(sentence):
                whom = named or people
                found = Mention(next(iter(whom)) if len(whom) == 1 else "", turn)
    return found


def asks_after(message: str) -> list[str]:
    """Return what the end of a message, where its weight stands, speaks of, the nearest first.

    These are keys of `asked` in `voice.yaml`.
    """
    end = " ".join(sentences(straightened(message))[-WEIGHTY:])
    return [kind for kind, pattern in _patterns()["asks_after"].items() if pattern.search(end)]


def says_not_of(whom: str, message: str) -> bool:
    """Tell whether a message says that it is not about somebody: "not rly about my mum"."""
    who = re.escape(whom.removeprefix("your "))
    denied = rf"\bnot (?:\w+ ){{0,2}}about (?:my )?{who}\b"
    return re.search(denied, message, re.IGNORECASE) is not None


def has_parted(messages: Sequence[str]) -> bool:
    """Tell whether any of the messages tells that a couple has parted."""
    return _any_says("parted", messages)


def speaks_of_death(messages: Sequence[str]) -> bool:
    """Tell whether any of the messages speaks of a death."""
    return _any_says("death", messages)


def says_when(messages: Sequence[str]) -> bool:
    """Tell whether any of the messages says since when, or for how long."""
    return _any_says("says_when", messages)


def is_first_name(word: str) -> bool:
    """Tell whether a word is known as a first name."""
    return word.lower() in _patterns()["names"]


def says_thanks(message: str) -> bool:
    """Tell whether a message thanks somebody."""
    return _any_says("thanks", [message])


def speaks_of_the_night(message: str) -> bool:
    """Tell whether a message speaks of the night, or of sleep."""
    return _any_says("night", [message])


def _any_says(what: str, messages: Sequence[str]) -> bool:
    return any(_patterns()[what].search(straightened(message)) for message in messages)


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
    """Yield who is spoken of, in order: by a word of kin, after a word like "ask", or by a name."""
    kin = [
        (m.span(), named) for m in _patterns()["person"].finditer(message) if (named := _named(m))
    ]
    by_name = [
        (m.span(), m[0].capitalize())
        for m in _WORD.finditer(message)
        if m[0].lower() in _patterns()["names"]
        and not (m[0].islower() and _DONE_TO_IT.match(message, m.end()))
        and not any(start <= m.start() < end for (start, end), _ in kin)
    ]
    yield from (words for _, words in sorted([*kin, *by_name]))


def _named(found: re.Match[str]) -> str:
    """Return how the coach names a person that the message speaks of; empty if it is none."""
    name: str | None = found["name"] or found["alone"]
    if name and name.lower() not in _patterns()["not_names"]:
        return name
    return f"your {found['relation'].lower()}" if found["relation"] else ""


def _gone(message: str) -> Iterator[str]:
    """Yield the people of whom a sentence says that they died."""
    rules = _patterns()
    for sentence in sentences(message):
        for found in rules["person"].finditer(sentence):
            died = (
                rules["died_after"].match(sentence, found.end())
                or rules["died_before"].search(sentence[: found.start()])
                or rules["died_within"].search(found[0])
            )
            of_another = found["alone"] and rules["others_kin"].match(sentence, found.end())
            if died and not of_another and (named := _named(found)):
                if found["relation"] and found["relation"].lower() in _ONE_ALONE:
                    yield f"your {found['relation'].lower()}"
                yield named
        for found in rules["died_named"].finditer(sentence):
            of_another = rules["others_kin"].match(sentence, found.end("who"))
            if found["who"].lower() not in rules["not_names"] and not of_another:
                yield found["who"]


def _events(message: str) -> Iterator[str]:
    for sentence in sentences(message):
        if _patterns()["past"].search(sentence):
            continue
        for found in _patterns()["event"].finditer(sentence):
            whose = "your" if found["whose"].lower() in {"my", "our"} else "the"
            yield f"{whose} {found['what'].lower()} {dated(found['time'].lower())}"


def _names(path: Path) -> frozenset[str]:
    """Return the first names of a file, in small letters."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


@cache
def _patterns() -> dict[str, Any]:
    """Return the expressions of `told.yaml`, compiled."""
    rows = load_yaml(Path(__file__).with_name("told.yaml"))
    relation = f"{rows['before_relation']}(?:{rows['relations']})"
    whole = {
        "person": (
            rf"\b(?:my|our) (?P<relation>{relation}(?:[- ]in[- ]law)?)\b"
            r"(?:,? (?-i:(?P<name>[A-Z][a-zé]{1,14}))(?!'s? \w+day)\b)?"
            rf"|\b(?:{rows['before_name']}) (?-i:(?P<alone>[A-Z][a-zé]{{2,14}}))\b(?!'s? \w+day)"
        ),
        "event": (
            r"\b(?P<whose>the|my|a|an|our|his|her|their) "
            rf"(?P<what>(?:[\w'-]+ ){{0,2}}?(?:{rows['events']})) (?P<time>{rows['times']})\b"
        ),
        **{
            key: rows[key]
            for key in (
                "past",
                "plans",
                "night",
                "thanks",
                "died_after",
                "died_before",
                "died_within",
                "died_named",
                "death",
                "parted",
                "others_kin",
                "only_listen",
                "no_advice",
                "no_practice",
                "wants_advice",
                "no_echo",
                "says_when",
            )
        },
    }
    return {
        **{key: re.compile(pattern, re.IGNORECASE) for key, pattern in whole.items()},
        "asks_after": {
            kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in rows["asks_after"].items()
        },
        "name": [re.compile(pattern, re.IGNORECASE) for pattern in rows["name"]],
        "names": _names(Path(__file__).with_name("names.txt")) - set(rows["not_names"].split()),
        "not_names": frozenset(rows["not_names"].split()),
    }
