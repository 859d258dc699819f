"""Guess the country whose helplines fit, from what the browser says it reads.

Flow: the header Accept-Language -> here -> the talk and `/help`.
"""

import re

__all__ = ["region_of_languages"]

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


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
