"""The figures of a ranking: nDCG, recall, and whether one ranking is better than another.

Flow: ranked ids and judged ones -> here -> `evaluation.search`.  Pure: nothing is read, run or
printed here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coach.evaluation.figures import CONFIDENCE, SEED, Interval

__all__ = ["Comparison", "compared", "ndcg", "recall"]

RESAMPLES = 10_000


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], *, at: int = 10) -> float:
    """Return the normalised discounted cumulative gain of the first `at` ids, from 0 to 1.

    The gain of an id is its judged score, as trec_eval and BEIR count it; an id that was not
    judged gains nothing.

    Raises:
        ValueError: Nothing is relevant, so no ranking is better than another.
    """
    best = _gained(sorted(relevant.values(), reverse=True)[:at])
    if best <= 0:
        raise ValueError("nothing is relevant")
    return _gained([relevant.get(one, 0) for one in ranked[:at]]) / best


def recall(ranked: Sequence[str], relevant: Mapping[str, int], *, at: int = 100) -> float:
    """Return the share of the relevant ids that is among the first `at`.

    Raises:
        ValueError: Nothing is relevant.
    """
    wanted = {one for one, score in relevant.items() if score > 0}
    if not wanted:
        raise ValueError("nothing is relevant")
    return len(wanted.intersection(ranked[:at])) / len(wanted)


def _gained(scores: Sequence[int]) -> float:
    return sum(score / math.log2(rank) for rank, score in enumerate(scores, start=2))


@dataclass(frozen=True)
class Comparison:
    """How one system stands to another over the same queries."""

    ratio: float
    """Of the means."""
    interval: Interval
    """Of the ratio, by paired bootstrap over the queries."""
    p: float
    """How often, of the resamples, the first was no better; one-sided."""


def compared(ours: Sequence[float], theirs: Sequence[float]) -> Comparison:
    """Return how the figures of one system stand to those of another, query by query.

    The same figures always give the same answer.

    Raises:
        ValueError: They are not of the same queries, or there are none, or theirs are all 0.
    """
    first, second = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if first.shape != second.shape or not first.size or second.sum() <= 0:
        raise ValueError(f"{first.shape} figures against {second.shape}")
    drawn = np.random.default_rng(SEED).integers(0, len(first), (RESAMPLES, len(first)))
    one, other = first[drawn].mean(axis=1), second[drawn].mean(axis=1)
    ratios = one / np.maximum(other, np.finfo(np.float64).tiny)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(ratios, (tail, 1 - tail))
    return Comparison(
        float(first.mean() / second.mean()),
        Interval(float(low), float(high)),
        float((one <= other).mean()),
    )
