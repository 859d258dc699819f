"""Whole talks with the real coach, for tests."""

from coach.dialogue.conversation import Conversation
from coach.schema import Message, Reply

__all__ = ["after", "talk"]


def after(conversation: Conversation, *talk: str) -> Reply:
    """Return the reply to the last of the messages, the person's and the coach's in turn."""
    roles = ("user", "assistant")
    messages = [Message(role=roles[n % 2], content=text) for n, text in enumerate(talk)]
    return conversation.reply(messages)


def talk(conversation: Conversation, *turns: str) -> list[Reply]:
    """Return the replies to what one person says, turn after turn."""
    messages: list[Message] = []
    replies = []
    for turn in turns:
        messages.append(Message(role="user", content=turn))
        replies.append(conversation.reply(messages))
        messages.append(Message(role="assistant", content=replies[-1].text))
    return replies
