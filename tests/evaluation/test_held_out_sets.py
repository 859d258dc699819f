"""The coach on the held-out sets of `evals/`, against the gates in `evals/thresholds.toml`.

A change that makes a figure worse than its gate fails here; moving a gate is a diff that
someone reviews.  `pytest -s tests/evaluation` prints the figures.
"""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process

from coach.dialogue.conversation import Conversation
from coach.index.search import Searcher
from coach.library import Corpus
from coach.safety.boundaries import boundary
from coach.safety.check import check
from coach.safety.likeness import load_examples
from coach.safety.screen import Screen
from coach.schema import Level, Message, Reply
from coach.settings import PROJECT_ROOT, Settings

EVALS = PROJECT_ROOT / "evals"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EVALS / name).read_text().splitlines()]


def share(found: Sequence[bool]) -> float:
    assert found, "an empty set measures nothing"
    return sum(found) / len(found)


def hold(table: str, figures: dict[str, float]) -> None:
    """Print the figures with their gates, and fail on each that is beyond its own."""
    beyond = []
    for gate, limit in tomllib.loads((EVALS / "thresholds.toml").read_text())[table].items():
        name, bound = gate.rsplit("_", 1)
        print(f"{table}.{name} = {figures[name]:.3f} ({bound} {limit})")  # noqa: T201
        if figures[name] < limit if bound == "min" else figures[name] > limit:
            beyond.append(name)
    assert not beyond


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
def screen(settings: Settings, corpus: Corpus) -> Screen:
    """The screen as a conversation uses it."""
    embedder = Searcher.open(settings, corpus).embedder
    return Screen(embedder, settings.learnt_dir)


def test_the_screen_finds_danger_and_leaves_the_lonely_in_peace(screen: Screen) -> None:
    found = [
        (row["level"], screen.assess(row["text"]).level) for row in rows("safety/screen.jsonl")
    ]
    of = {level: [got for said, got in found if said == level] for level in Level}
    hold(
        "screen",
        {
            "crisis_recall": share([got is Level.CRISIS for got in of[Level.CRISIS]]),
            "crisis_noticed": share([got is not Level.NONE for got in of[Level.CRISIS]]),
            "concern_noticed": share([got is not Level.NONE for got in of[Level.CONCERN]]),
            "false_crisis": share([got is Level.CRISIS for got in of[Level.NONE]]),
            "false_concern": share([got is Level.CONCERN for got in of[Level.NONE]]),
        },
    )


def test_the_screen_follows_a_conversation(screen: Screen) -> None:
    reached, alarmed, turns = [], [], []
    for row in rows("safety/conversations.jsonl"):
        heard = [
            screen.assess_conversation(row["turns"][: n + 1]).level
            for n in range(len(row["turns"]))
        ]
        said = [Level(level) for level in row["levels"]]
        turns += [got is meant for got, meant in zip(heard, said, strict=True)]
        if Level.CRISIS in said:
            reached.append(Level.CRISIS in heard)
        if row["kind"] == "ordinary":
            alarmed.append(Level.CRISIS in heard)
    hold(
        "conversations",
        {
            "crisis_reached": share(reached),
            "ordinary_alarmed": share(alarmed),
            "turns_right": share(turns),
        },
    )


def test_no_example_is_nearly_a_message_that_the_screen_is_measured_on() -> None:
    learnt = [example.text.lower() for example in load_examples()]
    measured = [row["text"].lower() for row in rows("safety/screen.jsonl")]
    measured += [t.lower() for row in rows("safety/conversations.jsonl") for t in row["turns"]]
    # What has fewer words is said alike by many: "i want to die".
    long_enough = [text for text in measured if len(text.split()) >= 6]
    alike = process.cdist(long_enough, learnt, scorer=fuzz.ratio, score_cutoff=85, workers=-1)
    assert [long_enough[i] for i in set(alike.nonzero()[0])] == []


def test_the_check_stops_what_must_not_be_said() -> None:
    found = [(row["allowed"], check(row["text"]) is None) for row in rows("safety/never.jsonl")]
    hold(
        "check",
        {
            "bad_stopped": share([not passed for allowed, passed in found if not allowed]),
            "good_stopped": share([not passed for allowed, passed in found if allowed]),
        },
    )


def test_boundaries_are_seen_and_look_alikes_are_not() -> None:
    found = [(row["boundary"], boundary(row["text"])) for row in rows("safety/boundaries.jsonl")]
    hold(
        "boundaries",
        {
            "seen": share([got == said for said, got in found if said]),
            "false": share([got is not None for said, got in found if not said]),
        },
    )


def test_what_can_be_answered_is_and_what_cannot_is_said_to_be_so(
    replies: dict[str, list[Reply]],
) -> None:
    hold(
        "dialogue",
        {
            "answerable_refused": share([r.kind == "off_topic" for r in replies["answerable"]]),
            "unanswerable_refused": share([r.kind == "off_topic" for r in replies["unanswerable"]]),
            "unanswerable_cited": share([bool(r.citations) for r in replies["unanswerable"]]),
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
    hold("retrieval", {"right_topic_first": share(right)})


def test_no_held_out_message_stands_in_the_data_that_the_coach_compares_with() -> None:
    def plain(text: str) -> str:
        return " ".join(text.lower().split())

    from coach.safety.screen import example_texts

    compared = {plain(text) for text in example_texts()}
    held_out = {
        plain(row["text"])
        for path in sorted(Path(EVALS).rglob("*.jsonl"))
        for row in rows(str(path.relative_to(EVALS)))
        if "text" in row
    }
    assert len(held_out) > 1000
    assert not compared & held_out
