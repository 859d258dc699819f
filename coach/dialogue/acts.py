"""Read what a message does in the conversation, by what was learnt of labelled ones.

Flow: `evals/dialogue/train/acts.jsonl` -> `dialogue.training` (once, by an engineer) ->
`learnt/acts.npz` -> here -> `dialogue.understand`.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coach.dialogue.readers import LEARNT_DIR, NOTHING, MessageReader
from coach.errors import EmbeddingError
from coach.index.embedder import Encoder

__all__ = ["ActReader", "ReadActs"]

SHOWN = 0.7
"""The probability from which a feeling is taken as shown."""


@dataclass(frozen=True)
class ReadActs:
    """What was learnt says of one message; probabilities from 0 to 1.

    Attributes:
        acts: Of each act; they sum to 1.
        aspects: Of each aspect that a question asks for, and of none; they sum to 1.
        turns: Of each way in which a follow-up turns, and of none; they sum to 1.
        feelings: Of each feeling.
        lifts: By how much likelier each act is after each thing that the coach may have done.
    """

    acts: Mapping[str, float] = field(repr=False)
    aspects: Mapping[str, float] = field(repr=False)
    turns: Mapping[str, float] = field(repr=False)
    feelings: Mapping[str, float] = field(repr=False)
    lifts: Mapping[str, Mapping[str, float]] = field(repr=False)

    def act(self, possible: Collection[str], after: str) -> str:
        """Return the likeliest of the acts that are possible here.

        Args:
            possible: The acts that the conversation leaves open.
            after: What the coach's last message did; see the training set.
        """
        lift = self.lifts.get(after, {})
        chances = dict(self.acts)
        if lift.get("answer", 1.0) < 1:  # who answers where nothing was asked tells
            chances["story"] += chances.pop("answer")
        open_to = {
            name: chance * lift.get(name, 1.0)
            for name, chance in chances.items()
            if name in possible
        }
        return max(open_to, key=lambda name: open_to[name])

    @property
    def aspect(self) -> str:
        """The likeliest aspect, or `NOTHING`."""
        return max(self.aspects, key=lambda n: self.aspects[n])

    @property
    def turn(self) -> str:
        """The likeliest way in which it turns, taken as a follow-up."""
        return max((n for n in self.turns if n != NOTHING), key=lambda n: self.turns[n])

    @property
    def shown(self) -> tuple[str, ...]:
        """The feelings that the message shows, the plainest first."""
        ordered = sorted(self.feelings, key=lambda name: -self.feelings[name])
        return tuple(name for name in ordered if self.feelings[name] >= SHOWN)


class ActReader(MessageReader[ReadActs]):
    """Reads what messages do, what they ask for, and what feeling they show."""

    learnt_of = "acts"

    def __init__(self, encoder: Encoder, folder: Path = LEARNT_DIR) -> None:
        super().__init__(encoder, folder)
        self._lifts = _read_lifts(folder / "acts.lifts.json")

    def read(self, message: str) -> ReadActs:
        """Return what was learnt says of a message.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._find(message)

    def _finding(self, *chances: Mapping[str, float]) -> ReadActs:
        acts, aspects, turns, feelings = chances
        return ReadActs(acts, aspects, turns, feelings, self._lifts)


def _read_lifts(path: Path) -> Mapping[str, Mapping[str, float]]:
    try:
        lifts: Mapping[str, Mapping[str, float]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EmbeddingError(
            f"{path} cannot be read ({type(error).__name__}); "
            "take it from the release again, or run `coach train acts`."
        ) from None
    return lifts
