"""The way in to the coach: messages go in, a reply comes out, nothing is kept.

Flow: `web` and `cli` -> here -> `dialogue.graph`.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from coach.dialogue.acts import ActReader
from coach.dialogue.choices import ChoiceReader
from coach.dialogue.composer import Composer
from coach.dialogue.draft import Drafter
from coach.dialogue.graph import Parts, TurnState, build_graph, checked
from coach.dialogue.history import History, HistoryReader
from coach.dialogue.moves import MoveReader
from coach.dialogue.phrasing import Voice, load_voice
from coach.dialogue.topics import TopicReader
from coach.dialogue.understand import Understanding
from coach.dialogue.understood import Understood
from coach.errors import EmbeddingError, InputError, MessageTooLongError
from coach.index.alike import Alike
from coach.index.build import Progress, unseen
from coach.index.chunks import section_chunks
from coach.index.embedder import CachingEmbedder, Encoder
from coach.index.encoder import packaged_embedder
from coach.index.models import PACKAGED, find_model, model_of
from coach.index.search import Searcher
from coach.library import Corpus, load_corpus
from coach.safety.answers import Answers
from coach.safety.boundaries import Boundaries
from coach.safety.check import Checker
from coach.safety.crisis_languages import CrisisPaths
from coach.safety.helplines import Helplines
from coach.safety.languages import read
from coach.safety.reader import SafetyReader
from coach.safety.screen import Screen
from coach.schema import Aspect, Chunk, Found, Level, Message, Passage, Reply
from coach.settings import Settings

__all__ = ["Conversation", "Readers", "alike_of", "said_alike"]

GUIDES_FIRST = 100.0
"""Standard deviations that put what says where to turn before everything else."""


@dataclass(frozen=True)
class Readers:
    """What was learnt of messages: what danger they hold, and what they do, tell and ask.

    Attributes:
        encoder: What they rest on.
        alike: Likens messages to what answers were written for, by the same.
    """

    encoder: CachingEmbedder
    alike: Alike
    safety: SafetyReader
    acts: ActReader
    moves: MoveReader
    short_answers: ChoiceReader
    tellings: ChoiceReader

    @classmethod
    def open(cls, settings: Settings, searcher: Searcher) -> "Readers":
        """Open them, over the encoder of search where that is the packaged one.

        Raises:
            EmbeddingError: The packaged model or what was learnt is missing or was altered.
        """
        encoder = packaged_embedder(
            model_of(settings).name, settings.encoders_dir, searcher.embedder
        )
        alike = alike_of(settings, encoder)
        return cls(
            encoder,
            alike,
            SafetyReader(encoder, alike),
            ActReader(encoder),
            MoveReader(encoder),
            ChoiceReader(encoder, "short_answers"),
            ChoiceReader(encoder, "tellings"),
        )

    def likened_anew(self, settings: Settings) -> "Readers":
        """Return the same over the answers and words as they are now.

        Raises:
            CoachError: As `alike_of`.
        """
        alike = alike_of(settings, self.encoder)
        return replace(self, alike=alike, safety=SafetyReader(self.encoder, alike))


class Conversation:
    """Answers any conversation's latest message; holds none of them.

    Safe to call from many threads at once.
    """

    def __init__(
        self,
        settings: Settings,
        corpus: Corpus,
        voice: Voice,
        searcher: Searcher,
        readers: Readers | None = None,
    ) -> None:
        self.settings = settings
        self.corpus = corpus
        self.voice = voice
        self.searcher = searcher
        self.helplines = Helplines.load(settings.corpus_dir / "helplines.json")
        self._readers = readers or Readers.open(settings, searcher)
        self._history = HistoryReader(corpus, voice)
        # The products of a turn are small; BLAS threads that spin after one take the cores
        # from ONNX Runtime, which then takes four times as long over the next message.
        threadpool_limits(1, user_api="blas")
        self._understanding = Understanding(
            corpus,
            voice,
            searcher.embedder,
            acts=self._readers.acts,
            moves=self._readers.moves,
            short_answers=self._readers.short_answers,
            tellings=self._readers.tellings,
            topics=TopicReader(corpus.topics, self._readers.encoder, settings.learnt_dir),
            alike=self._readers.alike,
        )
        self._screen = Screen(self._readers.safety)
        self._boundaries = Boundaries(self._readers.safety)
        checker = Checker(self._readers.safety)
        composer = Composer(corpus, voice)
        self._parts = Parts(
            histories=self._history,
            screen=self._screen,
            boundaries=self._boundaries,
            checker=checker,
            crisis=CrisisPaths(settings.corpus_dir / "crisis", self._readers.safety),
            helplines=self.helplines,
            understanding=self._understanding,
            searcher=searcher,
            drafter=composer,
            encoder=self._readers.encoder,
            short_answers={
                place: section_chunks(*found)
                for place in (
                    *(answer.section for answer in voice.short_answers.values()),
                    *voice.words_for_it,
                    *filter(None, (s.words for s in voice.situations)),
                    *filter(None, (t.words for t in voice.tellings.values())),
                    *filter(None, (t.whether for t in voice.tellings.values())),
                )
                if (found := corpus.section(place))
            },
            fallback=voice.listening[0],
        )
        self._composing = self._graph = build_graph(self._parts)
        if settings.model is not None:
            drafter = self._with_model(composer, checker)
            self._graph = build_graph(replace(self._parts, drafter=drafter))

    def _with_model(self, composer: Drafter, checker: Checker) -> Drafter:
        """Return the composer with the language model before it."""
        from coach.dialogue.model.drafter import open_drafter

        return open_drafter(
            self.settings,
            composer,
            checker=checker,
            embedder=self.searcher.embedder,
            voice=self.voice,
            history=self._history,
        )

    @classmethod
    def open(cls, settings: Settings) -> "Conversation":
        """Open corpus, words and index.

        Raises:
            CorpusError: Something under the corpus folder is wrong.
            UnusableIndexError: The index is missing, stale or damaged.
            EmbeddingError: The embedding model is missing or was altered.
            SettingsError: A language model is set that cannot be opened.
        """
        return cls(settings, *_opened(settings))

    def reopened(self) -> "Conversation":
        """Return the conversation over corpus, words and index as they are now.

        What was learnt of messages is shared: it rests on none of them.

        Raises:
            CoachError: As `open`.
        """
        readers = self._readers.likened_anew(self.settings)
        return Conversation(self.settings, *_opened(self.settings), readers)

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        """Return the reply to the latest message.

        The same messages always give the same reply.

        Args:
            messages: The whole conversation, the person's latest message last.
            region: The country whose helplines fit (ISO 3166-1), if it is known.

        Raises:
            InputError: The messages cannot be answered; the text says why.
        """
        *_, whole = self.stream(messages, region=region)
        return whole

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        """Yield the reply as it grows by sentences, each already checked; the last is whole.

        Raises:
            InputError: As `reply`.
        """
        return self._turn(self._graph, messages, region)

    def composed(self, messages: Sequence[Message]) -> Reply:
        """Return the reply that is the composer's alone: no language model is asked.

        For whoever wants to know whether the coach answers, and is nobody's turn.

        Raises:
            InputError: As `reply`.
        """
        *_, whole = self._turn(self._composing, messages, None)
        return whole

    def _turn(self, graph: Any, messages: Sequence[Message], region: str | None) -> Iterator[Reply]:
        begun = perf_counter()
        drafted: TurnState = graph.invoke(self._begin(messages, region))
        yield from checked(drafted, self._parts, begun)

    def find(self, query: str, *, limit: int = 4) -> Found:
        """Return the passages nearest to what someone looks for, screened before they are.

        In a crisis there are only passages that say where to turn, and none where the
        model fails: the risk must be told all the same. What was written then goes to no
        embedding server.

        Args:
            query: The words as they were written.
            limit: The most passages to return (1 to 20).

        Raises:
            MessageTooLongError: There are too many words, and no plain sign of danger.
            EmbeddingError: The model failed, and nothing points to a crisis.
        """
        self._refuse_unanswerable([Message(role="user", content=query)])
        risk = self._screen.assess(query)
        if risk.level is not Level.CRISIS:
            return Found(risk=risk, passages=tuple(self.searcher.search(query, limit=limit)))
        guides: list[Passage] = []
        with suppress(EmbeddingError):
            guides = self.searcher.search(
                query, limit=limit, prior=_guides_first(self.searcher.chunks), keep_here=True
            )
        beyond = (passage for passage in guides if passage.chunk.aspect is Aspect.BEYOND)
        return Found(risk=risk, passages=tuple(beyond))

    def understand(self, history: History) -> tuple[Understood, str | None]:
        """Return what the latest message is taken for, and the boundary that it runs into.

        For evaluation: a reply rests on the same, after the screen.
        """
        return self._understanding.read(history), self._boundaries.crossed_by(history.latest)

    def _begin(self, messages: Sequence[Message], region: str | None) -> TurnState:
        self._refuse_unanswerable(messages)
        limit = self.settings.max_message_chars
        # What a person in danger wrote may be longer than the limit: its ends are read.
        read = [m if len(m.content) <= 2 * limit else _ends(m, limit) for m in messages]
        return {
            "history": self._history.read(read[-self.settings.max_messages :]),
            "region": region or self.settings.region,
        }

    def _refuse_unanswerable(self, messages: Sequence[Message]) -> None:
        """Refuse what is too long, unless it says plainly that someone is in danger."""
        if not messages or messages[-1].role != "user":
            raise InputError("The last message must be the person's (role 'user').")
        limit = self.settings.max_message_chars
        latest = messages[-1].content
        too_many = len(messages) > self.settings.max_messages
        if (too_many or len(latest) > limit) and not self._in_danger(latest):
            if too_many:
                raise InputError(
                    f"This conversation has {len(messages)} messages; the coach can read "
                    f"{self.settings.max_messages}. Please begin a new one."
                )
            raise MessageTooLongError(len(latest), limit)

    def _in_danger(self, message: str) -> bool:
        """Tell whether a message says plainly, at its beginning or end, that it is a crisis."""
        limit = self.settings.max_message_chars
        ends = (message[:limit], message[-limit:])
        return any(read(end).level is Level.CRISIS for end in ends)


def _guides_first(chunks: Sequence[Chunk]) -> NDArray[np.float64]:
    """Return what lifts the passages that say where to turn above all others, (chunks,)."""
    beyond = np.asarray([chunk.aspect is Aspect.BEYOND for chunk in chunks])
    return GUIDES_FIRST * beyond.astype(np.float64)


def said_alike(corpus_dir: Path) -> tuple[tuple[str, ...], ...]:
    """Return the ways to say each thing that an answer or words were written for.

    Raises:
        CorpusError: The answers or the words are wrong.
    """
    answered = (answer.asks for answer in Answers(corpus_dir / "crisis").every)
    heard = (thing.asks for thing in load_voice(corpus_dir / "voice.yaml").heard)
    return (*answered, *heard)


def alike_of(settings: Settings, encoder: Encoder, progress: Progress = unseen) -> Alike:
    """Return what likens messages to what the answers and words of the corpus were written for.

    Vectors that are not kept yet are made, which takes some minutes for all of them.

    Args:
        settings: Which corpus, and where they are kept.
        encoder: The packaged model.
        progress: Told that some are made.

    Raises:
        CorpusError: The answers or the words are wrong.
        EmbeddingError: The model failed.
    """
    texts = [text for ways in said_alike(settings.corpus_dir) for text in ways]
    return Alike.kept(
        encoder,
        texts,
        settings.learnt_dir,
        find_model(PACKAGED).exported_as(settings.encoders_dir),
        told=lambda count: progress("Likening …", 0, count),
    )


def _opened(settings: Settings) -> tuple[Corpus, Voice, Searcher]:
    corpus = load_corpus(settings.corpus_dir)
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    return corpus, voice, Searcher.open(settings, corpus, voice.cues)


def _ends(message: Message, limit: int) -> Message:
    return message.model_copy(
        update={"content": f"{message.content[:limit]}\n{message.content[-limit:]}"}
    )
