"""See what stands in the words that a person means to send to somebody.

Flow: a message from `dialogue.understand`, `wording.yaml` -> here -> `dialogue.hearing`, which
says of each mark what `corpus/voice.yaml` has for it.  Nothing is judged that cannot be seen: a
day that is named, a second sorry, a question or none.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from coach.dialogue.phrasing import IN_SINGLE_QUOTES
from coach.library.front_matter import load_yaml
from coach.sentences import marked, sentences

__all__ = [
    "is_drafted",
    "is_letter",
    "marks",
    "marks_known",
    "shortest_line",
    "told_to_say",
    "wished_to_say",
    "wording_in",
]

WORDING_FILE = Path(__file__).with_name("wording.yaml")
MARKS_SAID = 2
"""How many marks are spoken of."""
FEWEST_WORDS = 4
MOST_WORDS = 60
_QUOTED = re.compile(rf""""([^"]{{8,}})"|(?<!\w)'({IN_SINGLE_QUOTES}{{16,}})'(?!\w)""")


_THAT = re.compile(
    r"(^|\b(?:and|or|but) )that (?=(?:i|id|im|ive|you|we|it|he|she|they|there|my|the)\b)",
    re.IGNORECASE,
)
_NO_NOUN = (
    r"(?:i|we|it|and|or|but|too|a|an|the|to|so|when|very|more|back|again|now|today|tonight|tomorrow|"
    r"yesterday|because|if|for|at|in|on|with|about|like|every|all|any|enough|dearly|soon|there|"
    r"here|that|how|since|from|out|off|up|down|over|this|last|next|was|is|most|much|badly|will|"
    r"\w+ly)\b"
)
"""How what follows "her" begins where nothing is hers."""
_HER_OWN = re.compile(rf"\b(?:his|their|her(?= (?!{_NO_NOUN})\w))\b(?= \w)", re.IGNORECASE)
_THEIRS = re.compile(r"\b(?:his|hers|theirs)\b", re.IGNORECASE)
_SELF = re.compile(r"\b(?:herself|himself|themsel(?:f|ves))\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?P<who>he|she|they)(?:(?P<short>'(?:s|d|ll|re|ve)\b)"
    r"(?P<done> (?:been|gone|had|got|done|made|said|\w+ed)\b)?|"
    r"(?P<between>(?: (?:just|only|still|never|always|really|also|even|often|sometimes|\w+ly))*) "
    r"(?P<verb>\w+(?:n't)?))",
    re.IGNORECASE,
)
_SHORT = {"'s": "'re"}
_SECOND = {
    "is": "are",
    "was": "were",
    "has": "have",
    "does": "do",
    "goes": "go",
    "isn't": "aren't",
    "wasn't": "weren't",
    "hasn't": "haven't",
    "doesn't": "don't",
}
"""The verbs that are others after "you", and not by a letter less."""
_NAME = re.compile(r"(?:^|, )(?!I\b|Yes\b|No\b)[A-Z][a-z]{1,14}(?=[,.!?])")
"""Somebody who is spoken to by name."""
_HIM = re.compile(r"\b(?:him|her)\b", re.IGNORECASE)
_OBJECT = re.compile(r"\b(?:him|her|them)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:and |or |but )?(?:is|are|do|does|could|can|would|will|may|shall)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class _Mark:
    found: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    least: int
    most: int | None
    words: int

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "_Mark":
        def compiled(name: str) -> re.Pattern[str] | None:
            return re.compile(given[name], re.IGNORECASE) if name in given else None

        return cls(
            compiled("found"),
            compiled("unless"),
            given.get("least", 1),
            given.get("most"),
            given.get("words", 0),
        )

    def stands_in(self, wording: str) -> bool:
        """Tell whether the mark is seen in the words."""
        if self.unless and self.unless.search(wording):
            return False
        if len(wording.split()) < self.words:
            return False
        times = len(self.found.findall(wording)) if self.found else 1
        return times >= self.least and (self.most is None or times <= self.most)


@dataclass(frozen=True)
class _Known:
    introduces: re.Pattern[str]
    others_words: re.Pattern[str]
    asks_of_it: re.Pattern[str]
    drafts: re.Pattern[str]
    wants_said: tuple[re.Pattern[str], ...]
    against: Mapping[str, _Mark]
    speaks_for: Mapping[str, _Mark]
    letter: re.Pattern[str]
    after_letter: re.Pattern[str]
    leads_to_it: re.Pattern[str]
    leads_in: re.Pattern[str]
    first_of_it: re.Pattern[str]
    goes_on_with: re.Pattern[str]
    not_said: re.Pattern[str]
    not_put: re.Pattern[str]


def shortest_line(reply: str) -> str:
    """Return the beginning of the first words for somebody in a reply; empty if there are none."""
    quoted = re.findall(r'"([^"]+)"', reply)
    given = next((words for words in quoted if len(words.split()) >= FEWEST_WORDS), "")
    line = ""
    for sentence in sentences(given):
        line = f"{line} {sentence}".strip()
        if len(line.split()) >= FEWEST_WORDS:
            break
    return line


def wording_in(message: str) -> str:
    """Return the words for somebody else that a message shows; empty if it shows none.

    They stand in quotes, unless another said them, or after "I was thinking:".
    """
    known = _load()
    quoted = [
        found[1] or found[2]
        for found in _QUOTED.finditer(message)
        if not known.others_words.search(message[: found.start()])
    ]
    letter = known.letter.search(message)
    if quoted:
        wording = max(quoted, key=len)
    elif letter:
        said = sentences(message[letter.start() :])
        wording = " ".join(itertools.takewhile(lambda s: not known.after_letter.match(s), said))
    else:
        begins = known.introduces.search(message)
        said = sentences(message[begins.end() :]) if begins else []
        wording = " ".join(itertools.takewhile(lambda s: not known.asks_of_it.match(s), said))
    return wording if len(wording.split()) >= FEWEST_WORDS else ""


def is_letter(message: str) -> bool:
    """Tell whether a letter begins amid a message: "Dear Hannah, I forgot …"."""
    return _load().letter.search(message) is not None


def is_drafted(message: str) -> bool:
    """Tell whether a message shows words for somebody else, and says that they are the person's."""
    return bool(wording_in(message)) and _load().drafts.search(message) is not None


def told_to_say(message: str) -> str:
    """Return what somebody wants another to know, as they would say it to them; empty if unclear.

    "That I'm sorry I let it ring. And that I miss her." is "I'm sorry I let it ring. And I miss
    you."
    """
    known = _load()
    said = marked(message)
    # What comes before "the one thing is" is no part of it.
    begins = next((at for at, one in enumerate(said) if known.leads_to_it.match(one)), 0)
    led = known.leads_to_it.sub("that ", " ".join(said[begins:]), count=1)
    first, *others = marked(known.leads_in.sub("", led)) or [""]
    if not known.first_of_it.match(first):
        return ""
    return _as_said([first, *itertools.takewhile(known.goes_on_with.match, others)])


def wished_to_say(message: str) -> str:
    """Return the same of who "would like to say" it, or "wants her to know"; empty if unclear."""
    known = _load()
    said = marked(message)
    for at, sentence in enumerate(said):
        wanted = next(filter(None, (words.search(sentence) for words in known.wants_said)), None)
        if wanted:
            after = itertools.takewhile(known.goes_on_with.match, said[at + 1 :])
            return _as_said([wanted["words"], *(s for s in after if not s.endswith("?"))])
    return ""


def _as_said(told: Sequence[str]) -> str:
    known = _load()
    kept = [known.not_said.sub("", _THAT.sub(r"\1", sentence)) for sentence in told]
    if any(map(known.not_put.search, kept)):
        return ""
    by_name = any(map(_NAME.search, kept))  # then "him" is somebody else
    words = " ".join(_ended(sentence if by_name else _to_you(sentence)) for sentence in kept)
    return words if FEWEST_WORDS <= len(words.split()) <= MOST_WORDS else ""


def _to_you(sentence: str) -> str:
    """Return a sentence about another as it is said to them."""
    own = _SELF.sub("yourself", _THEIRS.sub("yours", _HER_OWN.sub("your", sentence)))
    addressed = _SUBJECT.sub(_you_do, own)
    of_one = re.search(r"\b(?:he|she|him|her)\b", sentence, re.IGNORECASE)
    return (_HIM if of_one else _OBJECT).sub("you", addressed)


def _you_do(found: re.Match[str]) -> str:
    """Return "you" with a verb as it stands after it: "she wants" is "you want"."""
    if short := found["short"]:
        done = found["done"] or ""
        has = "'ve" if done and short.lower() == "'s" else _SHORT.get(short.lower(), short)
        return f"you{has}{done}"
    verb = found["verb"]
    if found["who"].lower() != "they":
        verb = _SECOND.get(verb.lower()) or _without_s(verb)
    return f"you{found['between']} {verb}"


def _without_s(verb: str) -> str:
    if verb.endswith("ies") and len(verb) > len("dies"):
        return f"{verb[:-3]}y"
    if verb.endswith(("ches", "shes", "sses", "xes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith(("ss", "us", "is")) else verb


def _ended(sentence: str) -> str:
    """Return a sentence with a capital and an end."""
    words = sentence.strip(" .,;?")
    return words[:1].upper() + words[1:] + ("?" if _ASKS.match(words) else ".")


def marks(wording: str) -> tuple[str, ...]:
    """Return what is seen in the words, what speaks against them first, `MARKS_SAID` at most."""
    if not wording:
        return ()
    known = _load()
    against, speaks_for = (
        [name for name, mark in group.items() if mark.stands_in(wording)]
        for group in (known.against, known.speaks_for)
    )
    return (*against[:1], *speaks_for)[:MARKS_SAID]


def marks_known() -> frozenset[str]:
    """Return the names of all marks."""
    known = _load()
    return frozenset({*known.against, *known.speaks_for})


@cache
def _load() -> _Known:
    data = load_yaml(WORDING_FILE)
    against, speaks_for = (
        {name: _Mark.of(given) for name, given in data[group].items()}
        for group in ("against", "for")
    )
    return _Known(
        re.compile(data["introduces"], re.IGNORECASE),
        re.compile(data["others_words"]),
        re.compile(data["asks_of_it"], re.IGNORECASE),
        re.compile(data["drafts"], re.IGNORECASE),
        tuple(re.compile(words, re.IGNORECASE) for words in data["wants_said"]),
        against,
        speaks_for,
        re.compile(data["letter"]),
        *(
            re.compile(data[name], re.IGNORECASE)
            for name in (
                "after_letter",
                "leads_to_it",
                "leads_in",
                "first_of_it",
                "goes_on_with",
                "not_said",
                "not_put",
            )
        ),
    )
