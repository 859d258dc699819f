"""Learn which one of many hundred things texts say, calibrated on texts that were left out.

Flow: JSONL rows and their embeddings -> here -> arrays with a card, which `index.choice` opens.
Run by an engineer (`coach train`), never by a visitor's turn or by a build.

Multinomial logistic regression.  SciPy minimises it, for scikit-learn would be a dependency for
this alone.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_array

from coach.index.choice import counted_words, rarity_of
from coach.index.embedder import Encoder, Vectors
from coach.index.judgement import softmax, traits_of
from coach.index.learning import Scores

__all__ = ["choose_among"]

RIDGE = 1e-6
"""What the squared weights cost, a text."""
MOST = 100
"""Texts that a label counts for at most: those that say none of it are many times the others."""
FOLDS = 5
ROUNDS = 300

Numbers = NDArray[np.int_]


def choose_among(
    encoder: Encoder,
    texts: Sequence[str],
    said: Sequence[str],
    *,
    data: Path,
    into: Path,
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Learn what each text says, and write what was learnt with a card of its data and figures.

    Args:
        encoder: The packaged model.
        texts: What there is to learn from.
        said: What each says.
        data: The file that they stand in; the card names its SHA-256, the arrays its stem.
        into: Where the arrays go.
        told: Told of each step in a line.

    Raises:
        EmbeddingError: The model failed.
    """
    labels, numbers = np.unique(said, return_inverse=True)
    told(f"{data.stem}: {len(texts)} texts, {len(labels)} labels")
    encoded = encoder.encode(texts)
    centres = np.stack([part.mean(axis=0) for part in (encoded.vectors, encoded.states)])
    rarity = rarity_of(texts)
    known = _Known(traits_of(encoded, centres), counted_words(texts, rarity))
    part = np.random.default_rng(0).integers(0, FOLDS, len(texts))
    logits = np.empty((len(texts), len(labels)), np.float32)
    for fold in range(FOLDS):
        inside, outside = part != fold, part == fold
        weights, offsets = _fitted(known.part(inside), numbers[inside], len(labels))
        logits[outside] = known.part(outside) @ weights + offsets
    slope = _slope(logits, numbers)
    weights, offsets = _fitted(known, numbers, len(labels))
    into.mkdir(parents=True, exist_ok=True)
    # In one step, for a coach may be opening the file.
    draft = into / f".{data.stem}.npz"
    arrays = {
        "centres": centres,
        "rarity": rarity,
        "weights": weights * slope,
        "offsets": offsets * slope,
    }
    with draft.open("wb") as file:
        np.savez_compressed(
            file, allow_pickle=False, **{n: a.astype(np.float16) for n, a in arrays.items()}
        )
    card = {
        "labels": [str(label) for label in labels],
        "texts": len(texts),
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "calibrated_on": f"{FOLDS} parts left out in turn",
        "right": round(float((logits.argmax(axis=1) == numbers).mean()), 4),
    }
    draft.replace(into / f"{data.stem}.npz")
    (into / f"{data.stem}.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    told(f"  right on {card['calibrated_on']}: {card['right']}, slope {slope:.2f}")


@dataclass(frozen=True)
class _Known:
    """What is known of each text: its traits, (texts, traits), and its words, (texts, buckets)."""

    traits: Vectors
    words: csr_array

    def part(self, chosen: NDArray[np.bool_]) -> "_Known":
        return _Known(self.traits[chosen], self.words[chosen])

    def __matmul__(self, weights: Scores) -> Scores:
        size = self.traits.shape[1]
        return np.asarray(self.traits @ weights[:size] + self.words @ weights[size:])

    def back(self, errors: Scores) -> Scores:
        """Return how the errors of the texts fall on the weights."""
        return np.vstack([self.traits.T @ errors, self.words.T @ errors])


def _fitted(known: _Known, numbers: Numbers, labels: int) -> tuple[Scores, Scores]:
    """Return weights and offsets with the least log loss, (traits + buckets, labels), (labels,)."""
    rows = np.arange(len(numbers))
    shares = _shares(numbers)

    def parted(values: NDArray[Any]) -> tuple[Scores, Scores]:
        weights = values.reshape(-1, labels).astype(np.float32)
        return weights[:-1], weights[-1]

    def loss(values: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        weights, offsets = parted(values)
        chances = softmax(known @ weights + offsets).astype(np.float32)
        cost = -shares @ np.log(np.maximum(chances[rows, numbers], 1e-12))
        chances[rows, numbers] -= 1
        errors = chances * shares[:, None]
        slope = np.vstack([known.back(errors) + RIDGE * weights, errors.sum(axis=0)])
        return float(cost + RIDGE / 2 * np.square(weights).sum()), slope.ravel().astype(float)

    start = np.zeros((known.traits.shape[1] + known.words.shape[1] + 1) * labels)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    return parted(best)


def _shares(numbers: Numbers) -> Scores:
    """Return how much each text counts, summing to 1; see `MOST`."""
    counts = np.bincount(numbers)[numbers]
    shares = np.minimum(1, MOST / counts).astype(np.float32)
    return np.asarray(shares / shares.sum(), dtype=np.float32)


def _slope(logits: Scores, numbers: Numbers) -> float:
    """Return what the logits are multiplied with for the least log loss."""
    rows, shares = np.arange(len(numbers)), _shares(numbers)

    def loss(slope: float) -> float:
        chances = softmax(logits * slope)
        return float(-shares @ np.log(np.maximum(chances[rows, numbers], 1e-12)))

    return float(minimize_scalar(loss, bounds=(0.05, 20), method="bounded").x)
