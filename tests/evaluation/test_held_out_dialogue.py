"""The conversation on the held-out sets of `evals/`, against the gates in `evals/thresholds.toml`.

A change that makes a figure worse than its gate fails here; moving a gate is a diff that
someone reviews.  `pytest -s tests/evaluation` prints the figures.
"""

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from coach.dialogue.conversation import Conversation
from coach.evaluation.budgets import kept_results, kept_voice
from coach.evaluation.dialogue import TELLINGS
from coach.evaluation.gates import load_gates
from coach.evaluation.voice_report import TABLE as VOICE
from tests.evaluation.held_out import OF_SAFETY, OF_TALK, hold, rows


@pytest.mark.parametrize("table", sorted(OF_TALK))
def test_every_figure_is_within_its_gate(conversation: Conversation, table: str) -> None:
    hold(table, OF_TALK[table](conversation).figures)


def test_every_table_of_gates_is_measured() -> None:
    assert {gate.table for gate in load_gates()} == {*OF_SAFETY, *OF_TALK, VOICE}


def test_the_voice_was_within_its_gates_when_it_was_measured_last() -> None:
    measured, _ = kept_voice(kept_results())
    hold(VOICE, measured.values)


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
