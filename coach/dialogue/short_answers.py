"""Read which question a message asks, of those that the author has answered in a few words.

Flow: `evals/dialogue/train/short_answers.jsonl` -> `dialogue.training` (once, by an engineer) ->
`learnt/short_answers.npz` -> here -> `dialogue.understand`.  `corpus/short_answers.yaml` says
which section of the corpus answers each.
"""

from collections.abc import Sequence
from pathlib import Path

from coach.dialogue.readers import LEARNT_DIR, REMEMBERED
from coach.index.choice import Choice
from coach.index.embedder import Encoder
from coach.remembered import Remembered

__all__ = ["ShortAnswerReader"]


class ShortAnswerReader:
    """Reads which of the answered questions a message asks; remembers its findings, and no text.

    Args:
        encoder: The packaged model, which the arrays were learnt with.
        folder: Where the arrays are.

    Raises:
        EmbeddingError: Something is missing or broken.
    """

    def __init__(self, encoder: Encoder, folder: Path = LEARNT_DIR) -> None:
        self._encoder = encoder
        self._choice = Choice.read(folder, "short_answers")
        self._findings: Remembered[tuple[str, float]] = Remembered(REMEMBERED)

    def read(self, message: str) -> tuple[str, float]:
        """Return the likeliest question, and how likely it is, 0 to 1.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._findings.of_each([message], self._likeliest)[0]

    def _likeliest(self, messages: Sequence[str]) -> list[tuple[str, float]]:
        chances = self._choice.chances(self._encoder.encode(messages))
        best = chances.argmax(axis=1)
        return [
            (self._choice.labels[i], float(row[i])) for i, row in zip(best, chances, strict=True)
        ]
