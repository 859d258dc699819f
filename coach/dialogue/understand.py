"""Understand what a message is after: the act, the topic, and what the person tells.

Flow: the screened message and its history -> here -> `dialogue.graph` routes by it.  Words
that can mean one thing only are taken by expression (`acts.yaml`); all others by what was
learnt (`dialogue.acts`), among the acts that the conversation leaves open.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from coach.dialogue.acts import ActReader, ReadActs
from coach.dialogue.choices import ChoiceReader
from coach.dialogue.history import TELLING_WORDS, History
from coach.dialogue.moves import ASKS, PLAIN, SURE, UNASKED, MoveReader
from coach.dialogue.nearest import NearestGroups
from coach.dialogue.phrasing import (
    IN_SINGLE_QUOTES,
    STRAIGHT_QUOTES,
    ShortAnswer,
    Situation,
    Telling,
    Voice,
    sentences,
)
from coach.dialogue.readers import NOTHING
from coach.dialogue.tellings import ALSO, TELLS, TellingReader
from coach.dialogue.told import read_told, speaks_of_death
from coach.dialogue.topics import TopicReader
from coach.dialogue.wording import wording_in
from coach.index.embedder import Embedder
from coach.library import Corpus
from coach.library.front_matter import load_yaml
from coach.safety.patterns import words_of, written_out
from coach.schema import Aspect, Document, Practice, Topic

__all__ = ["FOREIGN", "STRANGE", "Act", "Understanding", "Understood"]

FOREIGN = 0.32
"""How foreign a message must be to all topics to be none of the coach's; chosen on the even
lines of evals/dialogue."""

FITTING = ((0.55, 0.02), (0.48, 0.05), (0.42, 0.10))
"""How near a message must come to a situation, and by how much nearer than to any other; each
pair is enough.  Nearness is the cosine to its cues and, times `LEANS`, how the message leans
to its first topic."""

FITTING_AMID = ((0.65, 0.05), (0.60, 0.12))
"""The same amid a talk, where what was told before is another situation, or none."""

LEANS = 0.03

GOOD_FEELINGS = frozenset({"calm", "happy", "hopeful", "proud", "relieved"})

DESCRIBED = 4.0
"""How far a message must lean to a practice, in standard deviations, to mean it."""

SUITS = 2.5
"""How far a talk must lean to a practice for it to be offered to who asks for any."""

TOLD_MOST = 3.0
"""How far a message before the wish counts at most; half of it does."""

SUITED, SUITED_AHEAD = 0.46, 0.04
"""How near a wish for words must come to the questions of a section, and how much nearer than to
those of any other, for its words to be given; chosen on the odd lines of
evals/dialogue/words_for_it.jsonl."""

DESCRIBED_ANOTHER = 6.0
"""The same where another practice was just offered."""

OFF_TOPIC = 0.3
"""By how much more foreign a message is that was read as off all topics."""

LIKELY_ENOUGH = 0.25
"""How likely an act must be, that turns away from what is told, to be taken for it."""

STRANGE = 0.1
"""How foreign to all topics a question amid a talk may be that a page could be about."""

PLAINLY_ABOUT = 5.0
"""How far a question must lean to a topic, in standard deviations, to need no more to tell what
it is about; with less, what was told before counts as much."""

TOLD_AFTER_GREETING = 0.3
"""How likely what comes after a greeting must be a story, where it shows no feeling, to be one."""

ASKS_TOO = 0.05
"""How likely a question must be for a story that asks something to be answered as one."""


KNOWN = 0.55
"""How likely a question must be to be answered with the words that were written for it."""

KNOWN_LEANING = 0.75
"""The same of a short question, alone or read with what was told before it."""

KNOWN_BESIDE = 0.65
"""The same where a message says other things as well."""

KNOWN_PLAINLY = 0.99
"""The same where the message may refer to what was quoted, or nothing was told before it."""


KNOWN_SURELY = 0.9
"""The same where a section has words for what is wished for, too."""


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

OPEN_ACTS = frozenset(
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


ABOUT = 4.0
"""How far a message must lean to a topic, in standard deviations, to be about it; on the even lines
of evals/retrieval, 22 of 24 that do are."""

ABOUT_TOO = 3.0
"""The same where the situation that is told is known to be about the topic."""

_OF_OTHERS = frozenset({"choose", "lead", "about", "off_topic", "boundary", "unhelpful"})
"""The acts that what somebody asks of their own life may look like."""

OF_REPLIES = frozenset({"asks-what-if-yes", "asks-what-if-no", "asks-what-if-silence"})
"""What is asked of what somebody will answer."""

OF_WORDING = frozenset({"asks-if-it-will-do", "asks-if-i-am-too-much"})
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

ASKED_AT_ONCE = JUDGED | {"asks-if-normal"}
"""Those that are answered in a first story, too, whatever it is about."""

OF_PAGES_TOO = frozenset({"asks-if-i-am-too-much", "asks-whether-to-wait", "asks-why-they"})
"""Those that may be asked of what was quoted, where nobody is spoken of."""

_SOMEBODY = re.compile(r"\b(?:he|him|his|she|her|them|their|my \w+)\b", re.IGNORECASE)


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
        telling_perhaps: The same, for where there is nothing surer to say.
        feelings: The feelings that the message shows, the plainest first.
        move: What the message does amid the talk, whatever its subject (a key of `moves` in
            voice.yaml), if it plainly does one of these.
        answer: Where the corpus answers just what the message asks, if it does.
        in_general: Where it answers what the message asks of the person's own life, for many
            lives at once.
        asked: The sentence that asks it.
        asked_about: The topics that this sentence is plainly about by itself.
        asked_for: What is plainly asked of the person's own life, named as a move.
        wants_advice: One of its sentences plainly asks what the person could do or say.
        doubt: The word in which the person doubts what they tell ("is it silly?").
        wording: The words for somebody that the person shows and asks about.
        drafted: The message gives the words that the coach has just asked for.
        stumbled: The coach's last question was beside the point, and the message says so.
        opens: How somebody begins who says nothing of the matter yet (a key of `openers` in
            voice.yaml).
        about: What is asked about the coach itself (a key of `about` in voice.yaml).
        bare: What kind of answer of a word or two it is (a field of `bare` in voice.yaml).
        tried: How a step went that the person tried (a key of `tried` in voice.yaml).
        follow_up: Which way a follow-up turns (`more`, `shorter`, `why`, …).
        subject: The document that the message refers back to.
        practice: The practice that is meant, where one is named or was offered.
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
    telling_perhaps: Telling | None = None
    feelings: tuple[str, ...] = ()
    move: str | None = None
    answer: ShortAnswer | None = None
    in_general: ShortAnswer | None = None
    asked: str = ""
    asked_about: frozenset[str] | None = None
    asked_for: str | None = None
    wants_advice: bool = False
    doubt: str | None = None
    wording: str = ""
    drafted: bool = False
    stumbled: bool = False
    opens: str | None = None
    about: str = "any"
    bare: str | None = None
    tried: str | None = None
    follow_up: str | None = None
    subject: str | None = None
    practice: Practice | None = None
    step: int | None = None
    evidence: bool = False
    personal: bool = False
    vague: bool = False

    @property
    def does(self) -> str | None:
        """The move that it makes: what it plainly asks for, or else what it looks like."""
        return self.asked_for or self.move

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
                return self.does not in OF_PAGES_TOO or _SOMEBODY.search(self.asked) is not None
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


class Understanding:
    """Reads messages by patterns (`acts.yaml`) and by their embedding."""

    def __init__(
        self,
        corpus: Corpus,
        voice: Voice,
        embedder: Embedder,
        *,
        acts: ActReader,
        moves: MoveReader,
        short_answers: ChoiceReader,
        tellings: TellingReader,
        topics: TopicReader,
    ) -> None:
        """Make ready to read.

        Args:
            corpus: What messages may be after.
            voice: The situations that people tell of.
            embedder: The shared embedding model.
            acts: Reads what a message does.
            moves: Reads what a message does amid a talk, whatever its subject.
            short_answers: Reads which of the questions that have a short answer is asked.
            tellings: Reads what a person tells.
            topics: Reads how a message leans to each topic.
        """
        self._corpus = corpus
        self._embedder = embedder
        self._acts = _load_acts()
        self._patterns: dict[str, re.Pattern[str]] = {}
        self._reader = acts
        self._moves = moves
        self._short_answers = short_answers
        self._answered = voice.short_answers
        self._tellings = tellings
        self._known_tellings = voice.tellings
        self._needed = voice.needed
        self._situations = {situation.id: situation for situation in voice.situations}
        self._cues = NearestGroups({s.id: s.cues for s in voice.situations}, embedder)
        self._words_for_it = frozenset(voice.words_for_it)
        self._worded = NearestGroups(voice.words_for_it, embedder)
        self._topics = topics
        # Made now, for the first message may be of danger, which is answered at once.
        self._any_name = _any_of(pattern for pattern, _ in self._names)
        self._any_spelling = _any_of(typed for typed, _ in self._spellings)

    def texts(self, history: History) -> tuple[str, ...]:
        """Return the texts that `read`, and search after it, are likely to need."""
        heard = self._hear(history)
        asked, placed = self._asked_in(heard)
        told = self._tellings.texts(heard.message)
        subject = self._referred(heard)
        query = _query(subject, heard.message) if subject else ""
        texts = heard.message, *told, *asked, *placed, _end(heard.message), query
        return tuple(filter(None, texts))

    def leaves_practice(self, history: History) -> bool:
        """Tell whether a long message amid a practice turns to the people of the person's life.

        "Can I stop it there, because my sister came up. How do I write to her?" wants no step.
        """
        if history.walk is None:
            return False
        heard = self._hear(history)
        brief = len(heard.bare.split()) < _TURNS_AWAY
        if heard.topics or brief or self._anywhere("to_step", heard.message):
            return False
        of_people = bool(history.told_now.people) or _SOMEBODY.search(heard.message) is not None
        asks = self._asked_for(replace(heard, history=history.out_of_practice()))[0]
        asks_last = asks is not None and bool(_asked_last(heard.message))
        return of_people and (asks_last or self._anywhere("breaks_off", heard.message))

    def read(self, history: History) -> Understood:
        """Return what the latest message is after."""
        heard = self._hear(history)
        if not heard.message:
            return Understood(Act.EMPTY)
        if not any(unicodedata.category(c)[0] in "LN" for c in heard.message):
            return Understood(Act.UNREADABLE)
        heard = self._with_what_is_asked(heard)
        readings = (
            self._as_step,
            self._as_word_in_walk,
            self._as_choice,
            self._as_answer_to_offer,
            self._as_opening,
            self._as_small_talk,
            self._as_parting,
            self._as_follow_up,
            self._as_wish_for_one,
            self._as_few_words,
            self._as_other_language,
        )
        found = (understood for reading in readings if (understood := reading(heard)))
        return next(found, None) or self._by_act(heard)

    def _hear(self, history: History) -> "_Heard":
        message = self._spelt(_folded(history.latest.translate(self._signs)))
        bare = _bare(message)
        if not self._any_name.search(message):
            return _Heard(history, message, bare)
        named: dict[bool, set[str]] = {True: set(), False: set()}
        turned_away = []
        for pattern, topic in self._names:
            for name in pattern.finditer(message):
                refused = self._pattern(self._acts["not_wanted"]).search(message[: name.start()])
                named[refused is None].add(topic.id)
                if refused:
                    turned_away.append(message[refused.start() : name.end()])
        for words in turned_away:
            message = message.replace(words, " ").strip(" ,;.")
        unwanted = frozenset(named[False] - named[True])
        return _Heard(history, message, bare, frozenset(named[True]), unwanted)

    def _with_what_is_asked(self, heard: "_Heard") -> "_Heard":
        """Return the message with what it asks of the person's own life, looked for once a turn."""
        asked_for, asked = self._asked_for(heard)
        doubt, drafted = self._doubt(heard.message), self._has_drafted(heard)
        shows = asked_for in OF_WORDING or doubt is not None or drafted
        wording = wording_in(heard.message) if shows else ""
        return replace(
            heard,
            asked_for=asked_for,
            asked=asked,
            doubt=doubt,
            drafted=drafted,
            wording=wording,
        )

    def _by_act(self, heard: "_Heard") -> Understood:
        """Read what the message does by what was learnt, among what is possible here."""
        heard, read = self._past_greeting(heard)
        answered = self._answer(heard, heard.asked_for)
        if answered or self._judges(heard) or self._asks_in_words(read, heard):
            return self._as_question_or_story(heard, read, Act.QUESTION)
        act = self._in_its_words(read.act(*_standing(heard)), read, heard)
        if act in _FAREWELL and heard.asked_for:
            act = "question"
        if act in _SIMPLE and not heard.topics:
            return self._choosing(heard) if act == Act.CHOOSE else Understood(Act(act))
        if not heard.history.ours and any(n.fullmatch(heard.bare) for n, _ in self._names):
            act = "question"
        if act in _OF_PRACTICES and (understood := self._of_practice(Act(act), heard)):
            return understood
        if act == "follow_up" and not heard.topics:
            turn = _LEARNT_TURNS[read.turn]
            asks = heard.asked_for is not None or heard.message.endswith("?")
            asked = asks and turn == "tried"
            understood = None if asked else self._follow_up(turn, heard)
            if understood:
                return understood
        return self._as_question_or_story(heard, read, act)

    def _past_greeting(self, heard: "_Heard") -> tuple["_Heard", ReadActs]:
        """Return the message and how it reads; without its greeting where more comes after it.

        "Hello, I feel alone tonight" is no small talk.
        """
        read = self._reader.read(heard.message)
        said = self._beyond_greeting(heard.message)
        if not said or read.act(*_standing(heard)) != Act.GREETING:
            return heard, read
        after = self._reader.read(said)
        if not after.shown and after.acts[Act.STORY] < TOLD_AFTER_GREETING:
            return heard, read
        return replace(heard, message=said, bare=_bare(said)), after

    def _beyond_greeting(self, message: str) -> str:
        """Return what a message says after its greeting; empty where it has none, or only that."""
        greets = self._pattern(self._acts["greets"]).match(message)
        return message[greets.end() :] if greets else ""

    def _in_its_words(self, act: str, read: ReadActs, heard: "_Heard") -> str:
        """Return the act that was read, or another where the words of the message say so."""
        told = (act in _SIMPLE and self._says_more(act, read, heard)) or (
            act == Act.CHOOSE and self._names_no_practice(heard)
        )
        if (
            told
            or (act == Act.QUESTION and _wants_an_ear(heard))
            or self._is_of_their_life(act, read, heard)
        ):
            return "story"  # what hardly stands out from telling is heard as told
        if act == Act.UNHELPFUL and self._anywhere("opens_with_thanks", heard.message):
            return "thanks"
        if act == Act.THANKS and self._anywhere("thanks_others", heard.message):
            return "story"
        if act == Act.THANKS and self._anywhere("takes_leave", heard.message):
            return "goodbye"
        # Who says what they are not after says what they are after.
        asks = (heard.unwanted and act in _ASKS_FOR) or (
            act == Act.ABOUT and self._anywhere("helps_with", heard.message)
        )
        return "question" if asks else act

    def _is_of_their_life(self, act: str, read: ReadActs, heard: "_Heard") -> bool:
        """Tell whether what looks like a word about the coach, or its page, does something else."""
        if not heard.history.ours or heard.message.endswith("?"):
            return False
        tried = read.turn == "tried"
        answers = heard.history.ours[-1].endswith("?") or tried
        if act != Act.UNHELPFUL and not (act == Act.FOLLOW_UP and answers):
            return False
        of_the_talk = _TO_THE_COACH | (_OF_STEPS if tried else frozenset())
        return self._moves.read(heard.message, SURE) not in {None, *of_the_talk}

    def _names_no_practice(self, heard: "_Heard") -> bool:
        """Tell whether a message amid a talk has none of the words that a wish for one takes.

        "Would you go back, or is that flogging a dead horse?" wants an answer.
        """
        return bool(heard.history.ours) and not self._anywhere("of_practices", heard.message)

    def _says_more(self, act: str, read: ReadActs, heard: "_Heard") -> bool:
        """Tell whether a message tells or asks more than the act that it looks like."""
        if heard.history.walk and self._anywhere("why", heard.message):
            return True
        words = len(heard.bare.split())
        if act in WALK_ACTS and words > _SHORT:
            return read.acts[act] < LIKELY_ENOUGH
        if act == Act.UNHELPFUL and words > _BRIEF_COMPLAINT:
            asks = heard.message.endswith("?") and words > _SHORTER
            return asks or (words > _SHORT and self._tells(heard.message))
        return read.acts[act] < LIKELY_ENOUGH and self._tells(heard.message)

    def _of_practice(self, act: Act, heard: "_Heard") -> Understood | None:
        """Read an act that needs a practice: the one that is named, offered, or was left."""
        if act is Act.ACCEPT:
            return Understood(act, practice=heard.history.offered)
        if act is Act.RESUME:
            return Understood(act) if heard.history.left else None
        if act is Act.LEAD and not (heard.history.walk and not heard.topics):
            return Understood(act, topics=heard.topics, practice=self._practice(heard))
        return None

    def _as_step(self, heard: "_Heard") -> Understood | None:
        """Take a wish for a certain step of the practice that is going on, or was left."""
        position = heard.history.walk or heard.history.left
        if position is None or self._anywhere("why", heard.message):
            return None
        found = self._pattern(self._acts["to_step"]).search(heard.message)
        if found is None:
            return None
        named = (found["step"] or found["nth"]).lower()
        number = position.steps if named in _LAST else _STEPS.get(named) or int(named)
        return Understood(Act.TO_STEP, step=max(1, min(number, position.steps)))

    def _as_word_in_walk(self, heard: "_Heard") -> Understood | None:
        """Take a word that moves the walk, alone or at the head of a short message."""
        if heard.history.walk is None or self._anywhere("why", heard.message):
            return None
        clauses = [
            part.strip() for part in re.split(r"[,.;!?]| and | then ", heard.message.lower())
        ]
        clauses = [part for part in clauses if part][:3]
        brief = len(heard.bare.split()) <= _SHORT and "?" not in heard.message
        for words in (heard.bare, *(clauses if brief else ())):
            if word := self._first_whole("walk", words):
                return Understood(Act(word))
        if self._anywhere("breaks_off", heard.message):
            return Understood(Act.STOP)
        said = {s.strip(_MARKS).lower() for s in sentences(heard.message)}
        return Understood(Act.NEXT) if "next" in said and not heard.asked_for else None

    def _as_wish_for_one(self, heard: "_Heard") -> Understood | None:
        """Take a wish for a practice that names and describes none."""
        if heard.topics or heard.unwanted or heard.history.walk or not heard.history.ours:
            return None
        wishes = self._anywhere("wants_one", heard.message) and not self._answer(heard, None)
        return self._choosing(heard) if wishes and not self._described(heard.message) else None

    def _choosing(self, heard: "_Heard") -> Understood:
        """Return that the coach shall choose a practice, with the one that suits what was told."""
        *earlier, latest = (self._spelt(_folded(text)) for text in heard.history.theirs)
        told = [
            text
            for text in earlier[-_EARLIER:]
            if len(text.split()) >= TELLING_WORDS and not self._sets_right(text)
        ]
        now = self._topics.lean(latest).topics
        before = [self._topics.lean(text).topics for text in told]
        fresh = [p for p in self._corpus.practices if p.id not in heard.history.led]
        if minutes := _minutes_in(latest):
            fresh = [p for p in fresh if p.minutes <= minutes] or fresh

        def suits(practice: Practice) -> float:
            best = max((of.get(practice.id, 0.0) for of in before), default=0.0)
            themes = (now.get(topic, 0.0) for topic in self._eased_by[practice.id])
            theme = max((leaning for leaning in themes if leaning >= ABOUT), default=0.0)
            return max(theme, now.get(practice.id, 0.0) + min(best, TOLD_MOST) / 2)

        nearest = max(fresh, key=suits, default=None)
        fits = nearest is not None and suits(nearest) >= SUITS
        return Understood(
            Act.CHOOSE,
            practice=nearest if fits else None,
            earlier=self._earlier(heard.history),
        )

    def _sets_right(self, message: str) -> bool:
        """Tell whether a message was said to set the coach right, and names what it is not."""
        return self._anywhere("stumbles", message) or self._anywhere("starts_no", message)

    def _as_choice(self, heard: "_Heard") -> Understood | None:
        """Take a choice among the practices that the coach has just named."""
        listed = heard.history.listed
        if not listed or len(heard.bare.split()) > _SHORT:
            return None
        named = [practice for practice in listed if practice.id in heard.topics]
        if heard.topics and len(named) != 1:
            return None
        practice = named[0] if named else self._chosen(listed, heard.bare)
        return Understood(Act.LEAD, practice=practice) if practice else None

    def _chosen(self, listed: tuple[Practice, ...], bare: str) -> Practice | None:
        """Return the one that is meant by its place, its length or a word of its title."""
        place = self._first_anywhere("chosen", bare)
        if place == "shortest":
            return min(listed, key=lambda practice: practice.minutes)
        if place:
            return {**dict(zip(_PLACES, listed, strict=False)), "last": listed[-1]}.get(place)
        words = set(re.findall(r"[a-z]{4,}|\d+", bare)) - _NUMBERED.keys() - self._common_words
        named = [p for p in listed if words & set(re.findall(r"[a-z]{4,}", p.title.lower()))]
        if len(named) == 1:
            return named[0]
        minutes = _minutes_in(bare)
        return next((p for p in listed if p.minutes == minutes), None)

    def _as_answer_to_offer(self, heard: "_Heard") -> Understood | None:
        offered = heard.history.offered
        if offered is None or (heard.topics and offered.id not in heard.topics):
            return None
        if self._whole("goodbye", heard.bare):
            return Understood(Act.GOODBYE)
        brief = len(heard.bare.split()) <= _BRIEF_YES
        willing = self._whole("accept", heard.bare) or self._anywhere("yes_please", heard.bare)
        if willing or (brief and self._anywhere("starts_yes", heard.bare)):
            return Understood(Act.ACCEPT, practice=offered)
        if self._whole("decline", heard.bare) or (
            brief and self._anywhere("starts_no", heard.bare)
        ):
            return Understood(Act.DECLINE)
        return None

    def _as_small_talk(self, heard: "_Heard") -> Understood | None:
        brief = len(heard.bare.split()) <= _BRIEF_COMPLAINT
        if brief and read_told([heard.message]).only_listen and heard.history.ours:
            return Understood(Act.STORY, query=heard.message)
        about = None if heard.topics else self._first_anywhere("about_you", heard.message)
        tells = about == "made" and self._begins_to_tell(heard)
        if about and len(heard.bare.split()) <= _ASKS_ABOUT and not tells:
            return Understood(Act.ABOUT, about=about)
        asks_studies = self._anywhere("evidence", heard.message)
        if not heard.topics and not asks_studies and self._anywhere("lists", heard.message):
            return Understood(Act.LEAD)
        for act in (Act.GREETING, Act.GOODBYE, Act.THANKS):
            if brief and self._whole(act.value, heard.bare):
                return Understood(act)
        if brief and self._anywhere("denies_danger", heard.message):
            return Understood(Act.UNHELPFUL)
        return None

    def _as_opening(self, heard: "_Heard") -> Understood | None:
        """Take a call, or a wish to talk, of somebody who tells of nothing yet."""
        bare = _bare(self._beyond_greeting(heard.message) or heard.message)
        first = None if heard.history.ours else self._first_whole("opens_first", bare)
        opens = self._first_whole("opens", bare) or first
        act = Act.ABOUT if opens == Act.ABOUT else Act.GREETING
        return Understood(act, opens=opens) if opens else None

    def _begins_to_tell(self, heard: "_Heard") -> bool:
        """Tell whether a message wonders how this works and then tells something all the same."""
        asks = "how does" in heard.message.lower()
        others = [s for s in sentences(heard.message) if not self._first_anywhere("about_you", s)]
        told = " ".join(sentence for sentence in others if self._tells(sentence))
        return not asks and len(told.split()) > _SHORT

    def _as_parting(self, heard: "_Heard") -> Understood | None:
        """Take a last sentence that ends the talk, where nothing before it asks anything."""
        *before, last = sentences(heard.message) or [""]
        asks = any(sentence.endswith("?") for sentence in before)
        end = last.strip(_MARKS).lower()
        plans = bool(heard.history.ours) and any(self._anywhere("plans", said) for said in before)
        takes_leave = self._whole("parts", end) or (plans and self._whole("thanks_alone", end))
        parts = before and not asks and takes_leave
        if not parts:
            return None
        told = self._tellings_in(" ".join(before), heard.history)
        return Understood(Act.GOODBYE, telling=told.plainly)

    def _as_follow_up(self, heard: "_Heard") -> Understood | None:
        says_more = len(heard.bare.split()) > _SHORT and heard.asked_for is not None
        if self._judges(heard) or says_more:
            return None
        beside = bool(heard.history.ours) and self._anywhere("off_point", heard.message)
        if beside or self._is_puzzled(heard):
            return Understood(Act.FOLLOW_UP, follow_up="rephrase")
        turn = self._first_whole("follow_up", heard.bare)
        if turn is None and heard.history.ours and len(heard.bare.split()) <= _SHORT:
            turn = self._first_anywhere("form", heard.message)
        if turn is None and heard.history.ours and _CITED in heard.history.ours[-1]:
            turn = "hard" if self._whole("troubled", heard.bare) else None
        if turn == "recap":
            return Understood(Act.FOLLOW_UP, follow_up=turn)
        return self._follow_up(turn, heard) if turn else None

    def _is_puzzled(self, heard: "_Heard") -> bool:
        """Tell whether a message asks what a word of the coach's last reply was about."""
        if not heard.history.ours or heard.history.walk:
            return False
        ours = heard.history.ours[-1]
        if "?" in ours and _CITED not in ours and self._whole("meant", heard.message.strip(" .!")):
            return True
        asked = self._pattern(self._acts["puzzled"]).match(heard.message)
        if asked is None:
            return False
        word = asked["word"]
        return word is None or word.lower() in ours.lower()

    def _as_few_words(self, heard: "_Heard") -> Understood | None:
        """Take an answer of a word or two to the coach's question as what it is."""
        history = heard.history
        if not history.ours or history.walk or history.offered or heard.topics:
            return None
        asked = "?" in history.ours[-1]
        kind = None if "?" in heard.message else self._first_whole("bare", heard.bare)
        if kind is None and asked and len(heard.bare.split()) <= _FEW_ENOUGH:
            act = self._reader.read(heard.message).act(*_standing(heard))
            kind = self._short(heard) if act in {"answer", "story"} else None
        if kind is None:
            return None
        if asked and self._anywhere("invites", history.ours[-1]):
            kind = _OF_AN_INVITATION.get(kind, kind)
        return Understood(Act.STORY, query=heard.message, bare=kind, earlier=self._earlier(history))

    def _short(self, heard: "_Heard") -> str:
        """Return which kind of short answer it is: a name by itself, or any other."""
        alone = re.fullmatch(r"(?P<word>[A-Z][a-zé]{2,14})[.!]?", heard.message)
        return "name" if alone and alone["word"].lower() not in self._known_words else "short"

    def _follow_up(self, turn: str, heard: "_Heard") -> Understood | None:
        """Read a message that leans on what was said; None where it leans on nothing."""
        subject = self._corpus.document(heard.history.subject or "")
        told = self._last_told(heard.history)
        began = subject is not None or heard.history.led or heard.history.offered
        if turn == "tried" and (not began or self._anywhere("ahead", heard.message)):
            return None
        tried = None
        if turn == "tried":
            tried = self._first_anywhere("tried", heard.message) or "said"
            if tried != "badly" or subject is None:
                return Understood(
                    Act.STORY,
                    query=heard.message,
                    tried=tried,
                    earlier=self._earlier(heard.history),
                )
            turn = "hard"
        if subject is None and told is not None and turn in _WHAT_TO_DO:
            turn = "try"
        situation = self._situation(told) if told is not None else None
        if told is not None and (turn == "why_me" or (turn == "try" and situation)):
            practice = self._corpus.practice(situation.practice or "") if situation else None
            about = (
                [practice.id]
                if practice and turn == "try"
                else situation.topics
                if situation
                else ()
            )
            return Understood(
                Act.FOLLOW_UP,
                query=told,
                aspect=_ASPECT_OF_TURN[turn],
                topics=frozenset(about),
                leaning=self._topics.lean(told).topics,
                follow_up=turn,
                subject=practice.slug if practice and turn == "try" else None,
                practice=practice,
            )
        asks_for_one = turn == "try" or turn in _WHAT_TO_DO
        brief = len(heard.bare.split()) <= _SHORTER
        if subject is None and asks_for_one and (brief or not self._names_no_practice(heard)):
            return self._choosing(heard)
        if subject is None:
            leans = (
                (brief or not asks_for_one)
                and bool(heard.history.ours)
                and not self._tells(heard.message)
            )
            move = self._moves.read(heard.message, SURE)
            return Understood(Act.FOLLOW_UP, follow_up="rephrase", move=move) if leans else None
        return Understood(
            Act.FOLLOW_UP,
            query=_query(subject, heard.message),
            aspect=_ASPECT_OF_TURN.get(turn),
            topics=frozenset(subject.topics),
            subject=subject.slug,
            follow_up=turn,
            tried=tried,
            practice=self._corpus.practice(subject.slug),
        )

    def _earlier(self, history: History) -> Situation | None:
        """Return the situation that the person told last, before this message."""
        for text in reversed(history.theirs[:-1][-_EARLIER:]):
            message = self._spelt(_folded(text))
            if len(message.split()) >= TELLING_WORDS and (found := self._situation(message)):
                return found
        return None

    def _last_told(self, history: History) -> str | None:
        """Return the latest two earlier messages in which the person told something."""
        earlier = (_folded(text) for text in history.theirs[:-1])
        told = [m for m in earlier if len(m.split()) >= TELLING_WORDS and self._tells(m)]
        return " ".join(told[-2:]) or None

    def _tells(self, message: str) -> bool:
        """Tell whether any sentence says something of the person that is no question."""
        return any(
            self._anywhere("first_person", sentence) and not self._anywhere("question", sentence)
            for sentence in sentences(message)
        )

    def _as_other_language(self, heard: "_Heard") -> Understood | None:
        if heard.topics or _is_english(heard.bare, self._common_words):
            return None
        brief = len(heard.bare.split()) <= _SHORTER
        if brief and any(
            _is_english(text.lower(), self._common_words) for text in heard.history.theirs[:-1]
        ):
            return None  # who has written English goes on in it
        return Understood(Act.LANGUAGE)

    def _as_question_or_story(self, heard: "_Heard", read: ReadActs, act: str) -> Understood:
        """Read a question or a story; what is neither is taken for what it looks like."""
        message = heard.message
        tells = self._tells(message) or act in {"story", "answer"}
        wants_advice = self._wants_advice(message)
        says_it_after = bool(heard.history.ours) and _takes_up_a_question(message)
        looks_asked = act == "question" or (
            self._anywhere("question", _QUOTED.sub(" ", message))
            and act != "answer"
            and not _wants_an_ear(heard)
            and (act != "story" or read.acts["question"] >= ASKS_TOO or _ends_asking(message))
        )
        asks = wants_advice or (looks_asked and not says_it_after)
        subject = self._referred(heard) if asks else None
        query = _query(subject, message) if subject else message
        leaning = self._topics.lean(query)
        earlier = None if asks else self._earlier(heard.history)
        amid = bool(heard.history.ours)
        situation = self._situation(message, earlier, amid=amid) if tells else None
        topics = heard.topics or frozenset(subject.topics if subject else ())
        told = self._tellings_in(message, heard.history)
        move = self._move(message, sure=asks or heard.history.walk is not None)
        answer = self._answer(heard, heard.asked_for or move)
        asks = asks or (answer is not None and answer.section in self._words_for_it)
        understood = Understood(
            Act.QUESTION if asks else Act.STORY,
            query=query,
            leaning=(
                self._in_context(leaning.topics, heard)
                if asks and leaning.foreign < STRANGE
                else leaning.topics
            ),
            foreign=leaning.foreign + OFF_TOPIC * (act == "off_topic"),
            aspect=self._aspect(message, read) if asks else None,
            topics=topics,
            unwanted=heard.unwanted,
            subject=subject.slug if subject else None,
            situation=situation,
            earlier=earlier,
            telling=told.plainly,
            tellings=told.both,
            telling_perhaps=told.perhaps,
            feelings=read.shown if tells else (),
            move=move,
            answer=answer,
            asked=heard.asked or message,
            asked_about=self._asked_about(heard),
            asked_for=heard.asked_for,
            wants_advice=wants_advice,
            doubt=heard.doubt,
            wording=heard.wording,
            drafted=heard.drafted,
            stumbled=heard.asked != message and self._has_stumbled(heard),
            evidence=asks and self._anywhere("evidence", message),
            practice=self._practice(heard) if topics else None,
            personal=self._anywhere("first_person", message),
            vague=self._is_vague(heard) or (not asks and leaning.foreign <= FOREIGN),
        )
        return replace(understood, in_general=self._in_general(understood, heard))

    def _wants_advice(self, message: str) -> bool:
        """Tell whether a sentence plainly asks what to do or say."""
        own = sentences(_QUOTED.sub(" ", message))
        return any(self._anywhere("wants_advice", sentence) for sentence in own)

    def _in_general(self, understood: Understood, heard: "_Heard") -> ShortAnswer | None:
        """Return where the corpus answers for many lives what is asked of the person's own."""
        amid = bool(heard.history.ours)
        if understood.act is Act.QUESTION:
            own = amid and understood.is_of_their_life
        else:
            apart = amid or understood.does in ASKED_AT_ONCE or not understood.plainly_about
            own = understood.asked_for is not None and apart
        refused = understood.does in WANTS_WORDS and self._gives_no_words(heard.history)
        return self._answered.get(understood.does or "") if own and not refused else None

    def _words(self, does: str | None, heard: "_Heard") -> ShortAnswer | None:
        """Return the section with words for just what is wished for, amid a talk.

        What to say to a friend on the phone is no help to who is asked in a kitchen.
        """
        answer = self._answered.get(does or "") if does in WANTS_WORDS else None
        goes_on = _quoted(heard.history) and len(heard.bare.split()) <= _SHORT
        amid = bool(heard.history.ours) and not goes_on and not heard.topics
        if answer is None or not amid or self._gives_no_words(heard.history):
            return None
        asked = _around(heard.asked, heard.message)
        wish = _in_its_place(asked, heard.history) or asked
        near = self._worded.nearness(self._embedder.embed([wish])[0])
        best, *others = sorted(near, key=lambda place: -near[place]) or [""]
        ahead = near.get(best, 0.0) - max((near[place] for place in others[:1]), default=0.0)
        suits = near.get(best, 0.0) >= SUITED and ahead >= SUITED_AHEAD
        return answer.model_copy(update={"section": best}) if suits else None

    def _gives_no_words(self, history: History) -> bool:
        """Tell whether no words for others are given: none are wanted, or they might do harm.

        Nobody is helped to write to one who hurts them, or who has asked for quiet.
        """
        unwanted = history.told.only_listen or history.told.no_advice
        return unwanted or any(self._anywhere("no_words_for", text) for text in history.theirs)

    def _asked_about(self, heard: "_Heard") -> frozenset[str] | None:
        """Return the topics of what is asked, apart from what is told; None if nothing is asked."""
        if not heard.asked:
            return None
        leaning = self._topics.lean(heard.asked).topics
        return frozenset(topic for topic, least in leaning.items() if least >= ABOUT)

    def _in_context(self, own: Mapping[str, float], heard: "_Heard") -> Mapping[str, float]:
        """Return how a question leans, with what the person told before it.

        Who cares for his wife asks as a carer, in whatever words.
        """
        told = [_folded(text) for text in heard.history.theirs[:-1][-_EARLIER:]]
        told = [text for text in told if len(text.split()) >= TELLING_WORDS]
        if heard.topics or not told or max(own.values(), default=0.0) >= PLAINLY_ABOUT:
            return own
        before = [self._topics.lean(text).topics for text in told]
        return {
            topic: leaning + max(0.0, *(earlier.get(topic, 0.0) for earlier in before))
            for topic, leaning in own.items()
        }

    def _move(self, message: str, *, sure: bool) -> str | None:
        """Return what a message does amid a talk; a long one does it at its end."""
        move = self._moves.read(message, SURE if sure else PLAIN)
        if move is None and (end := _end(message)):
            move = self._moves.read(end, SURE)
        asks = move is not None and move.startswith(ASKS)
        if not asks or any(map(self._is_asked, sentences(message))):
            return move
        own = self._anywhere("first_person", message)
        return self._moves.read(message, UNASKED) if own else None

    def _asked_for(self, heard: "_Heard") -> tuple[str | None, str]:
        """Return what a message asks about the person's own life, and the sentence that asks.

        The first is a move, and None where it asks for nothing of the kind.
        """
        if heard.history.walk or heard.topics:
            return None, ""
        first, *others = sentences(heard.message) or [""]
        said_over = bool(others) and _says_over(first, heard.history)
        asked = [
            (move, sentence)
            for sentence in reversed(others if said_over else [first, *others])
            if self._is_asked(sentence) and (move := self._asks_for(sentence))
        ]
        # Whoever shows their words and asks of them asks of nothing else.
        of_words = [found for found in asked if found[0] in OF_WORDING]
        if of_words and wording_in(heard.message):
            return of_words[0]
        return asked[0] if asked else (None, "")

    def _asks_for(self, sentence: str) -> str | None:
        """Return which move a sentence is that asks something of the person's own life.

        "If he asks whether I went, what do I say?" wants words, and nothing on what may happen.
        """
        move = self._first_anywhere("asks_for", sentence)
        wants_words = self._pattern(self._acts["asks_for"][TO_WORD])
        return TO_WORD if move == "asks-what-if" and wants_words.search(sentence) else move

    def _judges(self, heard: "_Heard") -> bool:
        """Tell whether a message amid a talk asks to judge the person's own life.

        "And if she cancels?" goes on with the page that was quoted right before it.
        """
        goes_on = _quoted(heard.history) and self._anywhere("goes_on", heard.message)
        return bool(heard.history.ours) and not goes_on and heard.asked_for in JUDGED

    def _asks_in_words(self, read: ReadActs, heard: "_Heard") -> bool:
        """Tell whether what looks like a wish for a practice asks in plain words for another thing.

        "What would I say to him though?" wants words, and no practice is chosen for it.
        """
        looks_like = read.act(*_standing(heard)) in _OF_OTHERS
        asks = heard.asked_for is not None or heard.doubt is not None
        return bool(heard.history.ours) and looks_like and asks

    def _has_stumbled(self, heard: "_Heard") -> bool:
        """Tell whether the coach asked beside the point, and the message sets it right."""
        ours = heard.history.ours[-1].lower() if heard.history.ours else ""
        echo = self._pattern(self._acts["echoes"]).search(heard.message)
        theirs = echo["words"].lower().split() if echo else ()
        echoes = any(word in ours for word in theirs if len(word) > _NAMES_NOTHING)
        return ("?" in ours and echoes) or (
            bool(ours) and self._anywhere("stumbles", heard.message)
        )

    def _has_drafted(self, heard: "_Heard") -> bool:
        """Tell whether a message gives the words for somebody that the coach has asked for."""
        wanted = heard.history.ours and self._anywhere("asks_words", heard.history.ours[-1])
        given = wanted and self._anywhere("gives_words", heard.message)
        return bool(given) and not self._anywhere("harsh", heard.message)

    def _answer(self, heard: "_Heard", does: str | None) -> ShortAnswer | None:
        """Return where the corpus answers just what a message asks, or has words for a wish.

        Args:
            heard: The message.
            does: The move that it is.
        """
        in_brief = heard.asked_for in OF_REPLIES and len(heard.asked.split()) <= _SHORTER
        if in_brief or heard.wording:
            return None  # whose yes or no it is, or what the words are like, stands in no label
        chance, name = max(self._known(heard), default=(0.0, ""))
        words = self._words(does, heard) if chance < KNOWN_SURELY else None
        return words or self._answered.get(name)

    def _known(self, heard: "_Heard") -> Iterator[tuple[float, str]]:
        """Yield the questions with a short answer that a message may ask, each with its chance."""
        amid = heard.history.ours and not self._referred(heard)
        least = 0.0 if amid else KNOWN_PLAINLY
        asked, placed = self._asked_in(heard)
        lines = [max(least, _line_of(text)) for text in asked]
        lines += [max(least, KNOWN_LEANING)] * len(placed)
        for text, line in zip([*asked, *placed], lines, strict=True):
            name, chance = self._short_answers.read(text)
            if chance >= line and name in self._answered:
                yield chance, name

    def _asked_in(self, heard: "_Heard") -> tuple[list[str], list[str]]:
        """Return what may be asked of the person's own life, alone and after what was told.

        Who names a topic asks about that.
        """
        if heard.topics:
            return [], []
        asked = [part for part in _parts(heard.message) if self._is_asked(part)]
        placed = (_in_its_place(part, heard.history) for part in asked)
        return asked, [*filter(None, placed)]

    def _is_asked(self, text: str) -> bool:
        """Tell whether a text asks something, with or without a mark."""
        return text.endswith("?") or any(
            self._anywhere(name, text) for name in ("question", "asks_for_advice")
        )

    def _doubt(self, message: str) -> str | None:
        """Return the word in which somebody asks whether what they told is silly, or the like."""
        asked = (
            self._pattern(expression).search(said)
            for said in dict.fromkeys((_end(message) or message, _asked_last(message)))
            for expression in self._acts["asks_if"]
        )
        found = next(filter(None, asked), None)
        return found["word"].lower() if found else None

    def _is_vague(self, heard: "_Heard") -> bool:
        words = self._common_words | self._vague_words
        return all(word in words for word in re.findall(r"[^\W\d_]+(?:'[a-z]+)?", heard.bare))

    @cached_property
    def _eased_by(self) -> Mapping[str, frozenset[str]]:
        """The themes that each practice suits: those of the situations that it is kept for."""
        themes: dict[str, set[str]] = {practice.id: set() for practice in self._corpus.practices}
        for situation in self._situations.values():
            if situation.practice in themes:
                themes[situation.practice].update(situation.topics[:1])
        return {practice: frozenset(topics) for practice, topics in themes.items()}

    @cached_property
    def _common_words(self) -> frozenset[str]:
        return frozenset(self._acts["common_english"].split())

    @cached_property
    def _known_words(self) -> frozenset[str]:
        """Words that are written small somewhere, and so are no names."""
        texts = " ".join(s.text for d in self._corpus.documents for s in d.sections)
        written = frozenset(re.findall(r"\b[a-z]{3,}\b", texts))
        return written | self._common_words | self._vague_words | _DATES

    @cached_property
    def _vague_words(self) -> frozenset[str]:
        return frozenset(self._acts["vague_words"].split())

    @cached_property
    def _signs(self) -> dict[int, str]:
        """What each sign says that is sent in place of a word."""
        return {
            ord(sign): f" {word} " for word, signs in self._acts["signs"].items() for sign in signs
        }

    @cached_property
    def _spellings(self) -> list[tuple[re.Pattern[str], str]]:
        rows = self._acts["spellings"].items()
        return [(re.compile(rf"\b(?:{typed})\b", re.IGNORECASE), meant) for typed, meant in rows]

    def _spelt(self, message: str) -> str:
        """Return the message with what is typed in haste written out."""
        if self._any_spelling.search(message):  # most messages have none
            for typed, meant in self._spellings:
                message = typed.sub(meant, message)
        return message

    def _pattern(self, expression: str) -> re.Pattern[str]:
        """Return an expression of `acts.yaml`, compiled once: `re` itself forgets after a while."""
        if expression not in self._patterns:
            self._patterns[expression] = re.compile(expression, re.IGNORECASE)
        return self._patterns[expression]

    def _whole(self, name: str, bare: str) -> bool:
        return self._pattern(self._acts[name]).fullmatch(bare) is not None

    def _anywhere(self, name: str, message: str) -> bool:
        return self._pattern(self._acts[name]).search(message) is not None

    def _first_whole(self, group: str, bare: str) -> str | None:
        """Return the first name in a group of patterns that matches the whole message."""
        rows = self._acts[group].items()
        return next((n for n, p in rows if self._pattern(p).fullmatch(bare)), None)

    def _first_anywhere(self, group: str, message: str) -> str | None:
        """Return the first name in a group of patterns that matches any part of the message."""
        rows = self._acts[group].items()
        return next((n for n, p in rows if self._pattern(p).search(message)), None)

    def _aspect(self, message: str, read: ReadActs) -> Aspect | None:
        """Return the side of the matter that is asked for, by its words or by what was learnt.

        "The difficult part is that I envy her. How does a colleague become a friend?" asks how.
        """
        asked = " ".join(part for part in sentences(message) if part.endswith("?"))
        name = self._first_anywhere("aspects", asked or message) or read.aspect
        return None if name == NOTHING else Aspect(name)

    @cached_property
    def _names(self) -> list[tuple[re.Pattern[str], Topic]]:
        """Each topic's names as one pattern: words at their bounds, hyphen or space."""
        named = []
        for topic in self._corpus.topics:
            names = {topic.title.lower(), *topic.names}
            options = "|".join(
                re.escape(n).replace(r"\ ", "[ -]").replace(r"\-", "[ -]") for n in names
            )
            named.append((re.compile(rf"\b(?:{options})\b", re.IGNORECASE), topic))
        return named

    def _practice(self, heard: "_Heard") -> Practice | None:
        """Return the practice that is named, else the one that was offered or quoted."""
        for topic in sorted(heard.topics):
            if practice := self._corpus.practice(topic):
                return practice
        offered = heard.history.offered
        if offered and offered.id not in heard.unwanted:
            return self._described(heard.message, DESCRIBED_ANOTHER) or offered
        if described := self._described(heard.message):
            return described
        quoted = self._corpus.practice(heard.history.subject or "")
        return None if quoted and quoted.id in heard.unwanted else quoted

    def _described(self, message: str, least: float = DESCRIBED) -> Practice | None:
        """Return the practice that a message describes without its name, if it clearly does."""
        leaning = self._topics.lean(message).topics
        if not leaning:
            return None
        first = max(leaning, key=lambda topic: leaning[topic])
        return self._corpus.practice(first) if leaning[first] >= least else None

    def _situation(
        self, message: str, earlier: Situation | None = None, *, amid: bool = False
    ) -> Situation | None:
        """Return what the message tells, if one situation is clearly the nearest.

        Amid a talk, one that was not told before must be plainer to be believed.

        Who tells that somebody has died is met as one who grieves, whatever else they tell.
        """
        near = self._cues.nearness(self._embedder.embed([message])[0])
        possible = {
            name: situation
            for name, situation in self._situations.items()
            if self._holds_needed(situation, message)
        }
        if dead := [s for s in sentences(message) if read_told([s]).gone]:
            near = self._cues.nearness(self._embedder.embed(dead[:1])[0])
            grief = [name for name, situation in possible.items() if situation.gone]
            return self._situations[max(grief, key=lambda name: near[name])] if grief else None
        leaning = self._topics.lean(message).topics
        mourns = speaks_of_death([message]) or (earlier is not None and bool(earlier.gone))
        likely = {
            name: near[name] + LEANS * max(leaning.get(t, 0.0) for t in situation.topics[:1])
            for name, situation in possible.items()
            if mourns or not situation.gone
        }
        first, second, *_ = sorted(likely, key=lambda name: -likely[name])
        ahead = likely[first] - likely[second]
        opens = not amid or (earlier is not None and earlier.id == first)
        pairs = FITTING if opens else FITTING_AMID
        fits = any(likely[first] >= floor and ahead >= margin for floor, margin in pairs)
        return self._situations[first] if fits else None

    def _tellings_in(self, message: str, history: History) -> "_Tellings":
        """Return what the sentences of a message tell, plainly or perhaps."""
        mourned = speaks_of_death(history.theirs)
        found = [
            (told, telling)
            for told in self._tellings.read(message)
            if (telling := self._known_tellings.get(told.name))
            and telling.mourned in {None, mourned}
            and self._holds_needed(telling, message)
        ]
        if not found or found[0][0].chance < TELLS:
            return _Tellings(perhaps=found[0][1] if found else None)
        (first, telling), *others = found
        another = (one for one in others if one[0].name != first.name and one[0].chance >= ALSO)
        both = sorted([(first, telling), *list(another)[:1]], key=lambda one: one[0].at)
        return _Tellings(telling, tuple(one for _, one in both), telling)

    def _holds_needed(self, of: Situation | Telling, message: str) -> bool:
        """Tell whether the words stand in a message without which it cannot tell `of`."""
        return not of.needs or bool(self._pattern(self._needed[of.needs]).search(message))

    def _referred(self, heard: "_Heard") -> Document | None:
        """Return what a question refers to that names nothing itself.

        While a practice is led, every such question is about that practice.
        """
        titled = [d for d in self._corpus.documents if d.title.lower() in heard.message.lower()]
        if titled:
            return max(titled, key=lambda document: len(document.title))
        if heard.history.walk and not heard.topics:
            return self._corpus.document(heard.history.walk.id)
        words = len(heard.message.split())
        refers = self._anywhere("refers", heard.message) and words <= _SHORT
        goes_on = _quoted(heard.history) and words <= _SHORTER
        if heard.topics or not (refers or goes_on):
            return None
        document = self._corpus.document(heard.history.subject or "")
        turned_away = document is not None and not heard.unwanted.isdisjoint(document.topics)
        return None if turned_away else document


@dataclass(frozen=True)
class _Tellings:
    """What the sentences of a message tell: the likeliest, it and another, the least sure."""

    plainly: Telling | None = None
    both: tuple[Telling, ...] = ()
    perhaps: Telling | None = None


@dataclass(frozen=True)
class _Heard:
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
    wording: str = ""
    """The words for somebody that the message shows, where it asks what they are like."""


_MARKS = " .!,;:)(?"


def _bare(message: str) -> str:
    """Return a message in lower case, without its commas and the punctuation around it."""
    return message.replace(",", "").strip(_MARKS).lower()


_OF_AN_INVITATION = {"affirmed": "accepted", "denied": "refused"}
"""What a yes and a no are where the coach asked whether somebody wants to say more."""


def _query(subject: Document, message: str) -> str:
    """Return what to search for where a message refers to a document, by its title or not."""
    is_named = subject.title.lower() in message.lower()
    return message if is_named else f"{subject.title}: {message}"


_SIMPLE = frozenset(
    {
        *WALK_ACTS,
        Act.DECLINE,
        Act.CHOOSE,
        Act.GREETING,
        Act.THANKS,
        Act.GOODBYE,
        Act.ABOUT,
        Act.UNHELPFUL,
    }
)
"""The acts that need nothing more to be answered."""

_TO_THE_COACH = frozenset({"checks-listening", "corrects-you"})
"""The moves that are made against the coach, and tell nothing of anybody's life."""

_OF_STEPS = frozenset(
    {
        "did-a-step",
        "good-moment",
        "plans-a-step",
        "step-went-badly",
        "step-went-well",
        "tried-before",
    }
)
"""The moves of who tried something, or means to."""

_ASKS_FOR = frozenset({"lead", "choose", "follow_up"})
"""The acts that ask for something."""

_FAREWELL = frozenset({Act.THANKS, Act.GOODBYE})

_OF_PRACTICES = frozenset({Act.ACCEPT, Act.LEAD, Act.RESUME})

_LEARNT_TURNS = {
    "why": "why",
    "how": "how",
    "when": "when",
    "how_long": "when",
    "example": "example",
    "more": "more",
    "other": "another",
    "simpler": "simpler",
    "what": "simpler",
    "shorter": "shorter",
    "tried": "tried",
    "hard": "hard",
    "source": "source",
}
"""The turn that is taken for each that was learnt."""

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_LAST = frozenset({"last", "final"})
_NUMBERED = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "ten": 10,
}
_STEPS = {word: at for at, word in enumerate(_PLACES, start=1)} | _NUMBERED

_QUOTED = re.compile(
    r""""[^"]*"|(?<!\w)'(?!(?:cause|til|till|em|n|bout|cos)\b)"""
    rf"{IN_SINGLE_QUOTES}+ [^']*'(?!\w)"
)
"""What others said, which asks the coach nothing."""

_CITED = "[1]"
"""What stands in a reply that quotes a page."""

_FEW_ENOUGH = 2
"""Words up to which any answer is met as one of a word or two."""

_DATES = frozenset(name.lower() for name in (*calendar.day_name, *calendar.month_name))
"""Words that have a capital and are no names."""

_EARLIER = 4
"""Messages that are looked back on for what the person told."""
_WHAT_TO_DO = frozenset({"how", "more", "another", "example", "when"})
"""The follow-ups that ask for something to do where nothing was quoted yet."""

_BRIEF_COMPLAINT = 6
"""Words up to which even a first message is a complaint about the coach."""

_ASKS_ABOUT = 40
"""Words up to which a question about the coach is what a message is for."""

_BRIEF_YES = 5
"""The most words of an answer to an offer that is taken by how it begins."""

_SENTENCES = 4
"""The latest sentences of a message, in which a question is looked for by itself."""

_NAMES_NOTHING = 3
"""Letters of a word that are too few to tell what is meant."""

_TELL_OF_IT = 2
"""The sentences before a question that tell what it is about."""

_TURNS_AWAY = 20
"""The fewest words of a message that turns from a practice to something else."""

_SHORTER = 8
"""The most words of a question that leans on the quotation right before it."""

_SHORT = 12
"""The most words of a question that may lean on what was said before."""

_ASPECT_OF_TURN = {
    "why": Aspect.WHY,
    "how": Aspect.HOW,
    "when": Aspect.WHEN,
    "example": Aspect.EXAMPLE,
    "simpler": Aspect.EXAMPLE,
    "hard": Aspect.HARD,
    "try": Aspect.HOW,
    "why_me": Aspect.WHY,
}


def _load_acts() -> dict[str, Any]:
    """Return `acts.yaml`, with what its expressions share written out."""
    acts: dict[str, Any] = load_yaml(Path(__file__).with_name("acts.yaml"))
    words = words_of(acts)
    asks_for = {move: written_out(row, words) for move, row in acts["asks_for"].items()}
    asks_if = [written_out(row, words) for row in acts["asks_if"]]
    return acts | {"asks_for": asks_for, "asks_if": asks_if}


def _any_of(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    """Return one expression that is found wherever any of these is, so that one look tells of none.

    They differ in nothing but their text.
    """
    return re.compile("|".join(f"(?:{one.pattern})" for one in patterns), re.IGNORECASE)


def _minutes_in(message: str) -> int | None:
    """Return how many minutes a message names, if it names any."""
    named = re.search(r"\b(?P<many>\w+)[ -]min", message, re.IGNORECASE)
    many = named["many"].lower() if named else ""
    return _NUMBERED.get(many) or (int(many) if many.isdecimal() else None)


def _ends_asking(message: str) -> bool:
    """Tell whether a message tells something first and then asks."""
    *told, last = sentences(message) or [""]
    return last.endswith("?") and any(not sentence.endswith("?") for sentence in told)


def _takes_up_a_question(message: str) -> bool:
    """Tell whether a message says the coach's question over and then answers it."""
    first, *told = sentences(message) or [""]
    answer = " ".join(told)
    return first.endswith("?") and "?" not in answer and len(answer.split()) > _BRIEF_COMPLAINT


def _parts(message: str) -> list[str]:
    """Return a message, and the latest of its sentences that say something, the latest first."""
    telling = [part for part in sentences(message) if len(part.split()) >= TELLING_WORDS]
    return list(dict.fromkeys([message, *telling[: -_SENTENCES - 1 : -1]]))


def _line_of(asked: str) -> float:
    """Return from which probability on what is asked is taken for a question that is answered."""
    if len(asked.split()) <= _SHORTER:
        return KNOWN_LEANING
    return KNOWN_BESIDE if len(sentences(asked)) > 1 else KNOWN


def _in_its_place(part: str, history: History) -> str:
    """Return a short question after what was told before it; empty where nothing was."""
    told = [_folded(text) for text in history.theirs[:-1]]
    told = [text for text in told if len(text.split()) >= TELLING_WORDS and "?" not in text]
    return f"{told[-1]} {part}" if told and len(part.split()) <= _SHORT else ""


def _around(asked: str, message: str) -> str:
    """Return a sentence with those beside it, which tell what it asks about."""
    said = sentences(message)
    at = said.index(asked) if asked in said else len(said) - 1
    return " ".join(said[max(0, at - _TELL_OF_IT) : at + 2])


def _asked_last(message: str) -> str:
    """Return the question that little follows, as an afterthought would; empty if none is one."""
    said = sentences(message)
    after = 0
    for sentence in reversed(said):
        if sentence.endswith("?"):
            return sentence
        after += len(sentence.split())
        if after > _SHORTER:
            break
    return ""


def _says_over(sentence: str, history: History) -> bool:
    """Tell whether a sentence says the coach's last question over: "What would I tell them."."""
    asked = next((s for s in reversed(sentences((history.ours or [""])[-1])) if s[-1:] == "?"), "")
    theirs, ours = (set(re.findall(r"[a-z']+", text.lower())) for text in (sentence, asked))
    of_others = _OTHERS if ours & _OTHERS else frozenset()
    return bool(asked) and not theirs - ours - _OF_SAYING_OVER - of_others


_OTHERS = frozenset({"him", "her", "them", "it", "he", "she", "they"})

_OF_SAYING_OVER = frozenset({"i", "my", "me", "oh", "ah", "well", "um", "hm", "so", "and", "then"})
"""Words by which what is said over differs from what was asked."""


def _end(message: str) -> str:
    """Return the last sentence of a long message, where its weight stands; empty for others."""
    *before, last = sentences(message) or [""]
    long = len(message.split()) > _SHORT and bool(before)
    return last if long and len(last.split()) >= TELLING_WORDS else ""


def _wants_an_ear(heard: "_Heard") -> bool:
    """Tell whether somebody asks just now to be heard, and asks nothing else."""
    return heard.history.told_now.only_listen and "?" not in heard.message


def _standing(heard: "_Heard") -> tuple[frozenset[str], str]:
    """Return the acts that a message can do at this point, and what the coach did last."""
    history = heard.history
    acts = set(OPEN_ACTS)
    if history.ours:
        acts |= {"follow_up", "answer"}
    elif len(heard.message.split()) > _BRIEF_COMPLAINT:
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


_NEVER_ASKED = frozenset({"accept", "decline", "answer", "goodbye", "thanks"})
"""What a message that ends in a question mark does not do."""

_SAYS_YOU = r"\b(?:you|your|yours|u|ur|this|here|homeward|site|page|app)\b"
"""Words without which nobody asks about the coach in the middle of a talk."""

_OF_THE_COACH = (
    r"\b(?:you|your|u|ur|bot|robot|program|computer|machine|answer\w*|repl\w*|question|meant|"
    r"mean|getting at|asked|said|told|again|wrong|leaflet|quot\w*|advice|clich\w*|generic|"
    r"useless|rubbish|nonsense|helpful|help\w*|listen\w*|here we go|seriously|silver linings?)\b"
)
"""Words without which nobody complains of the coach."""


def _quoted(history: History) -> bool:
    """Tell whether the coach's last message quoted something."""
    return bool(history.ours) and "[1]" in history.ours[-1]


def _last_did(history: History) -> str:
    """Return what the coach's last message did, by the labels of the training set."""
    if not history.ours:
        return "nothing"
    if history.walk:
        return "step"
    if history.offered:
        return "offer"
    if _quoted(history):
        return "quote"
    return "question" if "?" in history.ours[-1] else "other"


def _folded(message: str) -> str:
    """Return the message with straight quotes, single spaces and no control characters."""
    straight = message.translate(STRAIGHT_QUOTES)
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in straight)
    return re.sub(r"\s+", " ", visible).strip()


def _is_english(bare: str, common: frozenset[str]) -> bool:
    """Tell whether a message may be English; only a clear case of another language is not."""
    letters = [c for c in bare if c.isalpha()]
    if sum("LATIN" in unicodedata.name(c, "") for c in letters) < len(letters) / 2:
        return False
    words = re.findall(r"[^\W\d_']+", bare)
    known = sum(word in common for word in words)
    if len(words) < _FEW_WORDS or known >= len(words) / 4:
        return True
    confidence = {
        c.language.name: c.value for c in _languages().compute_language_confidence_values(bare)
    }
    english = confidence.pop("ENGLISH")
    return english > _ENGLISH_AT_MOST or max(confidence.values()) < _OTHER_AT_LEAST


_FEW_WORDS = 3
_ENGLISH_AT_MOST = 0.06
_OTHER_AT_LEAST = 0.38
"""Tried on 23 short messages in nine languages and misspelt English, after the common words."""


@cache
def _languages() -> LanguageDetector:
    """Return the detector. Its small models load in 0.2 s where the large ones take 4 s."""
    builder = LanguageDetectorBuilder.from_languages(
        Language.ENGLISH,
        Language.GERMAN,
        Language.SPANISH,
        Language.FRENCH,
        Language.ITALIAN,
        Language.PORTUGUESE,
        Language.DUTCH,
        Language.POLISH,
        Language.TURKISH,
        Language.SWEDISH,
    )
    return builder.with_low_accuracy_mode().build()
