"""Learn what the coach knows of danger, from the labelled sets of `evals/safety/train/`.

Flow: JSONL rows -> `index.lessons` -> `learnt/*.npz` with a card each, which `safety.reader`
opens.

What the adapted network judges, too, is calibrated on rows of `evals/safety/` that serve for
development only, answers on the parts of their own set that were left out in turn.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from coach.index.adapter import Adapter
from coach.index.embedder import Encoder
from coach.index.lessons import LEFT_OUT, Lesson, Row, chosen, lesson_of, read_rows, teach
from coach.safety.boundaries import BOUNDARIES
from coach.safety.reader import HARM, LEARNT_DIR, LEVELS, NEVER, NO_BOUNDARY, SETS, SUBJECTS
from coach.settings import PROJECT_ROOT

__all__ = ["DEVELOPMENT", "TRAINING_DIR", "adapted_by", "train"]

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
STORIES = "stories.jsonl"
"""Long messages that the network alone is taught, after `messages.jsonl`: examples are compared as
a whole, which says little of danger in half a sentence."""
DEVELOPMENT = {
    "messages": ("screen.jsonl", ""),
    "boundaries": ("boundaries.jsonl", "boundary-"),
    "sentences": ("never.jsonl", "never-"),
}
"""Where the rows stand that a set is calibrated on, and how their ids begin."""
LANDMARKS = {
    "messages": 4096,
    "boundaries": 1024,
    "harm": 1024,
    "answers": 1024,
    "sentences": 2048,
    "needs": 4096,
    "subjects": 3072,
}


def train(
    encoder: Encoder,
    *,
    folder: Path = TRAINING_DIR,
    development: Path = SAFETY_DIR,
    into: Path = LEARNT_DIR,
    only: Collection[str] = SETS,
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Learn every set, and write what was learnt with a card of its data and figures.

    Args:
        encoder: The packaged model.
        folder: The training sets.
        development: Where the rows are that what the network judges is calibrated on.
        into: Where the arrays go.
        only: The sets to learn.
        told: Told of each step in a line.

    Raises:
        CorpusError: A set is missing, or a row is wrong.
        EmbeddingError: The model failed.
    """
    for name in (name for name in SETS if name in only):
        data = folder / f"{name}.jsonl"
        lesson = LESSONS[name](read_rows(data))
        measured, basis = None, LEFT_OUT
        if name in DEVELOPMENT:
            file, begin = DEVELOPMENT[name]
            rows = [row for row in read_rows(development / file) if row["id"].startswith(begin)]
            measured, basis = LESSONS[name](rows), f"{len(rows)} rows of {file}"
        teach(
            encoder,
            lesson,
            data=data,
            into=into,
            landmarks=LANDMARKS[name],
            measured=measured,
            adapter=Adapter.read() if measured else None,
            basis=basis,
            told=told,
        )


def adapted_by(folder: Path = TRAINING_DIR) -> dict[str, Lesson]:
    """Return what the adapter is taught of danger and of what may not be said, by the set's name.

    Raises:
        CorpusError: A set is missing, or a row is wrong.
    """
    rows = {name: read_rows(folder / f"{name}.jsonl") for name in SETS}
    rows["messages"] += read_rows(folder / STORIES)
    return {name: LESSONS[name](rows[name]) for name in SETS}


def of_messages(rows: Sequence[Row]) -> Lesson:
    """Return what messages teach: a level, and categories."""
    goals = [chosen(LEVELS, [row["level"]]) + chosen(CATEGORIES, row["categories"]) for row in rows]
    return lesson_of(rows, goals, {"level": LEVELS, "category": CATEGORIES}, exclusive=["level"])


def of_boundaries(rows: Sequence[Row]) -> Lesson:
    """Return what requests teach: the boundary that they cross, or none; harm is apart."""
    names = (NO_BOUNDARY, *(key for key in BOUNDARIES if key != HARM))
    goals = [chosen(names, [row["boundary"] or NO_BOUNDARY]) for row in rows]
    return lesson_of(rows, goals, {"boundary": names}, exclusive=["boundary"])


def of_harm(rows: Sequence[Row]) -> Lesson:
    """Return what requests teach: whether they ask for help to harm somebody."""
    return lesson_of(rows, [[float(row["boundary"] == HARM)] for row in rows], {HARM: (HARM,)})


def of_answers(rows: Sequence[Row]) -> Lesson:
    """Return what answers within a crisis teach: which kinds they are."""
    names = tuple(sorted({key for row in rows for key in row["answers"]}))
    return lesson_of(rows, [chosen(names, row["answers"]) for row in rows], {"answer": names})


def of_sentences(rows: Sequence[Row]) -> Lesson:
    """Return what the coach's sentences teach: whether they may be said."""
    return lesson_of(rows, [[float(row["rule"] is not None)] for row in rows], {"never": (NEVER,)})


def of_subjects(rows: Sequence[Row]) -> Lesson:
    """Return what messages teach: whose danger they are about, or that there is none."""
    goals = [chosen(SUBJECTS, [row["subject"]]) for row in rows]
    return lesson_of(rows, goals, {"subject": SUBJECTS}, exclusive=["subject"])


def of_needs(rows: Sequence[Row]) -> Lesson:
    """Return what messages within a crisis teach: what they ask or tell."""
    names = tuple(sorted({key for row in rows for key in row["needs"]}))
    return lesson_of(rows, [chosen(names, row["needs"]) for row in rows], {"need": names})


LESSONS = {
    "messages": of_messages,
    "boundaries": of_boundaries,
    "harm": of_harm,
    "answers": of_answers,
    "sentences": of_sentences,
    "needs": of_needs,
    "subjects": of_subjects,
}
