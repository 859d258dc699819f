"""Make everything ready that a conversation needs.

Flow: settings -> here -> `index.build`, `dialogue.conversation`.
"""

from collections.abc import Callable

from coach.dialogue.conversation import Conversation
from coach.dialogue.phrasing import load_voice
from coach.errors import UnusableIndexError
from coach.index.build import build_index
from coach.index.store import Manifest
from coach.library import load_corpus
from coach.safety.screen import example_texts
from coach.settings import Settings

__all__ = ["prepare", "ready_conversation"]


def prepare(settings: Settings, *, fresh: bool = False) -> Manifest:
    """Build the index together with every fixed phrase that the coach compares with.

    Raises:
        CorpusError: Something under the corpus folder is wrong.
        EmbeddingError: The embedding model is missing or was altered.
    """
    corpus = load_corpus(settings.corpus_dir)
    voice = load_voice(settings.corpus_dir / "voice.yaml")
    questions = (question for topic in corpus.topics for question in topic.questions)
    return build_index(settings, corpus, (*example_texts(), *voice.cues, *questions), fresh=fresh)


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
        prepare(settings)
        return Conversation.open(settings)
