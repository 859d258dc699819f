"""Read what a message does in the conversation, by what was learnt of labelled ones.

Flow: `evals/dialogue/train/acts.jsonl` -> `dialogue.training` (once, by an engineer) ->
`learnt/acts.npz` -> here -> `dialogue.understand`.  The message is encoded once for this, for
the screen and for search.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coach.errors import EmbeddingError
from coach.index.embedder import Encoder
from coach.index.judgement import Judgement
from coach.remembered import Remembered

__all__ = ["LEARNT_DIR", "NOTHING", "ActReader", "ReadActs"]

LEARNT_DIR = Path(__file__).with_name("learnt")
NOTHING = "none"
"""The label of a message that has no aspect, or is no follow-up."""

SHOWN = 0.7
"""The probability from which a feeling is taken as shown."""

REMEMBERED = 1024


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
        open_to = {
            name: chance * lift.get(name, 1.0)
            for name, chance in self.acts.items()
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


class ActReader:
    """Reads messages by what was learnt; remembers its findings, and no text.

    Args:
        encoder: The packaged model, which the arrays were learnt with.
        folder: Where the arrays are.

    Raises:
        EmbeddingError: Something is missing or broken.
    """

    def __init__(self, encoder: Encoder, folder: Path = LEARNT_DIR) -> None:
        self._encoder = encoder
        self._judgement = Judgement.read(folder, "acts")
        self._lifts = _read_lifts(folder / "acts.lifts.json")
        self._read: Remembered[ReadActs] = Remembered(REMEMBERED)

    def read(self, message: str) -> ReadActs:
        """Return what was learnt says of a message.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._read.of_each([message], self._judge)[0]

    def _judge(self, messages: Sequence[str]) -> list[ReadActs]:
        named = self._judgement.named(messages, self._encoder.encode(messages))
        return [
            ReadActs(acts, aspects, turns, feelings, self._lifts)
            for acts, aspects, turns, feelings in zip(*named.values(), strict=True)
        ]


def _read_lifts(path: Path) -> Mapping[str, Mapping[str, float]]:
    try:
        lifts: Mapping[str, Mapping[str, float]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EmbeddingError(
            f"{path} cannot be read ({type(error).__name__}); "
            "take it from the release again, or run `coach train acts`."
        ) from None
    return lifts
