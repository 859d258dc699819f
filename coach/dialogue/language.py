"""Tell whether a message may be English.

Flow: a message from `dialogue.understand` -> here.  Only a clear case of another language is not.
"""

import re
import unicodedata
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

__all__ = ["is_english"]

_FEW_WORDS = 3

_ENGLISH_AT_MOST = 0.06

_OTHER_AT_LEAST = 0.38
"""Tried on 23 short messages in nine languages and misspelt English, after the common words."""


def is_english(bare: str, common: frozenset[str]) -> bool:
    """Tell whether a message may be English; only a clear case of another language is not."""
    letters = [c for c in bare if c.isalpha()]
    if sum("LATIN" in unicodedata.name(c, "") for c in letters) < len(letters) / 2:
        return False
    words = re.findall(r"[^\W\d_']+", bare)
    known = sum(word in common for word in words)
    if len(words) < _FEW_WORDS or known >= len(words) / 4:
        return True
    confidence = {
        c.language.name: c.value for c in _languages().compute_language_confidence_values(bare)
    }
    english = confidence.pop("ENGLISH")
    return english > _ENGLISH_AT_MOST or max(confidence.values()) < _OTHER_AT_LEAST


@cache
def _languages() -> LanguageDetector:
    """Return the detector. Its small models load in 0.2 s where the large ones take 4 s."""
    builder = LanguageDetectorBuilder.from_languages(
        Language.ENGLISH,
        Language.GERMAN,
        Language.SPANISH,
        Language.FRENCH,
        Language.ITALIAN,
        Language.PORTUGUESE,
        Language.DUTCH,
        Language.POLISH,
        Language.TURKISH,
        Language.SWEDISH,
    )
    return builder.with_low_accuracy_mode().build()
