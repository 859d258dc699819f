"""Tell what a message says has happened already, which decides what is said next.

Flow: a message -> here, by the expressions of `happened.yaml` -> `safety.needs`, `safety.crisis`.

What was swallowed comes before anything else; nobody is told to make a call that was made; who is
at the place that they told of is in danger now.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from coach.safety.patterns import written_out

__all__ = ["called_them", "is_there", "swallowed", "swallowed_oneself"]

FILE = Path(__file__).with_name("happened.yaml")
STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n")
"""Where sentences end that their writers ended: what is split before an "I" loses its "if"."""


def swallowed(message: str) -> bool:
    """Tell whether somebody else has swallowed something."""
    return _says("swallowed", message)


def swallowed_oneself(message: str) -> bool:
    """Tell whether the person has swallowed something."""
    return _says("swallowed_oneself", message)


def is_there(message: str) -> bool:
    """Tell whether somebody is at a place that they told of before: "im actually there rn"."""
    return _says("there", message)


def called_them(message: str) -> bool:
    """Tell whether somebody says that the emergency number was called."""
    sentences = SENTENCES.split(message)
    return any(_says("called", one) and not _says("not_called", one) for one in sentences)


def _says(what: str, message: str) -> bool:
    return bool(_expressions()[what].search(message.translate(STRAIGHT)))


@cache
def _expressions() -> dict[str, re.Pattern[str]]:
    """Return the expressions of the file by name, compiled once a process."""
    data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    words: dict[str, str] = data.pop("words")
    return {
        name: re.compile("|".join(written_out(one, words) for one in given), re.IGNORECASE)
        for name, given in data.items()
    }
