"""The latest message as it is read, and what the conversation leaves open to it.

Flow: `dialogue.history` -> `dialogue.understand` -> here -> `dialogue.asking`, `dialogue.choosing`.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

from coach.dialogue.expressions import Expressions, folded
from coach.dialogue.history import TELLING_WORDS, History
from coach.dialogue.told import read_told
from coach.dialogue.understood import WALK_ACTS
from coach.sentences import sentences

__all__ = [
    "BRIEF_COMPLAINT",
    "CITED",
    "SHORT",
    "SHORTER",
    "Heard",
    "asked_last",
    "end_of",
    "in_its_place",
    "in_their_story",
    "names_told",
    "quoted",
    "standing",
    "wants_an_ear",
]

SHORT = 12
"""The most words of a question that may lean on what was said before."""

SHORTER = 8
"""The most words of a question that leans on the quotation right before it."""

BRIEF_COMPLAINT = 6
"""Words up to which even a first message is a complaint about the coach."""

CITED = "[1]"
"""What stands in a reply that quotes a page."""

_OPEN_ACTS = frozenset(
    {
        "about",
        "boundary",
        "choose",
        "goodbye",
        "greeting",
        "lead",
        "off_topic",
        "question",
        "story",
        "thanks",
        "unhelpful",
    }
)
"""The acts that are possible at any time, by their learnt labels."""

_NEVER_ASKED = frozenset({"accept", "decline", "answer", "goodbye", "thanks"})
"""What a message that ends in a question mark does not do."""

_STORY, _FEWEST_OF_STORY = 3, 2
"""How many of the last things that were told a question is read after, and the fewest."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_OF_SOMEBODY = re.compile(r"\b(?:him|her|them|he|she|they)\b", re.IGNORECASE)
_SAYS_YOU = r"\b(?:you|your|yours|u|ur|this|here|homeward|site|page|app)\b"
"""Words without which nobody asks about the coach in the middle of a talk."""

_OF_THE_COACH = (
    r"\b(?:you|your|u|ur|bot|robot|program|computer|machine|answer\w*|repl\w*|question|meant|"
    r"mean|getting at|asked|said|told|again|wrong|leaflet|quot\w*|advice|clich\w*|generic|"
    r"useless|rubbish|nonsense|helpful|help\w*|listen\w*|here we go|seriously|silver linings?)\b"
)
"""Words without which nobody complains of the coach."""


@dataclass(frozen=True)
class Heard:
    """The latest message, as the readings take it."""

    history: History
    message: str
    bare: str
    """In lower case, without the punctuation around it."""
    topics: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    asked_for: str | None = None
    """What is plainly asked of the person's own life, named as a move."""
    asked: str = ""
    """The sentence that asks it."""
    doubt: str | None = None
    """The word in which the person doubts what they tell."""
    drafted: bool = False
    """The message gives the words that the coach has just asked for."""
    to_say: str = ""
    """What they want somebody to know, as it can be said to them."""
    wording: str = ""
    """The words for somebody that the message shows, where it asks what they are like."""


def standing(heard: Heard) -> tuple[frozenset[str], str]:
    """Return the acts that a message can do at this point, and what the coach did last."""
    history = heard.history
    acts = set(_OPEN_ACTS)
    if history.ours:
        acts |= {"follow_up", "answer"}
    elif len(heard.message.split()) > BRIEF_COMPLAINT:
        acts -= {"unhelpful"}
    if history.walk:
        acts |= WALK_ACTS
    if history.left:
        acts |= {"resume"}
    if history.offered:
        acts |= {"accept", "decline"}
    if heard.message.endswith("?"):
        acts -= _NEVER_ASKED
    if history.ours and not re.search(_SAYS_YOU, heard.message, re.IGNORECASE):
        acts -= {"about"}
    if not re.search(_OF_THE_COACH, heard.message, re.IGNORECASE):
        acts -= {"unhelpful"}
    return frozenset(acts), _last_did(history)


def _last_did(history: History) -> str:
    """Return what the coach's last message did, by the labels of the training set."""
    if not history.ours:
        return "nothing"
    if history.walk:
        return "step"
    if history.offered:
        return "offer"
    if quoted(history):
        return "quote"
    return "question" if "?" in history.ours[-1] else "other"


def quoted(history: History) -> bool:
    """Tell whether the coach's last message quoted something."""
    return bool(history.ours) and CITED in history.ours[-1]


def wants_an_ear(heard: Heard) -> bool:
    """Tell whether somebody asks just now to be heard, and asks nothing else."""
    return heard.history.told_now.only_listen and "?" not in heard.message


def in_its_place(part: str, history: History, says: Expressions) -> list[str]:
    """Return a short question after what was told that it may lean on; empty where nothing was.

    First what was told of whom or what it names, for "What do I say to Ken then?" comes long after
    Ken, and after a word about the quiet house; then what was told last.

    Args:
        part: The question.
        history: What was told.
        says: The expressions that messages are read by.
    """
    told = _told_before(history, says)
    if not told or len(part.split()) > SHORT:
        return []
    named = [text for text in told if _names_alike(part, text, says.words_of_wording)]
    of_them = [text for text in told if _OF_SOMEBODY.search(part) and read_told([text]).people]
    places = dict.fromkeys(((named or of_them or told)[-1], told[-1]))
    return [f"{text} {part}" for text in places]


def in_their_story(part: str, history: History, says: Expressions) -> str:
    """Return a short question after the latest things that were told; empty where they are too few.

    The last of them are those of the message itself, before the question.
    """
    told = _told_before(history, says)
    if not part or len(told) < _FEWEST_OF_STORY or len(part.split()) > SHORT:
        return ""
    beside = folded(history.latest).partition(part)[0].strip()
    return " ".join(filter(None, [*told[-_STORY:], beside, part]))


def _told_before(history: History, says: Expressions) -> list[str]:
    """Return what was told before the latest message, without what only asks something."""
    told = [text for text in map(folded, history.theirs[:-1]) if "?" not in text]
    asks = (len(t.split()) <= SHORT and says.first_anywhere("asks_for", t) for t in told)
    return [
        text
        for text, asked in zip(told, asks, strict=True)
        if not asked and len(text.split()) >= TELLING_WORDS
    ]


def names_told(part: str, history: History, says: Expressions) -> bool:
    """Tell whether a question names something, or somebody, of whom was told before."""
    told = _told_before(history, says)
    return any(_names_alike(part, text, says.words_of_wording) for text in told)


def _names_alike(part: str, text: str, usual: Container[str]) -> bool:
    """Tell whether a word of a question that is not usual stands in what was told."""
    told = set(_WORD.findall(text.lower()))
    return any(word in told for word in _WORD.findall(part.lower()) if word not in usual)


def asked_last(message: str) -> str:
    """Return the question that little follows, as an afterthought would; empty if none is one."""
    said = sentences(message)
    after = 0
    for sentence in reversed(said):
        if sentence.endswith("?"):
            return sentence
        after += len(sentence.split())
        if after > SHORTER:
            break
    return ""


def end_of(message: str) -> str:
    """Return the last sentence of a long message, where its weight stands; empty for others."""
    *before, last = sentences(message) or [""]
    long = len(message.split()) > SHORT and bool(before)
    return last if long and len(last.split()) >= TELLING_WORDS else ""
