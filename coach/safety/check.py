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

from coach.remembered import Remembered
from coach.safety.normalise import plain
from coach.safety.reader import Reader

__all__ = ["LEARNT", "NEVER", "Checker", "check"]

NEVER_FILE = Path(__file__).parent / "never.yaml"


LEARNT = "learnt"
"""What is named where no expression spoke, but what was learnt of bad sentences did."""
BAD_FROM = 0.96
"""The probability from which it speaks; chosen on the rows `never-*` of
`evals/safety/never.jsonl`, with the totals of the rows `n*` in view."""
CLEARED_UNDER = 0.05
"""The probability under which it clears what an expression found, chosen in the same way."""
NEVER_CLEARED = frozenset({"method", "link"})
"""Rules that stand whatever was learnt says."""

NO_RULE = ""
_found: Remembered[str] = Remembered(8192)
WORD = re.compile(r"\{([a-z_]+)\}")
NOT_INSIDE_A_WORD = r"(?!(?<=\w)\w)"
"""No expression can match from there, so none is tried: most of the time is saved."""
QUOTED = re.compile(r'"[^"]*(?:"|$)')
CLOSING_ONLY = re.compile(r'^[^"]*"$')


@dataclass(frozen=True)
class Never:
    """One rule of `never.yaml`."""

    name: str
    any: re.Pattern[str]
    unless: re.Pattern[str] | None
    always: re.Pattern[str] | None
    skips_quotes: bool

    def broken_by(self, text: str, unquoted: str) -> bool:
        """Return whether a plain sentence breaks the rule; `unquoted` is it without quotations."""
        judged = unquoted if self.skips_quotes else text
        if self.always and self.always.search(judged):
            return True
        if not self.any.search(judged):
            return False
        return not (self.unless and self.unless.search(judged))


class Checker:
    """Holds sentences against the never-list: by its expressions, and by what was learnt.

    Args:
        reader: What was learnt of bad and good sentences; None goes by the expressions alone.
    """

    def __init__(self, reader: Reader | None) -> None:
        self._reader = reader

    def broken_by(self, sentence: str, *, own: bool = False) -> str | None:
        """Return the name of the rule that `sentence` breaks, None if it breaks none.

        What was learnt adds to what the expressions find, and clears some of it. A sentence that
        cannot be judged because the model fails is stopped.

        Args:
            sentence: What is about to be said.
            own: It stands in the coach's own files, which people read and the expressions
                are held against whenever the corpus is checked. What was learnt would
                stop one in a hundred of them wrongly, so it is asked about others only.
        """
        rule = check(sentence)
        if own or rule in NEVER_CLEARED or self._reader is None:
            return rule
        try:
            chance = self._reader.bad([sentence])[0]
        except Exception:  # fails closed
            return rule or LEARNT
        return (rule or LEARNT) if chance >= (CLEARED_UNDER if rule else BAD_FROM) else None


def check(sentence: str) -> str | None:
    """Return the rule of `never.yaml` that `sentence` breaks, None if it breaks none.

    Meant for single sentences; a longer text is judged as one, so what excuses a
    part of it excuses all. What was found of a sentence is remembered, by a keyed hash and
    without a word of it: the coach's own sentences come again and again.
    """
    rule = _found.get(sentence)
    if rule is None:
        rule = _rule_broken_by(sentence) or NO_RULE
        _found.put({sentence: rule})
    return rule or None


def _rule_broken_by(sentence: str) -> str | None:
    text = plain(sentence)
    unquoted = QUOTED.sub('""', CLOSING_ONLY.sub('""', text))
    broken = [rule.name for rule in load_never() if rule.broken_by(text, unquoted)]
    gravest = (name for name in broken if name in NEVER_CLEARED)
    return next(gravest, broken[0] if broken else None)


@functools.cache
def load_never(path: Path = NEVER_FILE) -> tuple[Never, ...]:
    """Return the rules of `path`, compiled once a process.

    Raises:
        KeyError: An expression names a word list that the file lacks.
        re.error: An expression is wrong.
    """
    data: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    words: dict[str, str] = data.pop("words")

    def compiled(expressions: list[str]) -> re.Pattern[str]:
        whole = WORD.sub(lambda m: words[m[1]], "|".join(expressions))
        return re.compile(f"{NOT_INSIDE_A_WORD}(?:{whole})")

    def pattern(expressions: list[str]) -> re.Pattern[str] | None:
        return compiled(expressions) if expressions else None

    return tuple(
        Never(
            name,
            compiled(row["any"]),
            pattern(row.get("unless", [])),
            pattern(row.get("always", [])),
            row.get("quotes") == "skip",
        )
        for name, row in data.items()
    )


NEVER = tuple(rule.name for rule in load_never())
"""The names of the rules."""
