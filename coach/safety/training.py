"""Teach the safety encoder from the labelled sets of `evals/safety/train/`.

Flow: JSONL rows -> here -> `index.tuning` -> `adapter.npz` and its card, which
`safety.reader` opens.  Run by `coach train`; needs torch and some twenty minutes.

A message's level is learnt from its label and from what a larger model, fitted to the other
rows, made of it (`likely`, kept in the row), half and half.  The probabilities of the levels
are then calibrated with one temperature (Guo et al. 2017) on messages that were held out of
the training.
"""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from coach.errors import CorpusError
from coach.index.tuned import Adapter, Scores, ensure_tuned
from coach.index.tuning import Head, Recipe, Targets, Told, tune
from coach.safety.boundaries import BOUNDARIES
from coach.safety.reader import LEVELS, NEVER, NO_BOUNDARY, softmax
from coach.settings import PROJECT_ROOT

__all__ = ["TRAINING_DIR", "train"]

TRAINING_DIR = PROJECT_ROOT / "evals" / "safety" / "train"
FILES = ("messages", "boundaries", "answers", "sentences")
CATEGORIES = (
    "suicide",
    "self_harm",
    "harm_to_others",
    "abuse",
    "medical_emergency",
    "eating",
    "psychosis",
    "substance",
    "hopelessness",
    "panic",
    "past_risk",
    "minor",
    "third_party",
)
WEIGHTS = {"level": 1.0, "category": 1.0, "boundary": 0.5, "answer": 2.0, "never": 0.7}
FROM_LARGER = 0.5
"""How much of a level's target is what the larger model said."""
HELD_OUT = 0.05
"""The part of the messages that the calibration is fitted to."""

Row = dict[str, Any]


def train(
    encoders: Path,
    *,
    folder: Path = TRAINING_DIR,
    recipe: Recipe | None = None,
    told: Told = lambda _epoch, _loss: None,
) -> Adapter:
    """Return an adapter taught from the sets of `folder`, calibrated.

    Args:
        encoders: Where the trained encoder is exported to be calibrated.
        folder: The training sets.
        recipe: How to train.
        told: Told of each epoch and its mean loss.

    Raises:
        CorpusError: A set is missing or a row is wrong.
        EmbeddingError: The packaged weights are missing or were altered.
    """
    sets = {name: read_rows(folder / f"{name}.jsonl") for name in FILES}
    held_out, taught = divided(sets["messages"], HELD_OUT)
    sets = {**sets, "messages": taught}
    texts, heads = lesson(sets)
    adapter = tune(texts, heads, recipe=recipe, told=told)
    card = {
        **adapter.card,
        "data_sha256": {n: digest(folder / f"{n}.jsonl") for n in FILES},
        "trained_on": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    whole = Adapter(adapter.updates, adapter.heads, adapter.biases, adapter.labels, card)
    return calibrated(whole, held_out, encoders)


def lesson(sets: Mapping[str, Sequence[Row]]) -> tuple[list[str], dict[str, Head]]:
    """Return the texts of all sets, each once, and what each head is to say of them."""
    answers = sorted({key for row in sets["answers"] for key in row["answers"]})
    labels: dict[str, tuple[str, ...]] = {
        "level": LEVELS,
        "category": CATEGORIES,
        "boundary": (NO_BOUNDARY, *BOUNDARIES),
        "answer": tuple(answers),
        "never": (NEVER,),
    }
    goals: dict[str, dict[str, Sequence[float]]] = {head: {} for head in labels}
    for row in sets["messages"]:
        goals["level"][row["text"]] = level_goal(row)
        goals["category"][row["text"]] = chosen(CATEGORIES, row["categories"])
    for row in sets["boundaries"]:
        goals["boundary"][row["text"]] = chosen(
            labels["boundary"], [row["boundary"] or NO_BOUNDARY]
        )
    for row in sets["answers"]:
        goals["answer"][row["text"]] = chosen(labels["answer"], row["answers"])
    for row in sets["sentences"]:
        goals["never"][row["text"]] = [float(row["rule"] is not None)]
    texts = list(dict.fromkeys(text for goal in goals.values() for text in goal))
    heads = {
        head: Head(
            names,
            targets(texts, goals[head], len(names)),
            exclusive=head in ("level", "boundary"),
            weight=WEIGHTS[head],
        )
        for head, names in labels.items()
    }
    return texts, heads


def level_goal(row: Row) -> list[float]:
    """Return the share of each level that a message is to get."""
    plainly = chosen(LEVELS, [row["level"]])
    likely = row.get("likely", plainly)
    return [FROM_LARGER * b + (1 - FROM_LARGER) * a for a, b in zip(plainly, likely, strict=True)]


def chosen(labels: Sequence[str], given: Sequence[str]) -> list[float]:
    """Return 1 for each label that is given, 0 for the others."""
    return [float(label in given) for label in labels]


def targets(texts: Sequence[str], goal: Mapping[str, Sequence[float]], size: int) -> Targets:
    """Return a row a text; NaN where the head has nothing to learn from it."""
    nothing = [float("nan")] * size
    return np.array([goal.get(text, nothing) for text in texts], dtype=np.float32)


def divided(rows: Sequence[Row], share: float) -> tuple[list[Row], list[Row]]:
    """Return a share of the rows, the same every time, and the others."""
    order = list(rows)
    random.Random(0).shuffle(order)  # noqa: S311  # no secret: which rows calibrate
    count = round(share * len(order))
    return order[:count], order[count:]


def calibrated(adapter: Adapter, rows: Sequence[Row], encoders: Path) -> Adapter:
    """Return the adapter with the temperature at which its probabilities fit the rows best."""
    with_card = {**adapter.card, "sha256": "calibrating", "temperature": 1.0}
    draft = Adapter(adapter.updates, adapter.heads, adapter.biases, adapter.labels, with_card)
    encoder = ensure_tuned(draft, encoders, fresh=True)
    scores = encoder.scores([row["text"] for row in rows])["level"]
    truth = np.array([LEVELS.index(row["level"]) for row in rows])
    temperature, loss = fitted_temperature(scores, truth)
    right = float((scores.argmax(axis=1) == truth).mean())
    card = {
        **adapter.card,
        "temperature": round(temperature, 4),
        "held_out": {"messages": len(rows), "right": round(right, 4), "loss": round(loss, 4)},
    }
    return Adapter(adapter.updates, adapter.heads, adapter.biases, adapter.labels, card)


def fitted_temperature(scores: Scores, truth: NDArray[np.int_]) -> tuple[float, float]:
    """Return the temperature with the least log loss, and that loss.

    Args:
        scores: Logits, (texts, labels).
        truth: The label of each text.
    """

    def loss(logarithm: float) -> float:
        chances = softmax(scores / np.float32(np.exp(logarithm)))
        return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

    best = minimize_scalar(loss, bounds=(-2, 2), method="bounded")
    return float(np.exp(best.x)), float(best.fun)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a JSONL file.

    Raises:
        CorpusError: It is missing, or a line is no JSON.
    """
    rows: list[Row] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CorpusError(path, None, f"cannot be read ({error.strerror})") from None
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise CorpusError(path, number, f"is no valid JSON: {error.msg}") from None
    return rows


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
