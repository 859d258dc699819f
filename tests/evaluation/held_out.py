"""What measures each table of gates on its held-out set of `evals/`, for the tests of them.

The voice, which is never quite the same, is apart.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from coach.dialogue.conversation import Conversation
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
    measure_answers,
    measure_boundaries,
    measure_check,
    measure_conversations,
    measure_first,
    measure_needs,
    measure_ordinary,
    measure_screen,
    measure_subjects,
    singles,
)
from coach.evaluation.sets import (
    EVALS,
    ActRow,
    AskedRow,
    Boundary,
    ContextRow,
    Dialogue,
    MoveRow,
    NeedRow,
    QuestionRow,
    Sentence,
    Single,
    SubjectRow,
    TalkRow,
    TellingRow,
    read_rows,
)
from coach.evaluation.sets import Message as OneMessage

SAFETY = EVALS / "safety"
DIALOGUE = EVALS / "dialogue"

OF_SAFETY: dict[str, Callable[[Safety], Measured]] = {
    name: lambda safety, name=name: measure_screen(safety, singles()[name], name)
    for name in singles()
} | {
    "conversations": lambda safety: measure_conversations(
        safety, read_rows(SAFETY / "conversations.jsonl", Dialogue)
    ),
    "ordinary": lambda safety: measure_ordinary(
        safety, read_rows(SAFETY / "ordinary.jsonl", Dialogue)
    ),
    "first": lambda safety: measure_first(safety, read_rows(SAFETY / "first.jsonl", Single)),
    "check": lambda safety: measure_check(safety, read_rows(SAFETY / "never.jsonl", Sentence)),
    "boundaries": lambda safety: measure_boundaries(
        safety, read_rows(SAFETY / "boundaries.jsonl", Boundary)
    ),
    "subjects": lambda safety: measure_subjects(
        safety, read_rows(SAFETY / "subjects.jsonl", SubjectRow)
    ),
    "answers": lambda safety: measure_answers(
        safety, read_rows(SAFETY / "answers.jsonl", AskedRow)
    ),
    "needs": lambda safety: measure_needs(safety, read_rows(SAFETY / "needs.jsonl", NeedRow)),
}
OF_TALK: dict[str, Callable[[Conversation], Measured]] = {
    "acts": lambda talk: measure_acts(talk, read_rows(DIALOGUE / "acts.jsonl", ActRow)),
    "moves": lambda talk: measure_moves(talk, read_rows(DIALOGUE / "moves.jsonl", MoveRow)),
    "short_answers": lambda talk: measure_short_answers(
        talk, read_rows(DIALOGUE / "short_answers.jsonl", QuestionRow)
    ),
    **{
        name: lambda talk, name=name: measure_tellings(
            talk, read_rows(DIALOGUE / f"{name}.jsonl", TellingRow), name
        )
        for name in TELLINGS
    },
    "words_for_it": lambda talk: measure_words(
        talk, read_rows(DIALOGUE / "words_for_it.jsonl", QuestionRow)
    ),
    "asked_in_talk": lambda talk: measure_asked_in_talk(
        talk, read_rows(DIALOGUE / "asked_in_talk.jsonl", TalkRow)
    ),
    "context": lambda talk: measure_context(
        talk, read_rows(DIALOGUE / "context.jsonl", ContextRow)
    ),
    "dialogue": lambda talk: measure_refusals(
        talk,
        read_rows(DIALOGUE / "answerable.jsonl", OneMessage),
        read_rows(DIALOGUE / "unanswerable.jsonl", OneMessage),
    ),
    "retrieval": measure_retrieval,
    "grounding": measure_grounding,
}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EVALS / name).read_text().splitlines()]


def hold(table: str, figures: Mapping[str, float]) -> None:
    """Print the figures with their gates, and fail on each that is beyond its own."""
    gates = load_gates()
    for name, value in figures.items():
        held = "; ".join(map(str, gates_of(gates, table, name))) or "no gate"
        print(f"{table}.{name} = {value:.3f} ({held})")  # noqa: T201
    assert [str(breach) for breach in breaches(gates, {table: figures})] == []
