"""Draft with a language model where one is set, and with the composer whenever it fails.

Flow: a `Turn` from `dialogue.graph` -> the composer writes the whole reply -> here the model
may write its middle anew, a sentence at a time through `dialogue.model.gate` -> the check.

The composer's draft comes first because it costs a millisecond and settles what no model may:
which kind of reply it is, its sources, the offer or question at its end.  Only an answer from
the articles or the hearing of a story, with no sign of risk, is given to the model; danger,
concern, boundaries, walk-throughs, small talk and what is off the subject never are.

Nothing of the model's is shown until it carries weight (a claim with its passage, or a
reflection), so a model that fails early leaves no trace.  After that, what was shown stays, and
the composer's own parts follow as far as they do not say it again.
"""

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from time import monotonic

from coach.dialogue.draft import Draft, Drafter, Turn
from coach.dialogue.history import HistoryReader
from coach.dialogue.model.breaker import CircuitBreaker
from coach.dialogue.model.connection import Connection, connect
from coach.dialogue.model.gate import Gate
from coach.dialogue.model.prompt import write_prompt
from coach.dialogue.model.reply import MARK, MAX_WORDS, Frame, GrowingReply
from coach.dialogue.model.speech import spoken_sentences
from coach.dialogue.phrasing import Phrasing, Voice
from coach.dialogue.quoting import quotable
from coach.dialogue.support import Grounds
from coach.dialogue.understood import Act
from coach.errors import ModelError
from coach.index.embedder import Embedder
from coach.safety.check import Checker
from coach.schema import Citation, Level, Message, Passage
from coach.sentences import sentences
from coach.settings import Settings

__all__ = ["ModelDrafter", "open_drafter"]

MOST_PASSAGES = 4

MOST_DROPPED = 6
"""Sentences in a row that may not be said, after which the model is taken to ramble."""

_LOG = logging.getLogger(__name__)


def open_drafter(
    settings: Settings,
    composer: Drafter,
    *,
    checker: Checker,
    embedder: Embedder,
    voice: Voice,
    history: HistoryReader,
) -> "ModelDrafter":
    """Return a drafter with the language model of the settings; its server is not asked yet.

    Raises:
        SettingsError: The model cannot be opened.
    """
    return ModelDrafter(
        composer,
        connect(settings),
        gate=Gate(checker, Grounds(embedder)),
        voice=voice,
        history=history,
        settings=settings,
    )


class ModelDrafter:
    """Drafts with a model between safe ends; with `composer` alone where the model may not."""

    def __init__(
        self,
        composer: Drafter,
        connection: Connection,
        *,
        gate: Gate,
        voice: Voice,
        history: HistoryReader,
        settings: Settings,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self._composer = composer
        self._connection = connection
        self._gate = gate
        self._voice = voice
        self._history = history
        self._settings = settings
        self._breaker = breaker or CircuitBreaker()

    def draft(self, turn: Turn) -> Draft:
        """Return a draft whose paragraphs are written while they are read.

        Never raises for the model's sake: whatever it does, a whole reply comes out.
        """
        composed = self._composer.draft(turn)
        paragraphs = tuple(composed.paragraphs)
        composed = replace(composed, paragraphs=paragraphs)
        if not _may_write(turn, composed) or not self._breaker.allows():
            return composed
        passages = _sources(turn, composed.citations)
        reply = GrowingReply(turn, passages, Frame.of(paragraphs), composed.citations)
        return replace(composed, paragraphs=self._written(reply), citations=reply.citations)

    def _written(self, reply: GrowingReply) -> Iterator[str]:
        """Yield the reply: the model's sentences that pass, then what the composer adds."""
        whole = False
        dropped = in_a_row = 0
        try:
            with closing(self._spoken(reply)) as spoken:
                for sentence in spoken:
                    passed = self._gate.judge(sentence, reply.turn.history, reply.passages)
                    if passed is None or self._gate.repeats(sentence, reply.said):
                        dropped, in_a_row = dropped + 1, in_a_row + 1
                        if in_a_row == MOST_DROPPED:
                            raise ModelError("rambling")
                        continue
                    in_a_row = 0
                    yield from reply.take(passed)
                    if reply.is_full:
                        break
            whole = True
        except ModelError as error:
            _LOG.warning("The language model failed (%s); the composer goes on.", error)
        except Exception as error:
            # The kind alone is logged: the text of an error may quote the person.
            _LOG.warning(
                "The language model failed (%s); the composer goes on.", type(error).__name__
            )
        if whole and reply.stands:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
        if not reply.stands:
            reply.citations[:] = reply.composed
            yield from reply.frame.paragraphs
            return
        yield from reply.unmarked()
        # After a story the composer's own part is what it points to for reading.
        if reply.is_story or (not reply.is_enough and (dropped or not whole)):
            yield from self._rest(reply)
        yield from self._ending(reply)

    def _spoken(self, reply: GrowingReply) -> Generator[str]:
        """Yield the model's sentences, as long as its patience and a reply's length allow."""
        begun = monotonic()
        settings = self._settings

        def left() -> float:
            limit = settings.model_seconds if reply.stands else settings.model_first_seconds
            return begun + min(limit, settings.model_seconds) - monotonic()

        prompt = write_prompt(reply.turn, reply.passages)
        rules = prompt[0][1]
        with closing(self._connection.stream(prompt, left)) as text:
            for sentence in spoken_sentences(text):
                if sentence not in rules or any(sentence in p.chunk.text for p in reply.passages):
                    yield sentence
                if left() <= 0:
                    raise ModelError("too slow")

    def _rest(self, reply: GrowingReply) -> Iterator[str]:
        """Yield the composer's answer without what the model said already."""
        for paragraph in reply.frame.body:
            fresh = [
                sentence
                for line in paragraph.split("\n")
                for sentence in sentences(MARK.sub("", line).strip())
                if not self._gate.repeats(sentence, reply.said)
            ]
            if fresh and reply.words + len(" ".join(fresh).split()) <= MAX_WORDS:
                marks = "".join(f" [{reply.renumbered(int(n))}]" for n in MARK.findall(paragraph))
                reply.said += fresh
                yield " ".join(fresh) + marks

    def _ending(self, reply: GrowingReply) -> Iterator[str]:
        """Yield where the words come from, and the offer or the question at the end."""
        history = reply.turn.history
        phrasing = Phrasing("\n".join(history.ours), f"{len(history.messages)} {history.latest}")
        shown = " ".join(reply.said)
        first = next(iter(reply.citations), None)
        if first and first.title not in shown:
            # The title is also how the next turn knows what this one spoke of.
            yield phrasing.choose(self._voice.pointers, title=first.title, n=first.n)
        for words in reply.frame.closing:
            # The model asks only where the composer would, and never instead of an offer.
            asks = reply.question and "?" in words and not self._offers(words)
            yield reply.question if asks else words

    def _offers(self, words: str) -> bool:
        """Tell whether the next turn will know these words for the offer of a practice."""
        read = self._history.read([Message(role="assistant", content=words)])
        return read.offered is not None


def _sources(turn: Turn, citations: Sequence[Citation]) -> list[Passage]:
    """Return what the model may rest on: what the composer cites first, then the next best.

    A story is given none, so that nothing is taught where something is told.
    """
    if turn.understood.act is Act.STORY:
        return []
    cited = [(citation.article, citation.section) for citation in citations]
    usable = [passage for passage in turn.passages if quotable(passage.chunk.text)]
    usable.sort(key=lambda passage: (passage.chunk.slug, passage.chunk.section) not in cited)
    return usable[:MOST_PASSAGES]


def _may_write(turn: Turn, composed: Draft) -> bool:
    """Tell whether a model may write this reply at all."""
    ordinary = (
        composed.kind == "coaching"
        and composed.practice is None
        and turn.risk.level is Level.NONE
        and not (
            turn.boundary or turn.opening or turn.misread or turn.resources or composed.resources
        )
        and turn.history.walk is None
        # Where words come from, and an answer of a word or two, are the composer's to meet.
        and turn.understood.follow_up != "source"
        and turn.understood.bare is None
    )
    # An answer without a source says that there is none; that is the composer's to say.
    return ordinary and (turn.understood.act is Act.STORY or bool(composed.citations))
