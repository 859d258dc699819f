"""Run the conversation over the held-out sets of `evals/dialogue/`.

Flow: `evaluation.sets` and `coach.dialogue` -> here -> `evaluation.gates`, `evaluation.report`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from coach.dialogue.conversation import Conversation
from coach.dialogue.history import History
from coach.dialogue.moves import ASKS
from coach.dialogue.phrasing import Telling
from coach.dialogue.understood import Understood
from coach.evaluation.figures import Shares, breakdown, shares_of
from coach.evaluation.measured import Measured, Miss, judge_all, reply_to_each
from coach.evaluation.sets import (
    EVALS,
    ActRow,
    ContextRow,
    Message,
    MoveRow,
    QuestionRow,
    TalkRow,
    TellingRow,
    read_rows,
)
from coach.index.build import Progress, unseen
from coach.library.markdown import anchor_of
from coach.schema import Message as Said
from coach.schema import PracticePosition

__all__ = [
    "TELLINGS",
    "measure_acts",
    "measure_asked_in_talk",
    "measure_context",
    "measure_dialogue",
    "measure_moves",
    "measure_refusals",
    "measure_short_answers",
    "measure_tellings",
    "measure_words",
]

SomeRow = TypeVar("SomeRow", MoveRow, QuestionRow, TellingRow)
Named = tuple[str, str, str | None, str | None]
"""The id and the text of a row, what it is, and what it was taken for."""

ASKED = "How is that for you?"
"""What the coach is taken to have said before a message that makes a move."""

TOLD = "I have felt so lonely since I moved here."
"""What the person is taken to have said before the coach's last message."""

DECLINED = frozenset({"off_topic", "boundary"})
"""The kinds of reply that say that the coach has no answer."""

TELLINGS = ("tellings", "plain_tellings", "near_tellings")
"""The sets of sentences that tell something, or come near it."""

HEARD = {"answer": "story"}
"""Acts that are met alike: an answer is heard as a story is."""

Judged = Sequence[tuple[ActRow, str]]


def measure_dialogue(
    conversation: Conversation,
    folder: Path = EVALS / "dialogue",
    *,
    progress: Progress = unseen,
) -> list[Measured]:
    """Return what every set of `folder` says of the conversation.

    Raises:
        CoachError: A set is missing or wrong; the message carries file and line.
    """
    acts = read_rows(folder / "acts.jsonl", ActRow)
    moves = read_rows(folder / "moves.jsonl", MoveRow)
    questions = read_rows(folder / "short_answers.jsonl", QuestionRow)
    told = {name: read_rows(folder / f"{name}.jsonl", TellingRow) for name in TELLINGS}
    words = read_rows(folder / "words_for_it.jsonl", QuestionRow)
    talks = read_rows(folder / "asked_in_talk.jsonl", TalkRow)
    context = read_rows(folder / "context.jsonl", ContextRow)
    answerable = read_rows(folder / "answerable.jsonl", Message)
    unanswerable = read_rows(folder / "unanswerable.jsonl", Message)
    return [
        measure_acts(conversation, acts, progress=progress),
        measure_moves(conversation, moves, progress=progress),
        measure_short_answers(conversation, questions, progress=progress),
        *(
            measure_tellings(conversation, rows, name, progress=progress)
            for name, rows in told.items()
        ),
        measure_words(conversation, words, progress=progress),
        measure_asked_in_talk(conversation, talks, progress=progress),
        measure_context(conversation, context, progress=progress),
        measure_refusals(conversation, answerable, unanswerable, progress=progress),
    ]


def measure_acts(
    conversation: Conversation, rows: Sequence[ActRow], *, progress: Progress = unseen
) -> Measured:
    """Return how often it is seen what a message does, by act and by what came before."""
    judged = judge_all(rows, lambda row: _taken_for(conversation, row), "acts", progress)
    return Measured(
        name="acts",
        rows=len(rows),
        shares=_right(judged),
        by={
            "act": breakdown(judged, lambda j: [j[0].act], _right),
            "after": breakdown(judged, lambda j: [j[0].after or "nothing"], _right),
            "voice": breakdown(judged, lambda j: [j[0].voice], _right),
        },
        misses=tuple(
            Miss(row.id, "right", row.act, got, row.text)
            for row, got in judged
            if not _is_right(row, got)
        ),
    )


def measure_moves(
    conversation: Conversation, rows: Sequence[MoveRow], *, progress: Progress = unseen
) -> Measured:
    """Return how often it is seen what a message does amid a talk, and how often wrongly."""
    read = _read_all(conversation, rows, "moves", progress)
    judged = [(row.id, row.text, row.move, it.move) for row, it in read]
    by = breakdown(
        [row for row in judged if row[2]],
        lambda row: [str(row[2])],
        lambda part: shares_of({"seen": [meant == got for _, _, meant, got in part]}),
    )
    return replace(_named("moves", judged), by={"move": by})


def measure_short_answers(
    conversation: Conversation, rows: Sequence[QuestionRow], *, progress: Progress = unseen
) -> Measured:
    """Return how often it is seen which answered question is asked, and how often wrongly.

    What is given to a wish for words is measured by itself (`measure_words`).
    """
    names = {a.section: name for name, a in conversation.voice.short_answers.items()}
    return _by_section(conversation, rows, "short_answers", names, progress)


def measure_tellings(
    conversation: Conversation,
    rows: Sequence[TellingRow],
    name: str,
    *,
    progress: Progress = unseen,
) -> Measured:
    """Return how often it is seen what a sentence tells, and how often wrongly."""
    known = conversation.voice.tellings.items()
    names = {telling.reflections: label for label, telling in known}

    def taken_for(row: TellingRow, telling: Telling | None) -> str | None:
        """Return the label; of a family the one that is right, if it is in it."""
        if telling is None:
            return None
        return row.tells if row.tells in telling.of else names[telling.reflections]

    judged = [
        (row.id, row.text, row.tells, taken_for(row, it.telling))
        for row, it in _read_all(conversation, rows, name, progress)
    ]
    return _named(name, judged)


def measure_words(
    conversation: Conversation, rows: Sequence[QuestionRow], *, progress: Progress = unseen
) -> Measured:
    """Return how often a wish for words is met by the section that has some, and how often wrongly.

    A wish that the coach answers in another way counts as not seen.
    """
    names = {section: section for section in conversation.voice.words_for_it}
    return _by_section(conversation, rows, "words_for_it", names, progress)


def _by_section(
    conversation: Conversation,
    rows: Sequence[QuestionRow],
    name: str,
    names: Mapping[str, str],
    progress: Progress,
) -> Measured:
    """Return how often what is asked is met by its section; those without a name do not count."""
    judged = [
        (row.id, row.text, row.asks, names.get(it.answer.section) if it.answer else None)
        for row, it in _read_all(conversation, rows, name, progress)
    ]
    return _named(name, judged)


def _read_all(
    conversation: Conversation, rows: Sequence[SomeRow], name: str, progress: Progress
) -> list[tuple[SomeRow, Understood]]:
    """Return each row with what is understood of it amid a talk."""
    return judge_all(rows, lambda row: _amid_a_talk(conversation, row.text), name, progress)


def _named(name: str, judged: Sequence[Named]) -> Measured:
    """Return how often messages were taken for what they are, and for what they are not.

    Args:
        name: The name of the set.
        judged: The id, the text, what it is and what it was taken for, of each row.
    """
    return Measured(
        name=name,
        rows=len(judged),
        shares=shares_of(
            {
                "seen": [meant == got for _, _, meant, got in judged if meant],
                "wrong": [meant != got for _, _, meant, got in judged if got],
            }
        ),
        misses=tuple(
            Miss(row, "seen", meant or "none", got or "none", text)
            for row, text, meant, got in judged
            if meant != got
        ),
    )


def measure_asked_in_talk(
    conversation: Conversation, rows: Sequence[TalkRow], *, progress: Progress = unseen
) -> Measured:
    """Return how often a question that leans on what was told before is met by its section.

    Where no section answers it, "cited" counts those that are met by one all the same, the
    general ones for many lives not counted.
    """
    answers = conversation.voice.short_answers.items()
    in_general = {answer.section for name, answer in answers if name.startswith(ASKS)}
    judged = judge_all(rows, lambda row: _asked_last(conversation, row), "asked_in_talk", progress)
    return Measured(
        name="asked_in_talk",
        rows=len(rows),
        shares=shares_of(
            {
                "seen": [got in row.asks for row, got in judged if row.asks],
                "cited": [
                    bool(got) and got not in in_general for row, got in judged if not row.asks
                ],
            }
        ),
        misses=tuple(
            Miss(row.id, "seen", " ".join(row.asks) or "none", got or "none", row.messages[-1])
            for row, got in judged
            if (got not in row.asks if row.asks else got)
        ),
    )


def measure_context(
    conversation: Conversation, rows: Sequence[ContextRow], *, progress: Progress = unseen
) -> Measured:
    """Return how often a follow-up that names nothing is answered from what it follows."""
    judged = judge_all(rows, lambda row: _followed(conversation, row), "context", progress)
    return Measured(
        name="context",
        rows=len(rows),
        shares=shares_of({"followed": [row.topic in got for row, got in judged]}),
        misses=tuple(
            Miss(row.id, "followed", row.topic, " ".join(got) or "nothing cited", row.then)
            for row, got in judged
            if row.topic not in got
        ),
    )


def measure_refusals(
    conversation: Conversation,
    answerable: Sequence[Message],
    unanswerable: Sequence[Message],
    *,
    progress: Progress = unseen,
) -> Measured:
    """Return how often the coach declines what it could answer, and what it could not."""
    could = reply_to_each(conversation, answerable, "dialogue", progress)
    could_not = reply_to_each(conversation, unanswerable, "dialogue", progress)
    return Measured(
        name="dialogue",
        rows=len(answerable) + len(unanswerable),
        shares=shares_of(
            {
                "answerable_refused": [reply.kind in DECLINED for _, reply in could],
                "unanswerable_refused": [reply.kind in DECLINED for _, reply in could_not],
                "unanswerable_cited": [bool(reply.citations) for _, reply in could_not],
            }
        ),
        misses=(
            *(
                Miss(row.id, "answerable_refused", "answered", reply.kind, row.text)
                for row, reply in could
                if reply.kind in DECLINED
            ),
            *(
                Miss(row.id, "unanswerable_refused", "declined", reply.kind, row.text)
                for row, reply in could_not
                if reply.kind not in DECLINED
            ),
        ),
    )


def _taken_for(conversation: Conversation, row: ActRow) -> str:
    """Return the act that a message is taken for, by its label in the set."""
    understood, boundary = conversation.understand(_history(conversation, row))
    if boundary:
        # Whether the coach is a person may be asked of it, and is declined like a request.
        return "about" if boundary == "human" and row.act == "about" else "boundary"
    if understood.is_foreign and understood.act in ("question", "story"):
        return "off_topic"
    return "follow_up" if understood.tried else understood.act.value


def _history(conversation: Conversation, row: ActRow) -> History:
    """Return the conversation in which the row's message comes.

    The coach's message of the row is invented, so what it did is set here, as a
    conversation reads it from the coach's own words.
    """
    before = [Said(role="user", content=TOLD)]
    if row.before is not None:
        cited = " [1]" if row.after == "quote" else ""
        before.append(Said(role="assistant", content=row.before + cited))
    else:
        before = []
    first, second, *_ = conversation.corpus.practices
    step = PracticePosition(id=first.id, step=1, steps=len(first.steps))
    return History(
        messages=(*before, Said(role="user", content=row.text)),
        walk=step if row.after == "step" else None,
        left=step if row.after not in ("step", None) else None,
        offered=second if row.after == "offer" else None,
        subject=first.slug if row.after in ("quote", "step", "offer") else None,
    )


def _right(judged: Judged) -> Shares:
    return shares_of({"right": [_is_right(row, got) for row, got in judged]})


def _is_right(row: ActRow, got: str) -> bool:
    return HEARD.get(row.act, row.act) == HEARD.get(got, got)


def _amid_a_talk(conversation: Conversation, text: str) -> Understood:
    """Return what is understood of a message in the middle of a talk."""
    before = [Said(role="user", content=TOLD), Said(role="assistant", content=ASKED)]
    history = History(messages=(*before, Said(role="user", content=text)))
    return conversation.understand(history)[0]


def _asked_last(conversation: Conversation, row: TalkRow) -> str:
    """Return the section of short answers that the last reply of a talk quotes, or nothing."""
    said: list[Said] = []
    for text in row.messages:
        said.append(Said(role="user", content=text))
        reply = conversation.reply(said)
        said.append(Said(role="assistant", content=reply.text))
    answered = {
        *(answer.section for answer in conversation.voice.short_answers.values()),
        *conversation.voice.words_for_it,
    }
    cited = (f"{c.article}#{anchor_of(c.section)}" for c in reply.citations)
    return next((section for section in cited if section in answered), "")


def _followed(conversation: Conversation, row: ContextRow) -> tuple[str, ...]:
    """Return the topics of the first source of the answer to the follow-up."""
    first = Said(role="user", content=row.first)
    answer = Said(role="assistant", content=conversation.reply([first]).text)
    reply = conversation.reply([first, answer, Said(role="user", content=row.then)])
    return reply.citations[0].topics if reply.citations else ()
