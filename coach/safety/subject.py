"""Tell whose danger a talk is about: one's own, somebody else's, or harm at home.

Flow: what `safety.reader` says of each message -> here, folded over the talk -> `safety.crisis`,
which chooses its path by it.

A single line ("do I hide the tablets?") is like many a talk; the talk as a whole is not.
"""

import math
from collections.abc import Mapping, Sequence

from coach.safety.reader import NO_SUBJECT

__all__ = ["SELF", "SIDE_OF_SUBJECT", "but_of_helpers", "leading", "sides", "whose"]

SELF = "self"
SIDE_OF_SUBJECT = {"own": SELF, "harm": SELF, "third": "third_party", "abuse": "abuse"}
"""Whom the path for each danger is about: oneself, somebody else, who hurts one at home."""

FADES = 0.95
"""How much less a message counts than the next one."""
LEAST = 0.005
"""A probability under which none is taken, so that no single message decides a talk."""
SURENESS = 2
"""How much more a message counts that is sure of one danger than one that may be about any."""
SURE_OF_OWN = 0.85
"""The probability from which somebody has surely told of their own danger."""
AFTER_OWN = 0.3
"""How much what seems to be of somebody else's danger counts after that."""
LEADS_FROM = 0.65
"""The probability from which a talk is about one danger and no other. Of the 160 messages about
some danger in `evals/safety/subjects.jsonl` 114 lead alone to the right side, 3 to a wrong one."""


def whose(messages: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return how likely a talk is about each danger; nothing where nobody's is told of.

    Args:
        messages: The probability of each subject, a message a row, the latest last.
    """
    evidence: dict[str, float] = {}
    for ago, chances in enumerate(reversed(messages)):
        some = 1 - chances.get(NO_SUBJECT, 1.0)
        shares = {name: p / some for name, p in chances.items() if name != NO_SUBJECT and some > 0}
        sure = max(shares.values(), default=0.0) ** SURENESS
        for name, share in shares.items():
            told = some * sure * FADES**ago * math.log(max(share, LEAST))
            evidence[name] = evidence.get(name, 0.0) + told
    if not evidence:
        return {}
    most = max(evidence.values())
    powers = {name: math.exp(value - most) for name, value in evidence.items()}
    return {name: power / sum(powers.values()) for name, power in powers.items()}


def but_of_helpers(
    messages: Sequence[Mapping[str, float]], of_another: Sequence[bool]
) -> list[dict[str, float]]:
    """Return the messages, of which those count less that are mostly of a helper.

    After somebody surely told of their own danger, "he says he's on his way" is of who helps,
    until somebody else's danger is named.

    Args:
        messages: The probability of each subject, a message a row, the latest last.
        of_another: Whether each message names somebody else's danger.
    """
    found, told_own, named = [], False, False
    for chances, names in zip(messages, of_another, strict=True):
        named = named or names
        likeliest = max(chances, key=lambda name: chances[name], default=NO_SUBJECT)
        counts = AFTER_OWN if told_own and not named and likeliest == "third" else 1.0
        row = {name: counts * chance for name, chance in chances.items()}
        row[NO_SUBJECT] = row.get(NO_SUBJECT, 0.0) + (1 - counts) * sum(chances.values())
        found.append(row)
        told_own = told_own or chances.get("own", 0.0) >= SURE_OF_OWN
    return found


def sides(chances: Mapping[str, float]) -> dict[str, float]:
    """Return how likely a talk is about oneself, about somebody else, about harm at home."""
    likely: dict[str, float] = {}
    for name, chance in chances.items():
        side = SIDE_OF_SUBJECT[name]
        likely[side] = likely.get(side, 0.0) + chance
    return likely


def leading(chances: Mapping[str, float]) -> str | None:
    """Return the danger, or the side, that a talk is about, None if that is open."""
    likeliest = max(chances, key=lambda name: chances[name], default=None)
    return likeliest if likeliest and chances[likeliest] >= LEADS_FROM else None
