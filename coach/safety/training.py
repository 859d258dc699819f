"""Learn what the coach knows of danger, from the labelled sets of `evals/safety/train/`.

Flow: JSONL rows and their embeddings -> `index.learning` -> here, calibrated -> `learnt/*.npz`
with a card each, which `safety.reader` opens.  Run by an engineer (`coach train`), never by
a visitor's turn or by a build.

Each set is learnt by kernel ridge over meaning, letters and words, and its scores are then
made probabilities (a logistic regression on the scores) on messages that it was not learnt
from: those of levels and categories on `evals/safety/screen.jsonl`, which serves for
development only, the others on the parts of their own set that were left out in turn.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from coach.errors import CorpusError
from coach.index.embedder import Encoder, Vectors
from coach.index.learning import Learnt, Scores
from coach.safety.boundaries import BOUNDARIES
from coach.safety.reader import EXCLUSIVE, LEARNT_DIR, LEVELS, NEVER, NO_BOUNDARY, SETS, traits_of
from coach.settings import PROJECT_ROOT

__all__ = ["TRAINING_DIR", "train"]

SAFETY_DIR = PROJECT_ROOT / "evals" / "safety"
TRAINING_DIR = SAFETY_DIR / "train"
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
RIDGE = 0.3
NARROWNESS = 3.0
LANDMARKS = {"messages": 4096, "boundaries": 1024, "answers": 1024, "sentences": 2048}
FOLDS = 5

Row = dict[str, Any]
Told = Callable[[str], None]


@dataclass(frozen=True)
class Lesson:
    """One training set: its texts, and what each is to score for each label."""

    texts: tuple[str, ...]
    goals: Scores
    labels: Mapping[str, tuple[str, ...]]

    def part(self, rows: NDArray[np.int_]) -> "Lesson":
        """Return the lesson of some of the rows."""
        return Lesson(tuple(self.texts[i] for i in rows), self.goals[rows], self.labels)


def train(
    encoder: Encoder,
    *,
    folder: Path = TRAINING_DIR,
    development: Path = SAFETY_DIR / "screen.jsonl",
    into: Path = LEARNT_DIR,
    only: Collection[str] = SETS,
    told: Told = lambda _line: None,
) -> None:
    """Learn every set, and write what was learnt with a card of its data and figures.

    The same sets and weights give the same arrays.

    Args:
        encoder: The packaged model.
        folder: The training sets.
        development: Labelled messages that levels and categories are calibrated on.
        into: Where the arrays go.
        only: The sets to learn.
        told: Told of each step in a line.

    Raises:
        CorpusError: A set is missing, or a row is wrong.
        EmbeddingError: The model failed.
    """
    into.mkdir(parents=True, exist_ok=True)
    for name in (name for name in SETS if name in only):
        path = folder / f"{name}.jsonl"
        lesson = LESSONS[name](read_rows(path))
        told(f"{name}: {len(lesson.texts)} texts")
        encoded = encoder.encode(lesson.texts)
        centres = np.stack([part.mean(axis=0) for part in encoded])
        vectors = traits_of(encoded, centres)
        learnt = learn(lesson, vectors, LANDMARKS[name])
        if name == "messages":
            measured = of_messages(read_rows(development))
            traits = traits_of(encoder.encode(measured.texts), centres)
            scores = learnt.scores(measured.texts, traits)
            basis = f"{development.name}, {len(measured.texts)} messages"
        else:
            measured, scores = lesson, left_out(lesson, vectors)
            basis = f"{FOLDS} parts left out in turn"
        slopes, offsets = calibration(scores, measured)
        # In one step, for a coach may be opening the file.
        draft = into / f".{name}.npz"
        learnt.write(draft, slopes=slopes, offsets=offsets, centres=centres)
        card = {
            "labels": lesson.labels,
            "texts": len(lesson.texts),
            "data_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "calibrated_on": basis,
            "right": figures(scores @ slopes + offsets, measured),
        }
        draft.replace(into / f"{name}.npz")
        (into / f"{name}.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
        told(f"  right on {basis}: {card['right']}")


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
        if question in EXCLUSIVE:
            slopes[columns, columns], offsets[columns] = fit_exclusive(mine, goals)
        else:
            slope, offset = fit_independent(mine, goals)
            slopes[columns, columns], offsets[columns] = np.eye(mine.shape[1]) * slope, offset
    return slopes, offsets


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
        logits = scores * values[0] + values[1:]
        logits = logits - logits.max(axis=1, keepdims=True)
        log = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return float(-(goals * log).sum(axis=1).mean())

    best = minimize(loss, np.array([4.0, *[0.0] * size]), method="L-BFGS-B").x
    return np.eye(size) * best[0], best[1:]


def fit_independent(scores: NDArray[Any], goals: NDArray[Any]) -> tuple[float, float]:
    """Return the slope and the offset with the least log loss under a logistic function."""

    def loss(values: NDArray[Any]) -> float:
        logits = scores * values[0] + values[1]
        return float((np.logaddexp(0, logits) - goals * logits).mean())

    slope, offset = minimize(loss, np.array([4.0, -2.0]), method="L-BFGS-B").x
    return float(slope), float(offset)


def figures(logits: Scores, truth: Lesson) -> dict[str, float]:
    """Return the share of right answers to each question."""
    shares = {}
    for question, columns in columns_of(truth.labels):
        mine, goals = logits[:, columns], truth.goals[:, columns]
        if question in EXCLUSIVE:
            right = mine.argmax(axis=1) == goals.argmax(axis=1)
        else:
            right = (mine > 0) == (goals > 0)
        shares[question] = round(float(right.mean()), 4)
    return shares


def of_messages(rows: Sequence[Row]) -> Lesson:
    """Return what messages teach: a level, and categories."""
    goals = [chosen(LEVELS, [row["level"]]) + chosen(CATEGORIES, row["categories"]) for row in rows]
    return lesson_of(rows, goals, {"level": LEVELS, "category": CATEGORIES})


def of_boundaries(rows: Sequence[Row]) -> Lesson:
    """Return what requests teach: the boundary that they cross, or none."""
    names = (NO_BOUNDARY, *BOUNDARIES)
    goals = [chosen(names, [row["boundary"] or NO_BOUNDARY]) for row in rows]
    return lesson_of(rows, goals, {"boundary": names})


def of_answers(rows: Sequence[Row]) -> Lesson:
    """Return what answers within a crisis teach: which kinds they are."""
    names = tuple(sorted({key for row in rows for key in row["answers"]}))
    return lesson_of(rows, [chosen(names, row["answers"]) for row in rows], {"answer": names})


def of_sentences(rows: Sequence[Row]) -> Lesson:
    """Return what the coach's sentences teach: whether they may be said."""
    return lesson_of(rows, [[float(row["rule"] is not None)] for row in rows], {"never": (NEVER,)})


LESSONS = {
    "messages": of_messages,
    "boundaries": of_boundaries,
    "answers": of_answers,
    "sentences": of_sentences,
}


def lesson_of(
    rows: Sequence[Row], goals: Sequence[list[float]], labels: Mapping[str, tuple[str, ...]]
) -> Lesson:
    return Lesson(tuple(row["text"] for row in rows), np.array(goals, dtype=np.float32), labels)


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
