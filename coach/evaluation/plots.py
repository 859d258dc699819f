"""Draw what was measured, as SVG that stands in a page by itself.

Flow: `evaluation.measured`, `evaluation.budgets` -> here -> `evaluation.page`.
Matplotlib draws; it is in the extra `dev`.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from coach.errors import CoachError
from coach.evaluation.budgets import Ratio
from coach.evaluation.figures import Calibration
from coach.evaluation.gates import Gate, gates_of
from coach.evaluation.measured import Measured

__all__ = ["plot_budgets", "plot_calibrations", "plot_growth", "plot_shares"]

WIDTH = 8.0
"""Inches; the page makes it as wide as there is room."""
ROW = 0.26
INK, QUIET, GOOD, BAD = "#22303c", "#8a97a3", "#2b6f77", "#b23a48"


def plot_shares(measured: Sequence[Measured], gates: Sequence[Gate]) -> str:
    """Return every share with its interval, and its gate as a bar beside it."""
    rows = [(one.name, name, share) for one in measured for name, share in one.shares.items()]
    with _figure(1.2 + ROW * len(rows)) as (page, axes):
        for at, (table, name, share) in enumerate(rows):
            held = gates_of(gates, table, name)
            colour = GOOD if all(gate.holds(share.value) for gate in held) else BAD
            span = share.interval
            axes.plot([span.low, span.high], [at, at], color=colour, linewidth=2)
            axes.plot(share.value, at, "o", color=colour, markersize=5)
            for gate in held:
                axes.plot([gate.limit] * 2, [at - 0.35, at + 0.35], color=INK, linewidth=1.5)
        axes.set_yticks(range(len(rows)), [f"{t}: {n.replace('_', ' ')}" for t, n, _ in rows])
        axes.invert_yaxis()
        axes.set_xlim(-0.02, 1.02)
        axes.set_title("Shares with their 95 % intervals; the upright bar is the gate")
        return _svg(page, "Every share with its interval and its gate")


def plot_calibrations(measured: Sequence[Measured]) -> str:
    """Return how often what was given a chance happened, for every set that has chances."""
    curves: list[tuple[str, Calibration]] = [
        (f"{one.name}: {of.replace('_', ' ')}", found)
        for one in measured
        for of, found in one.calibrations.items()
    ]
    with _figure(4.2) as (page, axes):
        axes.plot([0, 1], [0, 1], color=QUIET, linestyle="--", linewidth=1)
        for name, found in curves:
            given = [one.chance for one in found.bins]
            axes.plot(given, [one.happened for one in found.bins], "o-", label=name, markersize=4)
        axes.set_xlabel("chance given")
        axes.set_ylabel("share that happened")
        axes.set_title("Calibration: on the broken line, chances are as often true as they say")
        axes.legend(frameon=False, fontsize=8)
        return _svg(page, "Calibration curves")


def plot_budgets(ratios: Sequence[Ratio]) -> str:
    """Return how much of its budget each ratio takes."""
    with _figure(1.2 + 1.4 * ROW * len(ratios)) as (page, axes):
        for at, one in enumerate(ratios):
            axes.barh(at, one.of_limit, color=GOOD if one.holds else BAD, height=0.6)
            axes.text(one.of_limit * 1.04, at, f"{one.ratio:.2f}", va="center", fontsize=8)
        axes.axvline(1, color=INK, linewidth=1.5)
        axes.set_xscale("log")
        axes.set_xlim(0.2, max(4.0, 1.6 * max(one.of_limit for one in ratios)))
        axes.set_xticks([0.25, 0.5, 1, 2, 4], ["¼", "½", "the budget", "2 x", "4 x"])
        axes.minorticks_off()
        axes.set_yticks(range(len(ratios)), [_wrapped(one.what) for one in ratios])
        axes.invert_yaxis()
        axes.set_title("How much of its budget each ratio takes (left of the bar is within it)")
        return _svg(page, "Ratios against their budgets")


def plot_growth(
    sizes: Sequence[int], growth: Mapping[str, Sequence[float]], *, budget: float
) -> str:
    """Return how costs grow with the number of chunks, each against that at the first size.

    Args:
        sizes: How many chunks.
        growth: Each cost by its name, one value a size.
        budget: How far the search may grow.
    """
    with _figure(3.4) as (page, axes):
        times = [size / sizes[0] for size in sizes]
        axes.plot(sizes, times, color=QUIET, linestyle=":", label="in proportion")
        for name, values in growth.items():
            axes.plot(sizes, [value / values[0] for value in values], "o-", label=name)
        axes.axhline(budget, color=INK, linestyle="--", linewidth=1, label="budget of a search")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.minorticks_off()
        axes.set_xlabel("chunks")
        axes.set_ylabel(f"times that at {sizes[0]:,}")
        axes.set_title("What more chunks cost")
        axes.legend(frameon=False, fontsize=8)
        return _svg(page, "Cost of building, memory and search against the number of chunks")


@contextmanager
def _figure(height: float) -> Iterator[tuple[Any, Any]]:
    try:
        import matplotlib as mpl
        from cycler import cycler

        mpl.use("svg")
        from matplotlib import pyplot
    except ImportError:
        raise CoachError("Plots are drawn by matplotlib; run `pip install matplotlib`.") from None
    look: Any = {
        "font.size": 9,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": QUIET,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "svg.fonttype": "none",  # the page's own font; no outlines of letters
        "svg.hashsalt": "homeward",  # the same figures always give the same file
        "axes.prop_cycle": cycler(color=[GOOD, BAD, "#c98a1b", "#5b5ea6"]),
    }
    with mpl.rc_context(look):
        page, axes = pyplot.subplots(figsize=(WIDTH, height), layout="constrained")
        try:
            yield page, axes
        finally:
            pyplot.close(page)


def _svg(page: Any, told: str) -> str:
    """Return a figure as an SVG element with a name for those who do not see it."""
    file = io.StringIO()
    page.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    drawn = re.sub(r"^.*?(?=<svg)", "", file.getvalue(), flags=re.DOTALL)
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{told}" ', 1).strip()


def _wrapped(text: str) -> str:
    head, comma, tail = text.partition(", ")
    return f"{head}{comma}\n{tail}" if tail else text
