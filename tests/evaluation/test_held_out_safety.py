"""The parts of safety on the held-out sets of `evals/`, against `evals/thresholds.toml`.

A change that makes a figure worse than its gate fails here; moving a gate is a diff that
someone reviews.  `pytest -s tests/evaluation` prints the figures.
"""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from coach.evaluation.safety import Safety, open_safety, singles
from coach.evaluation.sets import EVALS
from coach.safety.reader import SETS
from coach.safety.training import CATEGORIES
from coach.settings import Settings
from tests.evaluation.held_out import OF_SAFETY, hold, rows

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


@pytest.fixture(scope="module")
def safety(settings: Settings) -> Safety:
    """The safety parts as a conversation uses them."""
    return open_safety(settings)


@pytest.mark.parametrize("table", sorted(OF_SAFETY))
def test_every_figure_is_within_its_gate(safety: Safety, table: str) -> None:
    hold(table, OF_SAFETY[table](safety).figures)


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
