"""Hold every sentence of the coach against what it may never say.

Flow: a draft's sentence -> here -> the visitor. A sentence that is not cleared
is not shown, whoever drafted it.
"""

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from coach.safety.normalise import plain

__all__ = ["NEVER", "check"]

NEVER_FILE = Path(__file__).parent / "never.yaml"


@dataclass(frozen=True)
class Never:
    """One rule of `never.yaml`."""

    name: str
    any: re.Pattern[str]
    unless: re.Pattern[str] | None


def check(sentence: str) -> str | None:
    """Return the name of the rule that `sentence` breaks, None if it breaks none.

    Meant for single sentences; a longer text is judged as one, so what excuses a
    part of it excuses all.
    """
    text = plain(sentence)
    for rule in load_never():
        if rule.any.search(text) and not (rule.unless and rule.unless.search(text)):
            return rule.name
    return None


@functools.cache
def load_never(path: Path = NEVER_FILE) -> tuple[Never, ...]:
    """Return the rules of `path`, compiled once a process.

    Raises:
        re.error: An expression is wrong.
    """
    data: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Never(
            name,
            re.compile("|".join(row["any"])),
            re.compile("|".join(row["unless"])) if row.get("unless") else None,
        )
        for name, row in data.items()
    )


NEVER = tuple(rule.name for rule in load_never())
"""The names of the rules."""
