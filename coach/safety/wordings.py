"""Words that were written beforehand: which of them were said, and which comes next.

Flow: the files of `corpus/crisis/` -> here -> `safety.crisis`, `safety.needs` and
`safety.crisis_languages`.  Where a talk stands is read from what the coach said in it.
"""

import functools
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from coach.errors import CorpusError
from coach.schema import Message

__all__ = ["SLOT", "choose", "last_place", "mark_of", "read_yaml", "spoken", "was_said", "written"]

SLOT = re.compile(r"\{[A-Za-z_]+\}")
"""Where something is put into words: a name, a number, a pronoun."""
_SENTENCE = re.compile(r"[^.?!:;]+[.?!:;]*[\"']?")


def spoken(messages: Sequence[Message]) -> list[str]:
    """Return what the coach said, oldest first, with single spaces between the words."""
    return [" ".join(m.content.split()) for m in messages if m.role == "assistant"]


def written(messages: Sequence[Message]) -> list[str]:
    """Return what the person wrote, oldest first, with straight apostrophes."""
    return [m.content.replace("’", "'") for m in messages if m.role == "user"]


def was_said(words: str, said: Sequence[str]) -> bool:
    """Tell whether the longest fixed sentence of `words` stands in one of `said`."""
    mark = mark_of(words)
    return any(mark in text for text in said)


@functools.cache  # the words of the path's files, never a visitor's
def mark_of(words: str) -> str:
    """Return the sentence of `words` by which they are known again."""
    sentences: list[str] = [s for part in SLOT.split(words) for s in _SENTENCE.findall(part)]
    return max((sentence.strip() for sentence in sentences), key=len)


def choose(variants: Sequence[str], said: Sequence[str], *, seed: str) -> str:
    """Return a variant that was not said yet, the same one for the same seed."""
    fresh = [v for v in variants if not was_said(v, said)]
    pool = fresh or sorted(variants, key=lambda v: last_place(v, said))[:1]
    return pool[
        int.from_bytes(hashlib.sha256(seed.encode("utf-8", "replace")).digest()[:4]) % len(pool)
    ]


def last_place(words: str, said: Sequence[str]) -> int:
    """Return where in `said` the words came last, -1 if they did not."""
    return max((i for i, text in enumerate(said) if was_said(words, [text])), default=-1)


def read_yaml(file: Path) -> dict[str, Any]:
    """Return what `file` holds.

    Raises:
        CorpusError: It cannot be read or is no mapping.
    """
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except OSError as error:
        raise CorpusError(file, None, f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise CorpusError(file, None, "is no UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise CorpusError(file, mark.line + 1 if mark else None, "is no valid YAML") from None
    if not isinstance(data, dict):
        raise CorpusError(file, 1, "must hold a mapping")
    return data
