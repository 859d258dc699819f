"""The coach on the held-out sets of `evals/`, against the gates in `evals/thresholds.toml`.

A change that makes a figure worse than its gate fails here; moving a gate is a diff that
someone reviews.  `pytest -s tests/evaluation` prints the figures.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from coach.dialogue.conversation import Conversation
from coach.evaluation.budgets import kept_results, kept_voice
from coach.evaluation.dialogue import (
    TELLINGS,
    measure_acts,
    measure_asked_in_talk,
    measure_context,
    measure_moves,
    measure_refusals,
    measure_short_answers,
    measure_tellings,
    measure_words,
)
from coach.evaluation.gates import breaches, gates_of, load_gates
from coach.evaluation.grounding import measure_grounding
from coach.evaluation.measured import Measured
from coach.evaluation.retrieval import measure_retrieval
from coach.evaluation.safety import (
    Safety,
    measure_boundaries,
    measure_check,
    measure_conversations,
    measure_first,
    measure_needs,
    measure_ordinary,
    measure_screen,
    open_safety,
    singles,
)
from coach.evaluation.sets import (
    EVALS,
    ActRow,
    Boundary,
    ContextRow,
    Dialogue,
    MoveRow,
    NeedRow,
    QuestionRow,
    Sentence,
    Single,
    TalkRow,
    TellingRow,
    read_rows,
)
from coach.evaluation.sets import Message as OneMessage
from coach.evaluation.voice_report import TABLE as VOICE
from coach.safety.reader import SETS
from coach.safety.training import CATEGORIES
from coach.settings import Settings

SAFETY = EVALS / "safety"
DIALOGUE = EVALS / "dialogue"
VOICES = (
    "teen",
    "student",
    "adult",
    "older",
    "non_native",
    "slang",
    "formal",
    "terse",
    "long",
)


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EVALS / name).read_text().splitlines()]


def hold(table: str, figures: Mapping[str, float]) -> None:
    """Print the figures with their gates, and fail on each that is beyond its own."""
    gates = load_gates()
    for name, value in figures.items():
        held = "; ".join(map(str, gates_of(gates, table, name))) or "no gate"
        print(f"{table}.{name} = {value:.3f} ({held})")  # noqa: T201
    assert [str(breach) for breach in breaches(gates, {table: figures})] == []


@pytest.fixture(scope="module")
def safety(settings: Settings) -> Safety:
    """The safety parts as a conversation uses them."""
    return open_safety(settings)


Measure = Callable[[Safety, Conversation], Measured]
MEASURES: dict[str, Measure] = {
    name: lambda safety, _, name=name: measure_screen(safety, singles()[name], name)  # type: ignore[misc]
    for name in singles()
} | {
    "conversations": lambda safety, _: measure_conversations(
        safety, read_rows(SAFETY / "conversations.jsonl", Dialogue)
    ),
    "ordinary": lambda safety, _: measure_ordinary(
        safety, read_rows(SAFETY / "ordinary.jsonl", Dialogue)
    ),
    "first": lambda safety, _: measure_first(safety, read_rows(SAFETY / "first.jsonl", Single)),
    "check": lambda safety, _: measure_check(safety, read_rows(SAFETY / "never.jsonl", Sentence)),
    "boundaries": lambda safety, _: measure_boundaries(
        safety, read_rows(SAFETY / "boundaries.jsonl", Boundary)
    ),
    "needs": lambda safety, _: measure_needs(safety, read_rows(SAFETY / "needs.jsonl", NeedRow)),
    "acts": lambda _, talk: measure_acts(talk, read_rows(DIALOGUE / "acts.jsonl", ActRow)),
    "moves": lambda _, talk: measure_moves(talk, read_rows(DIALOGUE / "moves.jsonl", MoveRow)),
    "short_answers": lambda _, talk: measure_short_answers(
        talk, read_rows(DIALOGUE / "short_answers.jsonl", QuestionRow)
    ),
    **{
        name: lambda _, talk, name=name: measure_tellings(  # type: ignore[misc]
            talk, read_rows(DIALOGUE / f"{name}.jsonl", TellingRow), name
        )
        for name in TELLINGS
    },
    "words_for_it": lambda _, talk: measure_words(
        talk, read_rows(DIALOGUE / "words_for_it.jsonl", QuestionRow)
    ),
    "asked_in_talk": lambda _, talk: measure_asked_in_talk(
        talk, read_rows(DIALOGUE / "asked_in_talk.jsonl", TalkRow)
    ),
    "context": lambda _, talk: measure_context(
        talk, read_rows(DIALOGUE / "context.jsonl", ContextRow)
    ),
    "dialogue": lambda _, talk: measure_refusals(
        talk,
        read_rows(DIALOGUE / "answerable.jsonl", OneMessage),
        read_rows(DIALOGUE / "unanswerable.jsonl", OneMessage),
    ),
    "retrieval": lambda _, talk: measure_retrieval(talk),
    "grounding": lambda _, talk: measure_grounding(talk),
}
"""What measures each table of gates; the voice, which is never quite the same, is apart."""


@pytest.mark.parametrize("table", sorted({gate.table for gate in load_gates()} - {VOICE}))
def test_every_figure_is_within_its_gate(
    safety: Safety, conversation: Conversation, table: str
) -> None:
    """A table of gates that nothing measures fails here, too."""
    hold(table, MEASURES[table](safety, conversation).figures)


def test_the_voice_was_within_its_gates_when_it_was_measured_last() -> None:
    measured, _ = kept_voice(kept_results())
    hold(VOICE, measured.values)


def learnt(name: str) -> list[dict[str, Any]]:
    return rows(f"safety/train/{name}.jsonl")


def test_the_training_messages_are_many_of_many_voices_and_mostly_harmless() -> None:
    messages = learnt("messages")
    harmless = [row for row in messages if row["level"] == "none"]
    assert len(messages) >= 3000
    assert len(harmless) >= len(messages) - len(harmless)
    assert len({row["text"].lower() for row in messages}) == len(messages)
    for level in ("none", "concern", "crisis"):
        voices = Counter(row.get("voice") for row in messages if row["level"] == level)
        assert all(voices[voice] >= 50 for voice in VOICES), voices
    assert {c for row in messages for c in row["categories"]} == set(CATEGORIES)


def test_no_training_message_is_nearly_one_that_the_screen_is_measured_on() -> None:
    rows_of = learnt("messages")
    learnt_from = [row["text"].lower() for row in rows_of]
    measured = [row.text.lower() for single in singles().values() for row in single]
    measured += [row["text"].lower() for row in rows("safety/first.jsonl")]
    measured += [t.lower() for row in rows("safety/conversations.jsonl") for t in row["turns"]]
    # What has fewer words is said alike by many: "i want to die".
    long_enough = [text for text in measured if len(text.split()) >= 6]
    alike = process.cdist(
        long_enough, learnt_from, scorer=fuzz.ratio, score_cutoff=86, workers=-1, dtype=np.uint8
    )
    assert [long_enough[i] for i in set(alike.nonzero()[0])] == []


@pytest.mark.parametrize("name", ["acts", "moves", "short_answers", *TELLINGS])
def test_nothing_is_learnt_from_a_message_near_one_that_is_measured(name: str) -> None:
    train = f"dialogue/train/{name.removeprefix('plain_').removeprefix('near_')}.jsonl"
    learnt_from = [row["text"].lower() for row in rows(train)]
    measured = [row["text"].lower() for row in rows(f"dialogue/{name}.jsonl")]
    long_enough = [text for text in measured if len(text.split()) >= 6]
    alike = process.cdist(
        long_enough, learnt_from, scorer=fuzz.ratio, score_cutoff=86, workers=-1, dtype=np.uint8
    )
    assert len(learnt_from) >= 1500
    assert [long_enough[i] for i in set(alike.nonzero()[0])] == []


def test_no_held_out_message_stands_in_the_data_that_the_coach_learns_from() -> None:
    def plain(text: str) -> str:
        return " ".join(text.lower().split())

    learnt_from = {plain(row["text"]) for name in SETS for row in learnt(name)}
    held_out = {
        plain(row["text"])
        for path in sorted(EVALS.rglob("*.jsonl"))
        if path.parent.name != "train"
        for row in rows(str(path.relative_to(EVALS)))
        if "text" in row
    }
    assert len(held_out) > 3000
    # What has few words is said alike by many: "yes", "are you human?".
    assert {text for text in learnt_from & held_out if len(text.split()) >= 6} == set()
