"""Read what a person tells, sentence by sentence: nobody came, the robin was back, she answered.

Flow: a message from `dialogue.understand` -> `dialogue.choices` -> here -> `dialogue.understand`.
`corpus/tellings.yaml` says what the coach says back to each.

A long message tells many things.  Each sentence is read by itself, so that one is taken up
that the coach has words for, and not the message as a whole, which is like none.
"""

from coach.dialogue.choices import ChoiceReader
from coach.dialogue.phrasing import sentences
from coach.dialogue.readers import NOTHING

__all__ = ["PERHAPS", "TELLS", "TellingReader"]

TELLS = 0.5
"""How likely a telling must be.  Of 1,134 sentences of whole talks, by people in no training set,
52 % of what tells something is seen at 0.5, and 19 % of what is taken for it is not."""

PERHAPS = 0.4
"""The same where nothing else is known of the message: 58 % and 25 %."""

MOST = 6
"""The sentences of a message that are read, the last ones: what weighs is mostly said last."""

WORDS = 3
"""A shorter sentence tells too little by itself."""


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

    def read(self, message: str) -> list[tuple[str, float]]:
        """Return what a message may tell, from `PERHAPS` on, with how likely; the likeliest first.

        Raises:
            EmbeddingError: The model failed.
        """
        found = self._choices.read_each(self.texts(message))
        known = [(chance, name) for name, chance in found if name != NOTHING and chance >= PERHAPS]
        return [(name, chance) for chance, name in sorted(known, reverse=True)]
