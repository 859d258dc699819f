"""Where a sentence most likely ends in what was typed without a mark: "he left i cried all night".

Flow: a line of a message -> here -> `sentences.splitting`.  A logistic regression over the words
around each gap, learnt by `sentences.training`.  Restorers of punctuation in packages
(deepmultilingualpunctuation, wtpsplit, fastpunct) fetch their weights from a hub, and the
splitters that bring theirs (sentencex, pysbd, ersatz) choose among marks that are there.
"""

import re
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["BUCKETS", "LEARNT", "LIKELY", "chance", "features", "has_marks", "parts", "words_of"]

LEARNT = Path(__file__).with_name("learnt") / "breaks.npz"

BUCKETS = 1 << 18
"""The places that traits of a gap are hashed to."""

LIKELY = 0.6
"""How likely a sentence must be to end in a gap. In texts that were left out 42 % of the ends are
found so, and 78 % of what is found is one; most of the rest ends a clause. At 0.4 it was 61 and
70 %, and of 41 reviewed conversations five had a sentence torn in two."""

FEWEST = 7
"""Words from which a line may be several sentences."""

_WORD = re.compile(r"[\w'’@#&-]+")
_MARK = re.compile(r"[.!?…,;:–—\"“”()]|\s-\s")


def has_marks(line: str) -> bool:
    """Tell whether a line has any mark by which a sentence or a clause is set apart."""
    return _MARK.search(line) is not None


def parts(said: str, least: int = FEWEST) -> list[str]:
    """Return the likely sentences of what has no mark but at its end; none if it has any.

    Args:
        said: A line, or a sentence.
        least: The fewest words of what may be several sentences.
    """
    line = said.strip()
    found = list(_WORD.finditer(line))
    if len(found) < least or has_marks(line.rstrip(".!?…")):
        return []
    words = words_of(line)
    ends = [found[gap].end() for gap in range(len(words) - 1) if chance(words, gap) >= LIKELY]
    return [line[start:end].strip() for start, end in zip([0, *ends], [*ends, None], strict=True)]


def words_of(text: str) -> list[str]:
    """Return the words of a text as a gap is judged by them: small, and without apostrophes."""
    return [re.sub("['’]", "", found[0]).lower() for found in _WORD.finditer(text)]


def chance(words: Sequence[str], gap: int) -> float:
    """Return how likely a sentence ends after the word at this place, from 0 to 1."""
    weights, bias = _learnt()
    return float(1 / (1 + np.exp(-(weights[features(words, gap)].sum(dtype=np.float64) + bias))))


def features(words: Sequence[str], gap: int) -> list[int]:
    """Return the places of what is known of a gap: up to three words on either side of it."""
    before, after = words[max(0, gap - 2) : gap + 1], words[gap + 1 : gap + 4]
    z, a, b = ["_"] * (3 - len(before)) + [*before]
    c, d, e = [*after] + ["_"] * (3 - len(after))
    known = (
        f"a={a}",
        f"b={b}",
        f"c={c}",
        f"d={d}",
        f"ab={a} {b}",
        f"bc={b} {c}",
        f"cd={c} {d}",
        f"zab={z} {a} {b}",
        f"abc={a} {b} {c}",
        f"bcd={b} {c} {d}",
        f"cde={c} {d} {e}",
    )
    return [zlib.crc32(trait.encode()) % BUCKETS for trait in known]


@cache
def _learnt() -> tuple[NDArray[np.float16], float]:
    with np.load(LEARNT) as arrays:
        return arrays["weights"], float(arrays["bias"])
