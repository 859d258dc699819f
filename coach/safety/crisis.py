"""Answer someone who may be in danger, in words that were written beforehand.

Flow: a risk of level `crisis` -> here -> the visitor; no drafter is asked. For
level `concern`, `CrisisPath.concern_words` gives what stands before the coach's reply.

The words and the moves between them are data (`corpus/crisis/*.yaml`; the format
is described in `suicide.yaml`). Where a conversation stands is read from what
the coach said in it, so a reply is a pure function of the messages.  What the person asks or tells
is met first (`safety.needs`), and a path's step comes where nothing is, or behind it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from coach.errors import CorpusError
from coach.safety.answers import ANSWERS, Asked
from coach.safety.course import GROUPS, OF_DYING, READ_BACK, UNSURE, Course
from coach.safety.denials import apart_from_denials
from coach.safety.happened import called_them, is_there, swallowed_oneself
from coach.safety.needs import (
    CALLED,
    CALMING,
    METHOD,
    MOST_WORDS,
    NEARLY,
    NEEDS,
    NO_ANSWER,
    NOT_WAKING,
    OWN,
    Known,
    Liken,
    Needs,
    Scope,
    Talk,
    WhoIsKnown,
    implied,
    kinds_in,
    means_in,
    nobody_known,
    out_of_place,
    words_in,
)
from coach.safety.patterns import load_patterns, named_in
from coach.safety.reader import Reader
from coach.safety.route import (
    NEAR,
    PERHAPS,
    Heard,
    Route,
    Step,
    last_step,
    next_step,
    path_from,
    perhaps,
)
from coach.safety.screen import (
    ASKED_FROM,
    BARE_WORDS,
    CALM_SINCE,
    NAMED,
    NO,
    RISK_EARLIER,
)
from coach.safety.supposed import SUPPOSED
from coach.safety.wordings import SLOT, choose, mark_of, read_yaml, spoken, was_said, written
from coach.schema import Level, Message, Resource, Risk
from coach.sentences import sentences

__all__ = ["CrisisPath", "says_so", "without_ai"]

SHARED = "shared"
CONCERN = "concern"
ASKS_ABOUT_DEATH = ("watch", "hopelessness", "past_risk")
"""Kinds of concern whose check question is about dying."""
CLEAR_FROM = 0.95
"""How likely any other concern must be, where no plain word names it, to be spoken of."""
UNCLEAR = frozenset({"suicide", "self_harm", "hopelessness"})
"""Kinds of concern that are asked about lightly where no plain word was said."""
ASKED_OF = frozenset({"unclear", "hopelessness", "past_risk", "suicide", "self_harm"})
"""Kinds of concern that are not asked about once more right after a no."""
ASKED_ONCE = frozenset({"minor"})
"""Kinds of concern that are asked about once in a conversation, for who somebody is stays so."""
FINAL = frozenset(
    {"accept", "back", "ease", "goodbye", "plan_done", "stay", "stay_helper", "stay_medical"}
)
QUIET_AFTER_NO = 4
"""Replies after a denial in which it is not asked again, unless a new sign raises the risk."""
QUIET_AFTER_UNCLEAR = 8
"""Replies after such a light question in which a likeness alone is not asked about again."""
ONLY_THOUGHTS = frozenset({"no_plan", "not_waking"})
"""Needs that tell of thoughts without any intent."""
WATCHED = frozenset({"controls", "phone_watched"})
"""Needs that tell of a home in which one is watched, whatever it is called."""
MOST_QUOTED = 14
"""Words of a question that is said back where nothing answers it."""
KIND_OF_ONE = 0.55
"""The probability from which a question by itself is of some kind."""
LEADS_IN = re.compile(r"^(?:(?:and|but|ok|okay|so|also|well|anyway|then|or)[,. ]+)+", re.IGNORECASE)
PLACE, AT_PLACE = "place", "at_place"
LATEST_CALLS = 6
"""The latest messages in which a call for help counts as made."""
SURE = 0.75
"""The probability from which a kind of need is met beside the very things that were asked."""
PASSED_OVER = "unanswered"
OWED = frozenset({PASSED_OVER, "misread"})
"""Needs of somebody whose message before was passed over."""
NEUTRAL = frozenset(
    {
        *("misread", "unanswered", "unclear", "insults", "emergency_how", "who_reads", "real"),
        *("line_sends", "line_tells", "line_how", "line_cost", "line_text", "police_fear"),
    }
)
"""Needs that are met where somebody may hurt another: no word of theirs sends anybody to people."""
TO_A_QUESTION = frozenset({"yes", "no", "no_plan", "unsure"})
"""Kinds of answer that a question is answered with."""
HEARING = frozenset({"hear", PERHAPS, "hear_yes"})
"""The steps that say what this is, though nobody has asked."""
OF_AN_AI = re.compile(
    r"^(?:I am|I'm|This is|You are writing with|You're writing with)\b[^?{]*"
    r"\b(?:an AI|(?:a|computer) program)\b"
    r"(?:(?!\b(?:so|which|but|doctor|adult|grown|voice|help|should|needs?|has to|can't)\b)[^?{])*$"
)
"""A sentence that says what this is, and no more."""
UNREAD = re.compile(r"\b(?:nobody|no one|no person)\b[^.]{0,20}\b(?:reads?|sees?|reading)\b")
"""That nobody reads what is written here, which is said once."""
PARTS = re.compile(r"[.!?]+\s+|,?\s+(?:and|but)\s+", re.IGNORECASE)
"""What stands between the parts of a message that each tell something."""
SCHOOL = "school"
"""What every child is taken to have told of."""
AT_THE_BEGINNING = re.compile(r"(?:^|(?<=[.?!] ))\{emergency\}")


class CrisisPath:
    """The crisis paths of one folder.

    Args:
        folder: `corpus/crisis`.
        reader: What was learnt of answers; None goes by the expressions of the files alone.

    Raises:
        CorpusError: A file is missing, cannot be read, or names a step that is not there.
    """

    def __init__(self, folder: Path, reader: Reader | None = None) -> None:
        self._reader = reader
        shared = read_yaml(folder / f"{SHARED}.yaml")
        self._phrases: dict[str, str] = shared["phrases"]
        self._paths = {
            file.stem: path_from(file, read_yaml(file), shared)
            for file in sorted(folder.glob("*.yaml"))
            if file.stem not in (SHARED, CONCERN, NEEDS, ANSWERS, SUPPOSED)
        }
        missing = [g for g in (*GROUPS, UNSURE) if g not in self._paths]
        if missing:
            raise CorpusError(folder / f"{missing[0]}.yaml", None, "is missing")
        self._concern = read_yaml(folder / f"{CONCERN}.yaml")
        self._needs = Needs(folder, reader)
        self._course = Course(self._paths, reader, self._needed)

    def reply(
        self,
        risk: Risk,
        messages: Sequence[Message],
        resources: Sequence[Resource],
        known: WhoIsKnown = nobody_known,
        told_back: Callable[[], Sequence[str]] = tuple,
    ) -> tuple[str, tuple[str, ...]]:
        """Return the next words and the quick replies for the last message.

        The same messages always get the same words, and no wording is said twice in
        a conversation as long as there are others left.

        Args:
            risk: What the screen says of the conversation, the last message included.
            messages: The whole conversation; the last one is the person's.
            resources: Where to turn in the person's region.
            known: Gives whom words may name, by whose danger the talk is about.
            told_back: Gives what may be said back to the very thing that the last message tells.
        """
        said = spoken(messages)
        theirs = written(messages)
        answer = theirs[-1] if theirs else ""
        needed = self._needed(theirs[-READ_BACK:])
        begun, barred = self._course.so_far(messages)
        path = self._course.path_for(risk, begun, barred, theirs)
        if path.scope is not Scope.ABUSE and swallowed_oneself(answer):
            path = self._paths["medical_emergency"]
        young = "minor" in risk.categories
        told = frozenset(
            kind
            for text, kinds in zip(theirs[-READ_BACK:], needed, strict=False)
            for kind in (*kinds, *self._told_besides(text, same_side(path.scope), young=young))
        )
        now = at_the_place(needed[-1] if needed else (), answer, told)
        heard = Heard(
            answer,
            self._answers(answer) | frozenset(now),
            told=told,
            last=self._last(path, said),
            asked=any(was_said(w, said[-1:]) for c in ASKS_ABOUT_DEATH for w in self._concern[c]),
            begun=begun is not None,
            perhaps=perhaps(risk),
            blind=not needed,
        )
        step = next_step(path, risk, said, heard)
        thoughts = heard.told & ONLY_THOUGHTS and not heard.told & NEARLY
        mild = path.scope is Scope.OWN and (thoughts or path.group not in OF_DYING)
        scope = Scope.MILD if mild else path.scope
        talk = Talk(
            scope=scope,
            known=self._known(path, theirs, known),
            said=said,
            told=heard.told | calls_of(path, theirs),
            latest=answer,
            young=young,
            seed=f"{len(messages)}{answer}",
            asked=self._asked(answer, {scope}, young=young, first=begun is None),
            liken=self._liken(answer),
            holds=self._needs.holds([SCHOOL, *theirs] if young else theirs),
        )
        if OWED & set(now) and said and len(theirs) > 1:
            now, talk = self._with_owed(now, needed[-2], theirs[-2], talk)
        talk = replace(talk, asked=[it for it in talk.asked if any(map(talk.holds, it.say))])
        if talk.asked:
            now = self._needs.surest(now, self._needed([answer], least=SURE)[0])
        kinds = met_on(path, implied(now, talk), answer)
        left_out = out_of_place(now, talk)
        if path.scope in OWN and (risk.latest or heard.kinds & (NEARLY | NEAR | {"urge_now"})):
            left_out |= CALMING  # near danger nobody is told that it is over
        fitting = [
            it
            for it in talk.asked
            if met_on(path, (it.answer.kind,), answer) and it.answer.kind not in left_out
        ]
        talk = replace(talk, asked=fitting)
        first = step.name == path.order[0]
        must = self._must(step, first=first, risk=risk, heard=heard, kinds=kinds, talk=talk)
        if begun is not None:
            kinds = tuple(dict.fromkeys([*self._needs.left_over(now, talk), *kinds]))
        if not must and len(theirs) > 1:
            kinds, talk = self._or_no_answer(kinds, talk, theirs[-2])
        of_dying = path.group in OF_DYING
        near = bool(heard.kinds & (NEARLY | NEAR)) or step.name in self._needs.urgent
        near = of_dying and near
        named = of_dying and (near or says_so(answer))
        words = "" if must else self._needs.reply(kinds, talk, near=named)
        options = () if words else step.options
        if words and set(kinds) <= OWED and not talk.asked:
            words = stepping(step, words, talk)  # nothing but a word of regret: the path goes on
        if not words:
            before = self._needs.before(kinds, talk, first=first) if must else ""
            words = stepping(step, before, talk)
        back = "" if near else self._said_back(path, talk, told_back)
        if back and words_in(back, words) <= MOST_WORDS:
            words = f"{back} {words}"
        return self._fill(words, resources, said), options

    def _asked(
        self, message: str, scopes: Collection[str], *, young: bool, first: bool = False
    ) -> tuple[Asked, ...]:
        """Return the answers to the very things that a message asks or tells; none if unknown."""
        try:
            return self._needs.answers.called_for(message, scopes, young=young, first=first)
        except Exception:  # what is learnt of kinds, or the next step, answers
            return ()

    def _may_answer(self, question: str, talk: Talk) -> bool:
        """Tell whether an answer may be near to a question; where that cannot be told, it may."""
        try:
            return self._needs.answers.may_answer(question, {talk.scope}, young=talk.young)
        except Exception:  # nobody is told that there is no answer
            return True

    def _unanswered(self, messages: Sequence[str], talk: Talk) -> str:
        """Return a question of some messages that neither an answer nor a kind of need is near to.

        Who asks again what nothing here answers is told so, in place of one more apology.
        """
        for sentence in (s for message in messages for s in reversed(sentences(message))):
            question = LEADS_IN.sub("", sentence).rstrip("?! ")
            if not sentence.endswith("?") or not 3 < len(question.split()) <= MOST_QUOTED:
                continue
            kinds = (self._needed([sentence], least=KIND_OF_ONE) or [()])[0]
            if kinds or self._may_answer(sentence, talk):
                continue
            return "" if named_in(sentence) or re.search(r'["{}]', question) else question
        return ""

    def _told_besides(self, message: str, scopes: Collection[str], *, young: bool) -> Iterator[str]:
        """Yield what a message tells beside the kinds of need that were learnt."""
        yield from (it.answer.kind for it in self._asked(message, scopes, young=young))

    def _liken(self, message: str) -> Liken | None:
        """Return what tells how like lines are to a message; None where that cannot be told."""
        reader = self._reader
        if reader is None or not message.strip():
            return None

        def likeness(lines: Sequence[str]) -> list[float]:
            try:
                *held, of_message = reader.vectors([*lines, message])
            except Exception:  # any will do
                return []
            return [float(line @ of_message) for line in held]

        return likeness

    def _with_owed(
        self, now: Sequence[str], before: Sequence[str], message: str, talk: Talk
    ) -> tuple[tuple[str, ...], Talk]:
        """Return the needs of somebody who complains, with those of before that nothing met."""
        owed = self._asked(message, {talk.scope}, young=talk.young)
        if not self._needs.left_open(before, owed, talk.said[-1]):
            return tuple(now), talk
        kinds = tuple(dict.fromkeys([*now, *before]))
        return kinds, replace(talk, asked=(*talk.asked, *owed))

    def _or_no_answer(
        self, kinds: Sequence[str], talk: Talk, before: str
    ) -> tuple[tuple[str, ...], Talk]:
        """Return the needs of somebody who complains; where nothing answers them, that it is so.

        What somebody in danger from themselves asks may be how: none of it is said back.
        """
        if talk.scope in OWN:
            every = {*kinds, *(it.answer.kind for it in talk.asked)}
            passed_over = PASSED_OVER in every and every <= OWED
            asked = self._unanswered([talk.latest], talk) if passed_over else ""
            return (*kinds, NO_ANSWER) if asked else tuple(kinds), talk
        complains = bool(OWED & set(kinds))
        question = self._unanswered([talk.latest, before], talk) if complains else ""
        if not question:
            return tuple(kinds), talk
        left = (kind for kind in kinds if kind not in OWED)
        return (*left, NO_ANSWER), replace(talk, known=replace(talk.known, question=question))

    def _said_back(self, path: Route, talk: Talk, told_back: Callable[[], Sequence[str]]) -> str:
        """Return a sentence on what somebody tells of their life who thinks of dying.

        Of who has died, or else of the very thing that they tell. Nothing on any other path, where
        something else comes first, nor where an answer takes up what they wrote.
        """
        if path.group not in OF_DYING:
            return ""
        if of_gone := self._needs.of_gone(talk):
            return of_gone
        if talk.asked:
            return ""
        try:
            return talk.chosen(told_back()) or ""
        except Exception:  # no answer waits for it
            return ""

    def _known(self, path: Route, theirs: Sequence[str], known: WhoIsKnown) -> Known:
        """Return whom and what words may name; nobody where that cannot be told."""
        try:
            return replace(known(path.scope), means=means_in(theirs))
        except Exception:  # no name is better than no answer
            return Known()

    def _last(self, path: Route, said: Sequence[str]) -> str | None:
        """Return the step whose question the person answers, if the last reply asked one.

        How near it is is asked in other words than those of the step for it, too.
        """
        if said and self._needs.asked_how_near(said[-1]):
            return "plan" if "plan" in path.steps else None
        spoke = bool(said) and self._needs.spoke(said[-1])
        return last_step(path, said[-1:] if spoke else said)

    def _must(
        self,
        step: Step,
        *,
        first: bool,
        risk: Risk,
        heard: "Heard",
        kinds: Sequence[str],
        talk: Talk,
    ) -> bool:
        """Tell whether a step is said whatever else the person needs.

        An answer to what was asked just now is used, unless something was asked in turn; who says
        no to what they had named themselves may still need something; and what cannot wait is said
        unless something as pressing is met.
        """
        if first:
            return True
        if heard.kinds & TO_A_QUESTION and heard.last:
            return not self._needs.asks(kinds, talk)
        if step.name == "accept":
            return NAMED not in risk.why
        if step.name in self._needs.urgent:
            return not set(kinds) & (NEARLY | {"urge_now"})
        return step.name in self._needs.acknowledged_before

    def _needed(self, theirs: Sequence[str], *, least: float = 0.0) -> list[tuple[str, ...]]:
        """Return the kinds of need of each message, likeliest first; nothing if unknown."""
        if self._reader is None:
            return []
        try:
            return kinds_in(theirs, self._reader, least=least)
        except Exception:  # the path goes on by its steps
            return []

    def holds(self, risk: Risk, messages: Sequence[Message]) -> bool:
        """Tell whether the crisis path answers the last message.

        It does at level crisis, and at level concern for as long as a path that was
        begun has not come to its end.
        """
        if risk.level is Level.CRISIS:
            return True
        said = spoken(messages)
        if risk.level is Level.NONE or not said or CALM_SINCE in risk.why:
            return False
        if self.misread(risk, messages):
            return False
        if self._needs.spoke(said[-1]):
            return True  # an answer to such words, whatever it is, is none to the danger
        begun, barred = self._course.so_far(messages)
        theirs = written(messages)
        path = self._course.path_for(risk, begun, barred, theirs)
        if denies(messages[-1].content) and not path.accepts and path.scope is not Scope.THIRD:
            return False
        last = last_step(path, said[-1:])
        return last is not None and last not in FINAL

    def misread(self, risk: Risk, messages: Sequence[Message]) -> bool:
        """Tell whether the coach has just asked about a danger that nobody named, and was wrong.

        It was where the person says so, in whatever words, and nothing new points to danger.
        """
        perhaps = (path.steps[PERHAPS] for path in self._paths.values() if PERHAPS in path.steps)
        light = (*self._concern["unclear"], *(w for step in perhaps for w in step.wordings))
        return self._denied(light, risk, messages)

    def cleared(self, risk: Risk, messages: Sequence[Message]) -> bool:
        """Tell whether the coach asked about dying before it went on, and the answer is no.

        Whoever says so gets what they had asked for.
        """
        return self._denied(self._concern["hopelessness"], risk, messages)

    def _denied(self, asked: Sequence[str], risk: Risk, messages: Sequence[Message]) -> bool:
        """Tell whether the last reply asked one of these, and the person says no in any words."""
        said = spoken(messages)[-1:]
        if risk.level is Level.CRISIS or not any(was_said(words, said) for words in asked):
            return False
        answer = messages[-1].content
        return (
            denies(answer) or apart_from_denials(answer).denied or bool(NO & self._answers(answer))
        )

    def concern_words(
        self, risk: Risk, messages: Sequence[Message], resources: Sequence[Resource] = ()
    ) -> str:
        """Return one to three sentences to put before a reply at level concern.

        They name what was heard and ask one question. Empty when nothing has to be
        said: another level, or the words for it were said in the last two replies.
        """
        if risk.level is not Level.CONCERN or CALM_SINCE in risk.why:
            return ""
        said = spoken(messages)
        heard = self._spoken_to(risk, messages, said)
        if not heard:
            return ""
        if "unclear" in heard and self._course.of_harm_at_home(messages):
            heard = heard - {"unclear"} | {"home"}
        if "abuse" in heard:
            needed = self._needed([messages[-1].content])
            if needed and WATCHED & set(needed[0]):
                heard = heard - {"abuse"} | {"home"}
        # What was written just now comes before what was written earlier.
        now = named_in(messages[-1].content) if messages else frozenset()
        for category in sorted(self._concern["order"], key=lambda name: name not in now):
            variants = tuple(self._concern[category]) if category in heard else ()
            left = [v for v in variants if not was_said(v, said)]
            if category in ASKED_ONCE and len(left) < len(variants):
                continue
            recently = any(was_said(v, said[-2:]) for v in variants)
            if recently:
                return ""
            if left:
                answer = messages[-1].content if messages else ""
                return self._fill(choose(left, said, seed=answer), resources)
        return ""

    def _spoken_to(self, risk: Risk, messages: Sequence[Message], said: Sequence[str]) -> set[str]:
        """Return the kinds of concern that are to be spoken of now."""
        heard = set(risk.categories)
        watched = (
            "suicide" in heard
            and NAMED in risk.why
            # A no that was accepted stands until signs return.
            and not self._said_no_of_dying(said)
            and any(last_step(path, said) for path in self._paths.values())
        )
        if RISK_EARLIER in risk.why and not watched:
            return set()  # what was heard was answered when it was said
        if only_likely(risk):
            # What no plain word names is asked about lightly, once, or left to the line shown.
            asked = any(was_said(w, said[-QUIET_AFTER_UNCLEAR:]) for w in self._concern["unclear"])
            ask = heard & UNCLEAR and risk.chance >= ASKED_FROM and not asked
            clear = heard - UNCLEAR - {"minor"} if risk.chance >= CLEAR_FROM else set()
            young = heard & {"minor"} if risk.chance >= ASKED_FROM else set()
            heard = clear or young or ({"unclear"} if ask else set())
        if heard & ASKED_OF and (
            denies(messages[-1].content)
            or any(last_step(p, said[-QUIET_AFTER_NO:]) == "accept" for p in self._paths.values())
        ):
            return set()
        lately = written(messages)[-QUIET_AFTER_NO:]
        # A no of a word or two may answer some other question.
        if heard & ASKED_OF and any(len(t.split()) > BARE_WORDS and denies(t) for t in lately):
            heard -= ASKED_OF - named_in(lately[-1])
        if watched:
            heard.add("watch")
        elif heard & {"suicide", "self_harm"} and "past_risk" not in heard:
            heard.add("hopelessness")
        return heard

    def _said_no_of_dying(self, said: Sequence[str]) -> bool:
        """Tell whether the last step of any path took a no to the question about dying."""
        for text in reversed(said):
            for name, path in self._paths.items():
                if step := last_step(path, [text]):
                    return step == "accept" and name in OF_DYING
        return False

    def sentences(self) -> tuple[str, ...]:
        """Return every wording of the folder with its slots empty, for checks."""
        steps = [
            w
            for path in self._paths.values()
            for step in path.steps.values()
            for w in step.wordings
        ]
        concern = [w for category in self._concern["order"] for w in self._concern[category]]
        every = [*steps, *concern, *self._needs.sentences()]
        return tuple(dict.fromkeys(SLOT.sub("", words) for words in every))

    def _answers(self, answer: str) -> frozenset[str]:
        """Return which kinds of answer the person gave; none where that cannot be judged."""
        if self._reader is None or not answer.strip():
            return frozenset()
        try:
            return self._reader.read([answer])[0].likely_answers
        except Exception:  # the path goes on by the expressions of its files
            return frozenset()

    def _fill(self, words: str, resources: Sequence[Resource], said: Sequence[str] = ()) -> str:
        emergency = next(
            (r.call for r in resources if r.call and "emergency" in r.name.lower()), None
        )
        number = emergency or self._phrases["no_emergency"]
        lines = [r for r in resources if "emergency" not in r.name.lower()]
        reachable = [r for r in lines if r.call or r.text or r.url]
        both, one = self._lines(reachable[:2]), self._lines(reachable[:1])
        if any(both in text for text in said[-1:]):
            both = one = self._phrases["lines_again"]  # said a moment ago, and still on the page
        # Once in a reply is enough.
        before, slot, after = words.partition("{lines}")
        words = before + slot + after.replace(slot, "") if slot else words
        values = {
            "{lines}": both,
            "{line}": one,
            "{emergency}": number,
            "{emergency_cap}": number[0].upper() + number[1:],
        }
        words = AT_THE_BEGINNING.sub("{emergency_cap}", words)
        for slot, value in values.items():
            words = words.replace(slot, value)
        return " ".join(words.split())

    def _lines(self, resources: Sequence[Resource]) -> str:
        if not resources:
            return self._phrases["no_lines"]
        ways = self._phrases["join"].join(self._way(r) for r in resources)
        return self._phrases["lines"].format(ways=ways)

    def _way(self, resource: Resource) -> str:
        if resource.call and resource.text:
            kind = "call_or_text_same" if resource.call == resource.text else "call_or_text"
        else:
            kind = "call" if resource.call else "text" if resource.text else "url"
        return self._phrases[kind].format(**resource.model_dump())


def only_likely(risk: Risk) -> bool:
    """Tell whether no rule spoke and the message only came near to examples of concern."""
    return bool(risk.why) and all(reason.startswith("likely concern") for reason in risk.why)


def same_side(scope: Scope) -> frozenset[Scope]:
    """Return in whose talk the same was told: of oneself, whatever the danger is called."""
    return frozenset(OWN if scope in OWN else {scope})


def at_the_place(kinds: tuple[str, ...], answer: str, told: Collection[str]) -> tuple[str, ...]:
    """Return the needs of a message; first of them, that somebody is where they told of before."""
    there = PLACE in told and is_there(answer)
    return tuple(dict.fromkeys((AT_PLACE, *kinds))) if there else kinds


def calls_of(path: Route, theirs: Sequence[str]) -> frozenset[str]:
    """Return that help was called a moment ago, where that is for somebody else."""
    called = path.scope is Scope.THIRD and any(map(called_them, theirs[-LATEST_CALLS:]))
    return frozenset({CALLED} if called else ())


def met_on(path: Route, kinds: Sequence[str], answer: str) -> tuple[str, ...]:
    """Return which needs are met on a path.

    On that of a body in danger none, for the number comes first; on that of danger to others only
    what is asked of lines and of the coach.
    """
    if path.group == "medical_emergency":
        return ()
    if path.group == "harm_to_others":
        return tuple(kind for kind in kinds if kind in NEUTRAL)
    left_out = {METHOD} if path.group not in OF_DYING | {"third_party"} else set()
    left_out |= {NOT_WAKING} if denies(answer) else set()
    return tuple(kind for kind in kinds if kind not in left_out)


def stepping(step: Step, before: str, talk: Talk) -> str:
    """Return a step's words, with what comes before them where there is room for it.

    That this is an AI is not said again where it was said.
    """
    variants = step.young if talk.young and step.young else step.say
    short = [v for v in variants if words_in(before, v) <= MOST_WORDS]
    words = choose(short or variants, talk.said, seed=talk.seed)
    before = before if short else ""
    if step.name in HEARING and UNREAD.search(" ".join([*talk.said, before])):
        words = without_ai(words)
    return f"{before} {words}".strip()


def without_ai(words: str) -> str:
    """Return words without the sentence that this is an AI, unless they are known again by it."""
    kept = [s for s in sentences(words) if not OF_AN_AI.search(s) or mark_of(words) in s]
    return " ".join(kept)


def says_so(answer: str) -> bool:
    """Tell whether the person says in plain words, in some part, that they wish to die now."""
    named = (named_in(part) for part in PARTS.split(answer))
    return any("suicide" in of and not of & {"third_party", "past_risk"} for of in named)


def denies(answer: str) -> bool:
    """Tell whether the person says that there is no such danger."""
    return load_patterns().read(answer).denies
