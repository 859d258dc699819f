"""The coach answers the conversations of `docs/conversations/` as they stand there."""

from itertools import combinations
from pathlib import Path

import pytest

from coach.dialogue.conversation import Conversation
from tests import golden


@pytest.mark.parametrize("path", golden.files(), ids=lambda path: path.stem)
def test_a_conversation_goes_as_it_was_reviewed(conversation: Conversation, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    now = golden.answered(conversation, text)
    assert now == text, "run `python -m tests.golden` and read the diff"


def test_there_are_forty_conversations_of_different_people() -> None:
    texts = [path.read_text(encoding="utf-8") for path in golden.files()]
    assert len(texts) >= 40
    told = [set(golden.turns(text)) for text in texts]
    assert all(len(a & b) <= 1 for a, b in combinations(told, 2))
