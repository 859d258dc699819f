"""One reply while a language model writes it: what came, what may be shown, what is cited.

Flow: sentences that passed `dialogue.model.gate` -> here -> pieces for `dialogue.model.drafter`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coach.dialogue.draft import Turn
from coach.dialogue.model.gate import Passed
from coach.dialogue.quoting import Quote, quotable
from coach.dialogue.support import Support
from coach.schema import Citation, Passage

__all__ = ["MARK", "MAX_WORDS", "Frame", "GrowingReply"]

MAX_WORDS = 120
"""The most words of a reply, as the composer's."""

ENOUGH_WORDS = 12
"""Words of supported claims after which an answer that breaks off needs no more of the composer."""

POINTER_WORDS = 16
"""Words kept free for the line that names the source."""

MOST_TALK, MOST_TALK_OF_A_STORY = 2, 3
"""Sentences of mere talk in an answer to a question, and in one to a story."""

MARK = re.compile(r"\[(\d+)\]")
"""The mark of a source in a text."""


@dataclass(frozen=True)
class Frame:
    """A composed reply in its parts: the words before the sources' words, those, and the end."""

    paragraphs: tuple[str, ...]
    body: tuple[str, ...]
    closing: tuple[str, ...]

    @classmethod
    def of(cls, paragraphs: tuple[str, ...]) -> "Frame":
        """Return the parts of a composed reply, told apart by the marks of its sources."""
        marked = [index for index, words in enumerate(paragraphs) if MARK.search(words)]
        body = tuple(paragraphs[index] for index in marked)
        # Where nothing is cited, the first paragraph is the reflection.
        return cls(paragraphs, body, paragraphs[max(marked, default=0) + 1 :])


@dataclass
class GrowingReply:
    """One reply while it is written.

    Attributes:
        turn: What it answers.
        passages: What its claims may rest on; none where a story is heard.
        frame: The composer's reply in its parts.
        composed: The composer's sources.
        citations: The reply's own sources, in the order of their first mark.
        said: The sentences that were let out or are about to be.
        question: What the model asked, kept for the end.
        stands: Enough came to show it.
    """

    turn: Turn
    passages: Sequence[Passage]
    frame: Frame
    composed: Sequence[Citation]
    citations: list[Citation] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    question: str = ""
    stands: bool = False
    _held: list[str] = field(default_factory=list)
    _claimed: int = 0
    _talk: int = 0
    _run: int = 0
    """The number of the source that the latest sentences rest on; marked when they end."""

    @property
    def words(self) -> int:
        """How many words were said."""
        return sum(len(sentence.split()) for sentence in self.said)

    @property
    def is_story(self) -> bool:
        """Whether something is told, so that it is heard and not taught."""
        return not self.passages

    @property
    def is_enough(self) -> bool:
        """Whether the reply answers without the composer's words."""
        return self._claimed >= ENOUGH_WORDS

    @property
    def is_full(self) -> bool:
        """Whether no more fits."""
        return self.words >= MAX_WORDS - self._reserved

    @property
    def _reserved(self) -> int:
        ending = len(" ".join(self.frame.closing).split())
        return POINTER_WORDS + max(ending, len(self.question.split()))

    def take(self, passed: Passed) -> Iterator[str]:
        """Yield what may be shown now that this sentence passed."""
        if passed.text in self.said:
            return
        if passed.asks:
            # One question at most, and at the end; one that a passage asks is none of the coach's.
            self.question = self.question or ("" if passed.support else passed.text)
            return
        if self.words + len(passed.text.split()) > MAX_WORDS - self._reserved:
            return
        if passed.support is None:
            if self._talk == (MOST_TALK_OF_A_STORY if self.is_story else MOST_TALK):
                return
            self._talk += 1
        pieces = list(self._pieces(passed))
        self.said.append(passed.text)
        if passed.support:
            self._claimed += len(passed.text.split())
        self._held += pieces
        if passed.support or self.is_story:
            self.stands = True
        if self.stands:
            yield from self._held
            self._held.clear()

    def unmarked(self) -> Iterator[str]:
        """Yield the mark of the source that the latest sentences rest on, if they lack it."""
        if self._run:
            yield f" [{self._run}]"
        self._run = 0

    def renumbered(self, n: int) -> int:
        """Return the number that the composer's source `n` has in this reply."""
        return self._numbered(self.composed[n - 1])

    def _pieces(self, passed: Passed) -> Iterator[str]:
        number = self._number(passed.support) if passed.support else 0
        if number != self._run:
            yield from self.unmarked()
        self._run = number
        yield passed.text if not self.said else f" {passed.text}"

    def _number(self, support: Support) -> int:
        blocks = quotable(support.passage.chunk.text)
        # A paragraph is what a reader looks up; two of its sentences are one source.
        holding = (block for block in blocks if support.quote in " ".join(block.split()))
        whole = next(holding, support.quote)
        return self._numbered(Quote(support.passage, whole).citation(0))

    def _numbered(self, citation: Citation) -> int:
        for known in self.citations:
            if known == citation.model_copy(update={"n": known.n}):
                return known.n
        self.citations.append(citation.model_copy(update={"n": len(self.citations) + 1}))
        return len(self.citations)
