"""What the web surface asks of the other parts.

Flow: `serving` hands the real ones to `server`; tests may hand in others.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from coach.schema import Article, Document, Found, Message, Practice, Reply, Resource

__all__ = ["Coach", "HelplineDirectory", "Library"]


class Coach(Protocol):
    """Whoever answers; `coach.dialogue.conversation.Conversation` is one."""

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        """Return the whole reply to the last message.

        Raises:
            InputError: The messages cannot be answered; the text says why.
        """

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        """Yield the reply as it grows; the last one is whole.

        Raises:
            InputError: The messages cannot be answered; the text says why.
        """

    def composed(self, messages: Sequence[Message]) -> Reply:
        """Return the whole reply to the last message, and ask no language model for it.

        Raises:
            InputError: The messages cannot be answered; the text says why.
        """

    def find(self, query: str, *, limit: int = 4) -> Found:
        """Return the passages nearest to what someone looks for, and the risk in their words.

        Raises:
            InputError: The words cannot be searched for; the text says why.
        """


class Library(Protocol):
    """The documents that replies cite; `coach.library.Corpus` is one."""

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles, in the order in which they are read."""

    @property
    def practices(self) -> tuple[Practice, ...]:
        """The practices, in the order in which they are read."""

    def document(self, slug: str) -> Document | None:
        """Return the article or practice of that slug, if there is one."""


class HelplineDirectory(Protocol):
    """Where people can turn, by country."""

    def for_region(
        self, region: str | None, *, categories: Sequence[str] = ()
    ) -> tuple[Resource, ...]:
        """Return the places to turn to in a country; None where it is unknown.

        Args:
            region: ISO 3166-1 code.
            categories: What the screen heard, such as `abuse`; they may change the order.
        """

    def regions(self) -> tuple[tuple[str, str], ...]:
        """Return (code, name) of each country with helplines of its own."""
