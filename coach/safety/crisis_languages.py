"""Answer someone in danger in the language they write in, where its words were written.

Flow: a risk -> here -> `safety.crisis` for English, or the words of
`corpus/crisis/languages/*.yaml`; then the visitor.

The coach reads and answers in English. Who writes in German, Spanish, French or Arabic is
met in that language while there is danger, by a shorter path; otherwise one line says what
the coach can do. Where a conversation stands is read from what was said in it, as in English.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from coach.errors import CorpusError
from coach.safety.check import check
from coach.safety.crisis import CrisisPath
from coach.safety.languages import language_of, load_languages
from coach.safety.needs import WhoIsKnown, nobody_known
from coach.safety.reader import Reader
from coach.safety.screen import CALM_SINCE, DENIED
from coach.safety.wordings import choose, last_place, read_yaml, spoken, was_said
from coach.schema import Level, Message, Resource, Risk

__all__ = ["CrisisPaths", "LanguageWords"]

FOLDER = "languages"
MOVES = "moves"
FEWEST = 4
"""Wordings that a step must have."""
LONGEST = 60
"""Words that one may have."""
FINAL = frozenset({"accept", "stay", "thanks"})
"""Steps after which the path no longer holds who is not in a crisis."""
COVERED = {
    "medical_emergency": frozenset({"suicide"}),
    "suicide": frozenset({"third_party"}),
    "abuse": frozenset({"third_party"}),
}
"""Groups that a begun one does not give way to."""
DEFAULT = "suicide"
SENTENCE = re.compile(r"(?<=[.?!\u061f])\s+")
QUESTION = re.compile(r"[?\u061f]")
SLOT = re.compile(r"\{[a-z_]+\}")

Steps = Mapping[str, tuple[str, ...]]
Model = TypeVar("Model", bound=BaseModel)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Group(_Data):
    """One kind of danger: what leads to it, and its steps in order."""

    categories: frozenset[str]
    order: tuple[str, ...]


class Move(_Data):
    """Where to go when the person's words are an answer of one kind."""

    answer: str
    to: str
    after: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def fits(self, group: str, last: str | None, answers: frozenset[str]) -> bool:
        """Tell whether the move applies in `group` after step `last`."""
        here = not self.groups or group in self.groups
        return here and (not self.after or last in self.after) and self.answer in answers


class Moves(_Data):
    """`moves.yaml`: the way through the words of every language."""

    groups: Mapping[str, Group]
    moves: tuple[Move, ...]


class LanguageWords(_Data):
    """One language's file: every word that is said in it."""

    language: str
    spoken_at: frozenset[str]
    phrases: Mapping[str, str]
    lines: tuple[str, ...]
    """How helplines are put into a sentence, at first and later."""
    options: Steps
    answers: Steps
    groups: Mapping[str, Steps]
    shared: Steps
    concern: tuple[str, ...] = Field(min_length=FEWEST)
    ordinary: tuple[str, ...] = Field(min_length=FEWEST)

    @model_validator(mode="after")
    def _is_fit_to_be_said(self) -> "LanguageWords":
        for words in self.wordings():
            bare = SLOT.sub("", words)
            if len(bare.split()) > LONGEST or len(QUESTION.findall(bare)) > 1:
                raise ValueError(f"too long, or asks twice: {words[:40]!r}")
            broken = next((rule for s in SENTENCE.split(bare) if (rule := check(s))), None)
            if broken:
                raise ValueError(f"breaks the rule {broken}: {words[:40]!r}")
        few = [step for step, say in self._steps() if len(say) < FEWEST]
        if few:
            raise ValueError(f"step {few[0]} has fewer than {FEWEST} wordings")
        for name, steps in self.groups.items():
            said = list(chain(*steps.values(), *self.shared.values(), self.concern))
            sentences = [s for words in said for s in fixed(words)]
            twice = next((s for s in sentences if sentences.count(s) > 1), None)
            if twice:
                raise ValueError(f"{name} says twice: {twice[:40]!r}")
        return self

    def wordings(self) -> Iterator[str]:
        """Yield everything that can be said, with its slots empty."""
        for _, say in self._steps():
            yield from say
        yield from (*self.concern, *self.ordinary)

    def _steps(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for steps in (*self.groups.values(), self.shared):
            yield from steps.items()


class LanguagePath:
    """The crisis path in one language other than English."""

    def __init__(self, words: LanguageWords, moves: Moves) -> None:
        self._words = words
        self._moves = moves
        self._answers = {
            kind: re.compile("|".join(f"(?:{one})" for one in expressions))
            for kind, expressions in words.answers.items()
        }

    def reply(
        self, risk: Risk, messages: Sequence[Message], resources: Sequence[Resource]
    ) -> tuple[str, tuple[str, ...]]:
        """Return the next words and the quick replies; the same messages get the same words."""
        said = spoken(messages)
        answer = messages[-1].content
        group = self._group(risk, said)
        name = self._next(group, risk, said, answer)
        words = pick(self._say(group, name), said, seed=f"{len(messages)}{answer}")
        return self._fill(words, resources, said), self._words.options.get(name, ())

    def holds(self, risk: Risk, said: Sequence[str]) -> bool:
        """Tell whether the path goes on at a level below crisis."""
        if risk.level is Level.NONE or not said or CALM_SINCE in risk.why:
            return False
        last = self._last(said[-1:])
        return last is not None and last[1] not in FINAL

    def outside(
        self, risk: Risk, messages: Sequence[Message], resources: Sequence[Resource]
    ) -> str:
        """Return what is said where there is no crisis: that English is what is read."""
        said = spoken(messages)
        lines = self._words.concern if risk.level is Level.CONCERN else self._words.ordinary
        return self._fill(pick(lines, said, seed=messages[-1].content), resources, said)

    def spoke(self, text: str) -> bool:
        """Tell whether `text` is one of this language's replies."""
        return any(was_said(words, [text]) for words in self._words.wordings())

    def sentences(self) -> tuple[str, ...]:
        """Return every wording with its slots empty."""
        return tuple(SLOT.sub("", words) for words in self._words.wordings())

    def _group(self, risk: Risk, said: Sequence[str]) -> str:
        begun = next((g for text in reversed(said) if (g := self._begun_in(text))), None)
        heard = set(risk.latest if begun else risk.latest or risk.categories)
        groups = self._moves.groups.items()
        wanted = next((name for name, group in groups if group.categories & heard), None)
        if begun is None or (wanted and wanted not in COVERED.get(begun, frozenset())):
            return wanted or begun or DEFAULT
        return begun

    def _begun_in(self, text: str) -> str | None:
        """Return the group whose own words stand in a reply."""
        return next(
            (
                name
                for name, steps in self._words.groups.items()
                if any(was_said(words, [text]) for say in steps.values() for words in say)
            ),
            None,
        )

    def _next(self, group: str, risk: Risk, said: Sequence[str], answer: str) -> str:
        order = self._moves.groups[group].order
        last = self._last(said)
        name = last[1] if last else None
        done = {step for step in order if any(was_said(w, said) for w in self._say(group, step))}
        if order[0] not in done:
            return order[0]
        if risk.level is Level.CONCERN and DENIED in risk.why:
            return "accept"
        if name == "accept" and risk.level is Level.CRISIS:
            return order[0]  # a no was believed; what was said since is asked about anew
        plain = load_languages().by_code[self._words.language].plain(answer)
        answers = frozenset(kind for kind, fits in self._answers.items() if fits.search(plain))
        for move in self._moves.moves:
            left = [w for w in self._say(group, move.to) if not was_said(w, said)]
            if left and move.fits(group, name, answers):
                return move.to
        return next((step for step in order if step not in done), order[-1])

    def _say(self, group: str, step: str) -> tuple[str, ...]:
        return self._words.groups[group].get(step) or self._words.shared.get(step, ())

    def _last(self, said: Sequence[str]) -> tuple[str, str] | None:
        """Return group and name of the step that was said last."""
        for text in reversed(said):
            for group, steps in [*self._words.groups.items(), ("", self._words.shared)]:
                for name, say in steps.items():
                    if any(was_said(words, [text]) for words in say):
                        return group, name
        return None

    def _fill(self, words: str, resources: Sequence[Resource], said: Sequence[str]) -> str:
        phrases = self._words.phrases
        emergency = next((r.call for r in resources if r.call and is_emergency(r)), None)
        lines = [r for r in resources if not is_emergency(r) and (r.call or r.text or r.url)]
        ways = phrases["join"].join(self._way(r) for r in lines[:2])
        forms = [form.format(ways=ways) for form in self._words.lines] if ways else []
        if any(form in text for form in forms for text in said[-1:]):
            forms = []  # said a moment ago, and still on the page
        forms.append(phrases["lines_again"])
        named = next((form for form in forms if not any(form in text for text in said)), "")
        there = lines and "{lines}" in words and all(r.name in self._words.spoken_at for r in lines)
        best = phrases["best_there" if there else "best"]
        known = any(phrases[key] in text for key in ("best", "best_there") for text in said)
        values = {
            "{lines}": named,
            "{best}": "" if known else best,
            "{emergency}": emergency or phrases["no_emergency"],
        }
        for slot, value in values.items():
            words = words.replace(slot, value)
        return " ".join(words.split())

    def _way(self, resource: Resource) -> str:
        kind = "call" if resource.call else "text" if resource.text else "url"
        return self._words.phrases[kind].format(**resource.model_dump())


class CrisisPaths:
    """The crisis path in every language that it was written in.

    Args:
        folder: `corpus/crisis`.
        reader: What was learnt of answers, for English.

    Raises:
        CorpusError: A file is missing, cannot be read, or is wrong.
    """

    def __init__(self, folder: Path, reader: Reader | None = None) -> None:
        self._english = CrisisPath(folder, reader)
        moves = parsed(folder / FOLDER / f"{MOVES}.yaml", Moves)
        self._others = {
            code: LanguagePath(language_words(folder / FOLDER / f"{code}.yaml", moves), moves)
            for code in load_languages().by_code
        }

    def reply(
        self,
        risk: Risk,
        messages: Sequence[Message],
        resources: Sequence[Resource],
        known: WhoIsKnown = nobody_known,
        told_back: Callable[[], Sequence[str]] = tuple,
    ) -> tuple[str, tuple[str, ...]]:
        """Return the next words and the quick replies; see `CrisisPath.reply`."""
        path = self._path(messages)
        if path is None:
            return self._english.reply(risk, messages, resources, known, told_back)
        return path.reply(risk, messages, resources)

    def holds(self, risk: Risk, messages: Sequence[Message]) -> bool:
        """Tell whether the crisis path answers the last message; see `CrisisPath.holds`."""
        path = self._path(messages)
        if risk.level is Level.CRISIS or path is None:
            return self._english.holds(risk, messages)
        return path.holds(risk, spoken(messages)) or self._english.holds(risk, messages)

    def cleared(self, risk: Risk, messages: Sequence[Message]) -> bool:
        """Tell whether somebody said no who was asked about dying; see `CrisisPath.cleared`."""
        return self._path(messages) is None and self._english.cleared(risk, messages)

    def misread(self, risk: Risk, messages: Sequence[Message]) -> bool:
        """Tell whether the coach was wrong to ask about danger; see `CrisisPath.misread`."""
        return self._path(messages) is None and self._english.misread(risk, messages)

    def concern_words(
        self, risk: Risk, messages: Sequence[Message], resources: Sequence[Resource] = ()
    ) -> str:
        """Return what stands before an English reply at level concern."""
        return self._english.concern_words(risk, messages, resources)

    def in_their_language(
        self, risk: Risk, messages: Sequence[Message], resources: Sequence[Resource]
    ) -> str:
        """Return what is said to a message in another language without a crisis, else nothing."""
        path = self._path(messages)
        return path.outside(risk, messages, resources) if path else ""

    def sentences(self) -> tuple[str, ...]:
        """Return every wording of the folder with its slots empty, for checks."""
        others = chain.from_iterable(path.sentences() for path in self._others.values())
        return (*self._english.sentences(), *others)

    def _path(self, messages: Sequence[Message]) -> LanguagePath | None:
        """Return the path of the language that is spoken, None for English.

        A message whose language is not clear ("no") goes on in that of the last reply.
        """
        spoken_now = language_of(messages[-1].content)
        if spoken_now:
            return self._others.get(spoken_now)
        said = spoken(messages)[-1:]
        return next((p for p in self._others.values() if said and p.spoke(said[0])), None)


def language_words(file: Path, moves: Moves) -> LanguageWords:
    """Return the words of one language, checked against the moves.

    Raises:
        CorpusError: They are wrong, or a step that a move or an order names is missing.
    """
    words = parsed(file, LanguageWords)
    for name, group in moves.groups.items():
        needed = {*group.order} | {
            move.to for move in moves.moves if not move.groups or name in move.groups
        }
        missing = needed - {*words.groups.get(name, {}), *words.shared}
        if missing:
            raise CorpusError(file, None, f"lacks the step {sorted(missing)[0]} of {name}")
    unknown = {move.answer for move in moves.moves} - set(words.answers)
    if unknown:
        raise CorpusError(file, None, f"lacks the answer {sorted(unknown)[0]}")
    return words


def parsed(file: Path, model: type[Model]) -> Model:
    """Return what `file` holds as `model`.

    Raises:
        CorpusError: It is missing or wrong; the message says where.
    """
    data: dict[str, Any] = read_yaml(file)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CorpusError(file, None, f"{place}: {first['msg']}") from None


def fixed(words: str) -> list[str]:
    """Return the sentences of a wording that have no slot."""
    return [s for s in SENTENCE.split(words) if not SLOT.search(s)]


def pick(variants: Sequence[str], said: Sequence[str], *, seed: str) -> str:
    """Return a variant that was not said yet and shares no sentence with what was."""
    fresh = [v for v in variants if not any(s in text for s in fixed(v) for text in said)]
    unsaid = [v for v in variants if not was_said(v, said)]
    pool = fresh or unsaid or sorted(variants, key=lambda v: last_place(v, said))[:1]
    return choose(pool, said, seed=seed)


def is_emergency(resource: Resource) -> bool:
    """Tell whether a resource is the emergency number."""
    return "emergency" in resource.name.lower()
