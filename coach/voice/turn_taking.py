"""Decide how long a silence means that somebody has finished.

Flow: the words so far -> here -> `listening`, which ends the turn after so much silence.

People who speak of what is hard pause in the middle of it.  After words that promise more
("and", "because", "I…", "um") the coach waits much longer than after a whole answer.  The
lists stand in `turn_taking.yaml`.
"""

import re
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

__all__ = ["silence_wanted"]

LISTS = Path(__file__).with_name("turn_taking.yaml")
_TRAILING_OFF = re.compile(r"(?:\.\.+|…|-|–|—|,)\s*$")
_STOPPED = re.compile(r"[.!?][\"'”’]?\s*$")


class Seconds(BaseModel):
    """How long each kind of ending waits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answered: float
    finished: float
    open: float
    thinking: float


class Lists(BaseModel):
    """What stands in `turn_taking.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: Seconds
    answers: frozenset[str]
    promising: frozenset[str]
    finishing: tuple[str, ...]


def silence_wanted(words: str) -> float:
    """Return the seconds of silence that end a turn with these words.

    Args:
        words: What was said so far, as the transcriber writes it; it may be empty.
    """
    lists = _lists()
    bare = " ".join(re.findall(r"[\w']+", words.lower().replace("’", "'")))
    if bare in lists.answers:
        return lists.seconds.answered
    if _TRAILING_OFF.search(words):
        return lists.seconds.thinking
    finishing = any(bare == end or bare.endswith(f" {end}") for end in lists.finishing)
    if not finishing and bare.rpartition(" ")[2] in lists.promising:
        return lists.seconds.thinking
    return lists.seconds.finished if _STOPPED.search(words) else lists.seconds.open


@lru_cache(maxsize=1)
def _lists() -> Lists:
    return Lists.model_validate(yaml.safe_load(LISTS.read_text("utf-8")))
