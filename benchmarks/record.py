"""Say what was measured, hold it against its budget, and write it down.

Flow: `benchmarks.turn` and its neighbours -> here -> `results/*.json`, `benchmarks.__main__`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from coach.evaluation.report import Provenance, provenance

__all__ = ["RESULTS", "Budget", "read_budgets", "report", "timed"]

RESULTS = Path(__file__).with_name("results")
PACKAGES = ("bm25s", "chromadb", "gradio", "langgraph", "numpy", "onnxruntime", "torch")
"""What can move a figure."""


@dataclass(frozen=True)
class Budget:
    """A ratio, and how far it may go."""

    what: str
    ratio: float
    limit: float
    bound: Literal["at most", "at least"] = "at most"

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its budget; NaN never is."""
        return self.ratio <= self.limit if self.bound == "at most" else self.ratio >= self.limit

    def __str__(self) -> str:
        mark = "" if self.holds else "   SHORT"
        return f"{self.what:62} {self.ratio:7.2f} x  ({self.bound} {self.limit:g}){mark}"


def timed(call: Callable[[], object]) -> float:
    """Return how many milliseconds a call took."""
    begun = perf_counter()
    call()
    return (perf_counter() - begun) * 1000


def report(
    name: str,
    figures: Mapping[str, Any],
    budgets: Sequence[Budget] = (),
    *,
    packages: Sequence[str] = PACKAGES,
    versions: Mapping[str, str] | None = None,
) -> None:
    """Print figures and budgets, and write them to `results/NAME.json` with where they are from.

    Args:
        name: The measurement's.
        figures: What was measured.
        budgets: The ratios, with how far each may go.
        packages: Whose versions are told.
        versions: Of packages in other environments.
    """
    made: Provenance = provenance(f".venv/bin/python -m benchmarks.{name}", packages)
    made = replace(made, versions={**made.versions, **(versions or {})})
    for figure, value in figures.items():
        if isinstance(value, float | int | str):
            print(f"{figure:62} {f'{value:.3f}' if isinstance(value, float) else value}")  # noqa: T201
    for budget in budgets:
        print(budget)  # noqa: T201
    held = {
        "made": asdict(made),
        "figures": figures,
        "budgets": [asdict(budget) for budget in budgets],
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(held, indent=1, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def read_budgets(name: str) -> list[Budget]:
    """Return the budgets that the latest run of a measurement wrote; none if it never ran."""
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return []
    return [Budget(**row) for row in json.loads(path.read_text(encoding="utf-8"))["budgets"]]
