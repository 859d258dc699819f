"""What a crisis path is: its steps, its moves, and which step comes next.

Flow: a file of `corpus/crisis/` -> here -> `safety.course`, which chooses among the paths, and
`safety.crisis`, which says the step. The format is described in `suicide.yaml`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.errors import CorpusError
from coach.safety.needs import HOW_NEAR, MISREAD, NEARLY, Scope
from coach.safety.normalise import normalise
from coach.safety.patterns import load_patterns
from coach.safety.screen import BARE_WORDS, DENIED, OPENING_YES
from coach.safety.wordings import was_said
from coach.schema import Level, Risk

__all__ = [
    "NEAR",
    "PERHAPS",
    "Heard",
    "Route",
    "Step",
    "last_step",
    "next_step",
    "path_from",
    "perhaps",
]

LEAVE, ONCE_IN = "leave_now", 4
"""The step that sends somebody off the page, and the replies in which it comes once."""
PERHAPS = "hear_perhaps"
"""The first step where the words only came near to danger."""
ASKS_OF_DYING = frozenset({PERHAPS, "again", "unsure", "joke", "dying"})
"""Steps that ask about dying, to which a bare no is a no."""
SURE_FROM = 0.95
"""How likely a crisis must be, that no plain word names, to be met without that doubt."""
SCOPES = {"third_party": Scope.THIRD, "abuse": Scope.ABUSE, "self_harm": Scope.HARM}
"""In whose talk needs are met on a path, where it is not one's own wish to die."""
NEAR = frozenset({"plan", "means", "soon"})
AWAY = frozenset({"no_plan", "willing", "did_it", "later"})
"""Kinds of answer that bring danger near, and that keep it away."""
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
    blind: bool
    """It goes by its expressions where nothing that was learnt can be asked, and not else."""

    def fits(self, last: str | None, said: str, heard: "Heard") -> bool:
        """Tell whether the move applies to `said`, the answer to step `last`."""
        if (self.after and last not in self.after) or self.unless & heard.kinds:
            return False
        if self.answers & heard.kinds:
            return True
        sees = heard.blind or not self.blind
        return sees and bool(self.when and self.when.search(said))


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
    def scope(self) -> Scope:
        """In whose talk needs are met on it."""
        return SCOPES.get(self.group, Scope.OWN)

    @property
    def accepts(self) -> bool:
        """Whether it has a step for who says that there is no such danger."""
        return "accept" in self.own or any(move.to == "accept" for move in self.moves)


@dataclass(frozen=True)
class Heard:
    """What the person wrote last, as the path takes it.

    Attributes:
        answer: Their words.
        kinds: Which kinds of answer and need they hold, as far as that was learnt.
        told: The kinds of need that the whole talk holds.
        last: The step whose question is answered, if any.
        asked: The coach had asked about thoughts of dying, before a path began.
        begun: The coach was on some path already.
        perhaps: The danger was not named, and may be none.
        blind: Nothing that was learnt can be asked.
    """

    answer: str = field(repr=False)
    kinds: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    last: str | None = None
    asked: bool = False
    begun: bool = False
    perhaps: bool = False
    blind: bool = False


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
    if heard.told & HOW_NEAR:
        done.add("plan")
    last = heard.last
    if last == PERHAPS:
        last = path.order[0]
    plain = normalise(heard.answer, load_patterns().spellings)
    if path.order[0] not in done:
        return path.steps[entrance(path, plain, heard)]
    # "Nobody hurts me" is no no to the question about dying.
    stands = path.scope is Scope.THIRD or MISREAD in heard.kinds or bool(heard.told & NEARLY)
    stands = stands or (last is None and bool(said))
    bare = len(heard.answer.split()) <= BARE_WORDS and last not in {path.order[0], *ASKS_OF_DYING}
    if risk.level is Level.CONCERN and DENIED in risk.why and not (stands or bare):
        return path.steps["accept"]
    if last == "accept" and risk.level is Level.CRISIS and "again" in path.steps:
        return path.steps["again"]
    if last is None and len(heard.answer.split()) > BARE_WORDS:
        last = last_step(path, said)  # what says more than yes or no goes on from there
        last = path.order[0] if last == PERHAPS else last
    for move in path.moves:
        target = path.steps[move.to]
        if (stands and target.name == "accept") or left_lately(target, said):
            continue
        if move.fits(last, plain, heard) and not all(was_said(w, said) for w in target.say):
            return target
    name = next((name for name in path.order if name not in done), path.order[-1])
    return path.steps[name]


def left_lately(step: Step, said: Sequence[str]) -> bool:
    """Tell whether a step sends off the page who was sent off it a moment ago, and still writes."""
    return step.name == LEAVE and any(was_said(w, said[-ONCE_IN:]) for w in step.say)


def entrance(path: Route, plain: str, heard: Heard) -> str:
    """Return the step by which a path is entered: to hear it, unless that was heard already."""
    if heard.begun and heard.kinds & NEAR and not heard.kinds & AWAY:
        near = next((name for name in ("danger", "imminent") if name in path.own), None)
        if near or path.group == "suicide":
            return near or "imminent"
    told = heard.begun and heard.kinds & {"yes", "no_plan"}
    if heard.perhaps and not (heard.begun or heard.asked) and PERHAPS in path.steps:
        return PERHAPS
    affirms = load_patterns().contexts["affirm"].search(plain) or OPENING_YES.match(plain)
    yes = heard.asked and affirms
    return "hear_yes" if (told or yes) and "hear_yes" in path.steps else path.order[0]


def perhaps(risk: Risk) -> bool:
    """Tell whether a crisis was neither named nor beyond doubt."""
    likely = all(reason.startswith("likely crisis") for reason in risk.why)
    return bool(risk.why) and likely and risk.chance < SURE_FROM


def last_step(path: Route, said: Sequence[str]) -> str | None:
    """Return the step of `path` that was said last, None if none was."""
    for text in reversed(said):
        for name, step in path.steps.items():
            if any(was_said(words, [text]) for words in step.wordings):
                return name
    return None


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
        bool(row.get("blind", False)),
    )
