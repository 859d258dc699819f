"""Search in the articles and practices by meaning, for the page `/read`.

Flow: `POST /api/search` -> checked here -> the coach's own search -> passages with their
addresses as JSON.  What is looked for is screened like any message: where it holds a
crisis, the helplines come with the answer, even if the search itself fails.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from coach.library.markdown import plain
from coach.safety.helplines import EMERGENCY_FIRST
from coach.schema import Citation, Level, Passage, Resource, Risk
from coach.settings import Settings
from coach.web.api import only_post, read_json, refusal_of
from coach.web.contracts import Coach, HelplineDirectory, Library
from coach.web.reading import address_of
from coach.web.regions import chosen_region

__all__ = ["FoundPassages", "SoughtPassages", "make_search"]

PATH = "/api/search"


class SoughtPassages(BaseModel):
    """The body of a request for passages."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    limit: int = Field(default=8, ge=1, le=20)


class FoundPassage(BaseModel):
    """One passage, with the address under which it is read."""

    model_config = ConfigDict(frozen=True)

    article: str
    """The slug of the article or practice."""
    title: str
    section: str
    text: str
    """The passage without Markdown, its paragraphs apart by an empty line."""
    address: str
    topics: tuple[str, ...]


class FoundPassages(BaseModel):
    """What was found, and where to turn if the words hold danger."""

    model_config = ConfigDict(frozen=True)

    passages: tuple[FoundPassage, ...]
    resources: tuple[Resource, ...]


def make_search(
    coach: Coach, library: Library, helplines: HelplineDirectory, settings: Settings
) -> APIRouter:
    """Return the route `POST /api/search`."""
    router = APIRouter()

    @router.post(PATH)
    async def search(request: Request) -> Response:
        try:
            content_type = request.headers.get("content-type", "")
            wanted = read_json(SoughtPassages, content_type, await request.body())
            found = await run_in_threadpool(coach.find, wanted.query, limit=wanted.limit)
        except Exception as error:
            return refusal_of(error, "search")
        region = chosen_region(None, request.headers.get("accept-language"), settings)
        answer = FoundPassages(
            passages=tuple(_shown(passage, library) for passage in found.passages),
            resources=_resources(found.risk, region, helplines),
        )
        return JSONResponse(answer.model_dump(), headers={"Cache-Control": "no-store"})

    @router.api_route(PATH, methods=["GET", "HEAD", "PUT", "PATCH", "DELETE"])
    async def other_method() -> Response:
        return only_post()

    return router


def _shown(passage: Passage, library: Library) -> FoundPassage:
    chunk = passage.chunk
    cited = Citation(
        n=1,
        article=chunk.slug,
        title=chunk.title,
        section=chunk.section,
        topics=chunk.topics,
        quote=chunk.text,
    )
    return FoundPassage(
        article=chunk.slug,
        title=chunk.title,
        section=chunk.section,
        text=plain(chunk.text),
        # The index may be newer than the corpus that is read from: then it leads to the page.
        address=address_of(cited, library) or f"/read/{chunk.slug}",
        topics=chunk.topics,
    )


def _resources(
    risk: Risk, region: str | None, helplines: HelplineDirectory
) -> tuple[Resource, ...]:
    """Return all helplines in a crisis, the one that fits where there is concern."""
    if risk.level is Level.NONE:
        return ()
    found = helplines.for_region(region, categories=risk.categories)
    if risk.level is Level.CRISIS:
        return found
    return found[: 2 if EMERGENCY_FIRST & set(risk.categories) else 1]
