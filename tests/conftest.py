"""What the tests share: the real corpus, the real index, the real conversation."""

import os
import shutil
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from coach.dialogue.conversation import Conversation
from coach.dialogue.preparation import prepare
from coach.library import Corpus, load_corpus
from coach.settings import Settings

_ALWAYS = {"deadline": None, "suppress_health_check": list(HealthCheck)}
hypothesis_settings.register_profile(
    "quick", max_examples=25, derandomize=True, database=None, **_ALWAYS
)
hypothesis_settings.register_profile("thorough", max_examples=400, **_ALWAYS)
hypothesis_settings.load_profile("quick")
"""Few examples and each time the same; `pytest --hypothesis-profile thorough` looks further."""


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings as shipped, with an index that is up to date."""
    settings = Settings()
    prepare(settings)
    return settings


@pytest.fixture(scope="session")
def conversation(settings: Settings) -> Conversation:
    """The real conversation over the whole corpus."""
    return Conversation.open(settings)


@pytest.fixture(scope="session")
def corpus(settings: Settings) -> Corpus:
    """The corpus as shipped."""
    return load_corpus(settings.corpus_dir)


@pytest.fixture
def workspace(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a corpus and an index of the test's own, free to be spoilt.

    The exported encoder is shared with the real index: it is read only, and exporting
    it takes half a minute. What was likened is copied, for that takes minutes.
    """
    shutil.copytree(settings.corpus_dir, tmp_path / "corpus")
    index = tmp_path / "index"
    shutil.copytree(settings.index_dir / "builds", index / "builds")
    shutil.copytree(settings.learnt_dir, index / "learnt")
    shutil.copy(settings.index_dir / "CURRENT", index / "CURRENT")
    (index / "encoders").symlink_to(settings.index_dir / "encoders", target_is_directory=True)
    return settings.model_copy(update={"corpus_dir": tmp_path / "corpus", "index_dir": index})
