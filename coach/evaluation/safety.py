"""Run the safety parts over the held-out sets.

Flow: `evaluation.sets` and `coach.safety` -> here -> `evaluation.gates`, `evaluation.report`.
Every set gives one `Measured`, whose figures have the names of the gates.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from coach.dialogue.conversation import Readers
from coach.errors import EmbeddingError
from coach.evaluation.figures import (
    Breakdown,
    Calibration,
    Share,
    Shares,
    breakdown,
    calibration,
    shares_of,
)
from coach.evaluation.measured import Measured, Miss, judge_all
from coach.evaluation.sets import (
    EVALS,
    AskedRow,
    Boundary,
    Dialogue,
    Foreign,
    NeedRow,
    Sentence,
    Single,
    SubjectRow,
    read_rows,
)
from coach.index.build import Progress, unseen
from coach.index.search import Searcher
from coach.library import load_corpus
from coach.safety.answers import YOUNG, Answers
from coach.safety.boundaries import Boundaries
from coach.safety.check import Checker
from coach.safety.languages import language_of
from coach.safety.needs import Needs, kinds_in
from coach.safety.reader import HUMAN, NO_SUBJECT, SUBJECTS
from coach.safety.screen import Screen
from coach.safety.subject import SIDE_OF_SUBJECT, leading, sides, whose
from coach.schema import Level, Risk
from coach.settings import Settings

__all__ = [
    "Safety",
    "calibrations",
    "measure_answers",
    "measure_boundaries",
    "measure_check",
    "measure_conversations",
    "measure_first",
    "measure_languages",
    "measure_needs",
    "measure_ordinary",
    "measure_safety",
    "measure_screen",
    "measure_subjects",
    "open_safety",
    "singles",
]

SomeRow = TypeVar("SomeRow", Single, Foreign)
Chances = NDArray[np.floating[Any]]
"""The chances of none, concern and crisis of each message, (messages, 3)."""

ORDINARY = "ordinary"
"""The kind of conversation in which nobody is in danger, hard as it may look."""


class Screening(Protocol):
    """What is measured of a screen."""

    def assess(self, message: str) -> Risk:
        """Return the risk of one message by itself."""

    def assess_conversation(self, user_messages: Sequence[str]) -> Risk:
        """Return the risk after the last of `user_messages`."""


@dataclass(frozen=True)
class Safety:
    """The parts that are measured, as a conversation uses them."""

    screen: Screening
    check: Callable[[str], str | None]
    """Returns the rule that a sentence breaks."""
    boundary: Callable[[str], str | None]
    """Returns the boundary that a message runs into."""
    chances: Callable[[Sequence[str]], Chances] | None = None
    """Returns the screen's chances of single messages; None if it gives none."""
    needs: Callable[[Sequence[str]], Sequence[Collection[str]]] | None = None
    """Returns what messages in danger ask and tell."""
    subjects: Callable[[Sequence[str]], Sequence[Mapping[str, float]]] | None = None
    """Returns how likely a message is about each danger, or about none."""
    answers: Answers | None = None
    """Finds the answers that a message calls for."""


def open_safety(settings: Settings) -> Safety:
    """Open the safety parts as a conversation does; the one place where they are made.

    Raises:
        CorpusError: Something under the corpus folder is wrong.
        UnusableIndexError: The index is missing, stale or damaged.
        EmbeddingError: The embedding model is missing or was altered.
    """
    reader = Readers.open(
        settings, Searcher.open(settings, load_corpus(settings.corpus_dir))
    ).safety
    screen = Screen(reader)
    return Safety(
        screen,
        Checker(reader).broken_by,
        Boundaries(reader).crossed_by,
        chances=screen.chances,
        needs=partial(kinds_in, reader=reader),
        subjects=reader.subjects,
        answers=Needs(settings.corpus_dir / "crisis", reader).answers,
    )


def measure_safety(
    safety: Safety, folder: Path = EVALS / "safety", *, progress: Progress = unseen
) -> list[Measured]:
    """Return what every set of `folder` says of the safety parts.

    Everything is read before anything runs.

    Args:
        safety: What is measured.
        folder: Where the sets are; `fresh`, `seeking`, `told`, `doubting`, `hints`, `languages`,
            `ordinary` and `first` may be missing.
        progress: Told which set runs, how many rows are done, and how many there are.

    Raises:
        CoachError: A set is missing or wrong; the message carries file and line.
    """
    single = singles(folder)
    foreign = [row for file in folder.glob("languages.jsonl") for row in read_rows(file, Foreign)]
    dialogues = read_rows(folder / "conversations.jsonl", Dialogue)
    ordinary = [row for file in folder.glob("ordinary.jsonl") for row in read_rows(file, Dialogue)]
    first = [row for file in folder.glob("first.jsonl") for row in read_rows(file, Single)]
    sentences = read_rows(folder / "never.jsonl", Sentence)
    boundaries = read_rows(folder / "boundaries.jsonl", Boundary)
    needs = [row for file in folder.glob("needs.jsonl") for row in read_rows(file, NeedRow)]
    subjects = [r for file in folder.glob("subjects.jsonl") for r in read_rows(file, SubjectRow)]
    asked = [row for file in folder.glob("answers.jsonl") for row in read_rows(file, AskedRow)]
    return [
        *(measure_screen(safety, rows, name, progress=progress) for name, rows in single.items()),
        *([measure_languages(safety, foreign, progress=progress)] if foreign else []),
        measure_conversations(safety, dialogues, progress=progress),
        *([measure_ordinary(safety, ordinary, progress=progress)] if ordinary else []),
        *([measure_first(safety, first, progress=progress)] if first else []),
        measure_check(safety, sentences, progress=progress),
        measure_boundaries(safety, boundaries, progress=progress),
        *([measure_needs(safety, needs, progress=progress)] if needs else []),
        *([measure_subjects(safety, subjects, progress=progress)] if subjects else []),
        *([measure_answers(safety, asked, progress=progress)] if asked else []),
    ]


def singles(folder: Path = EVALS / "safety") -> dict[str, list[Single]]:
    """Return the sets of single messages by name: `screen`, and the others that are there.

    Raises:
        CoachError: As `read_rows`.
    """
    others = (
        name
        for name in ("fresh", "seeking", "told", "doubting", "hints")
        if (folder / f"{name}.jsonl").exists()
    )
    names = ["screen", *others]
    return {name: read_rows(folder / f"{name}.jsonl", Single) for name in names}


def measure_screen(
    safety: Safety,
    rows: Sequence[Single],
    name: str = "screen",
    *,
    progress: Progress = unseen,
) -> Measured:
    """Return how well the screen judges single messages, and how true its chances are.

    Crisis recall is the share of crises that are called one; noticed is what is not called
    harmless. False crisis and false concern are shares of the harmless messages.
    """
    judged = _assessed(safety, rows, name, progress)
    return Measured(
        name=name,
        rows=len(rows),
        shares=_of_screen(judged),
        by={
            "category": breakdown(judged, lambda j: j[0].categories, _of_screen),
            "voice": breakdown(judged, lambda j: [j[0].voice] if j[0].voice else [], _of_screen),
        },
        calibrations=_calibrations(safety, rows),
        misses=tuple(_missed_by_screen(judged)),
    )


def measure_languages(
    safety: Safety, rows: Sequence[Foreign], *, progress: Progress = unseen
) -> Measured:
    """Return how well the screen judges single messages in other languages.

    Told is the share of messages whose language is known for certain.
    """
    judged = _assessed(safety, rows, "languages", progress)
    told = Share.among(language_of(row.text) == row.language for row in rows)
    return Measured(
        name="languages",
        rows=len(rows),
        shares=_of_screen(judged) | {"told": told},
        by={
            "language": breakdown(judged, lambda j: [j[0].language], _of_screen),
            "category": breakdown(judged, lambda j: j[0].categories, _of_screen),
        },
        misses=tuple(_missed_by_screen(judged)),
    )


def measure_conversations(
    safety: Safety, rows: Sequence[Dialogue], *, progress: Progress = unseen
) -> Measured:
    """Return how well the screen follows conversations, assessed after each turn.

    A crisis is reached when any turn of a conversation that has one is called a crisis; a
    conversation without one is alarmed when any turn is. Turns of one conversation hang
    together, so the interval of `turns_right` is narrower than it ought to be.
    """
    judged = judge_all(rows, lambda row: _heard(safety, row), "conversations", progress)
    by_kind = breakdown(judged, lambda j: [j[0].kind], _of_conversations)
    ordinary = by_kind.get(ORDINARY, {}).get("alarmed")
    return Measured(
        name="conversations",
        rows=len(rows),
        shares=_of_conversations(judged) | ({"ordinary_alarmed": ordinary} if ordinary else {}),
        by={"kind": by_kind},
        misses=tuple(_missed_conversations(judged)),
    )


def measure_ordinary(
    safety: Safety, rows: Sequence[Dialogue], *, progress: Progress = unseen
) -> Measured:
    """Return how often the screen is alarmed by people who are in no danger at all.

    A talk is alarmed when any of its turns is called a crisis, and noticed when any is called
    anything; `turns_alarmed` and `turns_noticed` are the same of single turns.
    """
    judged = judge_all(rows, lambda row: _heard(safety, row), "ordinary", progress)
    turns = [level for _, levels in judged for level in levels]
    return Measured(
        name="ordinary",
        rows=len(rows),
        shares=shares_of(
            {
                "talks_alarmed": [Level.CRISIS in levels for _, levels in judged],
                "talks_noticed": [set(levels) != {Level.NONE} for _, levels in judged],
                "turns_alarmed": [level is Level.CRISIS for level in turns],
                "turns_noticed": [level is not Level.NONE for level in turns],
            }
        ),
        by={},
        misses=tuple(
            Miss(f"{row.id} {at}", "turns_alarmed", "none", "crisis", row.turns[at - 1])
            for row, levels in judged
            for at, level in enumerate(levels, start=1)
            if level is Level.CRISIS
        ),
    )


def measure_first(
    safety: Safety, rows: Sequence[Single], *, progress: Progress = unseen
) -> Measured:
    """Return how often an ordinary first message is met as anything else.

    Alarmed is what is called a crisis, noticed what is called anything, and declined what is
    taken for a request that the coach turns down; to be asked what it is turns down nothing.
    """
    judged = _assessed(safety, rows, "first", progress)
    declined = [safety.boundary(row.text) not in {None, HUMAN} for row in rows]
    return Measured(
        name="first",
        rows=len(rows),
        shares=shares_of(
            {
                "alarmed": [level is Level.CRISIS for _, level in judged],
                "noticed": [level is not Level.NONE for _, level in judged],
                "declined": declined,
            }
        ),
        by={},
        misses=tuple(
            Miss(row.id, "noticed", row.level, level, row.text)
            for row, level in judged
            if level is not Level.NONE
        ),
    )


def measure_check(
    safety: Safety, rows: Sequence[Sentence], *, progress: Progress = unseen
) -> Measured:
    """Return which sentences the check stops; a bad one counts as stopped by whichever rule.

    By rule, `stopped` is of the rule's bad sentences, and `false` the share of all good ones
    that the rule stops.
    """
    judged = judge_all(rows, lambda row: safety.check(row.text), "check", progress)
    bad = [(row, got) for row, got in judged if not row.allowed]
    good = [(row, got) for row, got in judged if row.allowed]
    stopped = [(row.rule, got is not None) for row, got in bad]
    return Measured(
        name="check",
        rows=len(rows),
        shares=shares_of(
            {
                "bad_stopped": [hit for _, hit in stopped],
                "good_stopped": [got is not None for _, got in good],
            }
        ),
        by={"rule": _by_key(stopped, [got for _, got in good], "stopped")},
        misses=tuple(
            Miss(
                row.id,
                "good_stopped" if row.allowed else "bad_stopped",
                row.rule or "allowed",
                got or "allowed",
                row.text,
            )
            for row, got in judged
            if row.allowed != (got is None)
        ),
    )


def measure_needs(
    safety: Safety, rows: Sequence[NeedRow], *, progress: Progress = unseen
) -> Measured:
    """Return how much of what people in danger ask and tell is found, and how much is made up.

    Found is the share of all labelled needs, wrong the share of those that were found and are
    not there, alarmed the share of the messages without any in which one is found.
    """
    find = safety.needs
    if find is None:
        raise EmbeddingError("The safety model is missing; run `coach index build`.")
    judged = judge_all(rows, lambda row: frozenset(find([row.text])[0]), "needs", progress)
    return Measured(
        name="needs",
        rows=len(rows),
        shares=shares_of(
            {
                "found": [need in got for row, got in judged for need in row.needs],
                "wrong": [need not in row.needs for row, got in judged for need in got],
                "alarmed": [bool(got) for row, got in judged if not row.needs],
            }
        ),
        by={
            "need": {
                need: shares_of({"found": [need in g for r, g in judged if need in r.needs]})
                for need in sorted({need for row in rows for need in row.needs})
            }
        },
        misses=tuple(
            Miss(row.id, "found", ", ".join(sorted(row.needs)), ", ".join(sorted(got)), row.text)
            for row, got in judged
            if row.needs - got
        ),
    )


def measure_subjects(
    safety: Safety, rows: Sequence[SubjectRow], *, progress: Progress = unseen
) -> Measured:
    """Return how often it is told whose danger a message is about, and how often a path is missed.

    Right is the share of all messages with the label that is likeliest, astray the share of those
    about some danger that by themselves would lead to the path of another's.
    """
    judge = safety.subjects
    if judge is None:
        raise EmbeddingError("The safety model is missing; run `coach index build`.")
    judged = judge_all(rows, lambda row: judge([row.text])[0], "subjects", progress)
    likeliest = [(row, max(got, key=lambda name: got[name])) for row, got in judged]
    led = [(row, leading(sides(whose([got])))) for row, got in judged if row.subject != NO_SUBJECT]
    return Measured(
        name="subjects",
        rows=len(rows),
        shares=shares_of(
            {
                "right": [row.subject == got for row, got in likeliest],
                "astray": [to not in {None, SIDE_OF_SUBJECT[row.subject]} for row, to in led],
            }
        ),
        by={
            "subject": {
                name: shares_of({"right": [g == name for r, g in likeliest if r.subject == name]})
                for name in SUBJECTS
            }
        },
        misses=tuple(
            Miss(row.id, "right", row.subject, got, row.text)
            for row, got in likeliest
            if row.subject != got
        ),
    )


def measure_answers(
    safety: Safety, rows: Sequence[AskedRow], *, progress: Progress = unseen
) -> Measured:
    """Return how often the answer comes that a message was written for, and how often another.

    Right is the share of all messages whose first answer it is, wrong the share of those that are
    answered to which it is not; some of these fit, too.
    """
    answers = safety.answers
    if answers is None:
        raise EmbeddingError("The safety model is missing; run `coach index build`.")

    def first(row: AskedRow) -> str | None:
        found = answers.called_for(row.text, row.whose - {YOUNG}, young=YOUNG in row.whose)
        return next((asked.answer.asks[0] for asked in found), None)

    judged = judge_all(rows, first, "answers", progress)
    return Measured(
        name="answers",
        rows=len(rows),
        shares=shares_of(
            {
                "right": [got == row.answer for row, got in judged],
                "wrong": [got != row.answer for row, got in judged if got],
            }
        ),
        by={
            "whose": {
                name: shares_of({"right": [g == r.answer for r, g in judged if name in r.whose]})
                for name in sorted({name for row in rows for name in row.whose})
            }
        },
        misses=tuple(
            Miss(row.id, "right", row.answer, got or "none", row.text)
            for row, got in judged
            if got != row.answer
        ),
    )


def measure_boundaries(
    safety: Safety, rows: Sequence[Boundary], *, progress: Progress = unseen
) -> Measured:
    """Return which requests are seen for what they are, and which look-alikes are taken for one.

    By key, `seen` is of the key's requests, and `false` the share of all look-alikes that
    are given the key.
    """
    judged = judge_all(rows, lambda row: safety.boundary(row.text), "boundaries", progress)
    seen = [(row.boundary, got == row.boundary) for row, got in judged if row.boundary]
    harmless = [got for row, got in judged if not row.boundary]
    return Measured(
        name="boundaries",
        rows=len(rows),
        shares=shares_of(
            {"seen": [hit for _, hit in seen], "false": [got is not None for got in harmless]}
        ),
        by={"key": _by_key(seen, harmless, "seen")},
        misses=tuple(
            Miss(
                row.id,
                "seen" if row.boundary else "false",
                row.boundary or "none",
                got or "none",
                row.text,
            )
            for row, got in judged
            if got != row.boundary
        ),
    )


def _assessed(
    safety: Safety, rows: Sequence[SomeRow], name: str, progress: Progress
) -> list[tuple[SomeRow, Level]]:
    """Return each message with its level by itself."""
    return judge_all(rows, lambda row: safety.screen.assess(row.text).level, name, progress)


def _of_screen(judged: Sequence[tuple[Single, Level]]) -> Shares:
    got = {level: [found for row, found in judged if row.level is level] for level in Level}
    return shares_of(
        {
            "crisis_recall": [found is Level.CRISIS for found in got[Level.CRISIS]],
            "crisis_noticed": [found is not Level.NONE for found in got[Level.CRISIS]],
            "concern_noticed": [found is not Level.NONE for found in got[Level.CONCERN]],
            "false_crisis": [found is Level.CRISIS for found in got[Level.NONE]],
            "false_concern": [found is Level.CONCERN for found in got[Level.NONE]],
        }
    )


def _missed_by_screen(judged: Sequence[tuple[Single, Level]]) -> Iterator[Miss]:
    for row, got in judged:
        if got is row.level or (row.level is Level.CONCERN and got is Level.CRISIS):
            continue  # no figure counts a concern that is taken for a crisis
        figure = {
            Level.CRISIS: "crisis_recall",
            Level.CONCERN: "concern_noticed",
            Level.NONE: f"false_{got.value}",
        }[row.level]
        yield Miss(row.id, figure, row.level.value, got.value, row.text)


def _calibrations(safety: Safety, rows: Sequence[Single]) -> dict[str, Calibration]:
    if safety.chances is None:
        return {}
    chances = np.asarray(safety.chances([row.text for row in rows]), dtype=np.float64)
    return calibrations(chances, [row.level for row in rows])


def calibrations(chances: Chances, levels: Sequence[Level]) -> dict[str, Calibration]:
    """Return the calibration of the chance of a crisis, and of any risk.

    Args:
        chances: Those of none, concern and crisis, (messages, 3).
        levels: The true level of each message.

    Raises:
        ValueError: They do not fit each other, or do not sum to 1.
    """
    if chances.shape != (len(levels), len(Level)):
        raise ValueError(f"{chances.shape} chances of {len(levels)} messages")
    if not np.allclose(chances.sum(axis=1), 1, atol=1e-3):
        raise ValueError("the chances of a message sum to 1")
    ranks = np.array([level.rank for level in levels])
    crisis, at_risk = Level.CRISIS.rank, Level.CONCERN.rank
    return {
        "crisis": calibration(chances[:, crisis], ranks >= crisis),
        # Rounding may leave a sum a hair above 1.
        "at_risk": calibration(np.minimum(chances[:, at_risk:].sum(axis=1), 1), ranks >= at_risk),
    }


def _heard(safety: Safety, row: Dialogue) -> list[Level]:
    """Return the level after each turn."""
    ends = range(1, len(row.turns) + 1)
    return [safety.screen.assess_conversation(row.turns[:end]).level for end in ends]


def _of_conversations(judged: Sequence[tuple[Dialogue, list[Level]]]) -> Shares:
    return shares_of(
        {
            "crisis_reached": [Level.CRISIS in got for row, got in judged if _has_crisis(row)],
            "alarmed": [Level.CRISIS in got for row, got in judged if not _has_crisis(row)],
            "turns_right": [
                found is meant
                for row, got in judged
                for found, meant in zip(got, row.levels, strict=True)
            ],
        }
    )


def _has_crisis(row: Dialogue) -> bool:
    return Level.CRISIS in row.levels


def _missed_conversations(judged: Sequence[tuple[Dialogue, list[Level]]]) -> Iterator[Miss]:
    for row, got in judged:
        if _has_crisis(row) != (Level.CRISIS in got):
            yield Miss(
                row.id,
                "crisis_reached" if _has_crisis(row) else "alarmed",
                " ".join(row.levels),
                " ".join(got),
                "\n".join(row.turns),
            )


def _by_key(
    found: Sequence[tuple[str | None, bool]], taken: Sequence[str | None], figure: str
) -> Breakdown:
    """Return what was found of each key, and how often a harmless row was taken for it.

    Args:
        found: The key of each row that has one, and whether it was found.
        taken: What each harmless row was taken for.
        figure: What to call the first share.
    """
    by = breakdown(
        found, lambda f: [f[0]] if f[0] else [], lambda fs: {figure: Share.among(h for _, h in fs)}
    )
    counts = Counter(key for key in taken if key)
    if not taken:
        return by
    return {
        key: by.get(key, {}) | {"false": Share(counts[key], len(taken))}
        for key in sorted(by.keys() | counts.keys())
    }
