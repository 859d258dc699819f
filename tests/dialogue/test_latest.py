"""The conversation that follows the newest index."""

import time

import pytest

from coach.dialogue.conversation import Conversation
from coach.dialogue.latest import LatestConversation
from coach.dialogue.preparation import prepare
from coach.schema import Message
from coach.settings import Settings

ASKED = [
    Message(
        role="user",
        content="An example of feeling less alone in a crowd, like the beekeeper of Lemnos?",
    )
]
SECTION = """
## The beekeeper of Lemnos {.example}

The beekeeper of Lemnos, who is invented, tells her hives each evening who has come up the
hill and who has gone down again, and feels less alone when she has said it aloud.
"""


def test_a_new_build_is_answered_from_and_a_turn_in_course_ends_as_it_began(
    workspace: Settings,
) -> None:
    latest = LatestConversation(Conversation.open(workspace))
    assert not latest.refresh()
    article = workspace.corpus_dir / "articles" / "alone-in-a-crowd.md"
    begun = latest.stream(ASKED)
    next(begun)
    article.write_text(article.read_text() + SECTION)
    prepare(workspace)
    assert latest.refresh()
    *_, whole = begun
    assert "come up the hill" not in whole.text
    reply = latest.reply(ASKED)
    assert reply.citations[0].section == "The beekeeper of Lemnos"
    document = latest.document("alone-in-a-crowd")
    assert document is not None
    assert document.sections[-1].heading == "The beekeeper of Lemnos"
    assert not latest.refresh()


def test_an_index_that_cannot_be_opened_is_passed_over(
    workspace: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    latest = LatestConversation(Conversation.open(workspace))
    before = latest.reply(ASKED).text
    (workspace.index_dir / "CURRENT").write_text("nowhere")
    assert not latest.refresh()
    assert "not taken up" in caplog.text
    assert latest.reply(ASKED).text == before
    (workspace.index_dir / "CURRENT").unlink()
    assert not latest.refresh()


def test_following_takes_up_a_build_by_itself_until_the_block_ends(workspace: Settings) -> None:
    latest = LatestConversation(Conversation.open(workspace))
    article = workspace.corpus_dir / "articles" / "alone-in-a-crowd.md"
    with latest.following():
        article.write_text(article.read_text() + SECTION)
        prepare(workspace)
        deadline = time.monotonic() + 60
        while latest.reply(ASKED).citations[0].section != "The beekeeper of Lemnos":
            assert time.monotonic() < deadline
            time.sleep(0.05)
