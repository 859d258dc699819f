"""Read what a person tells, sentence by sentence: nobody came, the robin was back, she answered.

Flow: a message from `dialogue.understand` -> `dialogue.choices` -> here -> `dialogue.understand`.
`corpus/tellings.yaml` says what the coach says back to each.

A long message tells many things.  Each sentence is read by itself, so that one is taken up
that the coach has words for, and not the message as a whole, which is like none.
"""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from coach.dialogue.choices import ChoiceReader, Found
from coach.dialogue.readers import NOTHING
from coach.sentences import sentences

__all__ = ["ALSO", "PERHAPS", "TELLS", "Taken", "TellingReader"]

TELLS = 0.9
"""How likely a telling must be.  Of the 1,900 sentences of evals/dialogue/tellings.jsonl, with the
families, 54 % of what tells something is seen, and 7 % of what is taken for it is another thing or
none; of the 484 plain ones beside them 93 and 3 %, and of the 344 that come near one 92 and 16 %.
At 0.87 it was 58 and 8, 95 and 3, 94 and 20 %: what is told wrongly to somebody weighs more."""

TELLS_ONE_OF = 0.85
"""The same for a family, where no telling by itself is likely enough. Under 0.8 every third or
fourth of evals/dialogue/tellings.jsonl was another thing; it was drawn up with `TELLS`."""

ALSO = 0.92
"""The same for a second one beside it."""

PERHAPS = 0.8
"""The same where nothing else is known of the message."""

MOST = 6
"""The sentences of a message that are read, the last ones: what weighs is mostly said last."""

_SAID_BESIDE = re.compile(
    r"^(?:(?:no|yes|yeah|well|look|honestly),|(?:the )?truth is) (?=\w)"
    r"|,? (?:if you (?:want|must|have) to know|to be honest|if i'?m honest|tbh|you know|mind you"
    r"|to tell (?:you )?the truth)(?=[.!]*$)",
    re.IGNORECASE,
)
"""What tells nothing at the ends of a sentence."""

WORDS = 2
"""A shorter sentence tells too little by itself."""


class Taken(NamedTuple):
    """What one sentence tells.

    Attributes:
        name: Of the telling, or of a family of them where it is one of these.
        chance: How likely it tells that.
        at: Its place among the sentences of the message that are read.
        plainly: It is likely enough to be taken for told.
    """

    name: str
    chance: float
    at: int
    plainly: bool


class TellingReader:
    """Reads what people tell.

    Args:
        choices: What was learnt of tellings.
        families: Tellings that lie near each other, by the name of what they have in common.
    """

    def __init__(
        self, choices: ChoiceReader, families: Mapping[str, Collection[str]] | None = None
    ) -> None:
        self._choices = choices
        self._families = {
            family: np.isin(choices.labels, list(of)) for family, of in (families or {}).items()
        }

    def texts(self, message: str) -> list[str]:
        """Return the parts of a message that are read."""
        said = (_SAID_BESIDE.sub("", sentence) for sentence in sentences(message))
        told = [s for s in said if not s.endswith("?") and len(s.split()) >= WORDS]
        return told[-MOST:]

    def read(self, message: str) -> list[Taken]:
        """Return what a message may tell, from `PERHAPS` on; what it plainly tells comes first.

        Raises:
            EmbeddingError: The model failed.
        """
        found = self._choices.read_each(self.texts(message))
        told = [self._taken(one, at) for at, one in enumerate(found)]
        known = [one for one in told if one.name != NOTHING and one.chance >= PERHAPS]
        return sorted(known, key=lambda one: (not one.plainly, -one.chance, one.at))

    def _taken(self, found: Found, at: int) -> Taken:
        """Return the telling, or the family of which it surely is where it is unclear which.

        A row with somebody may be with a friend or with a sister.
        """
        if found.chance >= TELLS or found.name == NOTHING:
            return Taken(found.name, found.chance, at, plainly=True)
        sums = {name: float(found.chances[of].sum()) for name, of in self._families.items()}
        family = max(sums, key=lambda name: sums[name], default="")
        if sums.get(family, 0.0) >= TELLS_ONE_OF:
            return Taken(family, sums[family], at, plainly=True)
        return Taken(found.name, found.chance, at, plainly=False)
