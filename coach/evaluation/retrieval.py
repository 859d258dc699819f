"""Run the questions of `evals/retrieval/` (BEIR's format) through the conversation.

Flow: `evaluation.sets` and `coach.dialogue` -> here -> `evaluation.gates`, `evaluation.report`.
A document of `qrels.tsv` is a topic: a reply is right when its first source carries one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from coach.dialogue.conversation import Conversation
from coach.evaluation.figures import Shares, breakdown, shares_of
from coach.evaluation.measured import Measured, Miss, reply_to_each
from coach.evaluation.sets import EVALS, Query, read_qrels, read_rows
from coach.index.build import Progress, unseen
from coach.schema import Reply

__all__ = ["measure_retrieval"]

ABOUT = 2
"""The score of the topic that a question is about; one that also helps has 1."""

Judged = Sequence[tuple[Query, Reply, Mapping[str, int]]]


def measure_retrieval(
    conversation: Conversation,
    folder: Path = EVALS / "retrieval",
    *,
    progress: Progress = unseen,
) -> Measured:
    """Return how often the first source of a reply is about what was asked, by topic.

    Raises:
        CoachError: A set is missing or wrong; the message carries file and line.
    """
    relevant = read_qrels(folder / "qrels.tsv")
    queries = read_rows(folder / "queries.jsonl", Query)
    replies = reply_to_each(conversation, queries, "retrieval", progress)
    judged = [(query, reply, relevant[query.id]) for query, reply in replies]
    return Measured(
        name="retrieval",
        rows=len(judged),
        shares=_shares(judged),
        by={"topic": breakdown(judged, lambda j: _about(j[2]), _shares)},
        misses=tuple(
            Miss(
                query.id,
                "right_topic_first",
                " ".join(judged_as),
                " ".join(_first(reply)) or reply.kind,
                query.text,
            )
            for query, reply, judged_as in judged
            if _first(reply).isdisjoint(judged_as)
        ),
    )


def _shares(judged: Judged) -> Shares:
    return shares_of(
        {
            "right_topic_first": [not _first(reply).isdisjoint(rel) for _, reply, rel in judged],
            "cited": [bool(reply.citations) for _, reply, _ in judged],
        }
    )


def _first(reply: Reply) -> set[str]:
    """Return the topics of a reply's first source."""
    return set(reply.citations[0].topics) if reply.citations else set()


def _about(judged: Mapping[str, int]) -> list[str]:
    return [topic for topic, score in judged.items() if score == ABOUT]
