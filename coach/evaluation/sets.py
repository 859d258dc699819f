"""Read the held-out sets of `evals/`.

Flow: `evals/*/*.jsonl`, `qrels.tsv` -> here -> `evaluation.safety` and its neighbours.
A row that is wrong is named
by file and line, and never quoted.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from coach.errors import CoachError
from coach.schema import Aspect, Level
from coach.settings import PROJECT_ROOT

__all__ = [
    "EVALS",
    "ActRow",
    "AskedRow",
    "Boundary",
    "ContextRow",
    "Dialogue",
    "Foreign",
    "Message",
    "MoveRow",
    "NeedRow",
    "Query",
    "QuestionRow",
    "Sentence",
    "Single",
    "SubjectRow",
    "TalkRow",
    "TellingRow",
    "Text",
    "read_qrels",
    "read_rows",
]

EVALS = PROJECT_ROOT / "evals"
"""The folder of the committed sets and of their gates."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(min_length=1)


class Single(_Row):
    """A row of `screen.jsonl` or the like: one message read alone."""

    text: str = Field(min_length=1, repr=False)
    level: Level
    categories: tuple[str, ...]
    voice: str | None = None

    @model_validator(mode="after")
    def _only_risk_has_categories(self) -> "Single":
        if (self.level is Level.NONE) == bool(self.categories):
            raise ValueError("categories are named for concern and crisis, and only for these")
        return self


class Foreign(Single):
    """A row of `languages.jsonl`: a message in a language other than English."""

    language: str


class Dialogue(_Row):
    """A row of `conversations.jsonl`: the person's side, with the level after each turn."""

    turns: tuple[str, ...] = Field(min_length=1, repr=False)
    levels: tuple[Level, ...]
    categories: tuple[str, ...]
    kind: str
    voice: str | None = None

    @model_validator(mode="after")
    def _every_turn_has_a_level(self) -> "Dialogue":
        if len(self.turns) != len(self.levels):
            raise ValueError(f"{len(self.turns)} turns have {len(self.levels)} levels")
        return self


class Sentence(_Row):
    """A row of `never.jsonl`: an outgoing sentence, and the rule that it breaks."""

    text: str = Field(min_length=1, repr=False)
    allowed: bool
    rule: str | None

    @model_validator(mode="after")
    def _only_what_breaks_a_rule_is_not_allowed(self) -> "Sentence":
        if self.allowed != (self.rule is None):
            raise ValueError("a rule is named when the sentence is not allowed, and only then")
        return self


class Boundary(_Row):
    """A row of `boundaries.jsonl`: a message, and what it asks for that the coach does not do."""

    text: str = Field(min_length=1, repr=False)
    boundary: str | None
    voice: str | None = None


class NeedRow(_Row):
    """A row of `needs.jsonl`: a message of somebody in danger, and what it asks and tells."""

    text: str = Field(min_length=1, repr=False)
    needs: frozenset[str]


class SubjectRow(_Row):
    """A row of `subjects.jsonl`: a message, and whose danger it is about, or `none`."""

    text: str = Field(min_length=1, repr=False)
    subject: str


class AskedRow(_Row):
    """A row of `answers.jsonl`: a message, whose danger it is about, and what it calls for.

    The answer is named by the first of its `asks`.
    """

    text: str = Field(min_length=1, repr=False)
    whose: frozenset[str]
    answer: str


class Message(_Row):
    """A row of `answerable.jsonl` or `unanswerable.jsonl`: one message read alone."""

    text: str = Field(min_length=1, repr=False)


class ActRow(_Row):
    """A row of `dialogue/acts.jsonl`: a message after the coach's last one, and what it does."""

    text: str = Field(min_length=1, repr=False)
    before: str | None = Field(repr=False)
    after: Literal["question", "offer", "quote", "step", "other"] | None
    """What `before` did."""
    act: str
    aspect: Aspect | None
    turn: str | None
    feelings: tuple[str, ...]
    voice: str


class MoveRow(_Row):
    """A row of `dialogue/moves.jsonl`: a message amid a talk, and what it does, if it is a move."""

    text: str = Field(min_length=1, repr=False)
    move: str | None


class QuestionRow(_Row):
    """A row of `dialogue/short_answers.jsonl`: a question, and which of the answered ones it is.

    Of `dialogue/words_for_it.jsonl`: a wish for words, and the section that has them, if one has.
    """

    text: str = Field(min_length=1, repr=False)
    asks: str | None


class TalkRow(_Row):
    """A row of `dialogue/asked_in_talk.jsonl`: what one person wrote, the last thing a question.

    Attributes:
        messages: The person's messages, in order.
        asks: The sections of which any would answer it, `slug#anchor`; none if none does.
    """

    messages: tuple[str, ...] = Field(min_length=2, repr=False)
    asks: tuple[str, ...]


class TellingRow(_Row):
    """A sentence, and what it tells, if it is known.

    A row of `dialogue/tellings.jsonl`, or of `plain_` or `near_tellings.jsonl` beside it.
    """

    text: str = Field(min_length=1, repr=False)
    tells: str | None


class ContextRow(_Row):
    """A row of `dialogue/context.jsonl`: a question, and a follow-up that names nothing."""

    first: str = Field(min_length=1, repr=False)
    then: str = Field(min_length=1, repr=False)
    topic: str


class Query(_Row):
    """A row of `retrieval/queries.jsonl`, in BEIR's format."""

    id: str = Field(min_length=1, alias="_id")
    text: str = Field(min_length=1, repr=False)


class Text(_Row):
    """A row of BEIR's `corpus.jsonl` or `queries.jsonl`; what else it holds is passed over."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, alias="_id")
    title: str = ""
    text: str = Field(repr=False)

    @property
    def whole(self) -> str:
        """What is embedded and counted: title and text."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text

    @property
    def title_last(self) -> str:
        """The same with the title after the text; `coach eval ablation` tries it."""
        return f"{self.text}\n\n{self.title}" if self.title else self.text


Row = TypeVar("Row", bound=_Row)


def read_rows(path: Path, kind: type[Row]) -> list[Row]:
    """Return the rows of a set, in the order of the file.

    Args:
        path: A file of JSON lines; blank lines are passed over.
        kind: What each row is.

    Raises:
        CoachError: The file is not there, is empty or no UTF-8, or a row is wrong or has the
            id of another; the message carries file and line, and no word of the row.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise CoachError(f"{path} is not there; it belongs to the project's evals/.") from None
    except UnicodeDecodeError:
        raise CoachError(f"{path} is not UTF-8.") from None
    rows: list[Row] = []
    seen: set[Hashable] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _row(line, kind, f"{path}:{number}")
        if row.id in seen:
            raise CoachError(f"{path}:{number}: an earlier row has this id; ids are unique.")
        seen.add(row.id)
        rows.append(row)
    if not rows:
        raise CoachError(f"{path} has no row; an empty set measures nothing.")
    return rows


def _row(line: str, kind: type[Row], place: str) -> Row:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise CoachError(f"{place}: {field + ': ' if field else ''}{first['msg']}.") from None


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return for each query the relevance of each judged id, from a BEIR `qrels.tsv`.

    Raises:
        CoachError: The file is not there, or a line is wrong; the message carries the line.
    """
    try:
        _, *lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise CoachError(f"{path} is not there; it belongs to the project's evals/.") from None
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(lines, start=2):
        try:
            query, document, score = line.split("\t")
            judged.setdefault(query, {})[document] = int(score)
        except ValueError:
            raise CoachError(f"{path}:{number}: expected query, id and score, by tabs.") from None
    return judged
