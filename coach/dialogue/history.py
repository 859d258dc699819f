"""What the coach knows of a conversation: a fold over its messages.

Flow: the messages of a request -> here -> every node of `dialogue.graph`.  Nothing is
kept between requests; what an earlier reply did is recognised by reading its text
against the corpus that it came from.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coach.dialogue.phrasing import Voice
from coach.library import Corpus
from coach.schema import Message, Practice, PracticePosition

__all__ = ["History", "read_history"]

WALK_MEMORY = 6
"""How many replies without a step may come between two steps of a walk-through."""


@dataclass(frozen=True)
class History:
    """One conversation up to and including the message that is to be answered.

    Attributes:
        messages: All of it, the person's latest message last.
        walk: Where the walk-through stands that is going on, if one is.
        offered: The practice that the latest reply offered to lead through.
        subject: The document that was quoted last.
    """

    messages: tuple[Message, ...]
    walk: PracticePosition | None = None
    offered: Practice | None = None
    subject: str | None = None

    @property
    def latest(self) -> str:
        """The message that is to be answered."""
        return self.messages[-1].content

    @property
    def theirs(self) -> list[str]:
        """What the person wrote, in order."""
        return [m.content for m in self.messages if m.role == "user"]

    @property
    def ours(self) -> list[str]:
        """What the coach replied, in order."""
        return [m.content for m in self.messages if m.role == "assistant"]


def read_history(messages: Sequence[Message], corpus: Corpus, voice: Voice) -> History:
    """Return what the messages say of where the conversation stands."""
    ours = [_plain(m.content) for m in messages if m.role == "assistant"]
    return History(
        messages=tuple(messages),
        walk=_walk(ours, corpus, voice),
        offered=_offered(ours[-1], corpus, voice) if ours else None,
        subject=next((slug for text in reversed(ours) if (slug := _quoted(text, corpus))), None),
    )


def _walk(ours: list[str], corpus: Corpus, voice: Voice) -> PracticePosition | None:
    ends = [_plain(line) for line in (*voice.walkthrough.stop, *voice.walkthrough.done)]
    for text in reversed(ours[-WALK_MEMORY:]):
        if any(line in text for line in ends):
            return None
        for practice in corpus.practices:
            for number, step in reversed(list(enumerate(practice.steps, start=1))):
                if _plain(step.say) in text:
                    return PracticePosition(id=practice.id, step=number, steps=len(practice.steps))
    return None


def _offered(text: str, corpus: Corpus, voice: Voice) -> Practice | None:
    for practice in corpus.practices:
        if any(_plain(offer.format(practice=spoken(practice))) in text for offer in voice.offers):
            return practice
    return None


def _quoted(text: str, corpus: Corpus) -> str | None:
    """Return the document of which a paragraph's beginning stands in the text."""
    for document in corpus.documents:
        for section in document.sections:
            for paragraph in section.text.split("\n\n"):
                beginning = _plain(paragraph)[:60]
                if len(beginning) > 30 and beginning in text:  # noqa: PLR2004 - no chance match
                    return document.slug
    return None


def spoken(practice: Practice) -> str:
    """Return the practice's title as it stands inside a sentence."""
    title = practice.title
    return title[0].lower() + title[1:] if title.startswith("The ") else title


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
