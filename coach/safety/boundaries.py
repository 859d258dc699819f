"""Recognise requests that the coach has to decline, whatever else a message says.

Flow: a message that the screen let through -> here -> the words under `cannot`
in `corpus/voice.yaml`.
"""

import base64
import binascii
import codecs
import functools
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from coach.safety.normalise import normalise
from coach.safety.patterns import written_out
from coach.safety.reader import HARM, NO_BOUNDARY, Judged, Reader

__all__ = ["BOUNDARIES", "Boundaries", "boundary"]

BOUNDARIES_FILE = Path(__file__).parent / "boundaries.yaml"

BOUNDARIES = (
    HARM,
    "role_change",
    "human",
    "romance",
    "play_person",
    "secrecy",
    "diagnosis",
    "medication",
    "law_or_medicine",
)
"""The keys that `boundary` can return, in the order in which they are tried."""

CERTAIN = 0.7
"""The probability from which what was learnt is believed; chosen on the rows `boundary-*` of
`evals/safety/boundaries.jsonl`, with the totals of the rows `b*` in view."""

CERTAIN_OF_HARM = 0.55
"""The same of a request for help to harm somebody, which was learnt by itself."""

OF_PERSONS = frozenset({"human", "romance", "play_person"})
"""What is asked of the coach itself, and may be said to others as well."""

QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^'\n]{3,}?'(?!\w)")
CERTAIN_AMID = 0.8
"""The same in the middle of a talk."""
PAST_EXCUSE = 0.94
"""The probability from which a request for help to harm somebody is one whatever else it says."""
HARDLY = 0.15
"""The probability under which an expression that found one is not believed."""

BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
COMMON_WORDS = re.compile(
    r"\b(?:the|you|your|are|and|this|that|all|is|me|my|now|to|act|show|prompt|rules|ignore|instructions)\b"
)
NOT_INSIDE_A_WORD = r"(?!(?<=\w)\w)"
"""No expression can match from there, so none is tried: most of the time is saved."""
SPELLINGS = {
    re.compile(r"\b(?:u)\b"): "you",
    re.compile(r"\b(?:ur)\b"): "your",
    re.compile(r"\bpls\b"): "please",
}


@dataclass(frozen=True)
class Bound:
    """The expressions of one key."""

    key: str
    any: re.Pattern[str]
    unless: re.Pattern[str] | None
    hint: re.Pattern[str]
    """Words that belong to such a request."""

    def excuses(self, plain: str) -> bool:
        """Tell whether a normalised message holds what makes it another than it looks."""
        return self.unless is not None and self.unless.search(plain) is not None


class Boundaries:
    """Recognises requests to be declined: by patterns, and by what was learnt of such requests.

    Args:
        reader: What was learnt; None goes by the patterns alone.
    """

    def __init__(self, reader: Reader | None) -> None:
        self._reader = reader
        load_bounds()  # while there is a disk to read them from

    def crossed_by(self, message: str, *, amid_a_talk: bool = False) -> str | None:
        """Return which of `BOUNDARIES` the message runs into, None if it runs into none.

        Args:
            message: What the person wrote.
            amid_a_talk: It follows other messages. There people tell of all the world, so what was
                learnt is believed only with a word that belongs to such a request.
        """
        said = unquoted(message) if amid_a_talk else message
        judged = self._judged(said)
        plain = normalise(said, SPELLINGS)

        def learnt(key: str, chance: float) -> bool:
            if amid_a_talk:
                return chance >= CERTAIN_AMID and bool(bound_of(key).hint.search(plain))
            return chance >= (CERTAIN_OF_HARM if key == HARM else CERTAIN)

        # Help to harm somebody may be asked for in words of the law, or of medicine; who hides
        # something to get away from somebody asks for none, unless it is beyond doubt.
        excused = bound_of(HARM).excuses(plain) and not (judged and judged.harm >= PAST_EXCUSE)
        if judged and learnt(HARM, judged.harm) and not excused:
            return HARM
        doubted = judged is not None and said == message and judged.harm < HARDLY
        key = boundary(message, apart_from={HARM} if doubted else frozenset())
        if key:
            return key if key not in OF_PERSONS or boundary(said) == key else None
        if judged is None:
            return None
        key = max(judged.boundaries, key=lambda key: judged.boundaries[key])
        return key if key != NO_BOUNDARY and learnt(key, judged.boundaries[key]) else None

    def _judged(self, message: str) -> Judged | None:
        if self._reader is None or not message.strip():
            return None
        try:
            return self._reader.read([message])[0]
        except Exception:  # the patterns still speak; the check of every reply stands, too
            return None


def bound_of(key: str) -> Bound:
    """Return the expressions of a key."""
    return next(bound for bound in load_bounds() if bound.key == key)


def unquoted(message: str) -> str:
    """Return the message without what it quotes: words that are said to others, amid a talk."""
    return QUOTED.sub(" ", message)


def boundary(message: str, apart_from: Collection[str] = frozenset()) -> str | None:
    """Return which of `BOUNDARIES` the patterns see in a message, None if they see none.

    Only what is plainly asked for counts: declining an ordinary question would drive
    people away. Text in base64, in rot13 or written backwards is read too.
    """
    bounds = load_bounds()
    plain = normalise(message, SPELLINGS)
    for bound in bounds:
        seen = bound.key not in apart_from and bound.any.search(plain)
        if seen and not bound.excuses(plain):
            return bound.key
    for hidden in decoded(message):
        text = normalise(hidden, SPELLINGS)
        if any(b.any.search(text) for b in bounds):
            return "role_change"
    return None


def decoded(message: str) -> list[str]:
    """Return what the message says if it is read as base64, rot13 or backwards."""
    texts: list[str] = []
    for run in BASE64_RUN.findall(message):
        try:
            padded = run.replace("-", "+").replace("_", "/").rstrip("=")
            raw = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
            texts.append(raw.decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
    plainly = len(COMMON_WORDS.findall(message.lower()))
    for turned in (codecs.decode(message, "rot13"), message[::-1]):
        if len(COMMON_WORDS.findall(turned.lower())) > plainly:
            texts.append(turned)
    return texts


@functools.cache
def load_bounds(path: Path = BOUNDARIES_FILE) -> tuple[Bound, ...]:
    """Return the boundaries of `path`, compiled once a process.

    Raises:
        KeyError: A key of `BOUNDARIES` is missing from the file.
        re.error: An expression is wrong.
    """
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    words: dict[str, str] = data["words"]

    def compiled(expressions: list[str]) -> re.Pattern[str]:
        return re.compile(f"{NOT_INSIDE_A_WORD}(?:{written_out('|'.join(expressions), words)})")

    return tuple(
        Bound(
            key,
            compiled(data[key]["any"]),
            compiled(data[key]["unless"]) if data[key]["unless"] else None,
            re.compile(rf"\b(?:{written_out(data['hints'][key], words)})\b"),
        )
        for key in BOUNDARIES
    )
