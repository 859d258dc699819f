"""What the tests of the dialogue share."""

import pytest

from coach.dialogue.phrasing import Voice, load_voice
from coach.settings import Settings


@pytest.fixture(scope="session")
def voice() -> Voice:
    """The coach's words as shipped."""
    return load_voice(Settings().corpus_dir / "voice.yaml")
