"""The figures of an evaluation: shares with intervals, and how well chances are calibrated.

Flow: what was found and what is true -> here -> `evaluation.gates`, `evaluation.report`.
Pure: nothing is read, run or printed here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest, bootstrap

__all__ = [
    "BINS",
    "CONFIDENCE",
    "SEED",
    "Bin",
    "Breakdown",
    "Calibration",
    "Interval",
    "Share",
    "Shares",
    "breakdown",
    "calibration",
    "calibration_error",
    "shares_of",
]

CONFIDENCE = 0.95
"""How often an interval is to hold the true figure."""
BINS = 10
RESAMPLES = 1_000
SEED = 20_261_126
"""The bootstrap's: the same rows always give the same interval."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Interval:
    """From where to where a figure may lie."""

    low: float
    high: float


@dataclass(frozen=True)
class Share:
    """How many of how many.

    Raises:
        ValueError: There is nothing to take a share of, or more hits than that.
    """

    hits: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.of or not self.of:
            raise ValueError(f"{self.hits} of {self.of} is no share")

    @classmethod
    def among(cls, found: Iterable[bool]) -> Self:
        """Return the share of `found` that is true.

        Raises:
            ValueError: It is empty: an empty set measures nothing.
        """
        found = list(found)
        return cls(sum(found), len(found))

    @property
    def value(self) -> float:
        """The share, from 0 to 1."""
        return self.hits / self.of

    @property
    def interval(self) -> Interval:
        """Wilson's 95 % interval; it takes the trials to be independent."""
        found = binomtest(self.hits, self.of).proportion_ci(CONFIDENCE, method="wilson")
        return Interval(float(found.low), float(found.high))


Shares = dict[str, Share]
"""Shares by the name of the figure."""
Breakdown = dict[str, Shares]
"""The shares of each group."""


def shares_of(found: Mapping[str, Sequence[bool]]) -> Shares:
    """Return the share of each figure; one that no row speaks to is left out."""
    return {name: Share.among(hits) for name, hits in found.items() if hits}


def breakdown(
    rows: Iterable[Row],
    groups_of: Callable[[Row], Iterable[str]],
    shares: Callable[[Sequence[Row]], Shares],
) -> Breakdown:
    """Return the shares of each group by itself, the groups in alphabetical order.

    Args:
        rows: What was judged.
        groups_of: The groups that a row counts in; it may be several, or none.
        shares: Takes the shares of some rows; a group without any is left out.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        for group in groups_of(row):
            groups.setdefault(group, []).append(row)
    measured = {group: shares(groups[group]) for group in sorted(groups)}
    return {group: found for group, found in measured.items() if found}


@dataclass(frozen=True)
class Bin:
    """Some messages with nearly the same chance."""

    of: int
    chance: float
    """The mean chance that was given."""
    happened: float
    """The share that it turned out true of."""


@dataclass(frozen=True)
class Calibration:
    """How far given chances are from what happened."""

    error: float
    """The expected calibration error, from 0 (as often as was said) to 1."""
    interval: Interval
    """Percentile bootstrap over the messages.  Resampling adds noise, which an error only
    grows by, so a very small error can lie under its own interval."""
    bins: tuple[Bin, ...]


def calibration(chances: ArrayLike, happened: ArrayLike) -> Calibration:
    """Return how well chances are calibrated, over bins of equal count.

    Args:
        chances: The chance given to each message, (messages,), from 0 to 1.
        happened: Whether it was true of each, (messages,).

    Raises:
        ValueError: They are not of the same length, empty, or no chances.
    """
    given, true = _checked(chances, happened)
    found = bootstrap(
        (given, true),
        calibration_error,
        paired=True,
        vectorized=False,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Calibration(
        error=calibration_error(given, true),
        interval=Interval(float(found.low), float(found.high)),
        bins=_binned(given, true),
    )


def calibration_error(chances: ArrayLike, happened: ArrayLike) -> float:
    """Return the expected calibration error over `BINS` bins of equal count.

    The mean, over the messages, of how far their bin's mean chance is from the share of the
    bin that happened.  It does not depend on the order of the messages.

    Raises:
        ValueError: As `calibration`.
    """
    given, true = _checked(chances, happened)
    gaps = (b.of * abs(b.chance - b.happened) for b in _binned(given, true))
    return sum(gaps) / len(given)


def _binned(given: NDArray[np.float64], true: NDArray[np.float64]) -> tuple[Bin, ...]:
    # Messages with the same chance may fall on both sides of a bin's edge. Each then counts
    # as all of them do on average; else the order of the file would decide.
    _, alike = np.unique(given, return_inverse=True)
    expected = (np.bincount(alike, true) / np.bincount(alike))[alike]
    parts = np.array_split(np.argsort(given, kind="stable"), min(BINS, len(given)))
    return tuple(Bin(len(p), float(given[p].mean()), float(expected[p].mean())) for p in parts)


def _checked(
    chances: ArrayLike, happened: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    given, true = np.asarray(chances, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    if given.ndim != 1 or given.shape != true.shape or not given.size:
        raise ValueError(f"{given.shape} chances for {true.shape} messages")
    if not ((given >= 0) & (given <= 1)).all():  # NaN is neither
        raise ValueError("a chance lies between 0 and 1")
    return given, true
