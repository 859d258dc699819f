"""Whole conversations as files: `python -m tests.golden` lets the coach answer them anew.

A file of `docs/conversations/` holds what a made-up person writes, each line after `> `, and
what the real coach replied to it.  `tests/dialogue/test_golden.py` fails where a reply would
be another one now, so that a change of behaviour is a diff that someone reads.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from coach.dialogue.conversation import Conversation
from coach.evaluation.report import processor
from coach.schema import Message, Reply
from coach.settings import Settings

FOLDER = Path(__file__).parents[1] / "docs" / "conversations"
PROCESSOR = FOLDER / "processor.txt"
"""Names the machine on which all of them were answered last."""


def files() -> list[Path]:
    """Return the conversations, in the order of their names."""
    return sorted(path for path in FOLDER.glob("*.md") if path.stem != "README")


def turns(text: str) -> list[str]:
    """Return what the person writes; a line that begins with `> ` goes on with the one above."""
    blocks = re.findall(r"(?m)(?:^> ?.*\n?)+", text)
    return [re.sub(r"(?m)^> ?", "", block).strip() for block in blocks]


def replies(text: str) -> list[str]:
    """Return what the coach replied, each with its notes."""
    return [part.strip() for part in re.split(r"(?m)^> ?.*\n", text)[1:] if part.strip()]


def answered(conversation: Conversation, text: str) -> str:
    """Return the file as the coach answers it now, its head unchanged."""
    head = text.split("\n> ", 1)[0].rstrip()
    region = re.search(r"(?m)^region: ([A-Z]{2})$", head)
    parts = [head]
    messages: list[Message] = []
    for said in turns(text):
        messages.append(Message(role="user", content=said))
        reply = conversation.reply(messages, region=region[1] if region else None)
        messages.append(Message(role="assistant", content=reply.text))
        parts += ["\n".join(f"> {line}".rstrip() for line in said.split("\n")), _shown(reply)]
    return "\n\n".join(parts) + "\n"


def _shown(reply: Reply) -> str:
    """Return a reply's words, and beneath them what else it carries."""
    return f"{reply.text}\n\n*{'; '.join(_notes(reply))}*"


def _notes(reply: Reply) -> Iterator[str]:
    yield reply.kind
    if reply.risk.categories:
        yield f"{reply.risk.level}: {', '.join(reply.risk.categories)}"
    for citation in reply.citations:
        yield f"[{citation.n}] {citation.title}, {citation.section}"
    if reply.practice:
        pause = f", pause {reply.practice.pause} s" if reply.practice.pause else ""
        yield f"step {reply.practice.step} of {reply.practice.steps}{pause}"
    if reply.resources:
        yield f"shown: {', '.join(resource.name for resource in reply.resources)}"


def main() -> None:
    """Answer every conversation anew, or those that are named."""
    conversation = Conversation.open(Settings())
    for path in [FOLDER / f"{name}.md" for name in sys.argv[1:]] or files():
        path.write_text(answered(conversation, path.read_text(encoding="utf-8")), encoding="utf-8")
    if not sys.argv[1:]:
        PROCESSOR.write_text(f"{processor()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
