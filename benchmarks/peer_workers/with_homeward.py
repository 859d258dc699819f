"""Homeward itself: whole turns, or (with `search` as the last word) search alone."""

import sys
from collections.abc import Sequence
from pathlib import Path

from talk import LIMIT, talk

from coach.dialogue.history import History
from coach.dialogue.preparation import ready_conversation
from coach.dialogue.prior import Prior
from coach.index.build import build_index
from coach.index.search import Searcher
from coach.library import load_corpus
from coach.schema import Message, Passage
from coach.settings import Settings


class Search:
    """The index, searched by the words as they stand."""

    def __init__(self, _model: str) -> None:
        self._settings = Settings.load()

    def build(self, chunks: Sequence[tuple[str, str]], folder: Path) -> None:
        """Build an index of the corpus, which gives the same chunks."""
        made = build_index(self._at(folder), load_corpus(self._settings.corpus_dir))
        if made.chunks != len(chunks):
            raise ValueError(f"{made.chunks} chunks were built, not {len(chunks)}")

    def open(self, folder: Path) -> None:
        """Open the index."""
        self._searcher = Searcher.open(self._at(folder), load_corpus(self._settings.corpus_dir))

    def turn(self, text: str) -> list[str]:
        """Search."""
        return _ids(self._searcher.search(text, limit=LIMIT, floor=-1.0))

    rank = turn

    def _at(self, folder: Path) -> Settings:
        folder.mkdir(exist_ok=True)
        encoders = folder / "encoders"  # exported once for a set of weights
        if not encoders.exists():
            encoders.symlink_to(self._settings.encoders_dir)
        return self._settings.model_copy(update={"index_dir": folder})


class Turns(Search):
    """The whole conversation, over the index that the page uses."""

    def open(self, folder: Path) -> None:
        """Open the conversation; its index also holds the coach's own words."""
        del folder
        self._conversation = ready_conversation(self._settings, print)
        self._prior = Prior(self._conversation.searcher.chunks)

    def turn(self, text: str) -> list[str]:
        """Screen, understand, search, draft and check."""
        reply = self._conversation.reply([Message(role="user", content=text)])
        return [citation.article for citation in reply.citations]

    def rank(self, text: str) -> list[str]:
        """Search with what was understood, as a turn does."""
        history = History(messages=(Message(role="user", content=text),))
        understood, _ = self._conversation.understand(history)
        found = self._conversation.searcher.search(
            understood.query or text, limit=LIMIT, prior=self._prior.of(understood), floor=-1.0
        )
        return _ids(found)


def _ids(passages: Sequence[Passage]) -> list[str]:
    return [passage.chunk.id for passage in passages]


talk(Search if sys.argv[-1] == "search" else Turns, ("homeward", "onnxruntime"))
