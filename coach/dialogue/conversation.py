"""The way in to the coach: messages go in, a reply comes out, nothing is kept.

Flow: `web` and `cli` -> here -> `dialogue.graph`.
"""

from collections.abc import Iterator, Sequence
from time import perf_counter

from coach.dialogue.composer import Composer
from coach.dialogue.graph import Parts, TurnState, build_graph
from coach.dialogue.history import read_history
from coach.dialogue.phrasing import Voice, load_voice
from coach.dialogue.understand import Understanding
from coach.errors import InputError, MessageTooLongError
from coach.index.search import Searcher
from coach.library import Corpus, load_corpus
from coach.safety.crisis import CrisisPath
from coach.safety.helplines import Helplines
from coach.safety.screen import Screen
from coach.schema import Level, Message, Reply
from coach.settings import Settings

__all__ = ["Conversation"]


class Conversation:
    """Answers any conversation's latest message; holds none of them.

    Safe to call from many threads at once.
    """

    def __init__(
        self, settings: Settings, corpus: Corpus, voice: Voice, searcher: Searcher
    ) -> None:
        self.settings = settings
        self.corpus = corpus
        self.helplines = Helplines.load(settings.corpus_dir / "helplines.json")
        self._voice = voice
        self._screen = Screen(searcher.embedder)
        self._graph = build_graph(
            Parts(
                screen=self._screen,
                crisis=CrisisPath(settings.corpus_dir / "crisis"),
                helplines=self.helplines,
                understanding=Understanding(corpus, voice, searcher.embedder),
                searcher=searcher,
                drafter=Composer(corpus, voice),
                fallback=voice.clarify[0],
            )
        )

    @classmethod
    def open(cls, settings: Settings) -> "Conversation":
        """Open corpus, words and index.

        Raises:
            CorpusError: Something under the corpus folder is wrong.
            UnusableIndexError: The index is missing, stale or damaged.
            EmbeddingError: The embedding model is missing or was altered.
        """
        corpus = load_corpus(settings.corpus_dir)
        voice = load_voice(settings.corpus_dir / "voice.yaml")
        return cls(settings, corpus, voice, Searcher.open(settings, corpus))

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        """Return the reply to the latest message.

        The same messages always give the same reply.

        Args:
            messages: The whole conversation, the person's latest message last.
            region: The country whose helplines fit (ISO 3166-1), if it is known.

        Raises:
            InputError: The messages cannot be answered; the text says why.
        """
        *_, last = self.stream(messages, region=region)
        return last

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        """Yield the reply as it grows by sentences, each already checked; the last is whole.

        Raises:
            InputError: As `reply`.
        """
        begun = perf_counter()
        self._refuse_unanswerable(messages)
        state: TurnState = {
            "history": read_history(messages, self.corpus, self._voice),
            "region": region or self.settings.region,
        }
        final: TurnState = {}
        for mode, update in self._graph.stream(state, stream_mode=["custom", "values"]):
            if mode == "custom":
                yield update
            else:
                final = update
        timings = final["timings_ms"] | {"total": round((perf_counter() - begun) * 1000, 3)}
        yield final["reply"].model_copy(update={"timings_ms": timings})

    def _refuse_unanswerable(self, messages: Sequence[Message]) -> None:
        if not messages or messages[-1].role != "user":
            raise InputError("The last message must be the person's (role 'user').")
        if len(messages) > self.settings.max_messages:
            raise InputError(
                f"This conversation has {len(messages)} messages; the coach can read "
                f"{self.settings.max_messages}. Please begin a new one."
            )
        limit = self.settings.max_message_chars
        longest = max(len(m.content) for m in messages)
        latest = messages[-1].content
        if longest > limit and self._screen.patterns_only(latest).level is not Level.CRISIS:
            raise MessageTooLongError(longest, limit)
