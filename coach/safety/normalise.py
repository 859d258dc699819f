"""Bring a message into one plain form, so that patterns need only one spelling.

Flow: a message -> here -> `safety.patterns`, `safety.boundaries`. The embedder gets
the message as it was written.
"""

import functools
import re
import unicodedata
from collections.abc import Mapping

__all__ = ["fold", "normalise", "plain"]

LEET = str.maketrans("013457@$!|", "oieastasii")
LOOKALIKES = str.maketrans("авекмнорстухіѕјԁɡ", "abekmhopctyxisjdg")
SINGLE_IN_SPEECH = str.maketrans(dict.fromkeys("‘’‚‛`´ʼ′", "'") | dict.fromkeys("“”„‟«»″", '"'))
PAUSES = str.maketrans({"\n": " . ", "\r": " ", "\t": " ", "…": " . ", "—": " - ", "–": " - "})

MIXED_SCRIPT = re.compile(r"\b(?=\w*[a-z])(?=\w*[\u0400-\u04ff])\w+\b")
LEET_INSIDE = re.compile(
    r"(?<![\w@$!|])(?:[a-z]+[013457@$!|]+(?=[a-z])[a-z013457@$!|]*[a-z]|[0135457]u?[a-z]{5,})(?![\w@$])"
)
SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[a-z](?:[ .\-_*/]|\. )){2,}[a-z](?![^\W_])")
LONG_REPEAT_TO_TWO = re.compile(r"([ls])\1{2,}")
LONG_REPEAT_TO_ONE = re.compile(r"([^\W\d_])\1{2,}")
STARRED = re.compile(r"(?<!\w)[a-z]+[*#_+.\-]+[a-z]+(?:[*#_+.\-]+[a-z]+)*(?!\w)")
HIDDEN_WORDS = [
    "suicide",
    "suicidal",
    "kill",
    "killing",
    "killed",
    "die",
    "dying",
    "dead",
    "death",
    "murder",
    "rape",
    "raped",
    "raping",
    "unalive",
    "self-harm",
    "cutting",
    "overdose",
    "hang",
    "shoot",
]
APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, invisible or control characters."""
    text = unicodedata.normalize("NFKC", text).translate(SINGLE_IN_SPEECH).translate(PAUSES)
    text = unicodedata.normalize("NFKD", text.casefold())
    kept = (c for c in text if unicodedata.category(c) not in ("Mn", "Me", "Cf", "Cc", "Co"))
    return "".join(kept)


def normalise(text: str, spellings: Mapping[re.Pattern[str], str] | None = None) -> str:
    """Return `text` as patterns expect it.

    Lower case, no accents, no apostrophes inside words ("dont"), one space between
    words; letters written apart, hidden behind digits or stars, or drawn out are put
    back, then `spellings` (a misspelling to the usual form) are applied in order.
    """
    text = _unhidden(text)
    for wrong, usual in (spellings or {}).items():
        text = wrong.sub(usual, text)
    return text


@functools.lru_cache(maxsize=1)  # one message is read by many; nothing older is kept
def _unhidden(text: str) -> str:
    """Return `text` folded, with what was written apart, hidden or drawn out put back."""
    text = fold(text)
    text = MIXED_SCRIPT.sub(lambda m: m.group().translate(LOOKALIKES), text)
    text = LEET_INSIDE.sub(lambda m: m.group().translate(LEET), text)
    text = SPACED_LETTERS.sub(lambda m: re.sub(r"[^a-z]", "", m.group()) + " ", text)
    text = STARRED.sub(lambda m: uncover(m.group()), text)
    text = LONG_REPEAT_TO_TWO.sub(r"\1\1", text)
    text = LONG_REPEAT_TO_ONE.sub(r"\1", text)
    return join(text)


def plain(text: str) -> str:
    """Return `text` folded, without apostrophes inside words, one space between words."""
    return join(fold(text))


def join(text: str) -> str:
    """Return `text` without apostrophes inside words, one space between words."""
    return SPACE.sub(" ", APOSTROPHE.sub("", text)).strip()


def uncover(starred: str) -> str:
    """Return the word hidden in `starred` ("k*ll" is "kill"), or `starred` itself."""
    shape = re.compile(re.sub(r"[*#_+.\-]", r"[a-z\-]?", re.sub(r"(?<=.)[-](?=.)", "*", starred)))
    return next((word for word in HIDDEN_WORDS if shape.fullmatch(word)), starred)
