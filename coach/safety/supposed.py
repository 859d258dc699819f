"""Tell what a line takes for granted that nobody has told.

Flow: `corpus/crisis/supposed.yaml` -> here -> `safety.needs`, which says another line where the
person has no uncle, no union and no children as far as the talk tells.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

from coach.errors import CorpusError
from coach.safety.wordings import read_yaml

__all__ = ["SUPPOSED", "Supposed"]

SUPPOSED = "supposed"
OF_SOMEBODY = r"\b(?:your|the|his|her|their|this|these|whose) (?:[a-z]+ )?"
"""What stands before a thing or a person that is taken for granted, up to one more word."""
QUOTED = re.compile(r'"[^"]*"')
"""Words for somebody to use."""
LINES = 8192


class Supposed:
    """What lines may take for granted.

    Args:
        folder: `corpus/crisis`.

    Raises:
        CorpusError: The file is missing, cannot be read, or lacks a part.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / f"{SUPPOSED}.yaml"
        try:
            rows = read_yaml(file)[SUPPOSED]
            things = "|".join(f"(?P<_{at}>{row['line']})" for at, row in enumerate(rows))
            self._named = re.compile(rf"{OF_SOMEBODY}(?:{things})\b", re.IGNORECASE)
            self._told = [
                re.compile(rf"\b(?:{row.get('told', row['line'])})\b", re.IGNORECASE)
                for row in rows
            ]
        except (AttributeError, KeyError, TypeError, re.error) as error:
            raise CorpusError(file, None, f"lacks or misuses {error}") from None
        self.things = lru_cache(LINES)(self._things)

    def told(self, theirs: Sequence[str]) -> frozenset[int]:
        """Return which things were told of, by their rows in the file."""
        text = "\n".join(theirs)
        return frozenset(at for at, words in enumerate(self._told) if words.search(text))

    def holds(self, line: str, told: Collection[int]) -> bool:
        """Tell whether all that a line takes for granted is among what was told of."""
        return all(thing in told for thing in self.things(line))

    def _things(self, line: str) -> frozenset[int]:
        """Return what a line of the files takes for granted, by its rows."""
        plain = QUOTED.sub("", line)
        return frozenset(int(str(found.lastgroup)[1:]) for found in self._named.finditer(plain))
