"""Choose the crisis path of a talk: which was begun, and which is called for now.

Flow: the messages, the risk of `safety.screen`, whose danger it is by `safety.subject` -> here ->
`safety.crisis`. Where a talk stands is read from what the coach said in it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from coach.safety.denials import apart_from_denials
from coach.safety.needs import MISREAD
from coach.safety.patterns import load_patterns, named_in
from coach.safety.reader import Reader
from coach.safety.route import Route
from coach.safety.subject import SELF, but_of_helpers, leading, sides, whose
from coach.safety.wordings import spoken, was_said, written
from coach.schema import Level, Message, Risk
from coach.sentences import sentences

__all__ = ["GROUPS", "OF_DYING", "READ_BACK", "UNSURE", "Course"]

UNSURE = "unsure"
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
SIDE_OF = {
    **dict.fromkeys(("suicide", "self_harm", UNSURE, "minor"), SELF),
    **{group: group for group in ("third_party", "abuse")},
}
"""Whose danger a path is about, where the talk as a whole may tell that it is another's."""
OF_OTHERS = frozenset({"abuse", "harm_to_others", "third_party"})
"""Paths that are left for good once the person says that it is not so."""
HURT = frozenset({"abuse", "third_party"})
"""Paths on which somebody else's deeds are told, which are no plan of one's own."""
SUPPORTED_FROM = 0.5
"""The probability of a category from which an expression of another danger is followed amid a talk
about one's own."""
LED_FROM = 0.8
"""The probability from which a single message leads from one's own danger to another's."""
STILL_FROM = 0.7
"""The probability from which a single message is about a danger that the talk is not about."""
OF_ABUSE = frozenset(
    {"is_it_abuse", "phone_watched", "he_comes", "if_he_starts", "throat", "controls", "hit"}
)
OF_ANGER = frozenset({"angry_at"})
OF_ANOTHER = re.compile(
    r"\b(?:are you|do you|asked|said|says|told me|texted|wrote)\b"
    r"|^(?:and |but |that |then )*(?:he|she|they|my \w+)\b",
    re.IGNORECASE,
)
"""A sentence that speaks of somebody else, or says what somebody was asked."""
OF_DYING = frozenset({"suicide", "self_harm", UNSURE})
"""The paths that ask about dying."""
READ_BACK = 12
"""The latest messages whose needs a reply goes by."""
NeedsIn = Callable[[Sequence[str]], Sequence[Sequence[str]]]
"""Gives the kinds of need of each message; nothing where they cannot be told."""


class Course:
    """Chooses among the paths of one folder.

    Args:
        paths: The paths by their groups.
        reader: What was learnt of messages; None goes by the expressions alone.
        needs_in: Gives the kinds of need of each message.
    """

    def __init__(
        self, paths: Mapping[str, Route], reader: Reader | None, needs_in: NeedsIn
    ) -> None:
        self._paths = paths
        self._reader = reader
        self._needs_in = needs_in

    def so_far(self, messages: Sequence[Message]) -> tuple[Route | None, frozenset[str]]:
        """Return the path that the coach is on, if any, and the groups that were a mistake.

        A path about others is left for good when the person answers that it is not so.
        """
        begun: Route | None = None
        barred: set[str] = set()
        for at, message in enumerate(messages):
            if message.role == "assistant":
                path = self._said_on(" ".join(message.content.split()))
                begun = path if path and path.group not in barred else begun
                continue
            barred -= {
                group
                for group in barred
                if self._paths[group].categories & named_in(message.content)
            }
            if begun and at and self._mistaken(begun, messages[: at + 1]):
                barred.add(begun.group)
                before = (self._said_on(text) for text in reversed(spoken(messages[:at])))
                begun = next((p for p in before if p and p.group not in barred), None)
        return begun, frozenset(barred)

    def _mistaken(self, begun: Route, messages: Sequence[Message]) -> bool:
        """Tell whether a path is left for good, because the last message says that it is not so."""
        message = messages[-1].content
        if begun.group not in OF_OTHERS:
            return begun.group == "medical_emergency" and apart_from_denials(message).explained
        needed = self._needs_in([message])
        if not needed or MISREAD not in needed[0]:
            return False
        found = self._subjects(written(messages)[-READ_BACK:])
        return leading(sides(whose(found))) != begun.group

    def _said_on(self, text: str) -> Route | None:
        """Return the path to which what the coach said belongs, if to any."""
        return next(
            (
                path
                for path in self._paths.values()
                if any(was_said(w, [text]) for n in path.own for w in path.steps[n].wordings)
            ),
            None,
        )

    def path_for(
        self, risk: Risk, begun: Route | None, barred: Collection[str], theirs: Sequence[str]
    ) -> Route:
        """Return the path that answers: the one that was begun, unless another is called for."""
        path = self._by_categories(risk, begun, barred, theirs[-1] if theirs else "")
        found = self._subjects(theirs[-READ_BACK:])
        side, told = SIDE_OF.get(path.group), leading(sides(whose(found)))
        if told is None or side in (None, told):
            return path
        latest = sides(whose(found[-1:]))
        if latest.get(side, 0.0) >= STILL_FROM:
            return path  # the latest message speaks of another danger than the talk
        # Nobody who wants to die is led away by what the talk was about before.
        of_oneself = begun if begun and SIDE_OF.get(begun.group) == SELF else None
        named = {"suicide", "self_harm"} & set(risk.latest)
        if named and told == "abuse":
            return path if side == SELF else of_oneself or self._paths["suicide"]
        if side == SELF and (named or of_oneself) and latest.get(told, 0.0) < LED_FROM:
            return path
        if told in OF_OTHERS:
            open_to = told not in barred or latest.get(told, 0.0) >= STILL_FROM
            return self._paths[told] if open_to else path
        despair = {"suicide", "hopelessness"} & set(risk.categories)
        # Who is hurt at home, and said no word of dying, is not asked about it.
        of_others = path if path is begun and path.group in HURT and not despair else None
        return of_others or of_oneself or self._paths["suicide" if despair else UNSURE]

    def of_harm_at_home(self, messages: Sequence[Message]) -> bool:
        """Tell whether the latest message is about harm at home."""
        latest = sides(whose(self._subjects(written(messages)[-1:])))
        return latest.get("abuse", 0.0) >= SUPPORTED_FROM

    def _subjects(self, theirs: Sequence[str]) -> Sequence[Mapping[str, float]]:
        """Return whose danger each message is about; nothing where that cannot be told."""
        if self._reader is None:
            return []
        try:
            found = self._reader.subjects(theirs)
            return but_of_helpers(found, ["third_party" in named_in(text) for text in theirs])
        except Exception:  # the categories alone lead
            return []

    def _by_categories(
        self, risk: Risk, begun: Route | None, barred: Collection[str], answer: str
    ) -> Route:
        """Return the path to which the categories of danger lead, or the one that was begun."""
        heard = risk.latest if begun else risk.latest or risk.categories
        fitting = (
            path
            for path in self._paths_of(heard, barred)
            if self._called_for(path, begun, risk, answer)
        )
        wanted = next(fitting, None)
        if begun is None or begun.group in (UNSURE, "minor"):
            known = begun if begun and wanted is None else wanted
            despair = {"suicide", "hopelessness"} & set(risk.categories)
            return known or self._paths["suicide" if despair else UNSURE]
        if wanted is None or wanted.group in KEPT.get(begun.group, KEPT_BY_ALL):
            return begun
        same = begun.categories & set(risk.latest) and wanted.group != "medical_emergency"
        return begun if same else wanted

    def _called_for(self, wanted: Route, begun: Route | None, risk: Risk, answer: str) -> bool:
        """Tell whether a path that an expression leads to is borne out by what was learnt.

        Who speaks of the police, a hospital or a gun while they think of dying is in no other
        danger; and what they ask the one they worry about is no wish of their own.
        """
        if self._reader is None or not answer.strip():
            return True
        if begun and begun.group == "third_party" and wanted.group in OF_DYING:
            return any(
                load_patterns().read(sentence).level is Level.CRISIS
                and not OF_ANOTHER.search(sentence)
                for sentence in sentences(answer)
            )
        of_oneself = {"suicide", "self_harm"} & set(risk.categories)
        hurt = begun and begun.group in HURT and wanted.group not in HURT
        if wanted.group not in OF_OTHERS or not (of_oneself or hurt):
            return True
        needed = (self._needs_in([answer]) or [()])[0]
        borne = {
            "abuse": OF_ABUSE,
            "harm_to_others": OF_ANGER,
            "third_party": frozenset(kind for kind in needed if kind.startswith("third_")),
        }[wanted.group]
        if borne & set(needed):
            return True
        try:
            chances = self._reader.read([answer])[0].categories
        except Exception:  # by the expressions alone
            return True
        return any(chances.get(name, 0.0) >= SUPPORTED_FROM for name in wanted.categories)

    def _paths_of(self, categories: Sequence[str], barred: Collection[str]) -> Iterator[Route]:
        """Yield the paths that categories lead to, the most urgent first."""
        heard = set(categories)
        for group in GROUPS:
            if group not in barred and self._paths[group].categories & heard:
                yield self._paths[group]
