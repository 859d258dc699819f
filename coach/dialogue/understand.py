"""Understand what a message is after: the act, the topic, and what the person tells.

Flow: the screened message and its history -> here -> `dialogue.graph` routes by it.  Words
that can mean one thing only are taken by expression (`acts.yaml`); all others by what was
learnt (`dialogue.acts`), among the acts that the conversation leaves open.
"""

import calendar
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from coach.dialogue.acts import ActReader, ReadActs
from coach.dialogue.asking import QUOTED, Asking
from coach.dialogue.choices import ChoiceReader
from coach.dialogue.choosing import NUMBERED, PLACES, PracticeChooser
from coach.dialogue.expressions import MARKS, Expressions, any_of, bared, folded
from coach.dialogue.heard import (
    BRIEF_COMPLAINT,
    CITED,
    SHORT,
    SHORTER,
    Heard,
    asked_last,
    end_of,
    standing,
    wants_an_ear,
)
from coach.dialogue.history import TELLING_WORDS, History
from coach.dialogue.language import is_english
from coach.dialogue.moves import ASKS, LOST, PLAIN, SURE, UNASKED, MoveReader
from coach.dialogue.phrasing import Voice
from coach.dialogue.readers import NOTHING
from coach.dialogue.situations import EARLIER, SituationReader
from coach.dialogue.tellings import TellingReader
from coach.dialogue.told import read_told
from coach.dialogue.topics import TopicReader
from coach.dialogue.understood import (
    ABOUT,
    FOREIGN,
    SOMEBODY,
    STRANGE,
    WALK_ACTS,
    WANTS_WORDS,
    Act,
    Understood,
)
from coach.index.alike import Alike
from coach.index.embedder import Embedder
from coach.library import Corpus
from coach.schema import Aspect, Document, Practice, Topic
from coach.sentences import sentences

__all__ = ["Understanding"]

OFF_TOPIC = 0.3
"""By how much more foreign a message is that was read as off all topics."""

LIKELY_ENOUGH = 0.25
"""How likely an act must be, that turns away from what is told, to be taken for it."""

PLAINLY_ABOUT = 5.0
"""How far a question must lean to a topic, in standard deviations, to need no more to tell what
it is about; with less, what was told before counts as much."""

TOLD_AFTER_GREETING = 0.3
"""How likely what comes after a greeting must be a story, where it shows no feeling, to be one."""

ASKS_TOO = 0.05
"""How likely a question must be for a story that asks something to be answered as one."""


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
        tellings: ChoiceReader,
        topics: TopicReader,
        alike: Alike,
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
            alike: Likens what is told to what words were written for.
        """
        self._corpus = corpus
        self._says = says = Expressions()
        self._reader = acts
        self._moves = moves
        families = {name: told.of for name, told in voice.tellings.items() if told.of}
        self._tellings = TellingReader(tellings, families)
        self._topics = topics
        self._life = SituationReader(
            says, voice, embedder, alike=alike, tellings=self._tellings, topics=topics
        )
        self._asking = Asking(
            says, corpus, voice, embedder, short_answers=short_answers, life=self._life
        )
        self._practices = PracticeChooser(
            says, corpus, voice.situations, life=self._life, topics=topics
        )
        # Made now, for the first message may be of danger, which is answered at once.
        self._any_name = any_of(pattern for pattern, _ in self._names)
        what = r"\bwhat(?:'?s| is| are) (?:an? |the |your )?[\"'“‘]?"
        self._names_what = re.compile(f"{what}(?:{self._any_name.pattern})", re.IGNORECASE)

    def texts(self, history: History) -> tuple[str, ...]:
        """Return the texts that `read`, and search after it, are likely to need."""
        heard = self._hear(history)
        asked = [*(text for text, _ in self._asking.asked_in(heard)), *self._asking.stories(heard)]
        told = self._tellings.texts(heard.message)
        subject = self._asking.referred(heard)
        query = _query(subject, heard.message) if subject else ""
        texts = heard.message, *told, *asked, end_of(heard.message), query
        return tuple(filter(None, texts))

    def said_back(self, history: History) -> tuple[str, ...]:
        """Return what may be said back, in danger, to the very thing that the latest message tells.

        Raises:
            EmbeddingError: The model failed.
        """
        very = self._life.very_thing(self._says.spelt(folded(history.latest)), in_danger=True)
        return very.reflections if very else ()

    def leaves_practice(self, history: History) -> bool:
        """Tell whether a message amid a practice turns to the person's life, or asks of it.

        "Can I stop it there, because my sister came up. How do I write to her?" wants no step.
        """
        if history.walk is None:
            return False
        heard = self._hear(history)
        if self._says.anywhere("to_step", heard.message):
            return False
        if self._says.anywhere("turns_to_talk", heard.message):
            return True
        if heard.topics or len(heard.bare.split()) < _TURNS_AWAY:
            return False
        of_people = bool(history.told_now.people) or SOMEBODY.search(heard.message) is not None
        asks, asked = self._asking.asked_for(replace(heard, history=history.out_of_practice()))
        at_last = sentences(heard.message)[-_AT_LAST:]
        asks_last = asks is not None and (asked in at_last or bool(asked_last(heard.message)))
        breaks_off = self._says.anywhere("breaks_off", heard.message)
        return sum((of_people, asks_last, breaks_off)) > 1

    def ends_practice(self, history: History) -> bool:
        """Tell whether a message after the last step says that it is done, and then tells more."""
        walk = history.walk
        if walk is None or walk.step < walk.steps:
            return False
        message = self._hear(history).message
        first, *more = sentences(message) or [""]
        done = self._says.whole("done_at_end", bared(first))
        asks = self._says.anywhere("of_this_step", message)
        return done and not asks and len(" ".join(more).split()) >= _TURNS_AWAY

    def comes_back(self, message: str) -> bool:
        """Tell whether a message says next to nothing, or that it was asking something."""
        brief = len(message.split()) < TELLING_WORDS
        return brief or self._says.anywhere("asks_again", folded(message))

    def read(self, history: History) -> Understood:
        """Return what the latest message is after."""
        heard = self._hear(history)
        if not heard.message:
            return Understood(Act.EMPTY)
        if not any(unicodedata.category(c)[0] in "LN" for c in heard.message):
            return Understood(Act.UNREADABLE)
        heard = self._asking.taken(heard)
        readings = (
            self._as_parting,
            self._as_step,
            self._as_word_in_walk,
            self._practices.asked_of,
            self._as_choice,
            self._as_view_of_words,
            self._as_wish_for_another,
            self._as_question_of_offer,
            self._as_answer_to_offer,
            self._as_opening,
            self._as_small_talk,
            self._as_wish_for_one,
            self._as_follow_up,
            self._as_few_words,
            self._as_other_language,
        )
        found = (understood for reading in readings if (understood := reading(heard)))
        read = next(found, None) or self._by_act(heard)
        may_stumble = read.act in _LEADS or read.asks_first
        stumbled = read.stumbled or (may_stumble and self._has_stumbled(heard))
        to_talk = history.put_down and self._says.anywhere("turns_to_talk", heard.message)
        return replace(read, plans=self._asking.plans(heard), stumbled=stumbled, to_talk=to_talk)

    def _hear(self, history: History) -> Heard:
        message = self._says.spelt(folded(history.latest.translate(self._says.signs)))
        bare = bared(message)
        if not self._any_name.search(message):
            return Heard(history, message, bare)
        named: dict[bool, set[str]] = {True: set(), False: set()}
        turned_away = []
        for pattern, topic in self._names:
            for name in pattern.finditer(message):
                refused = self._says.pattern("not_wanted").search(message[: name.start()])
                named[refused is None].add(topic.id)
                if refused:
                    turned_away.append(message[refused.start() : name.end()])
        for words in turned_away:
            message = message.replace(words, " ").strip(" ,;.")
        unwanted = frozenset(named[False] - named[True])
        return Heard(history, message, bare, frozenset(named[True]), unwanted)

    def _by_act(self, heard: Heard) -> Understood:
        """Read what the message does by what was learnt, among what is possible here."""
        heard, read = self._past_greeting(heard)
        answered = self._asking.answer(heard, heard.asked_for)
        if answered or self._asking.judges(heard) or self._asking.asks_in_words(read, heard):
            return self._as_question_or_story(heard, read, Act.QUESTION)
        act = self._in_its_words(read.act(*standing(heard)), read, heard)
        if act in _FAREWELL and heard.asked_for:
            act = "question"
        if act in _SIMPLE and not heard.topics:
            return self._practices.choosing(heard) if act == Act.CHOOSE else Understood(Act(act))
        if not heard.history.ours and any(n.fullmatch(heard.bare) for n, _ in self._names):
            act = "question"
        if act in _OF_PRACTICES and (understood := self._of_practice(Act(act), heard)):
            return understood
        if act == "follow_up" and not (
            heard.topics or heard.wording or self._asking.wants_words(heard)
        ):
            turn = _LEARNT_TURNS[read.turn]
            if turn == "when" and self._says.anywhere("own_how_long", heard.message):
                return self._as_question_or_story(heard, read, "question")
            asks = heard.asked_for is not None or heard.message.endswith("?")
            # "I don't want to burden him" finds nothing hard of what was quoted.
            of_somebody = SOMEBODY.search(heard.message) is not None
            apart = turn == "hard" and of_somebody and not heard.message.endswith("?")
            understood = (
                None if apart or (asks and turn == "tried") else self._follow_up(turn, heard)
            )
            if understood:
                return understood
        return self._as_question_or_story(heard, read, act)

    def _past_greeting(self, heard: Heard) -> tuple[Heard, ReadActs]:
        """Return the message and how it reads; without its greeting where more comes after it.

        "Hello, I feel alone tonight" is no small talk.
        """
        read = self._reader.read(heard.message)
        said = self._beyond_greeting(heard.message)
        if not said or read.act(*standing(heard)) != Act.GREETING:
            return heard, read
        after = self._reader.read(said)
        if not after.shown and after.acts[Act.STORY] < TOLD_AFTER_GREETING:
            return heard, read
        return replace(heard, message=said, bare=bared(said)), after

    def _beyond_greeting(self, message: str) -> str:
        """Return what a message says after its greeting; empty where it has none, or only that."""
        greets = self._says.pattern("greets").match(message)
        return message[greets.end() :] if greets else ""

    def _in_its_words(self, act: str, read: ReadActs, heard: Heard) -> str:
        """Return the act that was read, or another where the words of the message say so."""
        if act in {Act.NEXT, "story", "answer"} and _asks_in_walk(heard):
            return "question"
        told = (act in _SIMPLE and self._says_more(act, read, heard)) or (
            act == Act.CHOOSE and self._names_no_practice(heard)
        )
        if (
            told
            or (act == Act.UNHELPFUL and self._says.anywhere("said_between_them", heard.message))
            or (act == Act.QUESTION and wants_an_ear(heard))
            or (act == Act.GOODBYE and self._says.anywhere("others_leave", heard.message))
            or self._is_of_their_life(act, read, heard)
        ):
            return "story"  # what hardly stands out from telling is heard as told
        if act == Act.UNHELPFUL and self._says.anywhere("opens_with_thanks", heard.message):
            return "thanks"
        if act == Act.THANKS and self._says.anywhere("thanks_others", heard.message):
            return "story"
        if act == Act.THANKS and self._says.anywhere("takes_leave", heard.message):
            return "goodbye"
        # Who says what they are not after says what they are after; a yes may ask first what it is.
        asks = (heard.unwanted and act in _ASKS_FOR) or any(
            act == one and self._says.anywhere(words, heard.message)
            for one, words in ((Act.ABOUT, "helps_with"), (Act.ACCEPT, "asks_of_offer"))
        )
        return "question" if asks else act

    def _is_of_their_life(self, act: str, read: ReadActs, heard: Heard) -> bool:
        """Tell whether what looks like a word about the coach, or its page, does something else."""
        if not heard.history.ours or heard.message.endswith("?"):
            return False
        tried = read.turn == "tried"
        answers = heard.history.ours[-1].endswith("?") or tried
        if act != Act.UNHELPFUL and not (act == Act.FOLLOW_UP and answers):
            return False
        of_the_talk = _TO_THE_COACH | (_OF_STEPS if tried else frozenset())
        return self._moves.read(heard.message, SURE) not in {None, *of_the_talk}

    def _names_no_practice(self, heard: Heard) -> bool:
        """Tell whether a message amid a talk has none of the words that a wish for one takes.

        "Would you go back, or is that flogging a dead horse?" wants an answer.
        """
        return bool(heard.history.ours) and not self._says.anywhere("of_practices", heard.message)

    def _says_more(self, act: str, read: ReadActs, heard: Heard) -> bool:
        """Tell whether a message tells or asks more than the act that it looks like."""
        if heard.history.walk and self._says.anywhere("why", heard.message):
            return True
        words = len(heard.bare.split())
        if act in WALK_ACTS and words > SHORT:
            return read.acts[act] < LIKELY_ENOUGH
        if act == Act.UNHELPFUL and words > BRIEF_COMPLAINT:
            asks = heard.message.endswith("?") and words > SHORTER
            return asks or (words > SHORT and self._says.tells(heard.message))
        return read.acts[act] < LIKELY_ENOUGH and self._says.tells(heard.message)

    def _of_practice(self, act: Act, heard: Heard) -> Understood | None:
        """Read an act that needs a practice: the one that is named, offered, or was left."""
        if act is Act.ACCEPT:
            return Understood(act, practice=heard.history.offered)
        if act is Act.RESUME:
            return Understood(act) if heard.history.left else None
        if act is Act.LEAD and not (heard.history.walk and not heard.topics):
            return Understood(act, topics=heard.topics, practice=self._practices.meant(heard))
        return None

    def _as_step(self, heard: Heard) -> Understood | None:
        """Take a wish for a certain step of the practice that is going on, or was left."""
        position = heard.history.walk or heard.history.left
        if position is None or self._says.anywhere("why", heard.message):
            return None
        found = self._says.pattern("to_step").search(heard.message)
        if found is None:
            return None
        named = (found["step"] or found["nth"]).lower()
        number = position.steps if named in _LAST else _STEPS.get(named) or int(named)
        return Understood(Act.TO_STEP, step=max(1, min(number, position.steps)))

    def _as_word_in_walk(self, heard: Heard) -> Understood | None:
        """Take a word that moves the walk, alone or at the head of a short message."""
        if heard.history.walk is None or self._says.anywhere("why", heard.message):
            return None
        clauses = [
            part.strip() for part in re.split(r"[,.;!?]| and | then ", heard.message.lower())
        ]
        clauses = [part for part in clauses if part][:3]
        brief = len(heard.bare.split()) <= SHORT and "?" not in heard.message
        for words in (heard.bare, *(clauses if brief else ())):
            if word := self._says.first_whole("walk", words):
                return Understood(Act(word))
        if self._says.anywhere("breaks_off", heard.message):
            return Understood(Act.STOP)
        said = {s.strip(MARKS).lower() for s in sentences(heard.message)}
        return Understood(Act.NEXT) if "next" in said and not heard.asked_for else None

    def _as_wish_for_one(self, heard: Heard) -> Understood | None:
        """Take a wish for a practice that is named, or one that names and describes none."""
        if named := self._practices.wanted(heard):
            return Understood(Act.LEAD, topics=heard.topics, practice=named)
        wishes = self._says.anywhere("wants_one", heard.message)
        if heard.history.walk or heard.asked_for in WANTS_WORDS or not wishes:
            return None
        choice = self._practices.choosing(heard)
        if choice.eases:
            return choice
        if heard.topics or heard.unwanted or not heard.history.ours:
            return None
        described = self._practices.described(heard.message)
        if described and not heard.message.endswith("?"):
            return Understood(Act.CHOOSE, practice=described, eases=True)
        return None if described or self._asking.answer(heard, None) else choice

    def _as_choice(self, heard: Heard) -> Understood | None:
        """Take a choice among the practices that the coach has just named."""
        listed = heard.history.listed
        named = [practice for practice in listed if practice.id in heard.topics]
        brief = len(heard.bare.split()) <= (_CHOOSES if len(named) == 1 else SHORT)
        if not listed or not brief or self._says.anywhere("why", heard.message):
            return None
        if heard.topics and len(named) != 1:
            return None
        practice = named[0] if named else self._practices.chosen(listed, heard.bare)
        return Understood(Act.LEAD, practice=practice) if practice else None

    def _as_view_of_words(self, heard: Heard) -> Understood | None:
        """Take a word on the words for somebody that the coach has just given."""
        of_words = self._asking.view_of_words(heard)
        return Understood(Act.STORY, query=heard.message, of_words=of_words) if of_words else None

    def _as_wish_for_another(self, heard: Heard) -> Understood | None:
        """Take a wish for another practice than the one that was offered lately."""
        offered = heard.history.offered_lately if heard.history.walk is None else None
        other = offered is not None and self._says.anywhere("wants_other", heard.message)
        return self._practices.choosing(heard) if other else None

    def _as_answer_to_offer(self, heard: Heard) -> Understood | None:
        lately = heard.history.offered_lately
        free = not (heard.topics or heard.history.walk or heard.asked_for)
        if lately and free and self._says.anywhere("takes_up", heard.message):
            return Understood(Act.ACCEPT, practice=lately)
        offered = heard.history.offered
        if offered is None or (heard.topics and offered.id not in heard.topics):
            return None
        if self._says.whole("goodbye", heard.bare):
            return Understood(Act.GOODBYE)
        brief = len(heard.bare.split()) <= _BRIEF_YES
        willing = self._says.whole("accept", heard.bare) or any(
            self._says.anywhere(words, text)
            for words, text in (("yes_please", heard.bare), ("tries_it", heard.message))
        )
        if willing or (brief and self._says.anywhere("starts_yes", heard.bare)):
            return Understood(Act.ACCEPT, practice=offered)
        if self._says.whole("decline", heard.bare) or (
            brief and self._says.anywhere("starts_no", heard.bare)
        ):
            return Understood(Act.DECLINE)
        return None

    def _as_question_of_offer(self, heard: Heard) -> Understood | None:
        """Take a question what the practice is that was offered, before they say yes."""
        offered = heard.history.offered
        what = self._names_what.search(heard.message) is not None
        asks = what or any(
            self._says.anywhere("asks_of_offer", said)
            for said in sentences(heard.message)
            if said.endswith("?") or not self._says.anywhere("negates", said)
        )
        free = not (heard.history.walk or heard.asked_for)
        brief = len(heard.bare.split()) <= _CHOOSES
        if offered is None or not (asks and free and brief):
            return None
        if heard.topics and offered.id not in heard.topics:
            return None
        why = self._says.anywhere("why", heard.message)
        return Understood(
            Act.FOLLOW_UP,
            query=_query(offered, heard.message),
            aspect=Aspect.WHY if why and not what else Aspect.WHAT,
            topics=frozenset(offered.topics),
            follow_up="more",
            subject=offered.id,
            practice=offered,
            asks_first=True,
        )

    def _as_small_talk(self, heard: Heard) -> Understood | None:
        brief = len(heard.bare.split()) <= BRIEF_COMPLAINT
        if brief and read_told([heard.message]).only_listen and heard.history.ours:
            return Understood(Act.STORY, query=heard.message)
        about = None if heard.topics else self._says.first_anywhere("about_you", heard.message)
        tells = about == "made" and self._begins_to_tell(heard)
        if about and len(heard.bare.split()) <= _ASKS_ABOUT and not tells:
            return Understood(Act.ABOUT, about=about)
        asks_studies = self._says.anywhere("evidence", heard.message)
        if not heard.topics and not asks_studies and self._says.anywhere("lists", heard.message):
            for_something = self._says.anywhere("for_something", heard.message)
            choice = self._practices.choosing(heard) if for_something else None
            return choice if choice and choice.practice else Understood(Act.LEAD)
        for act in (Act.GREETING, Act.GOODBYE, Act.THANKS):
            if brief and self._says.whole(act.value, heard.bare):
                return Understood(act)
        if brief and self._says.anywhere("denies_danger", heard.message):
            return Understood(Act.UNHELPFUL)
        return None

    def _as_opening(self, heard: Heard) -> Understood | None:
        """Take a call, or a wish to talk, of somebody who tells of nothing yet."""
        bare = bared(self._beyond_greeting(heard.message) or heard.message)
        first = None if heard.history.ours else self._says.first_whole("opens_first", bare)
        opens = self._says.first_whole("opens", bare) or first
        act = Act.ABOUT if opens == Act.ABOUT else Act.GREETING
        return Understood(act, opens=opens) if opens else None

    def _begins_to_tell(self, heard: Heard) -> bool:
        """Tell whether a message wonders how this works and then tells something all the same."""
        asks = "how does" in heard.message.lower()
        others = [
            s for s in sentences(heard.message) if not self._says.first_anywhere("about_you", s)
        ]
        told = " ".join(sentence for sentence in others if self._says.tells(sentence))
        return not asks and len(told.split()) > SHORT

    def _as_parting(self, heard: Heard) -> Understood | None:
        """Take the end of a message that ends the talk, where nothing in it asks anything."""
        *before, last = sentences(heard.message) or [""]
        asks = any(sentence.endswith("?") for sentence in before)
        end = last.strip(MARKS).lower()
        plans = bool(heard.history.ours) and any(
            self._says.anywhere("plans", said) for said in before
        )
        takes_leave = self._says.whole("parts", end) or (
            plans and self._says.whole("thanks_alone", end)
        )
        # Thanks and a leave that is taken may come in either order.
        end_of_it = [*before[-1:], last]
        thanked = any(self._says.anywhere("opens_with_thanks", said) for said in end_of_it)
        takes_leave |= thanked and any(
            self._says.anywhere("takes_leave", said) for said in end_of_it
        )
        unmarked = self._says.anywhere("leaves_with_thanks", heard.message)
        asks |= heard.asked_for is not None or self._says.is_asked(last)
        asks |= unmarked and self._says.anywhere("question", heard.message)
        leaves = (before and takes_leave) or unmarked
        return Understood(Act.GOODBYE) if leaves and not asks and heard.history.ours else None

    def _as_follow_up(self, heard: Heard) -> Understood | None:
        says_more = len(heard.bare.split()) > SHORT and heard.asked_for is not None
        if self._asking.judges(heard) or says_more or self._asking.wants_words(heard):
            return None
        beside = bool(heard.history.ours) and self._says.anywhere("off_point", heard.message)
        puzzled_by = self._puzzled_by(heard)
        if beside or puzzled_by or self._is_puzzled(heard):
            return Understood(Act.FOLLOW_UP, follow_up="rephrase", puzzled_by=puzzled_by)
        turn = self._says.first_whole("follow_up", heard.bare)
        if turn is None and heard.history.ours and len(heard.bare.split()) <= SHORT:
            turn = self._says.first_anywhere("form", heard.message)
        if turn is None and heard.history.ours and CITED in heard.history.ours[-1]:
            turn = "hard" if self._says.whole("troubled", heard.bare) else None
        if turn == "recap":
            return Understood(Act.FOLLOW_UP, follow_up=turn)
        return self._follow_up(turn, heard) if turn else None

    def _puzzled_by(self, heard: Heard) -> str:
        """Return the sentence of the coach's whose words a message asks the meaning of, if any."""
        found = self._says.pattern("means").search(heard.message)
        if found is None or heard.history.walk or heard.topics:
            return ""  # what a topic is, a page says
        asked = next(filter(None, found.groups())).lower()
        words = [word for word in re.findall(r"[a-z']+", asked) if len(word) > _NAMES_NOTHING]
        said = (
            sentence
            for reply in reversed(heard.history.ours[-_LATELY:])
            if CITED not in reply
            for sentence in sentences(reply)
            if words and set(words) <= set(re.findall(r"[a-z']+", sentence.lower()))
        )
        return next(said, "")

    def _is_puzzled(self, heard: Heard) -> bool:
        """Tell whether a message asks what a word of the coach's last reply was about."""
        if not heard.history.ours or heard.history.walk:
            return False
        ours = heard.history.ours[-1]
        if (
            "?" in ours
            and CITED not in ours
            and self._says.whole("meant", heard.message.strip(" .!"))
        ):
            return True
        asked = self._says.pattern("puzzled").match(heard.message)
        if asked is None:
            return False
        word = asked["word"]
        return word is None or word.lower() in ours.lower()

    def _as_few_words(self, heard: Heard) -> Understood | None:
        """Take an answer of a word or two to the coach's question as what it is."""
        history = heard.history
        if not history.ours or history.walk or history.offered or heard.topics:
            return None
        asked = "?" in history.ours[-1]
        kind = None if "?" in heard.message else self._says.first_whole("bare", heard.bare)
        if kind is None and asked and len(heard.bare.split()) <= _FEW_ENOUGH:
            act = self._reader.read(heard.message).act(*standing(heard))
            kind = self._short(heard) if act in {"answer", "story"} else None
        if kind is None:
            return None
        if asked and self._says.anywhere("invites", history.ours[-1]):
            kind = _OF_AN_INVITATION.get(kind, kind)
        return Understood(
            Act.STORY, query=heard.message, bare=kind, earlier=self._life.earlier(history)
        )

    def _short(self, heard: Heard) -> str:
        """Return which kind of short answer it is: a name by itself, or any other."""
        alone = re.fullmatch(r"(?P<word>[A-Z][a-zé]{2,14})[.!]?", heard.message)
        return "name" if alone and alone["word"].lower() not in self._known_words else "short"

    def _follow_up(self, turn: str, heard: Heard) -> Understood | None:
        """Read a message that leans on what was said; None where it leans on nothing."""
        subject = self._corpus.document(heard.history.subject or "")
        told = self._life.last_told(heard.history)
        began = subject is not None or heard.history.led or heard.history.offered
        if turn == "tried" and (not began or self._says.anywhere("ahead", heard.message)):
            return None
        tried = None
        if turn == "tried":
            tried = self._says.first_anywhere("tried", heard.message) or "said"
            if tried != "badly" or subject is None:
                return Understood(
                    Act.STORY,
                    query=heard.message,
                    tried=tried,
                    earlier=self._life.earlier(heard.history),
                )
            turn = "hard"
        if subject is None and told is not None and turn in _WHAT_TO_DO:
            turn = "try"
        situation = self._life.situation(told) if told is not None else None
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
        brief = len(heard.bare.split()) <= SHORTER
        if subject is None and asks_for_one and (brief or not self._names_no_practice(heard)):
            return self._practices.choosing(heard)
        if subject is None:
            leans = (
                (brief or not asks_for_one)
                and bool(heard.history.ours)
                and not self._says.tells(heard.message)
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
            evidence=self._says.anywhere("evidence", heard.message),
        )

    def _as_other_language(self, heard: Heard) -> Understood | None:
        if heard.topics or is_english(heard.bare, self._says.common_words):
            return None
        brief = len(heard.bare.split()) <= SHORTER
        if brief and any(
            is_english(text.lower(), self._says.common_words) for text in heard.history.theirs[:-1]
        ):
            return None  # who has written English goes on in it
        return Understood(Act.LANGUAGE)

    def _as_question_or_story(self, heard: Heard, read: ReadActs, act: str) -> Understood:
        """Read a question or a story; what is neither is taken for what it looks like."""
        message, amid = heard.message, bool(heard.history.ours)
        tells = self._says.tells(message) or act in {"story", "answer"}
        wants_advice = self._asking.wants_advice(message)
        says_it_after = amid and not heard.topics and _takes_up_a_question(message)
        asked = QUOTED.sub(" ", message)
        ends_asking = self._ends_asking(asked)
        looks_asked = act == "question" or (
            (ends_asking or self._says.anywhere("question", asked))
            and act != "answer"
            and not wants_an_ear(heard)
            and (act != "story" or read.acts["question"] >= ASKS_TOO or ends_asking)
        )
        asks = wants_advice or (looks_asked and not says_it_after)
        refused = self._asking.refuses(heard)
        asks = asks and not refused
        subject = self._asking.referred(heard) if asks else None
        query = _query(subject, message) if subject else message
        query = self._of_an_article(query) if asks and not subject else query
        leaning = self._topics.lean(query)
        earlier = None if asks else self._life.earlier(heard.history)
        situation = self._life.situation(message, earlier, amid=amid) if tells else None
        topics = heard.topics or frozenset(subject.topics if subject else ())
        told = self._life.tellings(message, heard.history)
        if told.leaves and not asks and amid and not heard.history.newly_gone:
            return Understood(Act.GOODBYE)
        move = self._move(message, sure=asks or heard.history.walk is not None, first=not amid)
        answer = self._asking.answer(heard, heard.asked_for or move)
        asks = asks or (answer is not None and self._asking.has_words_in(answer))
        stumbled = heard.asked != message and self._has_stumbled(heard)
        set_right = self._apart_from_denials(message) if stumbled else ""
        understood = Understood(
            Act.QUESTION if asks else Act.STORY,
            query=query,
            leaning=(
                self._in_context(leaning.topics, heard)
                if asks and leaning.foreign < STRANGE
                else leaning.topics
            ),
            foreign=leaning.foreign + OFF_TOPIC * (act == "off_topic"),
            aspect=self._aspect(set_right or message, read) if asks else None,
            topics=topics,
            unwanted=heard.unwanted,
            subject=subject.slug if subject else None,
            situation=situation,
            earlier=earlier,
            telling=told.plainly,
            tellings=told.both,
            very_thing=self._life.very_thing(message),
            telling_perhaps=told.perhaps,
            told_in=told.said,
            feelings=self._life.felt(read.shown, message) if tells else (),
            move=move,
            answer=answer,
            leans=answer is not None and self._asking.leans(heard),
            asked=heard.asked or message,
            asked_about=self._asked_about(heard),
            asked_for=heard.asked_for,
            asks_the_coach=self._asking.is_of_the_coach(message),
            wants_advice=wants_advice,
            doubt=heard.doubt,
            wording=heard.wording,
            drafted=heard.drafted,
            refused=refused,
            either=self._asking.either(heard),
            to_say=heard.to_say,
            stumbled=stumbled,
            set_right=set_right,
            evidence=asks and self._says.anywhere("evidence", message),
            practice=self._practices.meant(heard) if topics else None,
            personal=self._says.anywhere("first_person", message),
            vague=self._is_vague(heard) or (not asks and leaning.foreign <= FOREIGN),
        )
        return replace(understood, in_general=self._asking.in_general(understood, heard))

    def _of_an_article(self, message: str) -> str:
        """Return a message from where it speaks of an article, or the whole of it."""
        said = sentences(message)
        spoken_of = (at for at, s in enumerate(said) if self._says.anywhere("of_an_article", s))
        return " ".join(said[next(spoken_of, 0) :]) or message

    def _ends_asking(self, message: str) -> bool:
        """Tell whether a message tells something first and then asks, with or without a mark."""
        *told, last = sentences(message) or [""]
        asks = last.endswith("?") or self._says.anywhere("asks_without_mark", last)
        return asks and any(not sentence.endswith("?") for sentence in told)

    def _asked_about(self, heard: Heard) -> frozenset[str] | None:
        """Return the topics of what is asked, apart from what is told; None if nothing is asked."""
        if not heard.asked:
            return None
        leaning = self._topics.lean(heard.asked).topics
        return frozenset(topic for topic, least in leaning.items() if least >= ABOUT)

    def _in_context(self, own: Mapping[str, float], heard: Heard) -> Mapping[str, float]:
        """Return how a question leans, with what the person told before it.

        Who cares for his wife asks as a carer, in whatever words.
        """
        told = [folded(text) for text in heard.history.theirs[:-1][-EARLIER:]]
        told = [text for text in told if len(text.split()) >= TELLING_WORDS]
        if heard.topics or not told or max(own.values(), default=0.0) >= PLAINLY_ABOUT:
            return own
        before = [self._topics.lean(text).topics for text in told]
        return {
            topic: leaning + max(0.0, *(earlier.get(topic, 0.0) for earlier in before))
            for topic, leaning in own.items()
        }

    def _move(self, message: str, *, sure: bool, first: bool) -> str | None:
        """Return what a message does amid a talk; a long one does it at its end."""
        move = self._moves.read(message, SURE if sure else PLAIN)
        if move is None and (end := end_of(message)):
            move = self._moves.read(end, SURE)
        if move is None and first and self._says.anywhere("lost", message):
            return LOST
        asks = move is not None and move.startswith(ASKS)
        if not asks or any(map(self._says.is_asked, sentences(message))):
            return move
        own = self._says.anywhere("first_person", message)
        return self._moves.read(message, UNASKED) if own else None

    def _has_stumbled(self, heard: Heard) -> bool:
        """Tell whether the coach asked beside the point, and the message sets it right."""
        ours = heard.history.ours[-1].lower() if heard.history.ours else ""
        echo = self._says.pattern("echoes").search(heard.message)
        theirs = echo["words"].lower().split() if echo else ()
        echoes = any(word in ours for word in theirs if len(word) > _NAMES_NOTHING)
        return ("?" in ours and echoes) or (
            bool(ours)
            and (self._says.anywhere("stumbles", heard.message) or self._denies(heard, ours))
        )

    def _apart_from_denials(self, message: str) -> str:
        """Return the sentences that deny nothing, and say nothing of the coach's mistake."""
        said = (
            sentence
            for sentence in sentences(message)
            if not any(self._says.anywhere(name, sentence) for name in ("negates", "stumbles"))
        )
        return " ".join(said)

    def _denies(self, heard: Heard, ours: str) -> bool:
        """Tell whether a message begins by saying that what the coach has just stated is not so.

        "No, not people. It's Hana" comes after "You'll have to talk to people soon".
        """
        if not self._says.anywhere("contradicts", heard.message):
            return False
        stated = [
            said
            for part in ours.split("\n\n")
            for said in (sentences(part) if CITED not in part else ())
            if not (said.endswith("?") or self._says.anywhere("negates", said))
        ]
        begins = " ".join(sentences(heard.message)[:_BEGINS])
        usual = self._says.usual_words
        denied = (found["what"] for found in self._says.pattern("negates").finditer(begins))
        words = {
            word
            for said in denied
            for word in re.findall(r"[a-z]+", said.lower())
            if len(word) > _NAMES_NOTHING and word not in usual
        }
        return bool(words & set(re.findall(r"[a-z]+", " ".join(stated))))

    def _is_vague(self, heard: Heard) -> bool:
        words = self._says.common_words | self._says.vague_words
        return all(word in words for word in re.findall(r"[^\W\d_]+(?:'[a-z]+)?", heard.bare))

    @cached_property
    def _known_words(self) -> frozenset[str]:
        """Words that are written small somewhere, and so are no names."""
        texts = " ".join(s.text for d in self._corpus.documents for s in d.sections)
        written = frozenset(re.findall(r"\b[a-z]{3,}\b", texts))
        return written | self._says.common_words | self._says.vague_words | _DATES

    def _aspect(self, message: str, read: ReadActs) -> Aspect | None:
        """Return the side of the matter that is asked for, by its words or by what was learnt.

        "The difficult part is that I envy her. How does a colleague become a friend?" asks how.
        """
        if self._names_what.search(message):
            return Aspect.WHAT
        asked = " ".join(part for part in sentences(message) if part.endswith("?"))
        name = self._says.first_anywhere("aspects", asked or message) or read.aspect
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


_OF_AN_INVITATION = {"affirmed": "accepted", "denied": "refused"}
"""What a yes and a no are where the coach asked whether somebody wants to say more."""


def _query(subject: Document | Practice, message: str) -> str:
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

_LEADS = frozenset({Act.LEAD, Act.CHOOSE})
"""The acts that may come after a word of the coach's that was wrong."""


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


_LAST = frozenset({"last", "final"})


_STEPS = {word: at for at, word in enumerate(PLACES, start=1)} | NUMBERED


_FEW_ENOUGH = 2
"""Words up to which any answer is met as one of a word or two."""


_DATES = frozenset(name.lower() for name in (*calendar.day_name, *calendar.month_name))
"""Words that have a capital and are no names."""


_WHAT_TO_DO = frozenset({"how", "more", "another", "example", "when"})
"""The follow-ups that ask for something to do where nothing was quoted yet."""


_ASKS_ABOUT = 40
"""Words up to which a question about the coach is what a message is for."""


_BRIEF_YES = 5
"""The most words of an answer to an offer that is taken by how it begins."""


_BEGINS = 4
"""The first sentences of a message, which say that the coach was wrong."""


_NAMES_NOTHING = 3
"""Letters of a word that are too few to tell what is meant."""


_LATELY = 3
"""Replies in which a word is looked for that puzzled somebody."""

_TURNS_AWAY = 20
"""The fewest words of a message that turns from a practice to something else."""

_AT_LAST = 2
"""The latest sentences, in which a question is what the whole message comes to."""

_CHOOSES = 40
"""The most words of a message that chooses one by its name: why, and what somebody had expected."""


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


def _asks_in_walk(heard: Heard) -> bool:
    """Tell whether a message amid a practice asks: "Should I send it in Polish? She reads both"."""
    if heard.history.walk is None:
        return False
    asked = (said for said in sentences(heard.message) if said.endswith("?"))
    return any(len(said.split()) >= TELLING_WORDS for said in asked)


def _takes_up_a_question(message: str) -> bool:
    """Tell whether a message says the coach's question over and then answers it."""
    first, *told = sentences(message) or [""]
    answer = " ".join(told)
    return first.endswith("?") and "?" not in answer and len(answer.split()) > BRIEF_COMPLAINT
