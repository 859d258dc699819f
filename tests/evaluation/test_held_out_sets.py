"""The coach on the held-out sets of `evals/`, against the gates in `evals/thresholds.toml`.

A change that makes a figure worse than its gate fails here; moving a gate is a diff that
someone reviews.  `pytest -s tests/evaluation` prints the figures.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from coach.dialogue.conversation import Conversation
from coach.evaluation.figures import Share
from coach.evaluation.gates import breaches, gates_of, load_gates
from coach.evaluation.safety import (
    Safety,
    measure_boundaries,
    measure_check,
    measure_conversations,
    measure_screen,
    open_safety,
    singles,
)
from coach.evaluation.sets import EVALS, Boundary, Dialogue, Sentence, read_rows
from coach.safety.reader import SETS
from coach.safety.training import CATEGORIES
from coach.schema import Message, Reply
from coach.settings import Settings

SAFETY = EVALS / "safety"
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
def replies(conversation: Conversation) -> dict[str, list[Reply]]:
    """What the coach replies to each message of the dialogue sets."""
    return {
        name: [
            conversation.reply([Message(role="user", content=row["text"])])
            for row in rows(f"dialogue/{name}.jsonl")
        ]
        for name in ("answerable", "unanswerable")
    }


@pytest.fixture(scope="module")
def safety(settings: Settings) -> Safety:
    """The safety parts as a conversation uses them."""
    return open_safety(settings)


@pytest.mark.parametrize("name", singles())
def test_the_screen_finds_danger_and_leaves_the_lonely_in_peace(safety: Safety, name: str) -> None:
    hold(name, measure_screen(safety, singles()[name], name).figures)


def test_the_screen_follows_a_conversation(safety: Safety) -> None:
    rows = read_rows(SAFETY / "conversations.jsonl", Dialogue)
    hold("conversations", measure_conversations(safety, rows).figures)


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
    learnt_from = [row["text"].lower() for row in learnt("messages")]
    measured = [row.text.lower() for single in singles().values() for row in single]
    measured += [t.lower() for row in rows("safety/conversations.jsonl") for t in row["turns"]]
    # What has fewer words is said alike by many: "i want to die".
    long_enough = [text for text in measured if len(text.split()) >= 6]
    alike = process.cdist(
        long_enough, learnt_from, scorer=fuzz.ratio, score_cutoff=86, workers=-1, dtype=np.uint8
    )
    assert [long_enough[i] for i in set(alike.nonzero()[0])] == []


def test_the_check_stops_what_must_not_be_said(safety: Safety) -> None:
    hold("check", measure_check(safety, read_rows(SAFETY / "never.jsonl", Sentence)).figures)


def test_boundaries_are_seen_and_look_alikes_are_not(safety: Safety) -> None:
    rows = read_rows(SAFETY / "boundaries.jsonl", Boundary)
    hold("boundaries", measure_boundaries(safety, rows).figures)


def refused(replies: list[Reply]) -> float:
    """The share that was declined: as off the coach's subjects, or as not its to say."""
    return Share.among(reply.kind in ("off_topic", "boundary") for reply in replies).value


def test_what_can_be_answered_is_and_what_cannot_is_said_to_be_so(
    replies: dict[str, list[Reply]],
) -> None:
    hold(
        "dialogue",
        {
            "answerable_refused": refused(replies["answerable"]),
            "unanswerable_refused": refused(replies["unanswerable"]),
            "unanswerable_cited": Share.among(
                bool(reply.citations) for reply in replies["unanswerable"]
            ).value,
        },
    )


def test_the_first_source_is_about_what_was_asked(conversation: Conversation) -> None:
    judged: dict[str, set[str]] = {}
    for line in (EVALS / "retrieval/qrels.tsv").read_text().splitlines()[1:]:
        query, topic, _ = line.split("\t")
        judged.setdefault(query, set()).add(topic)
    right = []
    for row in rows("retrieval/queries.jsonl"):
        reply = conversation.reply([Message(role="user", content=row["text"])])
        first = set(reply.citations[0].topics) if reply.citations else set()
        right.append(not first.isdisjoint(judged[row["_id"]]))
    hold("retrieval", {"right_topic_first": Share.among(right).value})


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
