"""Say back what a person told, in the second person, so that they can hear they were heard.

Flow: the person's message -> here -> `dialogue.hearing`.  "i rang Phil three times" becomes
"You rang Phil three times."  A pure function of the message by the expressions of
`paraphrase.yaml`; what cannot be turned round without doubt is not said back at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coach.dialogue.phrasing import dated, straightened
from coach.library.front_matter import load_yaml
from coach.sentences import sentences

__all__ = ["paraphrase", "second_person", "weightiest"]

FEWEST, MOST = 3, 22
"""Words of a clause that is said back."""

LONG = 16
"""Words of a sentence that is taken clause by clause."""

TOGETHER = 20
"""Words that two neighbouring clauses may have to be said back together."""

WHOLE = 5
"""Words from which a clause tells something by itself."""

TELLS, WEIGHS = 2, 4
"""How much a clause must tell to be said back, and a sentence to be quoted."""

_FIRST_PERSON = re.compile(
    r"\b(?:(?:i|we)(?:'m|'ve|'d|'ll|'re)?|me|my|mine|myself|us|our|ours)\b", re.IGNORECASE
)
_SUBJECTS = (
    r"i|we|my|our|he|she|they|his|her|their|it|there|this|that|nobody|no one|every\w+|the|an?"
)
"""How a clause begins that has a subject of its own."""
_BREAKS = re.compile(
    rf"[;:–—]|\s-\s|\.\.+|…| (?=but\b)"
    r"| (?=and (?!a (?:bit|little|lot)\b)(?:(?:honestly|instead|now|then|suddenly),? )?"
    rf"(?:{_SUBJECTS}|you|some\w+|nothing)\b)"
    r"|, (?=(?:and|but|so|because|then|which|until|except)\b)",
    re.IGNORECASE,
)
_TO_BE = {"am": "are", "was": "were", "wasn't": "weren't", "ain't": "aren't"}
_SECOND_PERSON = {
    "i": "you",
    "i'm": "you're",
    "i've": "you've",
    "i'd": "you'd",
    "i'll": "you'll",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "we": "you",
    "we're": "you're",
    "we've": "you've",
    "we'd": "you'd",
    "we'll": "you'll",
    "us": "you",
    "our": "your",
    "ours": "yours",
    "ourselves": "yourselves",
}
_SUBJECT_IS = re.compile(
    r"\b(?:i|we) (?P<between>(?:\w+ly |just |always |never |still |only |also |even |often )*)"
    r"(?P<be>am|was|wasn't|ain't)\b|\b(?P<asked>am|was|wasn't) i\b",
    re.IGNORECASE,
)
_WHOSE = ("my", "your", "our", "his", "her", "their", "the", "a", "'s")
_KIN = re.compile(
    "".join(rf"(?<!{word} )" for word in _WHOSE)
    + r"\b(?:mum|mam|mom|dad|nan|gran|grandma|grandad|grandpa)\b(?!')",
    re.IGNORECASE,
)
"""Someone of the family who is named without "my"."""
_GOES_ON_AFTER = re.compile(
    r"\b(?:he|she|they|we|i|it|the|an?|my|his|her|our|their|your|to|of|with|for|that|who|because)$",
    re.IGNORECASE,
)
"""Where a clause that was cut off a long sentence cannot end: "Dennis I can understand, he"."""
_STANDS_ALONE = re.compile(rf"(?:{_SUBJECTS})\b|[A-Z]")
"""How a part of a sentence begins that has a subject of its own."""
_BUT = re.compile(r",? (?<!help )(?<!nothing )(?<!anything )(?<!all )but ", re.IGNORECASE)
_TURNS = re.compile(r"(?:but|and yet)\b", re.IGNORECASE)
SEVERAL = 3
"""The fewest sentences of a message whose last one weighs more."""
CLAUSE = 5
"""A part of fewer words is hardly a clause."""
_LAUGHS = re.compile(r"\b(?:lol|lmf?ao|rofl|(?:ha){2,}h?|(?:he){2,})\b", re.IGNORECASE)
"""A joke, which is none any more in another's mouth."""
_RUNS_ON = re.compile(
    r"^(?!(?:when|if|every time|whenever|while|after|before|as|since|once|until)\b)(?:\S+ ){3,}"
    r"(?<!told )(?<!tell )(?<!asked )(?<!showed )(?<!promised )"
    r"(?:now|it|him|her|them|me|us|this|here|there|today|tonight|yesterday|again|too|anyway|ago"
    r"|days|weeks|months|years|yet|alone|away|up|down|back) (?:i|he|she|we|they)(?:'\w+)? \w",
    re.IGNORECASE,
)
"""Where a second clause begins that was typed without a mark: "he can't hold it now I do it"."""
_GOES_ON = re.compile(r"\b(?P<and>and|but|then|or) (?P<be>was|am|wasn't)\b", re.IGNORECASE)
_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_SECOND_PERSON, key=len, reverse=True))})\b", re.I)


@dataclass(frozen=True)
class _Clause:
    """A clause as the person wrote it."""

    words: str
    telling: int
    """How much it tells; less than 0 if it is not to be said back."""
    at: int
    """Its place in the message."""

    @property
    def size(self) -> int:
        return len(self.words.split())


def paraphrase(message: str, *, in_danger: bool = False) -> str | None:
    """Return what the message tells most, said back to the person; None if nothing can be.

    Questions, words to the coach, quoted speech, danger and harsh words about oneself are
    never said back.

    Args:
        message: What the person wrote.
        in_danger: The person may be in danger: only what they tell of people is said back, and
            nothing that could sound like agreement with despair.
    """
    clauses = [clause for clause in _clauses(message) if clause.telling >= 0]
    if in_danger:
        clauses = [clause for clause in clauses if _is_of_people(clause.words)]
    if not clauses:
        return None
    best = max(clauses, key=lambda clause: (clause.telling, clause.at))
    if best.telling < TELLS:
        return None
    said = [best]
    for other in sorted(clauses, key=lambda clause: -clause.telling):
        near = abs(other.at - best.at) == 1 and other.telling >= TELLS
        if near and best.size + other.size <= TOGETHER:
            said = sorted([best, other], key=lambda clause: clause.at)
            break
    return " ".join(_turned(clause.words) for clause in said)


def weightiest(message: str) -> str | None:
    """Return the sentence in which a message tells most, word for word; None if none may be quoted.

    What may not be said back may not be quoted either, nor a verdict on oneself or despair; and a
    question is answered. Of a message of one sentence only what comes after "but" is quoted: nobody
    wants the whole of it back.
    """
    rules = _rules()
    said = sentences(straightened(message))
    if len(said) == 1:
        *_, last = _BUT.split(said[0])
        said = [last] if last != said[0] and len(last.split()) >= CLAUSE else []
    told = [
        (_telling(_stripped(sentence)), at, sentence)
        for at, sentence in enumerate(said)
        if not (
            sentence.endswith("?")
            or rules.verdict.search(sentence)
            or rules.despair.search(sentence)
            or _LAUGHS.search(sentence)
        )
    ]
    telling, _, sentence = max(told, default=(-1, 0, ""))
    return sentence if telling >= WEIGHS else None


def _clauses(message: str) -> list[_Clause]:
    """Return the message's clauses, in order."""
    rules = _rules()
    folded = straightened(message)
    for typed, meant in rules.written_out:
        folded = typed.sub(meant, folded)
    found: list[_Clause] = []
    *_, last = told = sentences(folded) or [""]
    for sentence in told:
        # The weight of a message stands after "but", and at its end.
        weight = bool(_TURNS.match(sentence)) + (sentence is last and len(told) >= SEVERAL)
        whole = len(sentence.split()) <= LONG
        parts = [sentence] if whole else _BREAKS.split(sentence)
        for part, after in zip(parts, [*parts[1:], ""], strict=True):
            words = _stripped(part)
            apart = _STANDS_ALONE.match(words) and len(words.split()) >= CLAUSE
            torn = not whole and (not apart or _GOES_ON_AFTER.search(words) is not None)
            # What comes before "but" is half of what was said.
            half = after.lstrip(" ,").lower().startswith("but ")
            telling = -1 if torn or half or sentence.endswith("?") else _telling(words)
            weighs = telling >= TELLS and len(words.split()) >= CLAUSE
            found.append(_Clause(words, telling + weight * weighs, len(found)))
    return found


def _stripped(clause: str) -> str:
    """Return a clause without what carries nothing of it, at its ends and within."""
    rules = _rules()
    words = "".join(c if c.isprintable() and ord(c) < 0x2100 else " " for c in clause)
    words = rules.dropped.sub(" ", words.rstrip(" .,;:!-–—…"))
    words = re.sub(r"\s+", " ", words).strip(" .,;:!-–—…")
    while (shorter := rules.fillers.sub("", words, count=1).strip(" ,.")) != words and shorter:
        words = shorter
    return words


def _telling(words: str) -> int:
    """Return how much a clause tells; less than 0 if it is not to be said back."""
    rules = _rules()
    fits = FEWEST <= len(words.split()) <= MOST and words.count("(") == words.count(")")
    unfit = rules.not_said.search(words) or rules.spoken_to.search(words)
    if not fits or unfit or _RUNS_ON.search(words):
        return -1
    own = _FIRST_PERSON.search(words) is not None or _left_out(words) is not None
    whole = len(words.split()) >= WHOLE
    return 2 * own + whole + len(rules.telling.findall(words))


def _is_of_people(words: str) -> bool:
    """Tell whether a clause tells of somebody, and of nothing that is better left unsaid."""
    rules = _rules()
    return bool(rules.of_people.search(words)) and not rules.despair.search(words)


def _left_out(words: str) -> str | None:
    """Return the subject that a clause lacks, with the verb where that is lacking too."""
    return next((s for pattern, s in _rules().subject_left_out if pattern.match(words)), None)


def _turned(words: str) -> str:
    """Return a clause as a sentence in the second person."""
    subject = _left_out(words)
    if subject:
        words = f"{subject} {words[0].lower()}{words[1:]}"
    own = bool(re.match(r"(?:i|we)\b", words, re.IGNORECASE)) or subject is not None
    if own:
        words = _GOES_ON.sub(lambda m: f"{m['and']} {_TO_BE[m['be'].lower()]}", words)
    words = second_person(words)
    words = re.sub(r"\b(told|asked|showed) you you\b", r"\1 you that you", words)
    return dated(f"{words[0].upper()}{words[1:]}.")


def second_person(words: str) -> str:
    """Return a person's words about themselves as one says them to that person."""
    words = _KIN.sub(lambda m: f"your {m[0].lower()}", _SUBJECT_IS.sub(_are, words))
    return _WORD.sub(lambda m: m[0] if m[0] == "US" else _SECOND_PERSON[m[0].lower()], words)


def _are(found: re.Match[str]) -> str:
    if found["asked"]:
        return f"{_TO_BE[found['asked'].lower()]} you"
    return f"you {found['between']}{_TO_BE[found['be'].lower()]}"


@dataclass(frozen=True)
class _Rules:
    """The expressions of `paraphrase.yaml`, compiled."""

    written_out: tuple[tuple[re.Pattern[str], str], ...]
    subject_left_out: tuple[tuple[re.Pattern[str], str], ...]
    fillers: re.Pattern[str]
    dropped: re.Pattern[str]
    not_said: re.Pattern[str]
    spoken_to: re.Pattern[str]
    telling: re.Pattern[str]
    of_people: re.Pattern[str]
    despair: re.Pattern[str]
    verdict: re.Pattern[str]


@cache
def _rules() -> _Rules:
    rows = load_yaml(Path(__file__).with_name("paraphrase.yaml"))

    def pairs(given: Mapping[str, str], form: str) -> tuple[tuple[re.Pattern[str], str], ...]:
        return tuple((re.compile(form.format(p), re.IGNORECASE), s) for p, s in given.items())

    single = {
        name: re.compile(rows[name], re.IGNORECASE)
        for name in (
            "dropped",
            "not_said",
            "spoken_to",
            "telling",
            "of_people",
            "despair",
            "verdict",
        )
    }
    return _Rules(
        written_out=pairs(rows["written_out"], r"\b(?:{0})\b"),
        subject_left_out=pairs(rows["subject_left_out"], r"(?:{0})"),
        fillers=re.compile(rf"^{rows['fillers']}", re.IGNORECASE),
        **single,
    )
