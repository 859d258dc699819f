"""Meet what somebody in danger asks or tells, in words that were written for it.

Flow: the messages of a talk in danger -> `safety.reader` (kinds of need) -> here, with the words of
`corpus/crisis/needs.yaml` -> `safety.crisis`, which goes on with its path where none is met.

A question is answered before anything else is said, and what was told is met by name where the
name is known: the friend who could come, the tablets in the tin.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from coach.errors import CorpusError
from coach.pronouns import Called, filled
from coach.safety.wordings import choose, read_yaml, was_said

__all__ = [
    "MOST_WORDS",
    "NEEDS",
    "Known",
    "Met",
    "Needs",
    "Scope",
    "WhoIsKnown",
    "means_in",
    "nobody_known",
]

NEEDS = "needs"
MOST_WORDS = 90
"""Words of a whole reply."""
LINE = "line"
"""The way to care that names helplines."""
MOST_MET = 2
"""Needs that one reply meets."""
PRESSING, QUESTIONS = 1, 2
"""The tiers of what cannot wait, and of what is asked."""
SLOTS_OF_WHO = ("{helper}", "{one}", "{means}")
"""Slots that only a line may have for which the thing is known."""


class Scope(StrEnum):
    """In whose talk a need is met: of one's own danger, of somebody else's, of harm at home."""

    OWN = "own"
    THIRD = "third"
    ABUSE = "abuse"


@dataclass(frozen=True)
class Known:
    """What the talk has told that words may name.

    Attributes:
        helper: Somebody who could help, as the coach names them: "your sister", "Maureen".
        called: What the helper is called.
        one: Who is in danger, where that is somebody else.
        one_called: What that one is called.
        means: What was named that could do harm: "the tablets".
    """

    helper: str = ""
    called: Called = Called.THEY
    one: str = ""
    one_called: Called = Called.THEY
    means: str = ""

    def fits(self, line: str) -> bool:
        """Tell whether all that a line names is known."""
        values = (self.helper, self.one, self.means)
        return all(v or slot not in line for slot, v in zip(SLOTS_OF_WHO, values, strict=True))

    def names(self, line: str) -> bool:
        """Tell whether a line names something that is known."""
        return self.fits(line) and any(slot in line for slot in SLOTS_OF_WHO)

    def fill(self, line: str) -> str:
        """Return a line with names and pronouns in it; slots for lines and numbers stay."""
        called = self.one_called if "{one}" in line else self.called
        values = (self.helper, self.one, self.means)
        line = filled(line, called)
        for slot, value in zip(SLOTS_OF_WHO, values, strict=True):
            begins = re.compile(rf"(?:^|(?<=[.?!] )){re.escape(slot)}")
            line = begins.sub(value[:1].upper() + value[1:], line).replace(slot, value)
        return line


WhoIsKnown = Callable[[Scope], Known]
"""Gives whom words may name, by whose danger the talk is about."""


def nobody_known(_scope: Scope) -> Known:
    """Return that nobody was named."""
    return Known()


@dataclass(frozen=True)
class Need:
    """One kind of need, and the words for each scope: what meets it, and what follows."""

    kind: str
    tier: int
    say: Mapping[Scope, tuple[str, ...]]
    then: Mapping[Scope, tuple[str, ...]]
    young: tuple[str, ...]

    def words(self, scope: Scope, *, young: bool) -> tuple[str, ...]:
        """Return the wordings that meet it in a scope; none if it is not met there."""
        if young and self.young and scope is Scope.OWN:
            return self.young
        return self.say.get(scope, ())


@dataclass(frozen=True)
class Met:
    """Words that meet needs, in order, and the question that may follow them."""

    kinds: tuple[str, ...]
    say: tuple[str, ...]
    then: str


class Needs:
    """The words of `needs.yaml`.

    Args:
        folder: `corpus/crisis`.

    Raises:
        CorpusError: The file is missing, cannot be read, or lacks a part.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / f"{NEEDS}.yaml"
        data = read_yaml(file)
        try:
            tiers = {kind: tier for tier, kinds in enumerate(data["tiers"]) for kind in kinds}
            self._needs = {
                kind: need_from(kind, tiers[kind], row) for kind, row in data["needs"].items()
            }
            self.acknowledged_before = frozenset(data["acknowledged_before"])
            self._cares = {
                Scope(scope): {care: tuple(say) for care, say in rows.items()}
                for scope, rows in data["cares"].items()
            }
            self._refused = {kind: frozenset(cares) for kind, cares in data["refused"].items()}
            self._at_once = frozenset(data["at_once"])
            self._alike = [frozenset(kinds) for kinds in data["alike"]]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CorpusError(file, None, f"lacks or misuses {error}") from None

    def sentences(self) -> Iterator[str]:
        """Yield every wording."""
        for need in self._needs.values():
            for words in (*need.say.values(), *need.then.values(), need.young):
                yield from words
        for cares in self._cares.values():
            for words in cares.values():
                yield from words

    def acknowledged(self, kinds: Sequence[str]) -> list[str]:
        """Return which of the needs are met in front of a step: what is asked, or weighs."""
        tiers = {need.tier for need in self._needs.values()}
        of = {QUESTIONS, max(tiers)}
        return [kind for kind in kinds if kind in self._needs and self._needs[kind].tier in of]

    def meet(
        self,
        kinds: Sequence[str],
        scope: Scope,
        known: Known,
        said: Sequence[str],
        *,
        young: bool = False,
        seed: str = "",
    ) -> Met | None:
        """Return words for the most pressing of the needs that a message has; None if none has any.

        Args:
            kinds: The kinds, likeliest first.
            scope: Whose danger the talk is about.
            known: What words may name.
            said: What the coach said, oldest first.
            young: Whether a child writes.
            seed: What chooses among the variants.
        """
        fitting = [
            need
            for kind in kinds
            if (need := self._needs.get(kind)) and need.words(scope, young=young)
        ]
        fitting.sort(key=lambda need: need.tier)
        met: list[Need] = []
        say: list[str] = []
        for need in fitting:
            if any({need.kind, other.kind} <= alike for other in met for alike in self._alike):
                continue
            words = self._chosen(need.words(scope, young=young), known, said, seed)
            if words and len(met) < MOST_MET:
                met.append(need)
                say.append(words)
        if not met:
            return None
        # What owns a mistake leads back to what was asked, and asks nothing of its own.
        asking = sorted(met, key=lambda need: need.tier == 0)
        then = next(
            (
                words
                for need in asking
                if (words := self._chosen(need.then.get(scope, ()), known, said, seed))
            ),
            "",
        )
        return Met(tuple(need.kind for need in met), tuple(say), then)

    def care(
        self,
        scope: Scope,
        met: Met,
        heard: Sequence[str],
        known: Known,
        said: Sequence[str],
        *,
        seed: str,
    ) -> str:
        """Return a sentence on a way to care that nobody has named in this talk yet, if any is due.

        Args:
            scope: Whose danger the talk is about.
            met: What this reply meets; where it cannot wait, neither can what follows.
            heard: The kinds of need of the whole talk, by which a way may be refused.
            known: What words may name.
            said: What the coach said, oldest first, and is about to say.
            seed: What chooses among the variants.
        """
        refused = {care for kind in heard for care in self._refused.get(kind, ())}
        if any(self._needs[kind].tier == PRESSING for kind in met.kinds):
            refused |= set(self._cares.get(scope, {})) - self._at_once
        for care, say in self._cares.get(scope, {}).items():
            told = any(was_said(words, said) for words in say)
            told = told or (care == LINE and "{lines}" in said[-1])
            if care not in refused and not told:
                return self._chosen(say, known, said, seed)
        return ""

    def _chosen(self, variants: Sequence[str], known: Known, said: Sequence[str], seed: str) -> str:
        """Return a line that was not said yet, one that names what is known if there is any."""
        new = [v for v in variants if known.fits(v) and not was_said(known.fill(v), said)]
        naming = [v for v in new if known.names(v)]
        return known.fill(choose(naming or new, said, seed=seed)) if new else ""


def need_from(kind: str, tier: int, row: Mapping[str, Any]) -> Need:
    """Return the need that one row of the file describes.

    Raises:
        KeyError: A list is missing.
    """

    def of(part: str) -> dict[Scope, tuple[str, ...]]:
        names = {Scope.OWN: part, Scope.THIRD: f"third_{part}", Scope.ABUSE: f"abuse_{part}"}
        own = tuple(row.get(part, ()))
        return {scope: tuple(row.get(name, own)) for scope, name in names.items()}

    return Need(kind, tier, of("say"), of("then"), tuple(row.get("young", ())))


MEANS = re.compile(
    r"\b(?:my|the|some|these|those|a|an|all my|his|her|mums?|mams?|dads?|of|with|old)? ?"
    r"(?P<what>tablets|pills|meds|medication|medicine|insulin|gun|pistol|rifle|shotgun|knife|blades?"
    r"|razors?|rope)\b",
    re.IGNORECASE,
)


def means_in(messages: Sequence[str]) -> str:
    """Return what the latest message that names such a thing says could do harm: "the gun"."""
    for message in reversed(messages):
        found = MEANS.search(message)
        if found:
            return f"the {found['what'].lower()}"
    return ""
