"""What the readers of messages share: one set that was learnt, and what was found of late.

Flow: `learnt/*.npz` -> here -> `dialogue.acts`, `dialogue.moves`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from coach.index.embedder import Encoder
from coach.index.judgement import Judgement
from coach.remembered import Remembered

__all__ = ["LEARNT_DIR", "NOTHING", "REMEMBERED", "MessageReader"]

LEARNT_DIR = Path(__file__).with_name("learnt")
NOTHING = "none"
"""The label of a message that has none of the others to a question."""

REMEMBERED = 1024

Finding = TypeVar("Finding")


class MessageReader(ABC, Generic[Finding]):
    """Reads messages by what was learnt; remembers its findings, and no text.

    Args:
        encoder: The model that the arrays were learnt with (`index.models.PACKAGED`).
        folder: Where the arrays are.

    Raises:
        EmbeddingError: Something is missing or broken.
    """

    learnt_of: str
    """The name of the training set."""

    def __init__(self, encoder: Encoder, folder: Path = LEARNT_DIR) -> None:
        self._encoder = encoder
        self._judgement = Judgement.read(folder, self.learnt_of)
        self._findings: Remembered[Finding] = Remembered(REMEMBERED)

    def _find(self, message: str) -> Finding:
        """Return what is found of a message.

        Raises:
            EmbeddingError: The model failed.
        """
        return self._findings.of_each([message], self._judge)[0]

    def _judge(self, messages: Sequence[str]) -> list[Finding]:
        named = self._judgement.named(messages, self._encoder.encode(messages))
        return [self._finding(*row) for row in zip(*named.values(), strict=True)]

    @abstractmethod
    def _finding(self, *chances: Mapping[str, float]) -> Finding:
        """Return what the chances of each question's labels say, in the order of the questions."""
