"""The helplines as data, for whoever asks.

Flow: `GET /helplines` -> the helplines of the corpus -> JSON.  Neither the coach
nor a model has a part in it, so it answers when they cannot.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from coach.schema import Resource
from coach.settings import Settings
from coach.web.contracts import HelplineDirectory
from coach.web.regions import ANYWHERE, chosen_region, offered_regions

__all__ = ["Directory", "make_directory"]


class Region(BaseModel):
    """A country to choose from."""

    model_config = ConfigDict(frozen=True)

    code: str
    """ISO 3166-1 code."""
    name: str


class Directory(BaseModel):
    """Where to turn in one region, and which regions there are."""

    model_config = ConfigDict(frozen=True)

    region: str | None
    """The region that the resources are for; None for anywhere."""
    resources: tuple[Resource, ...]
    regions: tuple[Region, ...]


def make_directory(helplines: HelplineDirectory, settings: Settings) -> APIRouter:
    """Return the route `GET /helplines`.

    It never refuses: a region that does not exist is read as none, and a category
    that does not exist changes nothing.
    """
    router = APIRouter()

    @router.api_route("/helplines", methods=["GET", "HEAD"])
    def directory(
        request: Request,
        region: str | None = None,
        category: Annotated[tuple[str, ...], Query()] = (),
    ) -> Directory:
        chosen = chosen_region(region, request.headers.get("accept-language"), settings)
        return Directory(
            region=None if chosen == ANYWHERE else chosen,
            resources=helplines.for_region(chosen, categories=category),
            regions=tuple(Region(code=c, name=n) for c, n in offered_regions(helplines)),
        )

    return router
