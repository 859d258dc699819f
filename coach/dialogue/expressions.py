"""The expressions of `acts.yaml`: words that can mean one thing only.

Flow: `acts.yaml` -> here -> `dialogue.understand` and what it reads with.  An expression is
compiled when it is first looked for, and once, for `re` itself forgets after a while.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from coach.dialogue.phrasing import STRAIGHT_QUOTES
from coach.library.front_matter import load_yaml
from coach.safety.patterns import words_of, written_out
from coach.sentences import sentences

__all__ = ["MARKS", "Expressions", "any_of", "bared", "folded"]

MARKS = " .!,;:)(?"
"""The punctuation around a message that says nothing."""


class Expressions:
    """Finds what `acts.yaml` knows in a message, small or large letters alike."""

    def __init__(self) -> None:
        """Read the file, with what its expressions share written out.

        Raises:
            CorpusError: It is missing or broken.
        """
        acts: dict[str, Any] = load_yaml(Path(__file__).with_name("acts.yaml"))
        words = words_of(acts)
        asks_for = {move: written_out(row, words) for move, row in acts["asks_for"].items()}
        asks_if = [written_out(row, words) for row in acts["asks_if"]]
        in_one = ("asks_for_advice", "asks_if_of_words")
        self._acts = acts | {
            "asks_for": asks_for,
            "asks_if": asks_if,
            **{name: written_out(acts[name], words) for name in in_one},
        }
        self._compiled: dict[str, re.Pattern[str]] = {}
        # Made now, for the first message may be of danger, which is answered at once.
        self._any_spelling = any_of(typed for typed, _ in self._spellings)

    def compiled(self, expression: str) -> re.Pattern[str]:
        """Return an expression of any file, compiled once."""
        if expression not in self._compiled:
            self._compiled[expression] = re.compile(expression, re.IGNORECASE)
        return self._compiled[expression]

    def pattern(self, name: str) -> re.Pattern[str]:
        """Return the expression of a name."""
        return self.compiled(self._acts[name])

    def group(self, name: str) -> Mapping[str, re.Pattern[str]]:
        """Return the expressions of a group by their names, in their order."""
        return {one: self.compiled(expression) for one, expression in self._acts[name].items()}

    def each(self, name: str) -> Iterator[re.Pattern[str]]:
        """Yield the expressions of a list."""
        return map(self.compiled, self._acts[name])

    def whole(self, name: str, bare: str) -> bool:
        """Tell whether a message, as `bared` returns it, is just what an expression says."""
        return self.pattern(name).fullmatch(bare) is not None

    def anywhere(self, name: str, message: str) -> bool:
        """Tell whether an expression is found in a message."""
        return self.pattern(name).search(message) is not None

    def first_whole(self, group: str, bare: str) -> str | None:
        """Return the first name in a group whose expression the whole message is."""
        rows = self._acts[group].items()
        return next((name for name, row in rows if self.compiled(row).fullmatch(bare)), None)

    def first_anywhere(self, group: str, message: str) -> str | None:
        """Return the first name in a group whose expression is found in a message."""
        rows = self._acts[group].items()
        return next((name for name, row in rows if self.compiled(row).search(message)), None)

    def is_asked(self, text: str) -> bool:
        """Tell whether a text asks something, with or without a mark."""
        return text.endswith("?") or any(
            self.anywhere(name, text) for name in ("question", "asks_for_advice")
        )

    def tells(self, message: str) -> bool:
        """Tell whether any sentence says something of the person that is no question."""
        return any(
            self.anywhere("first_person", sentence) and not self.anywhere("question", sentence)
            for sentence in sentences(message)
        )

    def spelt(self, message: str) -> str:
        """Return the message with what is typed in haste written out."""
        if self._any_spelling.search(message):  # most messages have none
            for typed, meant in self._spellings:
                message = typed.sub(meant, message)
        return message

    @cached_property
    def signs(self) -> dict[int, str]:
        """What each sign says that is sent in place of a word."""
        return {
            ord(sign): f" {word} " for word, signs in self._acts["signs"].items() for sign in signs
        }

    @cached_property
    def common_words(self) -> frozenset[str]:
        """The words that tell English from its neighbours."""
        return frozenset(self._acts["common_english"].split())

    @cached_property
    def words_of_wording(self) -> frozenset[str]:
        """Words of which none says what is to be said to somebody."""
        return frozenset(self._acts["of_wording"].split())

    @cached_property
    def usual_words(self) -> frozenset[str]:
        """Words that two messages share whatever they speak of."""
        return frozenset(self._acts["usual"].split())

    @cached_property
    def vague_words(self) -> frozenset[str]:
        """Words of which none says what somebody is after."""
        return frozenset(self._acts["vague_words"].split())

    @cached_property
    def _spellings(self) -> list[tuple[re.Pattern[str], str]]:
        rows: Mapping[str, str] = self._acts["spellings"]
        return [(self.compiled(rf"\b(?:{typed})\b"), meant) for typed, meant in rows.items()]


def folded(message: str) -> str:
    """Return the message with straight quotes, single spaces and no control characters."""
    straight = message.translate(STRAIGHT_QUOTES)
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in straight)
    return re.sub(r"\s+", " ", visible).strip()


def bared(message: str) -> str:
    """Return a message in lower case, without its commas and the punctuation around it."""
    return message.replace(",", "").strip(MARKS).lower()


def any_of(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    """Return one expression that is found wherever any of these is, so that one look tells of none.

    They differ in nothing but their text.
    """
    return re.compile("|".join(f"(?:{one.pattern})" for one in patterns), re.IGNORECASE)
