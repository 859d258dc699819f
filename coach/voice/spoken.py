"""Turn a written reply into words that are said aloud.

Flow: `Reply.text` -> `spoken_text` -> `sentences` -> a `Speaker`.

Markdown is never read out, nor are markers of sources; numbers to dial are said digit by
digit, in the groups in which they are written; addresses are named.  The words for all of
this stand in `spoken.yaml`.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import BaseModel, ConfigDict

from coach.sentences import sentences as split_into_sentences

__all__ = ["sentences", "spoken_text"]

WORDING = Path(__file__).with_name("spoken.yaml")
LONGEST_SENTENCE = 240
"""Characters; a longer one is said in two breaths, so that sound comes early."""
FIRST_YEAR, LAST_YEAR = 1800, 2099
SHORT = 3
"""Digits of a number that is said a digit at a time."""
GROUPED_FROM = 6
"""Digits in one block from which a breath is taken between threes."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_MARKER = re.compile(r"\s*\[\d{1,3}\](?:\([^)]*\))?")
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_WEB = re.compile(
    r"\b(?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?)\]'\"”’]"
    r"|\b(?:[a-z0-9-]+\.)+(?:org|com|net|gov|edu|info|uk|ie|au|ca|nz|de|in|za|eu)\b(?:/[^\s<>.,;)]*)?",
    re.I,
)
_NUMBER = re.compile(r"(?<![\w.,-])\+?\(?\d[\d()]*(?:[ -]\(?\d[\d()]*)*(?![\w]|[.,]\d)")
_ENDED = re.compile(r"[.!?…:;,]['\"”’)]*$")


class Wording(BaseModel):
    """The words of `spoken.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digits: tuple[str, ...]
    plus: str
    double: str
    triple: str
    counted: tuple[str, ...]
    dialled: frozenset[str]
    web_address: str
    mail_address: str
    instead: dict[str, str]


def spoken_text(written: str) -> str:
    """Return the words that are said aloud for a text, a paragraph a line.

    The same text always gives the same words; an empty one gives none.

    Args:
        written: A reply, with Markdown and markers of sources.
    """
    lines = (_spoken_line(line) for line in _plain_lines(_MARKER.sub("", written)))
    return "\n".join(filter(None, lines))


def sentences(spoken: str) -> tuple[str, ...]:
    """Return the sentences of spoken text, in order, none too long for one breath."""
    return tuple(part for said in split_into_sentences(spoken) for part in _breaths(said))


def _spoken_line(line: str) -> str:
    words = _wording()
    line = _MAIL.sub(words.mail_address, line)
    line = _WEB.sub(words.web_address, line)
    line = _NUMBER.sub(_dialled, line)
    line = _instead().sub(lambda found: words.instead[found[0].lower()], line)
    line = "".join(c for c in line if unicodedata.category(c) not in {"So", "Cc", "Cf", "Co"})
    line = line.replace("[", "").replace("]", "").replace("*", "").replace("_", " ")
    line = re.sub(r"\s+([,.;:!?])", r"\1", line)
    line = re.sub(r",(?:\s*,)+", ",", " ".join(line.split())).strip(" ,")
    if line and any(c.isalnum() for c in line) and not _ENDED.search(line):
        line += "."
    return line


def _dialled(found: re.Match[str]) -> str:
    """Return a number digit by digit if it is one to dial, and as it stands otherwise."""
    number = found[0]
    if not _is_dialled(number, found.string[: found.start()], found.string[found.end() :]):
        return number
    words = _wording()
    groups = [group for block in re.split(r"[ ()-]+", number) for group in _groups(block)]
    if len(groups) == 1 and len(groups[0]) == SHORT and len(set(groups[0])) > 1:
        groups = list(groups[0])  # A code such as 988: "nine, eight, eight", each alone.
    spoken = ". ".join(", ".join(_digits(group)) for group in groups)
    return f"{words.plus} {spoken}" if number.startswith("+") else spoken


def _digits(group: str) -> Iterator[str]:
    """Yield the digits of a group as they are said: the same one again as a person would."""
    words = _wording()
    for digit, run in itertools.groupby(group):
        word, count = words.digits[int(digit)], len(list(run))
        if count == 3:
            yield f"{words.triple} {word}"
        else:
            yield from [f"{words.double} {word}"] * (count // 2)
            yield from [word] * (count % 2)


def _is_dialled(number: str, before: str, after: str) -> bool:
    words = _wording()
    digits = re.sub(r"\D", "", number)
    if number.startswith(("+", "00")) or (number.startswith("0") and len(digits) >= 3):
        return True
    if len(digits) < 3:
        return False
    last_word = re.search(r"(\w+)\W*$", before)
    if last_word and last_word[1].lower() in words.dialled:
        return not re.match(rf"\s*-?(?:{_counted()})", after, re.I) or len(digits) > 4
    if re.match(rf"\s*-?(?:{_counted()})", after, re.I):
        return False
    if re.search(r"[$€£]\s*$", before):
        return False
    return not (len(number) == 4 and FIRST_YEAR <= int(digits) <= LAST_YEAR)


def _groups(block: str) -> list[str]:
    """Return a block of digits as it is said: in threes where it is long, four as two pairs."""
    digits = re.sub(r"\D", "", block)
    if len(digits) < GROUPED_FROM:
        groups = [digits] if digits else []
    else:
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        if len(groups[-1]) == 1:
            groups[-2:] = [groups[-2] + groups[-1]]
    return [
        pair
        for group in groups
        for pair in ((group[:2], group[2:]) if len(group) == 4 else (group,))
    ]


def _breaths(sentence: str) -> Iterator[str]:
    """Yield a sentence, cut at a comma or a blank where it is too long."""
    while len(sentence) > LONGEST_SENTENCE:
        head = sentence[:LONGEST_SENTENCE]
        places = [head.rfind(mark) + 1 for mark in (";", ",", " ")]
        cut = next((place for place in places if place > LONGEST_SENTENCE // 3), LONGEST_SENTENCE)
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence


def _plain_lines(markdown: str) -> Iterator[str]:
    """Yield the text of each block of Markdown, without its marks."""
    for token in _MARKDOWN.parse(markdown):
        if token.type == "inline":
            yield from "".join(map(_plain, token.children or ())).split("\n")
        elif token.type in {"code_block", "fence"}:
            yield from token.content.split("\n")


def _plain(token: Token) -> str:
    if token.type == "hardbreak":
        return "\n"
    if token.type == "softbreak":
        return "\n"
    return token.content if token.type in {"text", "code_inline", "image"} else ""


@lru_cache(maxsize=1)
def _wording() -> Wording:
    return Wording.model_validate(yaml.safe_load(WORDING.read_text("utf-8")))


@lru_cache(maxsize=1)
def _counted() -> str:
    return "|".join(map(re.escape, _wording().counted))


@lru_cache(maxsize=1)
def _instead() -> re.Pattern[str]:
    """Return what finds the words and signs that are said otherwise, the longest first."""
    ordered = sorted(_wording().instead, key=len, reverse=True)
    return re.compile(
        "|".join((r"(?<!\w)" if sign[0].isalnum() else "") + re.escape(sign) for sign in ordered),
        re.I,
    )
