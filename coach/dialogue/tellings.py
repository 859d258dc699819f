"""Read what a person tells, sentence by sentence: nobody came, the robin was back, she answered.

Flow: a message from `dialogue.understand` -> `dialogue.choices` -> here -> `dialogue.understand`.
`corpus/tellings.yaml` says what the coach says back to each.

A long message tells many things.  Each sentence is read by itself, so that one is taken up
that the coach has words for, and not the message as a whole, which is like none.
"""

from typing import NamedTuple

from coach.dialogue.choices import ChoiceReader
from coach.dialogue.readers import NOTHING
from coach.sentences import sentences

__all__ = ["ALSO", "PERHAPS", "TELLS", "Taken", "TellingReader"]

TELLS = 0.85
"""How likely a telling must be.  Of the 1,900 sentences of evals/dialogue/tellings.jsonl, 54 %
of what tells something is seen at 0.85, and 7 % of what is taken for it is another thing or none
(58 and 9 % at 0.8, 62 and 11 % at 0.75); of the 484 plain ones beside them 92 and 3 %."""

ALSO = 0.92
"""The same for a second one beside it."""

PERHAPS = 0.78
"""The same where nothing else is known of the message."""

MOST = 6
"""The sentences of a message that are read, the last ones: what weighs is mostly said last."""

WORDS = 3
"""A shorter sentence tells too little by itself."""


class Taken(NamedTuple):
    """What one sentence tells.

    Attributes:
        name: Of the telling.
        chance: How likely it tells that.
        at: Its place among the sentences of the message that are read.
    """

    name: str
    chance: float
    at: int


class TellingReader:
    """Reads what people tell.

    Args:
        choices: What was learnt of tellings.
    """

    def __init__(self, choices: ChoiceReader) -> None:
        self._choices = choices

    def texts(self, message: str) -> list[str]:
        """Return the parts of a message that are read."""
        told = [s for s in sentences(message) if not s.endswith("?") and len(s.split()) >= WORDS]
        return told[-MOST:]

    def read(self, message: str) -> list[Taken]:
        """Return what a message may tell, from `PERHAPS` on; the likeliest first.

        Raises:
            EmbeddingError: The model failed.
        """
        found = self._choices.read_each(self.texts(message))
        told = [Taken(name, chance, at) for at, (name, chance) in enumerate(found)]
        known = [one for one in told if one.name != NOTHING and one.chance >= PERHAPS]
        return sorted(known, key=lambda one: (-one.chance, one.at))
