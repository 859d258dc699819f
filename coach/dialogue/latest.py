"""The conversation over the newest index, exchanged while people talk.

Flow: `index/CURRENT` or the Chroma server changes -> here opens what is newest -> `web`
answers from it.
"""

import logging
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic

from coach.dialogue.conversation import Conversation
from coach.dialogue.preparation import load_all
from coach.errors import CoachError, IndexAwayError
from coach.index.server import IndexServer
from coach.index.store import Manifest
from coach.schema import Article, Document, Found, Message, Practice, Reply

__all__ = ["LatestConversation"]

LOOK_EVERY = 0.25
"""Seconds between two looks at the pointer."""

ASK_EVERY = 5.0
"""Seconds between two questions to the Chroma server, where one is set."""

_LOG = logging.getLogger(__name__)


class LatestConversation:
    """Answers as a `Conversation` does, from the build that is newest when a turn begins.

    A turn that has begun ends with what it began with. An index that cannot be opened is
    passed over, and the one before goes on answering.
    """

    def __init__(self, first: Conversation) -> None:
        self._now = first
        self._pointer = first.settings.index_dir / "CURRENT"
        self._server = IndexServer.of(first.settings)
        self._asked = -math.inf
        self._on_server: tuple[Manifest, ...] = ()
        self._seen = self._build()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Exchange the conversation whenever a new build is published."""
        ended = threading.Event()
        thread = threading.Thread(target=self._follow, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def refresh(self) -> bool:
        """Take up the newest build if it is another one; return whether it was taken up."""
        build = self._build()
        if build == self._seen:
            return False
        self._seen = build
        try:
            newest = self._now.reopened()
            load_all(newest)
        except CoachError as error:
            _LOG.warning("The new index is not taken up: %s", error)
            return False
        self._now = newest
        return True

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        """Return the reply to the latest message; see `Conversation.reply`."""
        return self._now.reply(messages, region=region)

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        """Yield the reply as it grows; see `Conversation.stream`."""
        return self._now.stream(messages, region=region)

    def composed(self, messages: Sequence[Message]) -> Reply:
        """Return the reply that no language model had a part in; see `Conversation.composed`."""
        return self._now.composed(messages)

    def find(self, query: str, *, limit: int = 4) -> Found:
        """Return the passages nearest to what someone looks for; see `Conversation.find`."""
        return self._now.find(query, limit=limit)

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles, in the order in which they are read."""
        return self._now.corpus.articles

    @property
    def practices(self) -> tuple[Practice, ...]:
        """The practices, in the order in which they are read."""
        return self._now.corpus.practices

    def document(self, slug: str) -> Document | None:
        """Return the article or practice of that slug, if there is one."""
        return self._now.corpus.document(slug)

    def _build(self) -> tuple[bytes, tuple[Manifest, ...]]:
        """Return what is published: the build on disk and, where there is one, the server's."""
        try:
            on_disk = self._pointer.read_bytes()
        except OSError:
            on_disk = b""
        if self._server and monotonic() - self._asked >= ASK_EVERY:
            # A server that is away changes nothing: what was read of it stays in memory.
            with suppress(IndexAwayError):
                self._on_server = tuple(self._server.builds())
            self._asked = monotonic()
        return on_disk, self._on_server

    def _follow(self, ended: threading.Event) -> None:
        while not ended.wait(LOOK_EVERY):
            try:
                self.refresh()
            except Exception as error:
                # The page must go on answering; the kind of what happened is enough to look for.
                _LOG.error("The new index is not taken up: %s", type(error).__name__)
