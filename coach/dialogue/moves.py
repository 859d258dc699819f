"""Read what a message does amid a talk: it plays down, dreads, tells a secret, whatever of.

Flow: `evals/dialogue/train/moves.jsonl` -> `dialogue.training` (once, by an engineer) ->
`learnt/moves.npz` -> here -> `dialogue.understand`.  Counselling research codes clients'
utterances so; these moves are ours, and each has words of its own in `corpus/voice.yaml`.
"""

from collections.abc import Mapping

from coach.dialogue.readers import NOTHING, MessageReader

__all__ = ["ASKS", "LOST", "PLAIN", "SURE", "UNASKED", "MoveReader"]

ASKS = "asks-"
"""How the moves are named that want an answer before anything else."""

LOST = "does-not-know"
"""The move of somebody who does not know what to say."""

PLAIN = 0.5
"""How likely a move must be where nothing else is known of the message.  Of 153 messages amid the
talks of `docs/conversations` that had a move from 0.2 on, a reader found it fitting in 59 of 100;
from 0.35 on in 68 of 100."""

SURE = 0.6
"""How likely it must be to be believed against another reading."""

UNASKED = 0.8
"""How likely a question must be where nothing in the message asks, as in "I worry I was rude"."""


class MoveReader(MessageReader[tuple[str, float]]):
    """Reads what messages do amid a talk."""

    learnt_of = "moves"

    def read(self, message: str, least: float = PLAIN) -> str | None:
        """Return the move that a message makes, if it makes one.

        Args:
            message: As the person wrote it, or a part of it.
            least: How likely the move must be, 0 to 1.

        Raises:
            EmbeddingError: The model failed.
        """
        move, chance = self._find(message)
        return None if move == NOTHING or chance < least else move

    def _finding(self, *chances: Mapping[str, float]) -> tuple[str, float]:
        (moves,) = chances
        return max(moves.items(), key=lambda move: move[1])
