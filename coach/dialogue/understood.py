"""What was understood of a message, as data: its act, its topic, what it asks and tells.

Flow: `dialogue.understand` writes it -> `dialogue.graph` routes by it, `dialogue.composer` and
`dialogue.hearing` answer it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from coach.dialogue.phrasing import ShortAnswer, Situation, Telling
from coach.schema import Aspect, Practice

__all__ = [
    "ABOUT",
    "FOREIGN",
    "JUDGED",
    "OF_WORDING",
    "SOMEBODY",
    "STRANGE",
    "TO_REHEARSE",
    "TO_WORD",
    "WALK_ACTS",
    "WANTS_WORDS",
    "Act",
    "Understood",
]

FOREIGN = 0.32
"""How foreign a message must be to all topics to be none of the coach's; chosen on the even
lines of evals/dialogue."""

STRANGE = 0.1
"""How foreign to all topics a question amid a talk may be that a page could be about."""

GOOD_FEELINGS = frozenset({"calm", "happy", "hopeful", "proud", "relieved"})

ABOUT = 4.0
"""How far a message must lean to a topic, in standard deviations, to be about it; on the even lines
of evals/retrieval, 22 of 24 that do are."""

ABOUT_TOO = 3.0
"""The same where the situation that is told is known to be about the topic."""

TO_REHEARSE = "asks-to-rehearse"
"""The move that wants the coach to play somebody."""

OF_WORDING = frozenset({"asks-if-it-will-do", "asks-if-i-am-too-much", TO_REHEARSE})
"""What is asked of words that somebody means to send."""

TO_WORD = "asks-how-to-word"

WANTS_WORDS = frozenset({TO_WORD, "asks-how-to-ask", "asks-how-to-write"})
"""The moves that want words for somebody."""

JUDGED = frozenset(
    {
        "asks-your-view",
        "asks-how-to-ask",
        "asks-whether-to-ask",
        "asks-whether-to-reach-out",
        "asks-whether-to-go",
        "asks-whether-to-tell",
        "asks-whether-to-let-go",
        "asks-whether-to-wait",
        "asks-whether-to-change",
        "asks-whether-to-go-on",
        "asks-if-anger-is-fair",
        "asks-if-they-are-right",
        "asks-if-it-is-wrong",
        "asks-if-it-will-do",
        "asks-if-too-late",
        "asks-if-i-was-wrong",
        "asks-if-i-am-too-much",
        "asks-say-or-write",
        "asks-what-if",
        "asks-what-if-no",
        "asks-what-if-yes",
        "asks-whether-to-apologise",
        "asks-what-if-silence",
        "asks-what-they-mean",
        "asks-why-they",
    }
)
"""The moves that judge the person's own life, whatever else a page is about."""

OF_PAGES_TOO = frozenset({"asks-if-i-am-too-much", "asks-whether-to-wait", "asks-why-they"})
"""Those that may be asked of what was quoted, where nobody is spoken of."""

SOMEBODY = re.compile(r"\b(?:he|him|his|she|her|them|their|my \w+)\b", re.IGNORECASE)


class Act(StrEnum):
    """What a message does in the conversation."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    LANGUAGE = "language"
    NEXT = "next"
    REPEAT = "repeat"
    SLOWER = "slower"
    SKIP = "skip"
    BACK = "back"
    STOP = "stop"
    RESUME = "resume"
    TO_STEP = "to_step"
    ACCEPT = "accept"
    DECLINE = "decline"
    LEAD = "lead"
    CHOOSE = "choose"
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
        return self in WALK_ACTS


WALK_ACTS = frozenset({Act.NEXT, Act.REPEAT, Act.SLOWER, Act.SKIP, Act.BACK, Act.STOP})
"""What moves a walk-through that is going on."""


@dataclass(frozen=True)
class Understood:
    """What was understood of the latest message.

    Attributes:
        act: What the message does.
        query: What to search for; a follow-up carries what it follows.
        aspect: Which side of the matter is asked for, if it says so.
        topics: The topics that the message names.
        unwanted: The topics that it names to say that it is not after them.
        leaning: For each topic, how near its questions are to the message, in standard
            deviations over the topics.
        foreign: By how much it is likelier off all topics than on the nearest, -1 to 1.
        situation: What the person tells of themselves, if it is one the coach knows.
        earlier: The situation that was told before this message, if one was.
        telling: What one of its sentences tells, if the coach has words for just that.
        tellings: That and what another one tells as plainly, as they stand in the message.
        very_thing: What is said back to just what one of its sentences tells.
        telling_perhaps: The same, for where there is nothing surer to say.
        told_in: The sentence that tells it.
        feelings: The feelings that the message shows, the plainest first.
        move: What the message does amid the talk, whatever its subject (a key of `moves` in
            voice.yaml), if it plainly does one of these.
        answer: Where the corpus answers just what the message asks, if it does.
        leans: The section was found only by all that was told before.
        in_general: Where it answers what the message asks of the person's own life, for many
            lives at once.
        asked: The sentence that asks it.
        asked_about: The topics that this sentence is plainly about by itself.
        asked_for: What is plainly asked of the person's own life, named as a move.
        asks_the_coach: One of its last sentences asks the coach something, by "do you" or the like.
        wants_advice: One of its sentences plainly asks what the person could do or say.
        doubt: The word in which the person doubts what they tell ("is it silly?").
        refused: They ask what to say to one who may do harm, or whether that one is right.
        plans: They say what they will do with somebody, and may be wished well for it.
        of_words: How the person takes the words for somebody that they had asked for, by its
            name in `voice.yaml`.
        wording: The words for somebody that the person shows and asks about.
        drafted: The message gives the words that the coach has just asked for.
        either: The two things of which the message asks which to do, in the second person.
        to_say: What they want somebody to know, as it can be said to them.
        asks_first: They ask what the practice is that was offered, before they say yes.
        to_talk: They would rather talk of something than go on with a practice.
        stumbled: The coach's last question was beside the point, and the message says so.
        set_right: What the message says then, without what it denies.
        opens: How somebody begins who says nothing of the matter yet (a key of `openers` in
            voice.yaml).
        about: What is asked about the coach itself (a key of `about` in voice.yaml).
        bare: What kind of answer of a word or two it is (a field of `bare` in voice.yaml).
        tried: How a step went that the person tried (a key of `tried` in voice.yaml).
        follow_up: Which way a follow-up turns (`more`, `shorter`, `why`, …).
        puzzled_by: The sentence of the coach's that the message asks the meaning of.
        subject: The document that the message refers back to.
        practice: The practice that is meant, where one is named or was offered.
        catalogue: What is asked of the practices as such (a key of `catalogue` in `acts.yaml`).
        practices: The practices that this is asked of; none if of all.
        eases: The practice is for just what the message wishes for it against.
        step: The step of a practice that is asked for by its number, from 1.
        evidence: Studies or figures are asked for.
        personal: The person speaks of themselves.
        vague: The message says too little to know what it asks.
    """

    act: Act
    query: str = ""
    aspect: Aspect | None = None
    topics: frozenset[str] = field(default_factory=frozenset)
    unwanted: frozenset[str] = field(default_factory=frozenset)
    leaning: Mapping[str, float] = field(default_factory=dict)
    foreign: float = 0.0
    situation: Situation | None = None
    earlier: Situation | None = None
    telling: Telling | None = None
    tellings: tuple[Telling, ...] = ()
    very_thing: Telling | None = None
    telling_perhaps: Telling | None = None
    told_in: str = ""
    feelings: tuple[str, ...] = ()
    move: str | None = None
    answer: ShortAnswer | None = None
    leans: bool = False
    in_general: ShortAnswer | None = None
    asked: str = ""
    asked_about: frozenset[str] | None = None
    asked_for: str | None = None
    asks_the_coach: bool = False
    wants_advice: bool = False
    doubt: str | None = None
    refused: bool = False
    of_words: str | None = None
    plans: bool = False
    wording: str = ""
    drafted: bool = False
    either: tuple[str, str] | None = None
    to_say: str = ""
    asks_first: bool = False
    to_talk: bool = False
    stumbled: bool = False
    set_right: str = ""
    opens: str | None = None
    about: str = "any"
    bare: str | None = None
    tried: str | None = None
    follow_up: str | None = None
    puzzled_by: str = ""
    subject: str | None = None
    practice: Practice | None = None
    catalogue: str | None = None
    practices: tuple[Practice, ...] = ()
    eases: bool = False
    step: int | None = None
    evidence: bool = False
    personal: bool = False
    vague: bool = False

    @property
    def does(self) -> str | None:
        """The move that it makes: what it plainly asks for, or else what it looks like."""
        return self.asked_for or self.move

    @property
    def wishes(self) -> bool:
        """Whether it wishes for a practice, or for words for somebody."""
        wishes = {Act.LEAD, Act.CHOOSE, Act.ACCEPT}
        return self.act in wishes or self.asked_for in WANTS_WORDS | OF_WORDING

    @property
    def plainly_about(self) -> frozenset[str]:
        """The topics that the message is plainly about."""
        known = self.situation.topics if self.situation else ()
        return frozenset(
            topic
            for topic, leaning in self.leaning.items()
            if leaning >= (ABOUT_TOO if topic in known else ABOUT)
        )

    @property
    def names_a_page(self) -> bool:
        """Whether it names what some page is about, or leans on one that was quoted."""
        return bool(self.topics or self.evidence or self.subject)

    @property
    def is_of_their_life(self) -> bool:
        """Whether no page can be meant by what the message does, or none is."""
        if self.does in JUDGED:
            if self.subject:  # the topics are those of what was quoted before
                return self.does not in OF_PAGES_TOO or SOMEBODY.search(self.asked) is not None
            return not (self.topics or self.evidence)
        if self.asked_for in WANTS_WORDS and not self.names_a_page:
            return True
        told = self.plainly_about
        about = told if self.asked_about is None else told & self.asked_about
        return not (self.names_a_page or about)

    @property
    def glad(self) -> bool:
        """Whether the message shows a good feeling before any other."""
        return bool(self.feelings) and self.feelings[0] in GOOD_FEELINGS

    @property
    def is_foreign(self) -> bool:
        """Whether the message is off all topics, and names none."""
        return self.foreign > FOREIGN and not self.topics
