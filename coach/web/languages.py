"""Choose the language of a request, and name countries and days in it.

Flow: `?lang=`, the cookie, Accept-Language or the site -> here -> `wording` -> what is shown.

Babel negotiates and holds the names; the order of the header is read here, as
neither it nor Starlette does that.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.numbers import format_decimal
from starlette.requests import HTTPConnection, cookie_parser

from coach.errors import SettingsError
from coach.web.brand import current_site

__all__ = [
    "ASKED",
    "COOKIE",
    "ENGLISH",
    "PHRASES",
    "Language",
    "by_name",
    "country_names",
    "day_in_words",
    "language_cookie",
    "language_of",
    "language_of_headers",
    "language_offered",
    "languages",
    "languages_offered",
    "number_in_figures",
    "read_names",
]

PHRASES = Path(__file__).parent / "assets" / "strings"
"""The folder with a file of phrases for each language."""
ENGLISH = "en"
"""The language of the articles, of the coach, and of those who know no other."""
ASKED = "lang"
"""The part of an address that chooses a language."""
COOKIE = "language"
"""The one cookie of this site; it holds a language's code and nothing else."""
MAX_TAGS = 20

_TAG = re.compile(r"\s*([a-z]{2,3}(?:-[a-z0-9]{1,8})*)(?:\s*;\s*q=([0-9.]{1,5}))?\s*", re.I)
_LOCALES = {ENGLISH: "en_GB"}
"""Where the names and dates of a language are not those that Babel takes for it."""


@dataclass(frozen=True)
class Language:
    """A language to choose."""

    code: str
    """ISO 639, as `lang` has it."""
    name: str
    """Its name in itself."""
    direction: str
    """`ltr` or `rtl`."""


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a file of phrases."""
    return tuple(sorted(path.stem for path in PHRASES.glob("*.yaml")))


@lru_cache
def language_offered(code: str) -> Language:
    """Return what is to be known of one of the languages of the interface."""
    locale = _locale(code)
    name = Locale(code).get_display_name(code) or code
    return Language(code, name[:1].upper() + name[1:], locale.text_direction)


def languages_offered() -> tuple[Language, ...]:
    """Return the languages to choose from, the site's own first, the others by their names."""
    own = current_site().language
    others = (language_offered(code) for code in _offered() if code != own)
    return (language_offered(own), *sorted(others, key=lambda one: one.name))


def _offered() -> tuple[str, ...]:
    site = current_site()
    return tuple({site.language, *site.languages}) if site.languages else languages()


def language_of(request: HTTPConnection) -> str:
    """Return the language in which to answer a request."""
    asked = request.query_params.get(ASKED)
    return language_of_headers(request.headers, asked)


def language_of_headers(headers: Mapping[str, str], asked: str | None = None) -> str:
    """Return the language in which to answer a request of which these headers are known.

    Args:
        headers: Those of the request; the cookie and Accept-Language are looked at.
        asked: What the address asks for, if it does.
    """
    kept = cookie_parser(headers.get("cookie", "")).get(COOKIE)
    for chosen in (asked, kept):
        if chosen in _offered():
            return chosen
    wanted = _by_preference(headers.get("accept-language", ""))
    return negotiate_locale(wanted, _offered(), sep="-") or current_site().language


def language_cookie(code: str, *, secure: bool) -> str:
    """Return the header that keeps a choice until the browser is closed.

    No longer, since a cookie that stays tells the next user of a shared device of a visit.
    """
    return f"{COOKIE}={code}; Path=/; SameSite=Lax; HttpOnly{'; Secure' if secure else ''}"


@lru_cache
def country_names(code: str) -> Mapping[str, str]:
    """Return the names of the countries in a language, by their ISO 3166-1 codes."""
    return dict(_locale(code).territories)


def by_name(pair: tuple[str, str]) -> str:
    """Return by what a (code, name) is sorted: letters with accents stand with their own."""
    plain = unicodedata.normalize("NFKD", pair[1])
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def day_in_words(day: date, code: str) -> str:
    """Return a day as a language writes it, such as “4 March 2025”."""
    return format_date(day, "long", locale=_locale(code))


def number_in_figures(number: int, code: str) -> str:
    """Return a number as a language writes it, such as “8,000”."""
    return format_decimal(number, locale=_locale(code))


def read_names() -> None:
    """Read what Babel knows of each language now, so that it is there when the disk is gone.

    Raises:
        SettingsError: A language of the site is none of the interface's.
    """
    unknown = sorted({current_site().language, *_offered()} - {*languages()})
    if unknown:
        raise SettingsError(
            f"site.toml: the page speaks {', '.join(languages())}, not {unknown[0]}."
        )
    for language in languages_offered():
        country_names(language.code)
        day_in_words(date(2000, 1, 1), language.code)
        number_in_figures(1, language.code)


@lru_cache
def _locale(code: str) -> Locale:
    return Locale.parse(_LOCALES.get(code, code))


def _by_preference(accept_language: str) -> list[str]:
    """Return the tags of the header in lower case, the preferred first, without what is no tag."""
    weighed: list[tuple[float, str]] = []
    for tag in accept_language.split(",")[:MAX_TAGS]:
        match = _TAG.fullmatch(tag)
        if not match:
            continue
        try:
            weight = float(match[2] or 1)
        except ValueError:
            continue
        if weight > 0:
            weighed.append((weight, match[1].lower()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0], reverse=True)]
