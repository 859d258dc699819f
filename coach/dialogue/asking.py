"""Find what a message asks of the person's own life, and where the corpus answers just that.

Flow: a message from `dialogue.understand` -> the expressions of `acts.yaml`, the short answers and
the words for it of the corpus -> here -> `dialogue.understand`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from coach.dialogue.acts import ReadActs
from coach.dialogue.choices import ChoiceReader
from coach.dialogue.expressions import Expressions, folded
from coach.dialogue.heard import (
    SHORT,
    SHORTER,
    Heard,
    asked_last,
    end_of,
    in_its_place,
    in_their_story,
    names_told,
    quoted,
    standing,
)
from coach.dialogue.history import TELLING_WORDS, History
from coach.dialogue.nearest import NearestGroups, stands_out
from coach.dialogue.paraphrase import second_person
from coach.dialogue.phrasing import IN_SINGLE_QUOTES, ShortAnswer, Voice
from coach.dialogue.situations import SituationReader
from coach.dialogue.told import is_first_name, read_told
from coach.dialogue.understood import (
    JUDGED,
    OF_WORDING,
    SOMEBODY,
    TO_WORD,
    WANTS_WORDS,
    Act,
    Understood,
)
from coach.dialogue.wording import (
    is_drafted,
    is_letter,
    shortest_line,
    told_to_say,
    wished_to_say,
    wording_in,
)
from coach.index.embedder import Embedder
from coach.library import Corpus
from coach.schema import Document
from coach.sentences import sentences

__all__ = ["QUOTED", "Asking"]

SUITED = ((0.60, 0.0), (0.50, 0.04))
"""How near a wish for words must come to the questions of a section, and how much nearer than to
those of any other, for its words to be given; each pair is enough.  Chosen on
evals/dialogue/words_for_it.jsonl."""

SUITED_LEANING = ((0.62, 0.11),)
"""The same of a wish that is read with what was told before it, as "What do I say to Beth?" is; of
50 such readings of evals/dialogue/asked_in_talk.jsonl the nearest section was right in two."""

KNOWN = 0.55
"""How likely a question must be to be answered with the words that were written for it."""

KNOWN_LEANING = 0.75
"""The same of a short question, alone or read with what was told before it."""

KNOWN_IN_STORY = 0.35
"""The same of a short question, read with all that was told last; chosen on the odd rows of
evals/dialogue/asked_in_talk.jsonl."""

WANTED_IN_STORY = 0.5
"""The same of a wish for words, which may be of any case."""

KNOWN_BESIDE = 0.65
"""The same where a message says other things as well."""

KNOWN_PLAINLY = 0.99
"""The same where the message may refer to what was quoted, or nothing was told before it."""

KNOWN_SURELY = 0.9
"""The same where a section has words for what is wished for, too; or twice its line."""

_OF_OTHERS = frozenset({"choose", "lead", "about", "off_topic", "boundary", "unhelpful"})
"""The acts that what somebody asks of their own life may look like."""

_WHETHER = frozenset({"asks-whether-to-reach-out", "asks-whether-to-wait", "asks-when"})
"""The moves of who asks whether to get in touch, or to wait."""

_TOLD_LATELY = 6
"""The messages, the latest of them last, in which it may have been told."""

IF_IT_IS_WRONG = "asks-if-it-is-wrong"
"""What is asked of something good of one's own: "is it wrong to go without him?"."""

TO_SOMEBODY = WANTS_WORDS | {
    "asks-whether-to-apologise",
    "asks-whether-to-reach-out",
    "asks-if-they-are-right",
    IF_IT_IS_WRONG,
}
"""What is not answered of one who may do harm: what to say to them, and whether they are right."""

IF_IT_WILL_DO = "asks-if-it-will-do"
"""What is asked of words that are shown: "is that enough?"."""

WHAT_TO_DO = "asks-what-to-do"
"""What is asked of a whole state of things, which pages answer better than one section."""

YOUR_VIEW = "asks-your-view"
"""What is asked of two things that were named before: "Which is better?"."""

_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)

OF_REPLIES = frozenset({"asks-what-if-yes", "asks-what-if-no", "asks-what-if-silence"})
"""What is asked of what somebody will answer."""

ASKED_AT_ONCE = JUDGED | {"asks-if-normal"}
"""Those that are answered in a first story, too, whatever it is about."""

QUOTED = re.compile(
    r""""[^"]*"|(?<!\w)'(?!(?:cause|til|till|em|n|bout|cos)\b)"""
    rf"{IN_SINGLE_QUOTES}+ [^']*'(?!\w)"
)
"""What others said, which asks the coach nothing."""

_SENTENCES = 4
"""The latest sentences of a message, in which a question is looked for by itself."""

_LAST = 2
"""The latest sentences, in which the coach is asked what a reply must not pass over."""

_TELL_OF_IT = 2
"""The sentences before a question that tell what it is about."""

_VIEW_OF_WORDS = 20
"""The most words in which somebody only says what they think of words that they were given."""

SHORTER_WORDS = "shorter"
"""The view of who wants the words that they were given to be fewer, which may be asked."""

_OTHERS = frozenset({"him", "her", "them", "it", "he", "she", "they"})

_OF_SAYING_OVER = frozenset({"i", "my", "me", "oh", "ah", "well", "um", "hm", "so", "and", "then"})
"""Words by which what is said over differs from what was asked."""


class Asking:
    """Reads what messages ask.

    Args:
        says: The expressions that messages are read by.
        corpus: What a question may refer to.
        voice: Where the corpus answers in few words, and has words for somebody.
        embedder: The shared embedding model.
        short_answers: Reads which of the questions that have a short answer is asked.
        life: Reads what was told before a question.
    """

    def __init__(
        self,
        says: Expressions,
        corpus: Corpus,
        voice: Voice,
        embedder: Embedder,
        *,
        short_answers: ChoiceReader,
        life: SituationReader,
    ) -> None:
        self._says = says
        self._corpus = corpus
        self._embedder = embedder
        self._short_answers = short_answers
        self._answered = voice.short_answers
        self._needed = voice.needed
        self._life = life
        self._words_for_it = frozenset(voice.words_for_it)
        self._worded = NearestGroups(voice.words_for_it, embedder)

    def taken(self, heard: Heard) -> Heard:
        """Return the message with what it asks of the person's own life, looked for once a turn."""
        asked_for, asked = self.asked_for(heard)
        shown, drafted = wording_in(heard.message), self._has_drafted(heard)
        to_them = self._says.pattern("of_oneself").sub(" ", shown)
        harsh = self._says.anywhere("harsh", to_them)
        if shown and (harsh or self._gives_no_words(heard.history)):
            shown = ""
        doubt = self._doubt(heard.message, of_words=bool(shown) and bool(heard.history.ours))
        shows = asked_for in OF_WORDING or doubt is not None or drafted
        shows = shows or is_letter(heard.message)
        wording = shown if shows else ""
        plain = "" if wording else self._to_say(heard, asked_for)
        return replace(
            heard,
            asked_for=asked_for,
            asked=asked,
            doubt=doubt,
            drafted=drafted,
            to_say=plain,
            wording=wording,
        )

    def asked_for(self, heard: Heard) -> tuple[str | None, str]:
        """Return what a message asks about the person's own life, and the sentence that asks.

        The first is a move, and None where it asks for nothing of the kind.
        """
        if heard.history.walk or heard.topics:
            return None, ""
        first, *others = sentences(heard.message) or [""]
        said_over = bool(others) and _says_over(first, heard.history)
        said = others if said_over else [first, *others]
        asked = [
            (move, sentence)
            for before, sentence in reversed([*zip(["", *said], said, strict=False)])
            if self._says.is_asked(sentence) and (move := self._asks_for(sentence, before))
        ]
        # Whoever shows their words and asks of them asks of nothing else.
        of_words = [found for found in asked if found[0] in OF_WORDING]
        beside = "".join(_own_sentences(heard.message)[-1:]).strip()
        if not of_words and self._says.anywhere("asks_of_words", beside):
            of_words = [(IF_IT_WILL_DO, beside)]
        if of_words and wording_in(heard.message):
            return of_words[0]
        return asked[0] if asked else (None, "")

    def wants_advice(self, message: str) -> bool:
        """Tell whether a sentence plainly asks what to do or say."""
        own = _own_sentences(message)
        return any(self._says.anywhere("wants_advice", sentence) for sentence in own)

    def is_of_the_coach(self, message: str) -> bool:
        """Tell whether one of the last sentences asks the coach something: "Do you like jazz?"."""
        last = _own_sentences(message)[-_LAST:]
        return any(s.endswith("?") and self._says.anywhere("asks_you", s) for s in last)

    def judges(self, heard: Heard) -> bool:
        """Tell whether a message amid a talk asks to judge the person's own life.

        "And if she cancels?" goes on with the page that was quoted right before it.
        """
        goes_on = quoted(heard.history) and self._says.anywhere("goes_on", heard.message)
        return bool(heard.history.ours) and not goes_on and heard.asked_for in JUDGED

    def either(self, heard: Heard) -> tuple[str, str] | None:
        """Return the two things of which a message amid a talk asks which to do."""
        found = self._says.pattern("either").search(heard.message) if heard.history.ours else None
        if found and self._gives_no_words(heard.history):
            return None
        return (second_person(found["one"]), second_person(found["other"])) if found else None

    def asks_in_words(self, read: ReadActs, heard: Heard) -> bool:
        """Tell whether what looks like a wish for a practice asks in plain words for another thing.

        "What would I say to him though?" wants words, and no practice is chosen for it.
        """
        looks_like = read.act(*standing(heard)) in _OF_OTHERS
        asks = heard.asked_for is not None or heard.doubt is not None
        return bool(heard.history.ours) and looks_like and asks

    def referred(self, heard: Heard) -> Document | None:
        """Return what a question refers to that names nothing itself.

        While a practice is led, every such question is about that practice.
        """
        titled = [d for d in self._corpus.documents if d.title.lower() in heard.message.lower()]
        if titled:
            return max(titled, key=lambda document: len(document.title))
        if heard.history.walk and not heard.topics:
            return self._corpus.document(heard.history.walk.id)
        words = len(heard.message.split())
        own = self._says.anywhere("own_how_long", heard.message)
        refers = self._says.anywhere("refers", heard.message) and words <= SHORT and not own
        goes_on = quoted(heard.history) and words <= SHORTER
        wants_words = self.wants_words(heard) or self._wants_words_for_somebody(heard)
        if heard.topics or not (refers or goes_on) or wants_words:
            return None
        document = self._corpus.document(heard.history.subject or "")
        turned_away = document is not None and not heard.unwanted.isdisjoint(document.topics)
        return None if turned_away else document

    def wants_words(self, heard: Heard) -> bool:
        """Tell whether a message wants words, and none that a practice asks for.

        After "The unsent letter" was quoted, "What do I write?" is asked of that.
        """
        of_practice = self._corpus.practice(heard.history.subject or "") is not None
        return heard.asked_for in WANTS_WORDS and not of_practice

    def asked_in(self, heard: Heard) -> list[tuple[str, float]]:
        """Return what may be asked of the person's own life, and from which chance on it is.

        Each question stands by itself, and if it is short after what was told; who names a topic
        asks about that.
        """
        if heard.topics:
            return []
        asked: dict[str, float] = {}
        for part in self._asked_parts(heard):
            asked[part] = _line_of(part)
            if not self._says.anywhere("to_you", part):
                places = in_its_place(part, heard.history, self._says)
                asked |= dict.fromkeys(places, KNOWN_LEANING)
        amid = heard.history.ours and not self.referred(heard)
        least = 0.0 if amid else KNOWN_PLAINLY
        return [(text, max(least, line)) for text, line in asked.items()]

    def stories(self, heard: Heard) -> list[str]:
        """Return each short question at the end of what was told, if it can be of no page."""
        history = heard.history
        of_a_page = bool((quoted(history) or history.offered) and self.referred(heard))
        of_a_page |= self._says.anywhere("of_practices", heard.message)
        of_a_page |= heard.asked_for == WHAT_TO_DO
        if heard.topics or not history.ours or history.walk or of_a_page:
            return []
        parts = (p for p in self._asked_parts(heard) if not self._says.anywhere("to_you", p))
        return [*filter(None, (in_their_story(part, history, self._says) for part in parts))]

    def _asked_parts(self, heard: Heard) -> list[str]:
        past = self._says.pattern("finds_good").sub("", heard.message, count=1)
        return [*filter(self._says.is_asked, _parts(past or heard.message))]

    def answer(self, heard: Heard, does: str | None) -> ShortAnswer | None:
        """Return where the corpus answers just what a message asks, or has words for a wish.

        Args:
            heard: The message.
            does: The move that it is.
        """
        in_brief = heard.asked_for in OF_REPLIES and len(heard.asked.split()) <= SHORTER
        if in_brief or heard.wording or heard.asked_for == IF_IT_IS_WRONG:
            return None  # whose yes or no it is, or what the words are like, stands in no label
        if self.refuses(heard):
            return None
        name, surely = self._known(heard)
        words = None if surely else self._words(does, heard)
        answer = words or self._answered.get(name) or self._after_what_was_told(does, heard)
        given = answer is not None and self.has_words_in(answer)
        return None if given and self._gives_no_words(heard.history) else answer

    def leans(self, heard: Heard) -> bool:
        """Tell whether what a message asks is known, if at all, only from the whole story."""
        return self._known_of(self.asked_in(heard), heard) is None

    def refuses(self, heard: Heard) -> bool:
        """Tell whether a message asks what to say to one who may do harm, or if they are right."""
        return heard.asked_for in TO_SOMEBODY and self._gives_no_words(heard.history)

    def view_of_words(self, heard: Heard) -> str | None:
        """Return how a short message takes the words that it was given for somebody, if it does."""
        asked, ours = heard.history.theirs[-2:-1], heard.history.ours[-1:]
        wished = any(
            self._asks_for(said) in WANTS_WORDS for text in asked for said in sentences(text)
        )
        brief = len(heard.bare.split()) <= _VIEW_OF_WORDS
        given = wished and any(map(shortest_line, ours))
        if not (given and brief) or heard.asked_for or self._gives_no_words(heard.history):
            return None
        view = self._says.first_anywhere("of_words", heard.message)
        return view if view == SHORTER_WORDS or "?" not in heard.message else None

    def plans(self, heard: Heard) -> bool:
        """Tell whether a message says what the person will do that they may be wished well for.

        Nobody is, who turns to one that may do harm or wants quiet, or leaves letters.
        """
        if heard.history.planned_now is None or self._says.anywhere("grave_plan", heard.message):
            return False
        return not self._gives_no_words(heard.history)

    def in_general(self, understood: Understood, heard: Heard) -> ShortAnswer | None:
        """Return where the corpus answers for many lives what is asked of the person's own."""
        amid = bool(heard.history.ours)
        if understood.act is Act.QUESTION:
            own = amid and understood.is_of_their_life
        else:
            apart = amid or understood.does in ASKED_AT_ONCE or not understood.plainly_about
            own = understood.asked_for is not None and apart
        refused = understood.does in TO_SOMEBODY and self._gives_no_words(heard.history)
        return self._answered.get(understood.does or "") if own and not refused else None

    def has_words_in(self, answer: ShortAnswer) -> bool:
        """Tell whether an answer is words for somebody, and no advice."""
        return answer.section in self._words_for_it

    def _asks_for(self, sentence: str, before: str = "") -> str | None:
        """Return which move a sentence is that asks something of the person's own life.

        "If he asks whether I went, what do I say?" wants words, and nothing on what may happen.

        Args:
            sentence: What may ask.
            before: The sentence before it: "I could ring, or text. Which is better?"
        """
        move = self._says.first_anywhere("asks_for", sentence)
        if move == YOUR_VIEW and _CHOICE.search(before):
            return self._says.first_anywhere("asks_for", before) or move
        if move != "asks-what-if":
            return move
        return TO_WORD if self._says.group("asks_for")[TO_WORD].search(sentence) else move

    def _to_say(self, heard: Heard, asked_for: str | None) -> str:
        """Return what somebody wants another to know, as it can be said to them, if it is told.

        It is told in answer to the coach's question after it, or beside a wish for words.
        """
        ours = heard.history.ours[-1:]
        asked = bool(ours) and self._says.anywhere("asks_words", ours[0])
        words = told_to_say(heard.message) if asked else ""
        wishes = (
            asked or asked_for in WANTS_WORDS or self._says.anywhere("wants_known", heard.message)
        )
        if not words and wishes:
            words = wished_to_say(heard.message)
        return "" if words and self._gives_no_words(heard.history) else words

    def _has_drafted(self, heard: Heard) -> bool:
        """Tell whether a message gives the words for somebody that the coach has asked for."""
        if heard.history.ours and is_drafted(heard.message):
            return not self._says.anywhere("harsh", heard.message)
        ours = heard.history.ours[-_LAST:]
        wanted = bool(ours) and self._says.anywhere("asks_words", ours[-1])
        given = wanted and self._says.anywhere("gives_words", heard.message)
        if not given or self._says.anywhere("harsh", heard.message):
            return False
        shown = wording_in(heard.message).lower()
        return not shown or shown.strip(" .!?") not in " ".join(ours).lower()

    def _known(self, heard: Heard) -> tuple[str, bool]:
        """Return which question with a short answer a message asks, and whether it surely does.

        What it says by itself comes before what the whole story makes of it.
        """
        least = WANTED_IN_STORY if heard.asked_for in WANTS_WORDS else KNOWN_IN_STORY
        in_story = [(story, least) for story in self.stories(heard)]
        of_all = (self._known_of(asked, heard) for asked in (self.asked_in(heard), in_story))
        return next(filter(None, of_all), ("", False))

    def _known_of(
        self, asked: Sequence[tuple[str, float]], heard: Heard
    ) -> tuple[str, bool] | None:
        """Return the same of texts, each with the chance from which on it is what is asked."""
        read = self._short_answers.read_each([text for text, _ in asked])
        known = [
            (one.chance, one.name, one.chance >= min(KNOWN_SURELY, 2 * line))
            for (_, line), one in zip(asked, read, strict=True)
            if one.chance >= line
            and one.name in self._answered
            and self._was_spoken_of(one.name, heard)
        ]
        return max(known)[1:] if known else None

    def _was_spoken_of(self, name: str, heard: Heard) -> bool:
        """Tell whether what a question is about came up: "should I try again?" is of no ex."""
        needs = self._answered[name].needs
        brief = len((heard.asked or heard.bare).split()) <= SHORT
        if needs is None or not heard.history.ours or not brief:
            return True  # who asks at once, or at length, says what they ask of
        came_up = self._says.compiled(self._needed[needs]).search
        return any(map(came_up, heard.history.theirs))

    def _words(self, does: str | None, heard: Heard) -> ShortAnswer | None:
        """Return the section with words for just what is wished for, amid a talk.

        What to say to a friend on the phone is no help to who is asked in a kitchen.
        """
        answer = self._answered.get(does or "") if does in WANTS_WORDS else None
        of_somebody = self._wants_words_for_somebody(heard)
        goes_on = quoted(heard.history) and len(heard.bare.split()) <= SHORT and not of_somebody
        amid = bool(heard.history.ours) and not goes_on and not heard.topics
        if answer is None or not amid or self._gives_no_words(heard.history):
            return None
        asked = _around(heard.asked, heard.message)
        brief = len(asked.split()) <= SHORTER
        placed = in_its_place(asked, heard.history, self._says)
        story = in_their_story(heard.asked, heard.history, self._says)
        leaning = [*placed, *filter(None, [story])]
        says_little = asked == heard.asked and (brief or self._is_bare(heard)) and bool(leaning)
        # What a wish says itself comes before what it may lean on.
        for wishes, enough in (([] if says_little else [asked], SUITED), (leaning, SUITED_LEANING)):
            near = map(self._nearest_words, wishes)
            suits = [(at, best) for at, ahead, best in near if stands_out(at, ahead, enough)]
            if suits:
                return answer.model_copy(update={"section": max(suits)[1]})
        return None

    def _after_what_was_told(self, does: str | None, heard: Heard) -> ShortAnswer | None:
        """Return the section that answers a question which is short of what was told before it.

        "What do I write?" has one answer after a row, and another after two silent years.
        """
        answer = self._answered.get(does or "") if does in WANTS_WORDS | _WHETHER else None
        history = heard.history
        of_practice = self._corpus.practice(history.subject or "") is not None
        if not (answer and history.ours) or heard.topics or of_practice:
            return None
        if len(heard.asked.split()) > SHORT or self._gives_no_words(history):
            return None
        named = {person.words for person in read_told([heard.asked]).people}
        told = (
            telling
            for text in reversed(history.theirs[-_TOLD_LATELY:])
            if not named or named & {person.words for person in read_told([text]).people}
            for one, telling in self._life.told(self._says.spelt(folded(text)), history)
            if one.plainly
        )
        sections = (one.words if does in WANTS_WORDS else one.whether for one in told)
        section = next(filter(None, sections), None)
        if section is None and does in WANTS_WORDS and (lived := self._life.earlier(history)):
            section = lived.words
        return answer.model_copy(update={"section": section}) if section else None

    def _nearest_words(self, wish: str) -> tuple[float, float, str]:
        """Return how near a wish comes to a section's words, how far ahead, and which it is."""
        near = self._worded.nearness(self._embedder.embed([wish])[0])
        best, *others = sorted(near, key=lambda place: -near[place]) or [""]
        of_best = near.get(best, 0.0)
        return of_best, of_best - max((near[place] for place in others[:1]), default=0.0), best

    def _wants_words_for_somebody(self, heard: Heard) -> bool:
        """Tell whether a message asks what to say to one who is spoken of, and is of no page."""
        if heard.asked_for not in WANTS_WORDS:
            return False
        spoken_of = SOMEBODY.search(heard.asked) is not None
        return spoken_of or names_told(heard.asked, heard.history, self._says)

    def _is_bare(self, heard: Heard) -> bool:
        """Tell whether a wish for words says next to nothing of what is to be said.

        What it names may have been told of before: "What could I say to Beth about the quiz?"
        """
        words = re.findall(r"[^\W\d_]{2,}(?:'[a-z]+)?", heard.asked)
        usual = self._says.words_of_wording
        return all(
            word.lower() in usual
            or (at and word[0].isupper())
            or is_first_name(word)
            or names_told(word, heard.history, self._says)
            for at, word in enumerate(words)
        )

    def _gives_no_words(self, history: History) -> bool:
        """Tell whether no words for others are given: none are wanted, or they might do harm.

        Nobody is helped to write to one who hurts them, or who has asked for quiet.
        """
        unwanted = history.told.only_listen or history.told.no_advice
        harm = self._says.pattern("no_words_for")
        return unwanted or any(
            not self._says.anywhere("of_nobody", text[: found.start()])
            for text in history.theirs
            for found in harm.finditer(text)
        )

    def _doubt(self, message: str, *, of_words: bool) -> str | None:
        """Return the word in which somebody asks whether what they told is silly, or the like.

        Or whether the words are that they show for somebody, where they do.
        """
        asked = (
            expression.search(said)
            for said in dict.fromkeys((end_of(message) or message, asked_last(message)))
            for expression in self._says.each("asks_if")
        )
        found = next(filter(None, asked), None)
        if found is None and of_words:
            beside = "".join(_own_sentences(message)[-1:])
            found = self._says.pattern("asks_if_of_words").search(beside)
        return found["word"].lower() if found else None


def _own_sentences(message: str) -> list[str]:
    """Return the sentences of a message without what stands in quotes."""
    return sentences(QUOTED.sub(" ", message))


def _parts(message: str) -> list[str]:
    """Return a message, and the latest of its sentences that say something, the latest first."""
    telling = [part for part in sentences(message) if len(part.split()) >= TELLING_WORDS]
    return list(dict.fromkeys([message, *telling[: -_SENTENCES - 1 : -1]]))


def _line_of(asked: str) -> float:
    """Return from which probability on what is asked is taken for a question that is answered."""
    if len(asked.split()) <= SHORTER:
        return KNOWN_LEANING
    return KNOWN_BESIDE if len(sentences(asked)) > 1 else KNOWN


def _around(asked: str, message: str) -> str:
    """Return a sentence with those beside it, which tell what it asks about."""
    said = sentences(message)
    at = said.index(asked) if asked in said else len(said) - 1
    return " ".join(said[max(0, at - _TELL_OF_IT) : at + 2])


def _says_over(sentence: str, history: History) -> bool:
    """Tell whether a sentence says the coach's last question over: "What would I tell them."."""
    asked = next((s for s in reversed(sentences((history.ours or [""])[-1])) if s[-1:] == "?"), "")
    theirs, ours = (set(re.findall(r"[a-z']+", text.lower())) for text in (sentence, asked))
    of_others = _OTHERS if ours & _OTHERS else frozenset()
    return bool(asked) and not theirs - ours - _OF_SAYING_OVER - of_others
