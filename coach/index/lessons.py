"""Learn labels from labelled sets, calibrated on texts that were not learnt from.

Flow: JSONL rows and their embeddings -> `index.learning` -> here -> arrays with a card, which
`index.judgement` opens.  Run by an engineer (`coach train`), never by a visitor's turn or by
a build.

A set is learnt by kernel ridge over meaning, letters and words, and its scores are then made
probabilities: a logistic regression on the scores of texts that were left out.  Those of danger
are then mixed, in log odds, with what the adapted network says, as suits texts that neither knew.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from coach.errors import CorpusError
from coach.index.adapter import Adapter
from coach.index.embedder import Encoder, Vectors
from coach.index.judgement import traits_of
from coach.index.learning import Learnt, Scores
from coach.index.models import PACKAGED_SHA256

__all__ = [
    "LEFT_OUT",
    "Lesson",
    "Row",
    "chosen",
    "columns_of",
    "figures",
    "fit_exclusive",
    "fit_independent",
    "lesson_of",
    "read_rows",
    "teach",
]

RIDGE = 0.3
NARROWNESS = 3.0
FOLDS = 5
LEFT_OUT = f"{FOLDS} parts left out in turn"
"""What is calibrated on where no other rows are given."""

Row = dict[str, Any]
Told = Callable[[str], None]


@dataclass(frozen=True)
class Lesson:
    """One training set: its texts, and what each is to score for each label."""

    texts: tuple[str, ...]
    goals: Scores
    labels: Mapping[str, tuple[str, ...]]
    exclusive: frozenset[str]
    """The questions with exactly one answer; the others have any number."""

    def part(self, rows: NDArray[np.int_]) -> "Lesson":
        """Return the lesson of some of the rows."""
        return Lesson(
            tuple(self.texts[i] for i in rows), self.goals[rows], self.labels, self.exclusive
        )


def teach(
    encoder: Encoder,
    lesson: Lesson,
    *,
    data: Path,
    into: Path,
    landmarks: int,
    measured: Lesson | None = None,
    adapter: Adapter | None = None,
    basis: str = LEFT_OUT,
    told: Told = lambda _line: None,
) -> None:
    """Learn a lesson, and write what was learnt with a card of its data and figures.

    The same rows and weights give the same arrays. Where `into` holds what was learnt of these very
    rows, which stands there in half precision, only what the network says is mixed in anew.

    Args:
        encoder: The packaged model.
        lesson: What there is to learn.
        data: The file that it stands in; the card names its SHA-256, the arrays its stem.
        into: Where the arrays go.
        landmarks: With how many texts meaning is compared.
        measured: Other rows to calibrate on; None leaves parts of the lesson out in turn.
        adapter: What judges beside the examples; for a lesson that it was taught, and with
            `measured` rows.
        basis: What was calibrated on, for the card.
        told: Told of each step in a line.

    Raises:
        EmbeddingError: The model failed.
    """
    name = data.stem
    told(f"{name}: {len(lesson.texts)} texts")
    into.mkdir(parents=True, exist_ok=True)
    card: dict[str, Any] = {
        "labels": lesson.labels,
        "exclusive": sorted(lesson.exclusive),
        "texts": len(lesson.texts),
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "encoder_sha256": PACKAGED_SHA256,
        "landmarks": landmarks,
        "calibrated_on": basis,
    }
    before = _learnt_before(into / name, card) if adapter else None
    if before is None:
        encoded = encoder.encode(lesson.texts)
        centres = np.stack([part.mean(axis=0) for part in (encoded.vectors, encoded.states)])
        vectors = traits_of(encoded, centres)
        learnt = learn(lesson, vectors, landmarks)
    else:
        learnt, centres = before
    more = {"centres": centres}
    if measured is None:
        measured, scores = lesson, left_out(lesson, vectors)
    else:
        found = encoder.encode(measured.texts)
        scores = learnt.scores(measured.texts, traits_of(found, centres))
    slopes, offsets = calibration(scores, measured)
    logits = scores @ slopes + offsets
    if adapter:
        network = adapter.scores(name, found.adapted)
        mixed = mixture(logits, network, measured)
        weights, added = adapter.heads[name][:-1], adapter.heads[name][-1]
        slopes, more["head"] = slopes * mixed.by_examples, weights * mixed.by_network
        offsets = offsets * mixed.by_examples + added * mixed.by_network + mixed.added
        logits = logits * mixed.by_examples + network * mixed.by_network + mixed.added
    # In one step, for a coach may be opening the file.
    draft = into / f".{name}.npz"
    learnt.write(draft, slopes=slopes, offsets=offsets, **more)
    card["right"] = figures(logits, measured)
    if adapter:
        card["adapter_sha256"] = adapter.fingerprint
    draft.replace(into / f"{name}.npz")
    (into / f"{name}.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    told(f"  right on {basis}: {card['right']}")


def _learnt_before(path: Path, card: Mapping[str, Any]) -> tuple[Learnt, Vectors] | None:
    """Return what was learnt of the very rows of a card, and their centres, if it stands there."""
    with suppress(OSError, ValueError, zipfile.BadZipFile):
        known = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        same = ("labels", "exclusive", "data_sha256", "encoder_sha256", "landmarks", "texts")
        wanted = json.loads(json.dumps({key: card[key] for key in same}))
        if isinstance(known, dict) and {key: known.get(key) for key in same} == wanted:
            learnt, more = Learnt.read(path.with_suffix(".npz"))
            return learnt, more["centres"]
    return None


def learn(lesson: Lesson, vectors: Vectors, landmarks: int | None = None) -> Learnt:
    """Return what is learnt of a lesson; every answer of its first question counts alike."""
    first = next(iter(lesson.labels.values()))
    labels = lesson.goals[:, : len(first)].argmax(axis=1)
    counts = np.maximum(np.bincount(labels, minlength=len(first)), 1)
    loose = (RIDGE * counts[labels] * len(first) / len(labels)).astype(np.float32)
    return Learnt.of(
        lesson.texts,
        vectors,
        lesson.goals - np.float32(1 / len(first)),
        np.clip(loose, RIDGE / 3, RIDGE * 3),
        landmarks=landmarks,
        narrowness=NARROWNESS,
    )


def left_out(lesson: Lesson, vectors: Vectors) -> Scores:
    """Return the scores of each text by what was learnt of the other parts."""
    part = np.random.default_rng(0).integers(0, FOLDS, len(lesson.texts))
    scores = np.empty_like(lesson.goals)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
        learnt = learn(lesson.part(inside), vectors[inside])
        texts = [lesson.texts[i] for i in outside]
        scores[outside] = learnt.scores(texts, vectors[outside])
    return scores


def calibration(scores: Scores, truth: Lesson) -> tuple[Scores, Scores]:
    """Return slopes and offsets by which scores become logits, question by question.

    Args:
        scores: (texts, labels), of texts that were not learnt from.
        truth: What the texts really are.

    Returns:
        (labels, labels) and (labels,): a text's logits are `scores @ slopes + offsets`.
    """
    size = scores.shape[1]
    slopes, offsets = np.zeros((size, size), np.float32), np.zeros(size, np.float32)
    for question, columns in columns_of(truth.labels):
        mine, goals = scores[:, columns].astype(np.float64), truth.goals[:, columns]
        if question in truth.exclusive:
            slopes[columns, columns], offsets[columns] = fit_exclusive(mine, goals)
        else:
            slope, offset = fit_independent(mine, goals)
            slopes[columns, columns], offsets[columns] = np.eye(mine.shape[1]) * slope, offset
    return slopes, offsets


@dataclass(frozen=True)
class Mixed:
    """How much each of two judgements counts, and what is then added, each (labels,)."""

    by_examples: Scores
    by_network: Scores
    added: Scores


def mixture(examples: Scores, network: Scores, truth: Lesson) -> Mixed:
    """Return the shares of two judgements with the least log loss, question by question.

    Args:
        examples: The logits by nearness to examples, (texts, labels).
        network: Those by the adapted network, of texts that it was not taught.
        truth: What the texts really are.
    """
    mixed = Mixed(*(np.zeros(examples.shape[1], np.float32) for _ in fields(Mixed)))
    for question, columns in columns_of(truth.labels):
        loss_of = exclusive_loss if question in truth.exclusive else independent_loss
        logits = examples[:, columns], network[:, columns]
        best = _shares(*logits, truth.goals[:, columns], loss_of)
        mixed.by_examples[columns], mixed.by_network[columns], mixed.added[columns] = best
    return mixed


def _shares(
    one: Scores, other: Scores, goals: Scores, loss_of: Callable[[NDArray[Any], Scores], float]
) -> NDArray[Any]:
    """Return the share of each of two judgements of a question, and what is then added."""
    first, second = one.astype(np.float64), other.astype(np.float64)

    def loss(values: NDArray[Any]) -> float:
        return loss_of(first * values[0] + second * values[1] + values[2], goals)

    best: NDArray[Any] = minimize(loss, np.array([0.5, 0.5, 0.0]), method="L-BFGS-B").x
    return best


def columns_of(labels: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, slice]]:
    """Yield each question with the columns in which its labels stand."""
    start = 0
    for question, names in labels.items():
        yield question, slice(start, start + len(names))
        start += len(names)


def fit_exclusive(scores: NDArray[Any], goals: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return one slope and an offset a label with the least log loss under a softmax."""
    size = goals.shape[1]

    def loss(values: NDArray[Any]) -> float:
        return exclusive_loss(scores * values[0] + values[1:], goals)

    best = minimize(loss, np.array([4.0, *[0.0] * size]), method="L-BFGS-B").x
    return np.eye(size) * best[0], best[1:]


def fit_independent(scores: NDArray[Any], goals: NDArray[Any]) -> tuple[float, float]:
    """Return the slope and the offset with the least log loss under a logistic function."""

    def loss(values: NDArray[Any]) -> float:
        return independent_loss(scores * values[0] + values[1], goals)

    slope, offset = minimize(loss, np.array([4.0, -2.0]), method="L-BFGS-B").x
    return float(slope), float(offset)


def exclusive_loss(logits: NDArray[Any], goals: NDArray[Any]) -> float:
    """Return the mean log loss of labels that exclude each other."""
    logits = logits - logits.max(axis=1, keepdims=True)
    log = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return float(-(goals * log).sum(axis=1).mean())


def independent_loss(logits: NDArray[Any], goals: NDArray[Any]) -> float:
    """Return the mean log loss of labels that each stand by themselves."""
    return float((np.logaddexp(0, logits) - goals * logits).mean())


def figures(logits: Scores, truth: Lesson) -> dict[str, float]:
    """Return the share of right answers to each question."""
    shares = {}
    for question, columns in columns_of(truth.labels):
        mine, goals = logits[:, columns], truth.goals[:, columns]
        if question in truth.exclusive:
            right = mine.argmax(axis=1) == goals.argmax(axis=1)
        else:
            right = (mine > 0) == (goals > 0)
        shares[question] = round(float(right.mean()), 4)
    return shares


def lesson_of(
    rows: Sequence[Row],
    goals: Sequence[list[float]],
    labels: Mapping[str, tuple[str, ...]],
    *,
    exclusive: Collection[str] = (),
) -> Lesson:
    """Return the lesson that rows teach.

    Args:
        rows: With a `text` each.
        goals: What each is to score for each label, in the order of `labels`.
        labels: The labels of each question.
        exclusive: The questions with exactly one answer.
    """
    texts = tuple(row["text"] for row in rows)
    return Lesson(texts, np.array(goals, dtype=np.float32), labels, frozenset(exclusive))


def chosen(labels: Sequence[str], given: Sequence[str]) -> list[float]:
    """Return 1 for each label that is given, 0 for the others."""
    return [float(label in given) for label in labels]


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a JSONL file.

    Raises:
        CorpusError: It is missing, or a line is no JSON.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CorpusError(path, None, f"cannot be read ({error.strerror})") from None
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise CorpusError(path, number, f"is no valid JSON: {error.msg}") from None
    return rows
