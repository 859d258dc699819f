"""Tell what a line takes for granted that nobody has told, and what it asks that somebody has.

Flow: `corpus/crisis/supposed.yaml` -> here -> `safety.needs`, which says another line where the
person has no uncle, no union and no children as far as the talk tells, or sits beside the one whose
whereabouts it asks for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from coach.errors import CorpusError
from coach.safety.wordings import read_yaml
from coach.sentences import sentences

__all__ = ["SUPPOSED", "Supposed", "Told"]

SUPPOSED, ANSWERED = "supposed", "answered"
LATELY = 4
"""The latest messages that answer a question beforehand: where somebody is may change."""
OF_SOMEBODY = r"\b(?:your|the|his|her|their|this|these|whose) (?:[a-z]+ )?"
"""What stands before a thing or a person that is taken for granted, up to one more word."""
QUOTED = re.compile(r'"[^"]*"')
"""Words for somebody to use."""
NEVER = "(?!)"
LINES = 8192


@dataclass(frozen=True)
class Told:
    """What a person has told, by the rows of the file.

    Attributes:
        things: Of what lines take for granted.
        answers: Of what lines ask.
    """

    things: frozenset[int]
    answers: frozenset[int]


class Supposed:
    """What lines may take for granted, and need not ask.

    Args:
        folder: `corpus/crisis`.

    Raises:
        CorpusError: The file is missing, cannot be read, or lacks a part.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / f"{SUPPOSED}.yaml"
        try:
            data = read_yaml(file)
            rows = data[SUPPOSED]
            things = "|".join(f"(?P<_{at}>{row['line']})" for at, row in enumerate(rows))
            self._named = compiled(f"{OF_SOMEBODY}(?:{things})\\b")
            self._told = [compiled(rf"\b(?:{row.get('told', row['line'])})\b") for row in rows]
            self._asks = [compiled(row["line"]) for row in data[ANSWERED]]
            self._answers = [compiled(rf"\b(?:{row['told']})") for row in data[ANSWERED]]
            unless = (row.get("unless", NEVER) for row in data[ANSWERED])
            self._no_answers = [compiled(rf"\b(?:{words})") for words in unless]
        except (AttributeError, KeyError, TypeError, re.error) as error:
            raise CorpusError(file, None, f"lacks or misuses {error}") from None
        self.things = lru_cache(LINES)(self._things)
        self.asks = lru_cache(LINES)(self._asked)

    def told(self, theirs: Sequence[str]) -> Told:
        """Return what somebody has told, oldest message first."""
        lately = "\n".join(theirs[-LATELY:])
        answers = found_in(lately, self._answers) - found_in(lately, self._no_answers)
        return Told(found_in("\n".join(theirs), self._told), answers)

    def holds(self, line: str, told: Told) -> bool:
        """Tell whether a line takes only what was told for granted, and asks nothing that was."""
        return self.things(line) <= told.things and self.asks(line).isdisjoint(told.answers)

    def _things(self, line: str) -> frozenset[int]:
        """Return what a line of the files takes for granted, by its rows."""
        plain = QUOTED.sub("", line)
        return frozenset(int(str(found.lastgroup)[1:]) for found in self._named.finditer(plain))

    def _asked(self, line: str) -> frozenset[int]:
        """Return what a line of the files asks, by its rows."""
        asking = (part for part in sentences(QUOTED.sub("", line)) if part.endswith("?"))
        return found_in(" ".join(asking), self._asks)


def compiled(expression: str) -> re.Pattern[str]:
    """Return an expression of the file, in capitals or not."""
    return re.compile(expression, re.IGNORECASE)


def found_in(text: str, rows: Sequence[re.Pattern[str]]) -> frozenset[int]:
    """Return at which rows an expression is found in a text."""
    return frozenset(at for at, words in enumerate(rows) if words.search(text))
