"""The conversation that follows the newest index."""

import gc
import shutil
import time
import weakref
from pathlib import Path

import pytest

from coach.dialogue import latest as latest_module
from coach.dialogue.conversation import Conversation
from coach.dialogue.latest import LatestConversation
from coach.dialogue.preparation import prepare
from coach.schema import Message
from coach.settings import Settings
from tests.index.chroma_servers import ChromaServer

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


def test_what_stays_is_not_looked_through_and_what_was_replaced_goes(workspace: Settings) -> None:
    latest = LatestConversation(Conversation.open(workspace))
    replaced = weakref.ref(latest._now)
    article = workspace.corpus_dir / "articles" / "alone-in-a-crowd.md"
    for year in range(2):
        told = SECTION.replace("Lemnos", f"Lemnos in year {year}")
        article.write_text(article.read_text() + told)
        prepare(workspace)
        assert latest.refresh()
    assert replaced() is None
    held, looked_through = gc.get_freeze_count(), len(gc.get_objects())
    gc.unfreeze()
    assert held > 100 * looked_through


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


def test_a_replica_takes_up_a_build_that_another_put_on_the_server(
    workspace: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest_module, "ASK_EVERY", 0.0)
    chroma = ChromaServer(tmp_path / "chroma")
    chroma.start()
    try:
        # A build sends 12,000 vectors: on a busy machine that takes its time.
        one = workspace.model_copy(update={"chroma_url": chroma.url, "chroma_seconds": 30.0})
        prepare(one)
        folder = tmp_path / "other"
        folder.mkdir()
        (folder / "encoders").symlink_to(workspace.index_dir / "encoders")
        shutil.copytree(workspace.learnt_dir, folder / "learnt")
        other = one.model_copy(update={"index_dir": folder})
        latest = LatestConversation(Conversation.open(other))
        assert not latest.refresh()
        article = workspace.corpus_dir / "articles" / "alone-in-a-crowd.md"
        article.write_text(article.read_text() + SECTION)
        prepare(one)
        assert latest.refresh()
        expected = latest.reply(ASKED)
        assert expected.citations[0].section == "The beekeeper of Lemnos"
        chroma.kill()
        assert not latest.refresh()
        assert latest.reply(ASKED).text == expected.text
    finally:
        chroma.kill()
