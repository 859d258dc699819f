"""Guess the country whose helplines fit, from what the browser says it reads.

Flow: the header Accept-Language, or a choice -> here -> the talk, `/help`, `/plan`, `/helplines`.
"""

import re

from coach.safety.helplines import EU
from coach.settings import Settings
from coach.web.brand import current_site
from coach.web.contracts import HelplineDirectory
from coach.web.languages import ENGLISH, by_name, country_names

__all__ = [
    "ANYWHERE",
    "chosen_region",
    "known_region",
    "offered_regions",
    "region_of_languages",
]

ANYWHERE = "ZZ"
"""No country, as someone chose: ISO 3166-1 leaves this code for unknown ones."""

_TAG = re.compile(
    r"\s*[a-z]{2,3}(?:-[a-z]{4})?-(?P<region>[a-z]{2})\b[^;,]*(?:;\s*q=(?P<q>[0-9.]{1,5}))?\s*",
    re.I,
)
MAX_TAGS = 20


def region_of_languages(accept_language: str | None) -> str | None:
    """Return the region of the language that the browser prefers among those with one.

    Args:
        accept_language: The header as sent, such as `en-GB,en;q=0.9`.
    """
    best: tuple[float, str] | None = None
    for tag in (accept_language or "").split(",")[:MAX_TAGS]:
        match = _TAG.fullmatch(tag)
        if not match:
            continue
        weight = _weight(match["q"])
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, match["region"].upper())
    return best[1] if best else None


def known_region(wanted: str | None, settings: Settings) -> str | None:
    """Return the wanted region, or the settings' region if there is none that could be one.

    Whether a country has helplines of its own does not matter: somebody who is
    known to be in another country is never shown those of the settings' region.
    """
    return wanted if wanted and re.fullmatch("[A-Z]{2}", wanted) else settings.region


def chosen_region(
    choice: str | None, accept_language: str | None, settings: Settings
) -> str | None:
    """Return the region that was chosen, or the browser's where there was no choice.

    Args:
        choice: A code in either case; empty for anywhere, None where nobody chose.
        accept_language: The header as sent.
        settings: The region to assume where neither is known.
    """
    if choice is None:
        return known_region(region_of_languages(accept_language), settings)
    return known_region(choice.upper() or ANYWHERE, settings)


def offered_regions(
    helplines: HelplineDirectory, language: str = ENGLISH
) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of each country to choose from: the site's own first, then by name.

    They are those with helplines of their own and those that share the European
    emergency number.
    """
    names = country_names(language)
    corpus = dict(helplines.regions())
    offered = {code: names.get(code, corpus.get(code, code)) for code in EU | corpus.keys()}
    first = current_site().regions
    named = sorted(offered.items(), key=by_name)
    return tuple(sorted(named, key=lambda pair: (*first, pair[0]).index(pair[0])))


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
