"""Whole talks with the real coach, for tests."""

from coach.dialogue.conversation import Conversation
from coach.schema import Message, Reply

__all__ = ["talk"]


def talk(conversation: Conversation, *turns: str) -> list[Reply]:
    """Return the replies to what one person says, turn after turn."""
    messages: list[Message] = []
    replies = []
    for turn in turns:
        messages.append(Message(role="user", content=turn))
        replies.append(conversation.reply(messages))
        messages.append(Message(role="assistant", content=replies[-1].text))
    return replies
