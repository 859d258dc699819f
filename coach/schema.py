"""The values that travel between the parts of Homeward.

All are frozen pydantic models: read, never changed. `Reply` and what it holds
are the contract with the page, the command line, the HTTP API and evaluations
from outside (its JSON form is described in the README).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

__all__ = [
    "Article",
    "Aspect",
    "Chunk",
    "Citation",
    "Company",
    "Document",
    "Found",
    "Level",
    "Message",
    "Mood",
    "Passage",
    "Practice",
    "PracticePosition",
    "Reply",
    "ReplyKind",
    "Resource",
    "Risk",
    "Section",
    "Step",
    "Topic",
]


_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text that is not blank."""
_Seconds = Annotated[int, Field(ge=1, le=10)]
"""As long as one breath in or out may be asked to last."""


class Frozen(BaseModel):
    """Base of all values: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Aspect(StrEnum):
    """What a section of an article or practice is for, and what a question asks for."""

    WHAT = "what"
    WHY = "why"
    HOW = "how"
    WHEN = "when"
    HARD = "hard"
    EXAMPLE = "example"
    BEYOND = "beyond"


class Topic(Frozen):
    """One row of `corpus/topics.yaml`, with the lines of `corpus/questions/<id>.txt`."""

    id: str
    title: str
    kind: Literal["practice", "theme"]
    within: str | None = None
    """The wider theme that it belongs to, if there is one."""
    names: tuple[str, ...] = ()
    """Phrases by which people call it, lower case; used to label imported sections."""
    eases: tuple[str, ...] = ()
    """What a practice is asked for against, lower case ("can't sleep"): whoever wishes for one and
    says so is offered it."""
    questions: tuple[str, ...] = ()
    """What people ask or say when they are after it; examples to learn it from."""


class Section(Frozen):
    """One headed part of a document, in the order of the file."""

    heading: str
    anchor: str
    """Unique within its document; the part after `#` in the section's address."""
    text: str
    """Markdown without the heading."""
    aspect: Aspect | None = None
    topics: tuple[str, ...] = ()
    """The section's own topics; empty means those of the document."""
    line: int = 1
    """Line of the heading in the file, counted from 1."""


class Readable(Frozen):
    """What articles and practices have in common: they are read, searched and cited."""

    title: _Words
    topics: tuple[str, ...]
    summary: _Words
    sections: tuple[Section, ...]


class Article(Readable):
    """A post of the author's series."""

    slug: _Words
    author: str
    date: date
    series: str | None = None
    part: int | None = None
    source: str | None = None
    """Where the text came from: the address of the post, or a file's name."""
    searched: bool = True
    """False where each section answers one question, and is found by that alone."""


class Mood(StrEnum):
    """How someone feels who looks for a practice; the page says each in people's words."""

    LOW = "low"
    RESTLESS = "restless"
    TOO_MUCH = "too-much"
    HURT = "hurt"
    SELF_CRITICAL = "self-critical"
    HIDING = "hiding"
    WANTING_COMPANY = "wanting-company"


class Company(StrEnum):
    """Whom a practice is for: one person alone, a moment with someone, or as it suits."""

    ALONE = "alone"
    SOMEONE = "someone"
    EITHER = "either"


class Step(Frozen):
    """One step of a practice: the coach says it, waits, then may ask."""

    say: _Words
    pause: int = Field(default=0, ge=0, le=600)
    """Seconds of silence after `say`."""
    breath: tuple[_Seconds, _Seconds] | None = None
    """Seconds of a breath in and of a breath out, where the silence is for breathing."""
    question: str | None = None


class Practice(Readable):
    """An exercise that the coach can lead someone through."""

    id: _Words
    minutes: int = Field(ge=1, le=60)
    moods: tuple[Mood, ...] = ()
    """When it may help; none means that it suits no mood in particular."""
    company: Company = Company.ALONE
    steps: tuple[Step, ...]
    small_steps: tuple[_Words, ...] = ()
    """What may follow from it in daily life, each a sentence in the imperative."""

    @property
    def slug(self) -> str:
        """The name by which the practice is addressed and cited: its id."""
        return self.id


Document = Article | Practice


class Chunk(Frozen):
    """A piece of a section, as it is embedded and searched."""

    id: str
    """Stable: the same text in the same place has the same id in every build."""
    slug: str
    kind: Literal["article", "practice"]
    title: str
    section: str
    anchor: str
    aspect: Aspect | None = None
    topics: tuple[str, ...]
    within: tuple[str, ...] = ()
    """The wider themes that the topics belong to."""
    text: str
    url: str | None = None

    @property
    def place(self) -> str:
        """The section that it is of, as `slug#anchor`."""
        return f"{self.slug}#{self.anchor}"


class Passage(Frozen):
    """A chunk that a search found, with how well it fits."""

    chunk: Chunk
    score: float
    """The fused score: 0.8 z(cosine) + 0.2 z(BM25), z over the whole corpus."""
    cosine: float
    """Cosine of query and chunk, from -1 to 1."""


class Message(Frozen):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


class Level(StrEnum):
    """How much danger a message points to."""

    NONE = "none"
    CONCERN = "concern"
    CRISIS = "crisis"

    @property
    def rank(self) -> int:
        """0 for none, 1 for concern, 2 for crisis."""
        return ("none", "concern", "crisis").index(self.value)


class Risk(Frozen):
    """What the screen says of a message in its conversation."""

    level: Level = Level.NONE
    categories: tuple[str, ...] = ()
    why: tuple[str, ...] = Field(default=(), exclude=True)
    """Which rules and measures spoke; for tests and reviewers, never shown or logged."""
    chance: float = Field(default=1.0, exclude=True)
    """How likely there is any risk, where only what was learnt says so; 1 where a rule spoke."""
    latest: tuple[str, ...] = Field(default=(), exclude=True)
    """The dangers that the latest message names plainly; for the crisis path's next step."""


class Found(Frozen):
    """What a search found, and what the screen says of the words that were searched for."""

    risk: Risk
    passages: tuple[Passage, ...] = ()


class Citation(Frozen):
    """A numbered source of a reply; `quote` stands word for word in the passage.

    The section is empty where the source is a practice's steps.
    """

    n: int
    article: str
    title: str
    section: str
    topics: tuple[str, ...]
    quote: str
    url: str | None = None


class PracticePosition(Frozen):
    """Where a walk-through stands; steps are counted from 1."""

    id: str
    step: int
    steps: int
    pause: int | None = None
    """Seconds of silence that belong to the step, where a reply says it."""


class Resource(Frozen):
    """Somewhere to turn: a number to call or to text, or an address."""

    name: str
    call: str | None = None
    text: str | None = None
    url: str | None = None


ReplyKind = Literal["coaching", "practice", "crisis", "boundary", "off_topic", "smalltalk"]


class Reply(Frozen):
    """What every surface gives for one turn."""

    text: str
    kind: ReplyKind
    risk: Risk = Risk()
    citations: tuple[Citation, ...] = ()
    practice: PracticePosition | None = None
    resources: tuple[Resource, ...] = ()
    options: tuple[str, ...] = ()
    timings_ms: dict[str, float] = Field(default_factory=dict)
