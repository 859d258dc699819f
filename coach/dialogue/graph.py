"""The steps of one turn, as a LangGraph graph.

    START ─ screen ─┬─ crisis ──────────────────────┬─ END ─ `checked`
                    └─ understand, retrieve, draft ─┘

The screen comes before anything else has a say; where there is danger, only the crisis
path writes, from words made beforehand.  The check is the only way out: a sentence
that breaks a rule of the safety policy is left out before anyone sees it.  It comes after the
graph, for a reply is let out while it is still being written.

A step of the graph costs a third of a millisecond, so what follows on each other in any case is
one step.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from coach.dialogue.draft import Draft, Drafter, Turn
from coach.dialogue.history import History, HistoryReader
from coach.dialogue.known import known_in
from coach.dialogue.prior import Prior
from coach.dialogue.understand import Understanding
from coach.dialogue.understood import Act, Understood
from coach.index.embedder import CachingEmbedder
from coach.index.search import Searcher
from coach.safety.boundaries import Boundaries
from coach.safety.check import Checker
from coach.safety.crisis_languages import CrisisPaths
from coach.safety.denials import apart_from_denials
from coach.safety.helplines import EMERGENCY_FIRST, Helplines
from coach.safety.screen import Screen
from coach.schema import Chunk, Level, Passage, Reply, Resource, Risk
from coach.sentences import sentences

__all__ = ["Parts", "TurnState", "build_graph", "checked"]


class TurnState(TypedDict, total=False):
    """What the nodes hand to each other; lives for one turn."""

    history: History
    region: str | None
    risk: Risk
    boundary: str | None
    understood: Understood
    misread: bool
    passages: list[Passage]
    draft: Draft
    timings_ms: dict[str, float]


Node = Callable[[TurnState], dict[str, Any]]


@dataclass(frozen=True)
class Parts:
    """What the nodes work with; opened once, shared by all conversations."""

    histories: HistoryReader
    screen: Screen
    boundaries: Boundaries
    checker: Checker
    crisis: CrisisPaths
    helplines: Helplines
    understanding: Understanding
    searcher: Searcher
    drafter: Drafter
    encoder: CachingEmbedder
    """What the screen, the readers of the understanding and, as a rule, the search share."""
    short_answers: Mapping[str, Sequence[Chunk]]
    """What answers one question each, by its place."""
    fallback: str
    """What is said when nothing of a draft may be."""


SURELY = 100.0
"""The score, in standard deviations, of a section that is known to answer what was asked."""


def build_graph(parts: Parts) -> Any:
    """Return the compiled graph; it keeps nothing between turns."""
    nodes = _Nodes(parts)
    graph = StateGraph(TurnState)
    graph.add_node("screen", _in_order(nodes.screen))  # type: ignore[call-overload]  # a plain node
    graph.add_node("crisis", _in_order(nodes.crisis))  # type: ignore[call-overload]
    graph.add_node("answer", _in_order(nodes.understand, nodes.retrieve, nodes.draft))  # type: ignore[call-overload]
    graph.add_edge(START, "screen")
    graph.add_conditional_edges("screen", nodes.route, ["crisis", "answer"])
    graph.add_edge("crisis", END)
    graph.add_edge("answer", END)
    return graph.compile()


def checked(state: TurnState, parts: Parts, begun: float) -> Iterator[Reply]:
    """Yield the reply as it grows by what may be said, sentence by sentence; the last is whole.

    Args:
        state: What the graph leaves.
        parts: What it worked with.
        begun: When the turn began, by `perf_counter`.
    """
    checking = perf_counter()
    draft = state["draft"]
    reply = Reply(
        text="",
        kind=draft.kind,
        risk=state["risk"],
        practice=draft.practice,
        resources=draft.resources,
        options=draft.options,
    )
    text = ""
    written = _Awaited(draft.paragraphs)
    for piece in _allowed(replace(draft, paragraphs=written), parts.checker):
        text += piece
        grown = {"text": text.strip(), "citations": tuple(draft.citations)}
        handed_over = perf_counter()
        yield reply.model_copy(update=grown)
        checking += perf_counter() - handed_over
    now = perf_counter()
    awaited = written.awaited_ms  # of a draft that is written while it is read: the draft's time
    timings = {
        **state["timings_ms"],
        "draft": round(state["timings_ms"]["draft"] + awaited, 3),
        "check": round((now - checking) * 1000 - awaited, 3),
        "total": round((now - begun) * 1000, 3),
    }
    said = {"text": text.strip() or parts.fallback, "citations": tuple(draft.citations)}
    yield reply.model_copy(update={**said, "timings_ms": timings})


class _Nodes:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._prior = Prior(parts.searcher.chunks)

    def screen(self, state: TurnState) -> dict[str, Any]:
        """Say how much danger the conversation points to."""
        history = state["history"]
        self._embed_together(history)
        risk = self._parts.screen.assess_conversation(history.theirs)
        boundary = self._parts.boundaries.crossed_by(history.latest, amid_a_talk=bool(history.ours))
        return {"risk": risk, "boundary": boundary}

    def _embed_together(self, history: History) -> None:
        """Embed what the turn will need in one run, which takes less than one a text.

        What fails here is asked for again by whoever needs it, and fails there.
        """
        with suppress(Exception):
            texts = self._parts.screen.texts(history.theirs)
            texts += self._parts.understanding.texts(history)
            self._parts.encoder.encode([text for text in texts if text])

    def route(self, state: TurnState) -> str:
        """Send danger to the crisis path, and keep there whoever has not left it."""
        holds = self._parts.crisis.holds(state["risk"], state["history"].messages)
        return "crisis" if holds else "answer"

    def crisis(self, state: TurnState) -> dict[str, Any]:
        """Take the next step of the crisis path."""
        risk = state["risk"]
        resources = self._parts.helplines.for_region(state["region"], categories=risk.categories)
        history = state["history"]
        text, options = self._parts.crisis.reply(
            risk,
            history.messages,
            resources,
            known=partial(known_in, history),
            told_back=partial(self._parts.understanding.said_back, history),
        )
        draft = Draft("crisis", text.split("\n\n"), resources=resources, options=options)
        return {"draft": draft}

    def understand(self, state: TurnState) -> dict[str, Any]:
        """Read what the message is after; one that turns from a practice puts it down.

        Whoever was asked about danger, and says no, is after what they had wished for before.
        """
        history = state["history"]
        if self._parts.understanding.ends_practice(history):
            history = history.after_practice()
        elif self._parts.understanding.leaves_practice(history):
            history = history.out_of_practice()
        understood = self._parts.understanding.read(history)
        misread = self._parts.crisis.misread(state["risk"], history.messages)
        cleared = misread or self._parts.crisis.cleared(state["risk"], history.messages)
        if cleared and history.walk is None:
            understood = self._wished_before(history, state["risk"]) or understood
        return {"history": history, "understood": understood, "misread": misread}

    def _wished_before(self, history: History, risk: Risk) -> Understood | None:
        """Return what the message before the latest wishes for, where that only comes back to it.

        "No. My dad died this morning" tells something new, and is heard.
        """
        messages = history.messages[:-2]
        rest = apart_from_denials(history.latest).rest
        again = self._parts.understanding.comes_back(rest)
        if risk.latest or not again or not messages or history.told_now.gone:
            return None
        if self._parts.boundaries.crossed_by(messages[-1].content):
            return None
        before = self._parts.understanding.read(self._parts.histories.read(messages))
        return before if before.wishes else None

    def retrieve(self, state: TurnState) -> dict[str, Any]:
        """Find the passages that the reply may rest on."""
        understood = state["understood"]
        if understood.act not in {Act.QUESTION, Act.STORY, Act.FOLLOW_UP}:
            return {"passages": []}
        places = [a.section for a in (understood.answer, understood.in_general) if a]
        known = [
            Passage(chunk=chunk, score=SURELY, cosine=1.0)
            for place in places
            for chunk in self._parts.short_answers.get(place, ())
        ]
        if understood.is_foreign:
            return {"passages": known}
        passages = self._parts.searcher.search(
            understood.query,
            limit=20 if understood.follow_up else 8,
            prior=self._prior.of(understood),
            floor=-1.0 if understood.topics or understood.foreign < 0 else None,
        )
        if understood.follow_up and understood.aspect:
            # "And how?" is answered by a passage that says how, if any near one does.
            passages.sort(key=lambda passage: passage.chunk.aspect is not understood.aspect)
        return {"passages": known + passages}

    def draft(self, state: TurnState) -> dict[str, Any]:
        """Write the reply."""
        risk, history = state["risk"], state["history"]
        resources: tuple[Resource, ...] = ()
        if risk.level is Level.CONCERN:
            found = self._parts.helplines.for_region(state["region"], categories=risk.categories)
            # One is enough, and a line to talk to beside an emergency number.
            resources = found[: 2 if EMERGENCY_FIRST & set(risk.categories) else 1]
        words = self._parts.crisis.in_their_language(risk, history.messages, resources)
        if words:
            return {"draft": Draft("smalltalk", [words], resources=resources)}
        misread = state["misread"]
        turn = Turn(
            history=history,
            understood=state["understood"],
            risk=risk,
            passages=state["passages"],
            boundary=state["boundary"],
            opening=(
                ""
                if misread
                else self._parts.crisis.concern_words(risk, history.messages, resources)
            ),
            resources=resources,
            misread=misread,
        )
        return {"draft": self._parts.drafter.draft(turn)}


class _Awaited:
    """Paragraphs, with the time that they took to come: a draft may be written while read."""

    def __init__(self, paragraphs: Iterable[str]) -> None:
        self._paragraphs = iter(paragraphs)
        self.awaited_ms = 0.0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        begun = perf_counter()
        try:
            return next(self._paragraphs)
        finally:
            self.awaited_ms += (perf_counter() - begun) * 1000


def _allowed(draft: Draft, checker: Checker) -> Iterator[str]:
    """Yield the draft's sentences that may be said, with the white space before each."""
    for paragraph in draft.paragraphs:
        gap = " " if paragraph.startswith(" ") else "\n\n"
        for line in paragraph.split("\n"):
            for sentence in sentences(line):
                if checker.broken_by(sentence, own=draft.own_words) is None:
                    yield gap + sentence
                    gap = " "
            gap = "\n" if line.strip() else "\n\n"


def _in_order(*nodes: Node) -> Node:
    """Return one node of several, each with the milliseconds that it took."""

    def run(state: TurnState) -> dict[str, Any]:
        made: dict[str, Any] = {}
        timings = {**state.get("timings_ms", {})}
        for node in nodes:
            begun = perf_counter()
            made |= node({**state, **made})  # type: ignore[typeddict-item]
            spent = (perf_counter() - begun) * 1000
            timings[_STAGE.get(node.__name__, node.__name__)] = round(spent, 3)
        return {**made, "timings_ms": timings}

    return run


_STAGE = {"crisis": "draft"}
"""The crisis path drafts, so its time stands where a draft's does."""
