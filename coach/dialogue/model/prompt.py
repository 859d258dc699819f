"""Put together what the language model is told of one turn.

Flow: a `Turn` and its passages -> here (the words stand in `prompt.yaml`) ->
`dialogue.model.connection`.  Only the latest messages go along, each cut to a length.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from coach.dialogue.draft import Turn
from coach.dialogue.quoting import quotable
from coach.dialogue.understood import Act
from coach.library.front_matter import load_yaml
from coach.schema import Passage

__all__ = ["Prompt", "write_prompt"]

Prompt = list[tuple[str, str]]
"""Messages as (role, content); roles are `system`, `human` and `ai`."""

MOST_MESSAGES = 9
MOST_CHARS = 1200
"""How many of the latest messages are sent, and how much of each; and of each passage."""


def write_prompt(turn: Turn, passages: Sequence[Passage]) -> Prompt:
    """Return the messages to send: the rules with the passages, then the conversation."""
    words = _words()
    rules = [
        words["role"],
        *(f"- {rule}" for rule in words["rules"]),
        f"Never: {'; '.join(words['never'])}.",
        words["passages"] if passages else words["no_passages"],
        *(_fenced(number, passage) for number, passage in enumerate(passages, start=1)),
        words["tasks"][_task(turn)],
    ]
    roles = {"user": "human", "assistant": "ai"}
    said = [
        (roles[message.role], message.content[:MOST_CHARS])
        for message in turn.history.messages[-MOST_MESSAGES:]
    ]
    # A conversation begins with the person in every provider's template.
    while said[0][0] == "ai":
        said.pop(0)
    return [("system", "\n".join(rules)), *said]


def _task(turn: Turn) -> str:
    understood = turn.understood
    if understood.act is Act.STORY:
        return "story"
    if understood.follow_up in _words()["tasks"]:
        return str(understood.follow_up)
    return "follow_up" if understood.follow_up else "question"


def _fenced(number: int, passage: Passage) -> str:
    text = "\n".join(quotable(passage.chunk.text))[:MOST_CHARS]
    inert = text.translate(str.maketrans("<>", "\u2039\u203a"))
    return f'<passage n="{number}">\n{inert}\n</passage>'


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = load_yaml(Path(__file__).with_name("prompt.yaml"))
    return words
