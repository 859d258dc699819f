"""Make everything ready that a conversation needs.

Flow: settings -> here -> `index.build`, `dialogue.conversation`.
"""

import gc
from collections.abc import Callable

from coach.dialogue.conversation import Conversation, alike_of
from coach.dialogue.phrasing import load_voice
from coach.dialogue.topics import TopicReader
from coach.errors import IndexAwayError, UnusableIndexError
from coach.index.build import (
    PROOF_TEXTS,
    Progress,
    build_index,
    share_index,
    staleness,
    unseen,
)
from coach.index.embedder import CachingEmbedder
from coach.index.encoder import ensure_encoder, open_encoder
from coach.index.models import PACKAGED, find_model, model_of
from coach.index.store import Manifest
from coach.library import Corpus, load_corpus
from coach.safety.crisis_languages import CrisisPaths
from coach.safety.helplines import Helplines
from coach.schema import Message
from coach.settings import Settings

__all__ = ["check_words", "index_staleness", "load_all", "prepare", "ready_conversation"]


def prepare(settings: Settings, *, fresh: bool = False, progress: Progress = unseen) -> Manifest:
    """Build the index with every fixed phrase, and learn what the coach learns from them.

    Args:
        settings: Which corpus, index and model.
        fresh: Export the encoder and embed everything anew.
        progress: Told what is done, how many of it are, and how many there are.

    Raises:
        CorpusError: Something under the corpus folder is wrong.
        EmbeddingError: The embedding model is missing or was altered.
        IndexAwayError: The index is built here, and the Chroma server has it not.
    """
    corpus = load_corpus(settings.corpus_dir)
    phrases = load_voice(settings.corpus_dir / "voice.yaml").cues
    manifest = build_index(settings, corpus, phrases, fresh=fresh, progress=progress)
    packaged = find_model(PACKAGED)
    if model_of(settings).name != PACKAGED:
        progress("Opening the encoder that reads …", 0, 0)
        ensure_encoder(packaged, settings.encoders_dir, phrases[:PROOF_TEXTS], fresh=fresh)
    encoder = CachingEmbedder(open_encoder(packaged, settings.encoders_dir))
    alike_of(settings, encoder, progress)
    progress("Learning …", 0, 0)
    TopicReader(corpus.topics, encoder, settings.learnt_dir)
    progress("Sharing …", 0, 0)
    share_index(settings)
    return manifest


def index_staleness(settings: Settings, corpus: Corpus) -> str | None:
    """Return in one sentence why the index does not fit corpus, words or model, if it does not.

    Raises:
        UnusableIndexError: There is no index, or it is damaged.
    """
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    return staleness(settings, corpus, voice.cues)


def check_words(settings: Settings) -> None:
    """Read the coach's words, the crisis path and the helplines as a conversation will.

    Raises:
        CorpusError: The first thing that is wrong.
    """
    load_voice(settings.corpus_dir / "voice.yaml")
    Helplines.load(settings.corpus_dir / "helplines.json")
    CrisisPaths(settings.corpus_dir / "crisis")


def ready_conversation(settings: Settings, announce: Callable[[str], None]) -> Conversation:
    """Open the conversation, building the index first where it is missing, stale or damaged.

    Args:
        settings: Which corpus, index and model.
        announce: Told in one line why a build is needed, before it begins.

    Raises:
        CoachError: As `prepare`.
    """
    try:
        return Conversation.open(settings)
    except UnusableIndexError as error:
        announce(f"{error} Building it now.")
        try:
            prepare(settings)
        except IndexAwayError as away:
            announce(f"{away} The index is built here alone.")
        return Conversation.open(settings)


def load_all(conversation: Conversation) -> None:
    """Hold turns of both kinds, so that all that a first turn loads is loaded now.

    Afterwards neither a disk that goes away nor a lack of file descriptors costs anyone a reply.
    A language model is not asked, for it may cost and may be slow. What is loaded stays, and the
    garbage collector looks through it no more, for that halts a reply (`docs/performance.md`).
    """
    for said in ("I want to die", "How do I feel less alone?"):
        conversation.composed([Message(role="user", content=said)])
    gc.unfreeze()  # what an earlier conversation left behind can go
    gc.collect()
    gc.freeze()
