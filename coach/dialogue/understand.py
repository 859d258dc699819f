"""Understand what a message is after: the act, the topic, and what the person tells.

Flow: the screened message and its history -> here -> `dialogue.graph` routes by it.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from coach.dialogue.history import History
from coach.dialogue.phrasing import Situation, Voice
from coach.index.embedder import Embedder
from coach.library import Corpus
from coach.library.front_matter import load_yaml
from coach.schema import Aspect, Practice, Topic

__all__ = ["Act", "Understanding", "Understood"]

SITUATION_FLOOR = 0.42
"""The cosine of a message and a situation's nearest cue under which it is not that situation."""


class Act(StrEnum):
    """What a message does in the conversation."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    LANGUAGE = "language"
    NEXT = "next"
    REPEAT = "repeat"
    SLOWER = "slower"
    SKIP = "skip"
    STOP = "stop"
    ACCEPT = "accept"
    DECLINE = "decline"
    LEAD = "lead"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABOUT = "about"
    UNHELPFUL = "unhelpful"
    FOLLOW_UP = "follow_up"
    QUESTION = "question"
    STORY = "story"

    @property
    def steers_walk(self) -> bool:
        """Whether it moves a walk-through that is going on."""
        return self in {Act.NEXT, Act.REPEAT, Act.SLOWER, Act.SKIP, Act.STOP}


@dataclass(frozen=True)
class Understood:
    """What was understood of the latest message.

    Attributes:
        act: What the message does.
        query: What to search for; a follow-up carries what it follows.
        aspect: Which side of the matter is asked for, if it says so.
        topics: The topics that the message names.
        situation: What the person tells of themselves, if it is one the coach knows.
        follow_up: Which way a follow-up turns (`more`, `shorter`, `why`, …).
        practice: The practice that is meant, where one is named or was offered.
    """

    act: Act
    query: str = ""
    aspect: Aspect | None = None
    topics: frozenset[str] = field(default_factory=frozenset)
    situation: Situation | None = None
    follow_up: str | None = None
    practice: Practice | None = None


class Understanding:
    """Reads messages by patterns (`acts.yaml`) and by their embedding."""

    def __init__(self, corpus: Corpus, voice: Voice, embedder: Embedder) -> None:
        self._corpus = corpus
        self._embedder = embedder
        self._acts: dict[str, Any] = load_yaml(Path(__file__).with_name("acts.yaml"))
        cued = [(cue, situation) for situation in voice.situations for cue in situation.cues]
        self._situations = [situation for _, situation in cued]
        self._cues = embedder.embed([cue for cue, _ in cued])

    def read(self, history: History) -> Understood:
        """Return what the latest message is after."""
        message = _folded(history.latest)
        if not message:
            return Understood(Act.EMPTY)
        if not any(unicodedata.category(c)[0] in "LN" for c in message):
            return Understood(Act.UNREADABLE)
        bare = message.strip(" .!,;:)(?").lower()
        topics = self._named_topics(message)
        practice = self._practice(topics, history)
        aspect = self._aspect(message)
        if history.walk and (act := self._walk_act(bare)):
            return Understood(act)
        if history.offered and self._whole("accept", bare):
            return Understood(Act.ACCEPT, practice=history.offered)
        if history.offered and self._whole("decline", bare):
            return Understood(Act.DECLINE)
        if self._anywhere("lead", message):
            return Understood(Act.LEAD, query=message, topics=topics, practice=practice)
        for act in (Act.GREETING, Act.GOODBYE, Act.THANKS, Act.UNHELPFUL):
            if self._whole(act.value, bare):
                return Understood(act)
        if self._anywhere("about", message) and not topics:
            return Understood(Act.ABOUT)
        if history.subject and (turn := self._follow_up(bare)):
            subject = self._corpus.document(history.subject)
            return Understood(
                Act.FOLLOW_UP,
                query=f"{subject.title}: {message}" if subject else message,
                aspect=_ASPECT_OF_TURN.get(turn),
                topics=frozenset(subject.topics) if subject else topics,
                follow_up=turn,
                practice=self._corpus.practice(history.subject),
            )
        situation = self._situation(message)
        asks = self._anywhere("question", message)
        tells = self._anywhere("first_person", message)
        act = Act.QUESTION if asks or not (situation or tells) else Act.STORY
        return Understood(
            act,
            query=self._in_context(message, topics, history) if asks else message,
            aspect=aspect if asks else None,
            topics=topics,
            situation=situation if tells else None,
            practice=practice if topics else None,
        )

    def _whole(self, name: str, bare: str) -> bool:
        return re.fullmatch(self._acts[name], bare, re.IGNORECASE) is not None

    def _anywhere(self, name: str, message: str) -> bool:
        return re.search(self._acts[name], message, re.IGNORECASE) is not None

    def _walk_act(self, bare: str) -> Act | None:
        for name, pattern in self._acts["walk"].items():
            if re.fullmatch(pattern, bare, re.IGNORECASE):
                return Act(name)
        return None

    def _follow_up(self, bare: str) -> str | None:
        for name, pattern in self._acts["follow_up"].items():
            if re.fullmatch(pattern, bare, re.IGNORECASE):
                return str(name)
        return None

    def _aspect(self, message: str) -> Aspect | None:
        for name, pattern in self._acts["aspects"].items():
            if re.search(pattern, message, re.IGNORECASE):
                return Aspect(name)
        return None

    @cached_property
    def _names(self) -> list[tuple[re.Pattern[str], Topic]]:
        """Each topic's names as one pattern: words at their bounds, hyphen or space."""
        named = []
        for topic in self._corpus.topics:
            names = {topic.title.lower(), topic.id.replace("-", " "), *topic.names}
            options = "|".join(re.escape(n).replace(r"\ ", "[ -]").replace(r"\-", "[ -]") for n in names)
            named.append((re.compile(rf"\b(?:{options})\b", re.IGNORECASE), topic))
        return named

    def _named_topics(self, message: str) -> frozenset[str]:
        return frozenset(topic.id for pattern, topic in self._names if pattern.search(message))

    def _practice(self, topics: frozenset[str], history: History) -> Practice | None:
        """Return the practice that is named, else the one that was offered or quoted."""
        for topic in sorted(topics):
            if practice := self._corpus.practice(topic):
                return practice
        if history.offered:
            return history.offered
        return self._corpus.practice(history.subject) if history.subject else None

    def _situation(self, message: str) -> Situation | None:
        nearness = self._cues @ self._embedder.embed([message])[0]
        nearest = int(nearness.argmax())
        return self._situations[nearest] if nearness[nearest] >= SITUATION_FLOOR else None

    def _in_context(self, message: str, topics: frozenset[str], history: History) -> str:
        """Return the message with what it refers to, if it names nothing itself."""
        subject = self._corpus.document(history.subject) if history.subject else None
        refers = re.search(r"\b(it|that|this|these|they|them|one|there)\b", message, re.IGNORECASE)
        if subject is None or topics or not refers or len(message.split()) > _SHORT:
            return message
        return f"{subject.title}: {message}"


_SHORT = 12
"""The most words of a question that may lean on what was said before."""

_ASPECT_OF_TURN = {
    "why": Aspect.WHY,
    "how": Aspect.HOW,
    "when": Aspect.WHEN,
    "example": Aspect.EXAMPLE,
    "hard": Aspect.HARD,
}


def _folded(message: str) -> str:
    """Return the message with straight quotes, single spaces and no control characters."""
    straight = message.translate(str.maketrans("\u2018\u2019\u201c\u201d", "''\"\""))
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in straight)
    return re.sub(r"\s+", " ", visible).strip()
