"""The pages to read and to practise from: both libraries, and every document in full.

Flow: `GET /practices`, `GET /read`, `GET /read/SLUG` -> `reading` -> templates under
`assets/`.  They ask only the corpus and need no JavaScript, which adds the filters, the
search, the timers and the voice.
"""

from collections.abc import Sequence
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from coach.schema import Article, Company, Document, Mood, Practice
from coach.web.contracts import Library
from coach.web.languages import day_in_words, language_of
from coach.web.reading import lay_out, minutes_to_read
from coach.web.wording import read_all, render

__all__ = ["make_reading_pages"]

MINUTES = (5, 7, 10)
"""The times that people can choose for a practice, at most, in minutes."""


def make_reading_pages(library: Library) -> APIRouter:
    """Return the routes `GET /practices`, `GET /read` and `GET /read/SLUG`."""
    router = APIRouter(default_response_class=HTMLResponse)
    read_all()

    @router.api_route("/practices", methods=["GET", "HEAD"])
    def practices_page(request: Request) -> HTMLResponse:
        page = render(
            "practices.html",
            language=language_of(request),
            practices=sorted(library.practices, key=lambda one: (one.minutes, one.title)),
            moods=tuple(Mood),
            companies=(Company.ALONE, Company.SOMEONE),
            minutes=MINUTES,
        )
        return HTMLResponse(page)

    @router.api_route("/read", methods=["GET", "HEAD"])
    def library_page(request: Request) -> HTMLResponse:
        page = render(
            "library.html",
            language=language_of(request),
            series=_by_series(library.articles),
            minutes=minutes_to_read,
        )
        return HTMLResponse(page)

    @router.api_route("/read/{slug}", methods=["GET", "HEAD"])
    def read_page(request: Request, slug: str) -> HTMLResponse:
        language = language_of(request)
        document = library.document(slug)
        if document is None:
            return HTMLResponse(render("not_found.html", language=language), 404)
        practice = isinstance(document, Practice)
        before, after = _around(document, library.practices if practice else library.articles)
        page = render(
            "read.html",
            language=language,
            day=day_in_words(document.date, language) if isinstance(document, Article) else None,
            document=document,
            practice=practice,
            page=lay_out(document),
            before=before,
            after=after,
        )
        return HTMLResponse(page)

    return router


def _by_series(articles: Sequence[Article]) -> list[tuple[str | None, list[Article]]]:
    """Return the articles by series, each in its reading order; those of none come last."""
    grouped = [(name, list(those)) for name, those in groupby(articles, lambda one: one.series)]
    return sorted(grouped, key=lambda pair: pair[0] is None)


def _around(
    document: Document, shelf: Sequence[Document]
) -> tuple[Document | None, Document | None]:
    slugs = [other.slug for other in shelf]
    at = slugs.index(document.slug)
    return (shelf[at - 1] if at else None, shelf[at + 1] if at + 1 < len(shelf) else None)
