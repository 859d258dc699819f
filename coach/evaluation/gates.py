"""Hold figures against their gates.

Flow: `evals/thresholds.toml` and figures -> here -> `coach eval`, the tests of the sets.
A gate is named after its figure, with `_min` or `_max`, in the table of its set.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from coach.errors import CoachError
from coach.evaluation.sets import EVALS

__all__ = ["THRESHOLDS", "Breach", "Gate", "breaches", "gates_of", "load_gates"]

THRESHOLDS = EVALS / "thresholds.toml"

Figures = Mapping[str, Mapping[str, float]]
"""Figures by the name of their set, then by their own."""


@dataclass(frozen=True)
class Gate:
    """How far one figure may go."""

    table: str
    figure: str
    bound: Literal["min", "max"]
    limit: float

    def holds(self, value: float) -> bool:
        """Tell whether a figure is within the gate, which stands inside; NaN never is."""
        return value >= self.limit if self.bound == "min" else value <= self.limit

    def __str__(self) -> str:
        return f"{'at least' if self.bound == 'min' else 'at most'} {self.limit:g}"


@dataclass(frozen=True)
class Breach:
    """A figure beyond its gate."""

    gate: Gate
    value: float

    def __str__(self) -> str:
        name = f"{self.gate.table}.{self.gate.figure}"
        return f"{name} is {self.value:.4f}; its gate is {self.gate}."


def load_gates(path: Path = THRESHOLDS) -> tuple[Gate, ...]:
    """Return the gates, in the order of the file.

    Raises:
        CoachError: The file is not there or no TOML, or a gate is named or set wrongly.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CoachError(f"{path} is not there; it holds the gates of evals/.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CoachError(f"{path}: {error}.") from None
    return tuple(
        _gate(path, table, name, limit)
        for table, rows in tables.items()
        for name, limit in _entries(path, table, rows)
    )


def gates_of(gates: Sequence[Gate], table: str, figure: str) -> list[Gate]:
    """Return the gates of one figure: none, one, or one on each side."""
    return [gate for gate in gates if (gate.table, gate.figure) == (table, figure)]


def breaches(gates: Sequence[Gate], figures: Figures) -> list[Breach]:
    """Return the figures that are beyond a gate, in the order of the gates.

    Gates of tables that were not measured are passed over.

    Raises:
        CoachError: A gate of a table that was measured has no figure: it would hold nothing.
    """
    beyond: list[Breach] = []
    for gate in gates:
        if gate.table not in figures:
            continue
        measured = figures[gate.table]
        if gate.figure not in measured:
            raise CoachError(
                f"The gate {gate.table}.{gate.figure}_{gate.bound} has no figure; "
                f"there are: {', '.join(measured)}."
            )
        if not gate.holds(measured[gate.figure]):
            beyond.append(Breach(gate, measured[gate.figure]))
    return beyond


def _entries(path: Path, table: str, rows: object) -> list[tuple[str, object]]:
    if not isinstance(rows, dict):
        raise CoachError(f"{path}: {table} stands outside a table such as [screen].")
    return list(rows.items())


def _gate(path: Path, table: str, name: str, limit: object) -> Gate:
    figure, _, bound = name.rpartition("_")
    if not figure or bound not in ("min", "max"):
        raise CoachError(f"{path}: {table}.{name} must end with _min or _max.")
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        raise CoachError(f"{path}: {table}.{name} must be a number.")
    return Gate(table, figure, "min" if bound == "min" else "max", float(limit))
