"""Answer someone who may be in danger, in words that were written beforehand.

Flow: a risk of level `crisis` -> here -> the visitor; no drafter is asked. For
level `concern`, `CrisisPath.concern_words` gives what stands before the coach's reply.

The words and the moves between them are data (`corpus/crisis/*.yaml`; the format
is described in `suicide.yaml`). Where a conversation stands is read from what
the coach said in it, so a reply is a pure function of the messages.
"""

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from coach.errors import CorpusError
from coach.safety.denials import apart_from_denials
from coach.safety.normalise import normalise
from coach.safety.patterns import load_patterns
from coach.safety.reader import Reader
from coach.safety.screen import (
    ASKED_FROM,
    BARE_WORDS,
    CALM_SINCE,
    DENIED,
    NAMED,
    NO,
    RISK_EARLIER,
)
from coach.schema import Level, Message, Resource, Risk

__all__ = ["CrisisPath", "choose", "last_place", "read_yaml", "spoken", "was_said"]

GROUPS = (
    "medical_emergency",
    "harm_to_others",
    "third_party",
    "suicide",
    "self_harm",
    "abuse",
    "psychosis",
    "substance",
    "eating",
    "minor",
)
"""Which path goes first when a risk has several categories."""
KEPT_BY_ALL = frozenset({"third_party", "minor"})
"""What never takes over once someone's own danger is spoken of."""
KEPT = {
    "self_harm": KEPT_BY_ALL | {"suicide"},
    "medical_emergency": KEPT_BY_ALL | {"suicide", "self_harm", "substance", "eating"},
    "harm_to_others": KEPT_BY_ALL | {"suicide"},
    "psychosis": KEPT_BY_ALL | {"suicide", "self_harm", "harm_to_others"},
    "third_party": frozenset({"minor", "abuse"}),
}
"""Paths that a begun path does not give way to, because it has steps for them."""
UNSURE = "unsure"
SHARED = "shared"
CONCERN = "concern"
ASKS_ABOUT_DEATH = ("watch", "hopelessness", "past_risk")
"""Kinds of concern whose check question is about dying."""
PERHAPS = "hear_perhaps"
"""The first step where the words only came near to danger."""
SURE_FROM = 0.95
"""How likely a crisis must be, that no plain word names, to be met without that doubt."""
CLEAR_FROM = 0.95
"""How likely any other concern must be, where no plain word names it, to be spoken of."""
UNCLEAR = frozenset({"suicide", "self_harm", "hopelessness"})
"""Kinds of concern that are asked about lightly where no plain word was said."""
ASKED_OF = frozenset({"unclear", "hopelessness", "past_risk", "suicide", "self_harm"})
"""Kinds of concern that are not asked about once more right after a no."""
OF_DYING = frozenset({"suicide", "self_harm", UNSURE})
"""The paths that ask about dying."""
ASKED_ONCE = frozenset({"minor"})
"""Kinds of concern that are asked about once in a conversation, for who somebody is stays so."""
FINAL = frozenset(
    {"accept", "back", "ease", "goodbye", "plan_done", "stay", "stay_helper", "stay_medical"}
)
QUIET_AFTER_NO = 4
"""Replies after a denial in which it is not asked again, unless a new sign raises the risk."""
QUIET_AFTER_UNCLEAR = 8
"""Replies after such a light question in which a likeness alone is not asked about again."""
NEAR = frozenset({"plan", "means", "soon"})
AWAY = frozenset({"no_plan", "willing", "did_it", "later"})
"""Kinds of answer that bring danger near, and that keep it away."""
SLOT = re.compile(r"\{[a-z_]+\}")
SENTENCE = re.compile(r"[^.?!:;]+[.?!:;]*[\"']?")
CONTEXT = {"@denial": "denial", "@affirm": "affirm"}


@dataclass(frozen=True)
class Step:
    """One step of a path: its wordings and the quick replies that fit."""

    name: str
    say: tuple[str, ...]
    young: tuple[str, ...]
    options: tuple[str, ...]
    covers: frozenset[str]
    """Steps that this one makes needless."""

    @property
    def wordings(self) -> tuple[str, ...]:
        """All variants."""
        return self.say + self.young


@dataclass(frozen=True)
class Move:
    """Where to go when the person's words fit."""

    when: re.Pattern[str] | None
    answers: frozenset[str]
    """Kinds of answer, as what was learnt names them."""
    unless: frozenset[str]
    """Kinds of answer that forbid the move."""
    to: str
    after: frozenset[str]

    def fits(self, last: str | None, said: str, answers: frozenset[str]) -> bool:
        """Tell whether the move applies to `said`, the answer to step `last`."""
        if (self.after and last not in self.after) or self.unless & answers:
            return False
        return bool(self.answers & answers) or bool(self.when and self.when.search(said))


@dataclass(frozen=True)
class Route:
    """One file of the folder."""

    group: str
    categories: frozenset[str]
    order: tuple[str, ...]
    steps: Mapping[str, Step]
    moves: tuple[Move, ...]
    own: frozenset[str]
    """The steps of its own file, by which it is told from the others."""

    @property
    def accepts(self) -> bool:
        """Whether it has a step for who says that there is no such danger."""
        return "accept" in self.own or any(move.to == "accept" for move in self.moves)


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
            if file.stem not in (SHARED, CONCERN)
        }
        missing = [g for g in (*GROUPS, UNSURE) if g not in self._paths]
        if missing:
            raise CorpusError(folder / f"{missing[0]}.yaml", None, "is missing")
        self._concern = read_yaml(folder / f"{CONCERN}.yaml")

    def reply(
        self, risk: Risk, messages: Sequence[Message], resources: Sequence[Resource]
    ) -> tuple[str, tuple[str, ...]]:
        """Return the next words and the quick replies for the last message.

        The same messages always get the same words, and no wording is said twice in
        a conversation as long as there are others left.

        Args:
            risk: What the screen says of the conversation, the last message included.
            messages: The whole conversation; the last one is the person's.
            resources: Where to turn in the person's region.
        """
        said = spoken(messages)
        begun = self._begun(said)
        path = self._path_for(risk, begun)
        answer = next((m.content for m in reversed(messages) if m.role == "user"), "")
        asked = any(was_said(w, said[-1:]) for c in ASKS_ABOUT_DEATH for w in self._concern[c])
        heard = Heard(
            answer,
            self._answers(answer),
            asked=asked,
            begun=begun is not None,
            perhaps=perhaps(risk),
        )
        step = next_step(path, risk, said, heard)
        variants = step.young if step.young and "minor" in risk.categories else step.say
        words = choose(variants or step.say, said, seed=f"{len(messages)}{answer}")
        return self._fill(words, resources, said), step.options

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
        path = self._path_for(risk, self._begun(said))
        if denies(messages[-1].content) and not path.accepts:
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
        # What was written just now comes before what was written earlier.
        now = _named_in(messages[-1].content) if messages else frozenset()
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
        lately = [m.content for m in messages if m.role == "user"][-QUIET_AFTER_NO:]
        # A no of a word or two may answer some other question.
        if heard & ASKED_OF and any(len(t.split()) > BARE_WORDS and denies(t) for t in lately):
            heard -= ASKED_OF - _named_in(lately[-1])
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
        return tuple(dict.fromkeys(SLOT.sub("", words) for words in [*steps, *concern]))

    def _answers(self, answer: str) -> frozenset[str]:
        """Return which kinds of answer the person gave; none where that cannot be judged."""
        if self._reader is None or not answer.strip():
            return frozenset()
        try:
            return self._reader.read([answer])[0].likely_answers
        except Exception:  # the path goes on by the expressions of its files
            return frozenset()

    def _begun(self, said: Sequence[str]) -> Route | None:
        """Return the path that the coach was on last, if it was on any."""
        for text in reversed(said):
            for path in self._paths.values():
                if any(was_said(w, [text]) for n in path.own for w in path.steps[n].wordings):
                    return path
        return None

    def _path_for(self, risk: Risk, begun: Route | None) -> Route:
        """Return the path that answers: the one that was begun, unless another is called for."""
        wanted = self._path_of(risk.latest if begun else risk.latest or risk.categories)
        if begun is None or begun.group in (UNSURE, "minor"):
            known = begun if begun and wanted is None else wanted
            return known or self._paths["suicide" if "hopelessness" in risk.categories else UNSURE]
        if wanted is None or wanted.group in KEPT.get(begun.group, KEPT_BY_ALL):
            return begun
        same = begun.categories & set(risk.latest) and wanted.group != "medical_emergency"
        return begun if same else wanted

    def _path_of(self, categories: Sequence[str]) -> Route | None:
        """Return the path that categories lead to, the most urgent first."""
        heard = set(categories)
        fitting = (self._paths[g] for g in GROUPS if self._paths[g].categories & heard)
        return next(fitting, None)

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
        values = {
            "{lines}": both,
            "{line}": one,
            "{emergency}": number,
            "{emergency_cap}": number[0].upper() + number[1:],
        }
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


@dataclass(frozen=True)
class Heard:
    """What the person wrote last, as the path takes it.

    Attributes:
        answer: Their words.
        kinds: Which kinds of answer they hold, as far as that was learnt.
        asked: The coach had asked about thoughts of dying, before a path began.
        begun: The coach was on some path already.
        perhaps: The danger was not named, and may be none.
    """

    answer: str
    kinds: frozenset[str] = frozenset()
    asked: bool = False
    begun: bool = False
    perhaps: bool = False


def next_step(path: Route, risk: Risk, said: Sequence[str], heard: Heard) -> Step:
    """Return the step of `path` that answers what was `heard` after what was `said`.

    Args:
        path: The path that the risk leads to.
        risk: What the screen says of the conversation.
        said: What the coach said, oldest first.
        heard: What the person wrote last.
    """
    done = {
        name for name, step in path.steps.items() if any(was_said(w, said) for w in step.wordings)
    }
    done |= {name for finished in done for name in path.steps[finished].covers}
    last = last_step(path, said)
    if last == PERHAPS:
        last = path.order[0]
    plain = normalise(heard.answer, load_patterns().spellings)
    if path.order[0] not in done:
        return path.steps[entrance(path, plain, heard)]
    if risk.level is Level.CONCERN and DENIED in risk.why and "accept" in path.steps:
        return path.steps["accept"]
    if last == "accept" and risk.level is Level.CRISIS and "again" in path.steps:
        return path.steps["again"]
    for move in path.moves:
        target = path.steps[move.to]
        if move.fits(last, plain, heard.kinds) and not all(was_said(w, said) for w in target.say):
            return target
    name = next((name for name in path.order if name not in done), path.order[-1])
    return path.steps[name]


def entrance(path: Route, plain: str, heard: Heard) -> str:
    """Return the step by which a path is entered: to hear it, unless that was heard already."""
    if heard.begun and heard.kinds & NEAR and not heard.kinds & AWAY:
        near = next((name for name in ("danger", "imminent") if name in path.own), None)
        if near or path.group == "suicide":
            return near or "imminent"
    told = heard.begun and heard.kinds & {"yes", "no_plan"}
    if heard.perhaps and not (heard.begun or heard.asked) and PERHAPS in path.steps:
        return PERHAPS
    yes = heard.asked and load_patterns().contexts["affirm"].search(plain)
    return "hear_yes" if (told or yes) and "hear_yes" in path.steps else path.order[0]


def perhaps(risk: Risk) -> bool:
    """Tell whether a crisis was neither named nor beyond doubt."""
    likely = all(reason.startswith("likely crisis") for reason in risk.why)
    return bool(risk.why) and likely and risk.chance < SURE_FROM


def only_likely(risk: Risk) -> bool:
    """Tell whether no rule spoke and the message only came near to examples of concern."""
    return bool(risk.why) and all(reason.startswith("likely concern") for reason in risk.why)


def denies(answer: str) -> bool:
    """Tell whether the person says that there is no such danger."""
    return load_patterns().read(answer).denies


def _named_in(message: str) -> frozenset[str]:
    """Return the kinds of danger, present or past, that a message names by plain words."""
    findings = load_patterns().read(message).findings
    return frozenset(category for finding in findings for category in finding.categories)


def last_step(path: Route, said: Sequence[str]) -> str | None:
    """Return the step of `path` that was said last, None if none was."""
    for text in reversed(said):
        for name, step in path.steps.items():
            if any(was_said(words, [text]) for words in step.wordings):
                return name
    return None


def spoken(messages: Sequence[Message]) -> list[str]:
    """Return what the coach said, oldest first, with single spaces between the words."""
    return [" ".join(m.content.split()) for m in messages if m.role == "assistant"]


def was_said(words: str, said: Sequence[str]) -> bool:
    """Tell whether the longest fixed sentence of `words` stands in one of `said`."""
    mark = mark_of(words)
    return any(mark in text for text in said)


@functools.cache  # the words of the path's files, never a visitor's
def mark_of(words: str) -> str:
    """Return the sentence of `words` by which they are known again."""
    sentences: list[str] = [s for part in SLOT.split(words) for s in SENTENCE.findall(part)]
    return max((sentence.strip() for sentence in sentences), key=len)


def choose(variants: Sequence[str], said: Sequence[str], *, seed: str) -> str:
    """Return a variant that was not said yet, the same one for the same seed."""
    fresh = [v for v in variants if not was_said(v, said)]
    pool = fresh or sorted(variants, key=lambda v: last_place(v, said))[:1]
    return pool[
        int.from_bytes(hashlib.sha256(seed.encode("utf-8", "replace")).digest()[:4]) % len(pool)
    ]


def last_place(words: str, said: Sequence[str]) -> int:
    """Return where in `said` the words came last, -1 if they did not."""
    return max((i for i, text in enumerate(said) if was_said(words, [text])), default=-1)


def read_yaml(file: Path) -> dict[str, Any]:
    """Return what `file` holds.

    Raises:
        CorpusError: It cannot be read or is no mapping.
    """
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except OSError as error:
        raise CorpusError(file, None, f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise CorpusError(file, None, "is no UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise CorpusError(file, mark.line + 1 if mark else None, "is no valid YAML") from None
    if not isinstance(data, dict):
        raise CorpusError(file, 1, "must hold a mapping")
    return data


def path_from(file: Path, data: Mapping[str, Any], shared: Mapping[str, Any]) -> Route:
    """Return the path that `data` describes, completed with what is shared.

    Raises:
        CorpusError: A part is missing, or a step is named that is not there.
    """
    try:
        rows = {**shared["steps"], **data["steps"]}
        steps = {
            name: Step(
                name,
                tuple(row["say"]),
                tuple(row.get("young", ())),
                tuple(row.get("options", ())),
                frozenset(row.get("covers", ())),
            )
            for name, row in rows.items()
        }
        moves = tuple(move_from(row) for row in [*data.get("moves", ()), *shared["moves"]])
        order = tuple(data["order"])
        categories = frozenset(data["categories"])
    except (KeyError, TypeError) as error:
        raise CorpusError(file, None, f"lacks or misuses {error}") from None
    except re.error as error:
        raise CorpusError(file, None, f"has a wrong pattern: {error}") from None
    unknown = [
        n
        for n in (*order, *(m.to for m in moves), *(a for m in moves for a in m.after))
        if n not in steps
    ]
    own = [n for n in unknown if n in (*order, *(row["to"] for row in data.get("moves", ())))]
    if own:
        raise CorpusError(file, None, f"names the step {own[0]!r}, which is not there")
    return Route(data["group"], categories, order, steps, moves, frozenset(data["steps"]))


def move_from(row: Mapping[str, Any]) -> Move:
    """Return the move that one row describes."""
    contexts = load_patterns().contexts
    parts = [contexts[CONTEXT[w]].pattern if w in CONTEXT else w for w in row.get("when", ())]
    return Move(
        re.compile("|".join(f"(?:{p})" for p in parts)) if parts else None,
        frozenset(row.get("answers", ())),
        frozenset(row.get("unless", ())),
        row["to"],
        frozenset(row.get("after", ())),
    )
