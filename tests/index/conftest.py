"""A small corpus with an index of its own, for tests that build and spoil."""

from pathlib import Path

import pytest

from coach.settings import Settings
from tests.library.samples import write_corpus


@pytest.fixture
def small(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a corpus of one article and one practice, not yet indexed.

    The exported encoder is the real one, and is only read.
    """
    return small_settings(settings, tmp_path)


@pytest.fixture(scope="module")
def small_for_module(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """As `small`, once a module."""
    return small_settings(settings, tmp_path_factory.mktemp("small"))


def small_settings(settings: Settings, folder: Path) -> Settings:
    (folder / "index").mkdir()
    encoders = folder / "index" / "encoders"
    encoders.symlink_to(settings.index_dir / "encoders", target_is_directory=True)
    corpus = write_corpus(folder / "corpus")
    return settings.model_copy(update={"corpus_dir": corpus, "index_dir": folder / "index"})
