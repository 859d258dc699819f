"""Read what a message does amid a talk: it plays down, dreads, tells a secret, whatever of.

Flow: `evals/dialogue/train/moves.jsonl` -> `dialogue.training` (once, by an engineer) ->
`learnt/moves.npz` -> here -> `dialogue.understand`.  Counselling research codes clients'
utterances so; these moves are ours, and each has words of its own in `corpus/voice.yaml`.
"""

from collections.abc import Sequence
from pathlib import Path

from coach.dialogue.acts import LEARNT_DIR, NOTHING
from coach.index.embedder import Encoder
from coach.index.judgement import Judgement
from coach.remembered import Remembered

__all__ = ["PLAIN", "SURE", "MoveReader"]

PLAIN = 0.5
"""How likely a move must be where nothing else is known of the message.  Of 153 messages amid the
talks of `docs/conversations` that had a move from 0.2 on, a reader found it fitting in 59 of 100;
from 0.35 on in 68 of 100."""

SURE = 0.6
"""How likely it must be to be believed against another reading."""

REMEMBERED = 1024


class MoveReader:
    """Reads messages by what was learnt; remembers its findings, and no text.

    Args:
        encoder: The packaged model, which the arrays were learnt with.
        folder: Where the arrays are.

    Raises:
        EmbeddingError: Something is missing or broken.
    """

    def __init__(self, encoder: Encoder, folder: Path = LEARNT_DIR) -> None:
        self._encoder = encoder
        self._judgement = Judgement.read(folder, "moves")
        self._read: Remembered[tuple[str, float]] = Remembered(REMEMBERED)

    def read(self, message: str, least: float = PLAIN) -> str | None:
        """Return the move that a message makes, if it makes one.

        Args:
            message: As the person wrote it, or a part of it.
            least: How likely the move must be, 0 to 1.

        Raises:
            EmbeddingError: The model failed.
        """
        move, chance = self._read.of_each([message], self._judge)[0]
        return None if move == NOTHING or chance < least else move

    def _judge(self, messages: Sequence[str]) -> list[tuple[str, float]]:
        named = self._judgement.named(messages, self._encoder.encode(messages))
        return [max(moves.items(), key=lambda move: move[1]) for moves in named["move"]]
