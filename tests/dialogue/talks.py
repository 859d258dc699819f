"""Whole talks with the real coach, for tests."""

from collections.abc import Iterable

from coach.dialogue.conversation import Conversation
from coach.dialogue.pronouns import ways
from coach.schema import Message, Reply

__all__ = ["says_any", "talk"]


def says_any(text: str, lines: Iterable[str]) -> bool:
    """Tell whether a text says any of some lines, whoever is called he or she in it."""
    return any(way in text for line in lines for way in ways(line))


def talk(conversation: Conversation, *turns: str) -> list[Reply]:
    """Return the replies to what one person says, turn after turn."""
    messages: list[Message] = []
    replies = []
    for turn in turns:
        messages.append(Message(role="user", content=turn))
        replies.append(conversation.reply(messages))
        messages.append(Message(role="assistant", content=replies[-1].text))
    return replies
