"""Learn where sentences end, from messages whose writers marked it.

Flow: the texts of `evals/*/train/` -> their words, marks and capitals left out -> a logistic
regression, minimised by SciPy -> `learnt/breaks.npz` with a card, which `sentences.unmarked` opens.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from coach.sentences.splitting import marked
from coach.sentences.unmarked import BUCKETS, LEARNT, LIKELY, features, words_of
from coach.settings import PROJECT_ROOT

__all__ = ["TRAINING_SETS", "Unmarked", "train", "unmarked"]

TRAINING_SETS = tuple(sorted((PROJECT_ROOT / "evals").glob("*/train/*.jsonl")))

LEFT_OUT = 10
"""One of so many texts is left out, and measured on."""

RIDGE = 3e-6
"""What half of the squared weights costs, a gap."""
ROUNDS = 150

Weights = NDArray[np.float64]

_ENDED = re.compile(r"[.!?…][\"')]*$")


class Unmarked(NamedTuple):
    """A text without its marks.

    Attributes:
        words: Small, and without apostrophes.
        ends: The places of the words after which a sentence ends, but for the last one.
    """

    words: list[str]
    ends: frozenset[int]


def train(
    files: Sequence[Path] = TRAINING_SETS,
    *,
    into: Path = LEARNT,
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Learn from every text of several sentences, all of them ended by a mark; one core, a minute.

    Args:
        files: Sets of rows with a `text` each.
        into: Where the weights go, and a card beside them.
        told: Told of each step in a line.
    """
    texts = sorted({text for path in files for text in _texts_of(path)})
    known = [found for text in texts if (found := unmarked(text))]
    told(f"breaks: {len(known)} texts")
    left_out = known[::LEFT_OUT]
    weights, bias = _fitted([text for at, text in enumerate(known) if at % LEFT_OUT])
    gaps, ends = _matrix(left_out)
    likely = expit(gaps @ weights + bias) >= LIKELY
    right = {
        "precision": round(float(ends[likely].mean()), 4),
        "recall": round(float(likely[ends].mean()), 4),
    }
    told(f"breaks: {right}")
    weights, bias = _fitted(known)
    into.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(into, weights=weights.astype(np.float16), bias=np.float64(bias))
    said = "\n".join(" ".join(text.words) for text in known)
    card = {
        "texts": len(known),
        "data_sha256": hashlib.sha256(said.encode()).hexdigest(),
        "calibrated_on": f"one text of {LEFT_OUT}, left out",
        "right": right,
    }
    into.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def unmarked(text: str) -> Unmarked | None:
    """Return a text of several sentences without its marks; None where they are not all marked."""
    said = marked(text)
    words = [words_of(sentence) for sentence in said]
    if len(said) < 2 or not all(words) or not all(map(_ENDED.search, said[:-1])):
        return None
    ends = np.cumsum([len(of_one) for of_one in words]) - 1
    return Unmarked([word for of_one in words for word in of_one], frozenset(ends[:-1].tolist()))


def _fitted(texts: Collection[Unmarked]) -> tuple[Weights, float]:
    """Return weights and a bias with the least log loss."""
    gaps, ends = _matrix(texts)
    side = np.where(ends, 1.0, -1.0)

    def loss(point: Weights) -> tuple[float, Weights]:
        margins = side * (gaps @ point[:-1] + point[-1])
        of_scores = -side * expit(-margins) / len(side)
        slope = np.append(gaps.T @ of_scores + RIDGE * point[:-1], of_scores.sum())
        cost = np.logaddexp(0, -margins).mean() + RIDGE / 2 * point[:-1] @ point[:-1]
        return float(cost), slope

    start = np.zeros(BUCKETS + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    return found.x[:-1], float(found.x[-1])


def _matrix(texts: Iterable[Unmarked]) -> tuple[csr_array, NDArray[np.bool_]]:
    """Return what is known of each gap, (gaps, buckets), and whether a sentence ends there."""
    places: list[int] = []
    starts, ends = [0], []
    for text in texts:
        for gap in range(len(text.words) - 1):
            places += features(text.words, gap)
            starts.append(len(places))
            ends.append(gap in text.ends)
    ones = np.ones(len(places), np.float32)
    known = (ones, np.array(places, np.int32), np.array(starts, np.int32))
    return csr_array(known, shape=(len(ends), BUCKETS)), np.array(ends)


def _texts_of(path: Path) -> list[str]:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [row["text"] for row in rows if isinstance(row.get("text"), str)]
