"""The articles and practices as tools for other programs, by the Model Context Protocol.

Flow: `coach mcp` -> here, over standard input and output -> `library`, `index.search`,
`safety.helplines`.

It hands out what the author wrote and the helplines, and nothing else: the coach's replies
are at `/v1/chat/completions`, where a screen stands before them.  Paragraphs that the coach
may not quote are left out here, too.  What is asked is neither kept nor logged.
"""

import threading
from functools import cached_property
from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from coach import __version__
from coach.dialogue.quoting import quotable
from coach.errors import CoachError
from coach.index.search import Searcher
from coach.library import load_corpus
from coach.safety.helplines import Helplines
from coach.safety.patterns import load_patterns
from coach.schema import Document, Level, Practice, Resource
from coach.settings import Settings

__all__ = ["Shelf", "make_server", "run"]

INSTRUCTIONS = """\
The articles and practices of one author about loneliness, read only, with the helplines of
many countries. Cite the title and section of what you quote. If someone may be in danger, call
helplines first and say them before anything else. This is no therapy and no emergency service.
"""
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
LONGEST_QUERY = 2_000

Query = Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY, description="What to find.")]
Limit = Annotated[int, Field(ge=1, le=20, description="The most passages to return.")]
Slug = Annotated[str, Field(max_length=200, description="As search and lists give it.")]
Region = Annotated[
    str | None,
    Field(pattern="^[A-Za-z]{2}$", description="Country, two letters (ISO 3166-1)."),
]


class Shown(BaseModel):
    """Base of what the tools return."""

    model_config = ConfigDict(frozen=True)


class Found(Shown):
    """A passage, with where it stands."""

    kind: Literal["article", "practice"]
    slug: str
    title: str
    section: str
    address: str
    """The resource that it is a part of."""
    text: str
    url: str | None
    """Where the author published it."""
    cosine: float


class FoundPassages(Shown):
    """What a search found; no passage means that the articles have nothing on it."""

    passages: tuple[Found, ...]
    helplines: tuple[Resource, ...] = ()
    """Where to turn, if the query says that someone is in danger: say these first."""


class Listed(Shown):
    """A document in a list."""

    slug: str
    title: str
    summary: str
    topics: tuple[str, ...]
    minutes: int | None = None
    address: str


class ListedDocuments(Shown):
    """The documents of one kind, in the order in which they are read."""

    documents: tuple[Listed, ...]


class WrittenSection(Shown):
    """A section, with the paragraphs that may be quoted."""

    heading: str
    text: str


class WrittenStep(Shown):
    """One step of a practice: what to say, the seconds of quiet after it, what to ask."""

    say: str
    pause: int
    question: str | None


class Written(Shown):
    """An article or practice as a whole."""

    slug: str
    title: str
    summary: str
    topics: tuple[str, ...]
    author: str | None = None
    url: str | None = None
    minutes: int | None = None
    steps: tuple[WrittenStep, ...] = ()
    sections: tuple[WrittenSection, ...]


class PlacesToTurn(Shown):
    """Where to turn in one country."""

    region: str | None
    helplines: tuple[Resource, ...]


class Shelf:
    """What there is to read and to search; the index is opened when first searched."""

    def __init__(self, settings: Settings) -> None:
        """Read the corpus and the helplines.

        Raises:
            CorpusError: Something under the corpus folder is wrong.
        """
        self._settings = settings
        self._lock = threading.Lock()
        self.corpus = load_corpus(settings.corpus_dir)
        self._helplines = Helplines.load(settings.corpus_dir / "helplines.json")

    def search(self, query: str, limit: int) -> FoundPassages:
        """Return the passages most relevant to `query`, best first.

        Raises:
            CoachError: The index cannot be searched.
        """
        with self._lock:
            passages = self._searcher.search(query, limit=limit)
        found = []
        for passage in passages:
            chunk = passage.chunk
            if text := "\n\n".join(quotable(chunk.text)):
                found.append(
                    Found(
                        kind=chunk.kind,
                        slug=chunk.slug,
                        title=chunk.title,
                        section=chunk.section,
                        address=f"homeward://{chunk.kind}s/{chunk.slug}",
                        text=text,
                        url=chunk.url,
                        cosine=round(passage.cosine, 4),
                    )
                )
        in_danger = load_patterns().read(query).level is Level.CRISIS
        helplines = self.helplines(None) if in_danger else ()
        return FoundPassages(passages=tuple(found), helplines=helplines)

    def helplines(self, region: str | None) -> tuple[Resource, ...]:
        """Return where to turn in a country, or in the settings' one."""
        return self._helplines.for_region(region or self._settings.region)

    def written(self, slug: str, kind: Literal["article", "practice"]) -> Written | None:
        """Return the article or practice of that slug, if there is one."""
        document = self.corpus.document(slug)
        if document is None or isinstance(document, Practice) != (kind == "practice"):
            return None
        return _written(document)

    @cached_property
    def _searcher(self) -> Searcher:
        return Searcher.open(self._settings, self.corpus)


def make_server(shelf: Shelf) -> MCPServer:
    """Return the server with its tools and resources."""
    server = MCPServer(
        "homeward",
        title="Homeward",
        version=__version__,
        instructions=INSTRUCTIONS,
        # What it logs of a failed call may quote the call.
        log_level="CRITICAL",
    )
    _add_finding(server, shelf)
    _add_reading(server, shelf)
    _add_resources(server, shelf)
    return server


def _add_finding(server: MCPServer, shelf: Shelf) -> None:
    """Add the tools that find passages, documents and helplines."""

    @server.tool(annotations=READ_ONLY)
    def search_passages(query: Query, limit: Limit = 4) -> FoundPassages:
        """Find the passages of the articles and practices that a question is about."""
        try:
            return shelf.search(query, limit)
        except CoachError as error:
            raise ToolError(str(error)) from None

    @server.tool(annotations=READ_ONLY)
    def list_articles() -> ListedDocuments:
        """List the articles with their summaries."""
        return ListedDocuments(documents=tuple(map(_listed, shelf.corpus.articles)))

    @server.tool(annotations=READ_ONLY)
    def list_practices() -> ListedDocuments:
        """List the practices: exercises that someone can be led through."""
        return ListedDocuments(documents=tuple(map(_listed, shelf.corpus.practices)))

    @server.tool(annotations=READ_ONLY)
    def helplines(region: Region = None) -> PlacesToTurn:
        """Return where people in distress can turn in a country, by phone, text or web."""
        where = region.upper() if region else None
        return PlacesToTurn(region=where, helplines=shelf.helplines(where))


def _add_reading(server: MCPServer, shelf: Shelf) -> None:
    """Add the tools that return a whole document."""

    @server.tool(annotations=READ_ONLY)
    def read_article(slug: Slug) -> Written:
        """Return an article as a whole."""
        if (written := shelf.written(slug, "article")) is None:
            raise ToolError("There is no such article; list_articles names them.")
        return written

    @server.tool(annotations=READ_ONLY)
    def read_practice(slug: Slug) -> Written:
        """Return a practice as a whole, with its steps and the seconds of quiet after each."""
        if (written := shelf.written(slug, "practice")) is None:
            raise ToolError("There is no such practice; list_practices names them.")
        return written


def _add_resources(server: MCPServer, shelf: Shelf) -> None:
    """Add the documents as resources with addresses."""

    @server.resource("homeward://articles/{slug}", mime_type="text/markdown")
    def article(slug: str) -> str:
        """An article, as Markdown."""
        return _as_markdown(shelf.written(slug, "article"))

    @server.resource("homeward://practices/{slug}", mime_type="text/markdown")
    def practice(slug: str) -> str:
        """A practice, as Markdown."""
        return _as_markdown(shelf.written(slug, "practice"))


def run(settings: Settings) -> None:
    """Serve over standard input and output until the other side closes them.

    Raises:
        CorpusError: Something under the corpus folder is wrong.
    """
    make_server(Shelf(settings)).run("stdio")


def _listed(document: Document) -> Listed:
    is_practice = isinstance(document, Practice)
    return Listed(
        slug=document.slug,
        title=document.title,
        summary=document.summary,
        topics=document.topics,
        minutes=document.minutes if isinstance(document, Practice) else None,
        address=f"homeward://{'practices' if is_practice else 'articles'}/{document.slug}",
    )


def _written(document: Document) -> Written:
    sections = (
        WrittenSection(heading=section.heading, text="\n\n".join(quotable(section.text)))
        for section in document.sections
    )
    written = Written(
        slug=document.slug,
        title=document.title,
        summary=document.summary,
        topics=document.topics,
        sections=tuple(section for section in sections if section.text),
    )
    if not isinstance(document, Practice):
        return written.model_copy(update={"author": document.author, "url": document.source})
    steps = tuple(
        WrittenStep(say=s.say, pause=s.pause, question=s.question) for s in document.steps
    )
    return written.model_copy(update={"minutes": document.minutes, "steps": steps})


def _as_markdown(written: Written | None) -> str:
    if written is None:
        raise ResourceNotFoundError("There is no such document.")
    parts = [f"# {written.title}", written.summary]
    for number, step in enumerate(written.steps, start=1):
        parts.append(f"{number}. {' '.join(filter(None, (step.say, step.question)))}")
    for section in written.sections:
        parts += [f"## {section.heading}", section.text]
    return "\n\n".join(parts)
