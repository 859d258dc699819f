"""A replica that dies in the middle of a reply: the page asks another by itself."""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from benchmarks.replicas import NGINX, gate
from coach.settings import Settings
from coach.web.wording import load_strings
from tests.browser.test_talk import open_talk, say
from tests.dialogue.model_servers import Line, Peer, scripted_server
from tests.web.served import Process, running
from tests.web.test_process import FIRST, QUESTION, SECOND, THIRD, with_model

STRINGS = load_strings()


def answering(process: Process) -> bool:
    """Tell whether a turn runs in a replica."""
    metrics = httpx.get(f"{process.address}/metrics", timeout=60).text
    found = re.search(r"^homeward_turns_running (\S+)$", metrics, re.M)
    return found is not None and float(found[1]) > 0


@pytest.fixture
def peer() -> Iterator[Peer]:
    with scripted_server() as peer:
        yield peer


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_a_reply_that_breaks_off_is_asked_for_again_and_no_turn_stands_twice(
    context: BrowserContext, settings: Settings, tmp_path: Path, peer: Peer
) -> None:
    page = context.new_page()
    said = page.get_by_role("article", name=STRINGS.speaker_you)
    replies = page.get_by_role("article", name=STRINGS.speaker_coach)
    never = threading.Event()

    def says(_: Any) -> list[Line]:
        return [FIRST, SECOND, THIRD] if asked else [FIRST, SECOND, never, THIRD]

    with ExitStack() as replicas:
        both = [
            replicas.enter_context(running(settings, tmp_path / name, **with_model(peer)))
            for name in ("one", "other")
        ]
        address = replicas.enter_context(gate([process.port for process in both]))
        open_talk(page, address)
        say(page, "hello")
        asked: list[bool] = []
        peer.says = says
        page.get_by_role("textbox", name=STRINGS.box_label).fill(QUESTION)
        page.get_by_role("button", name=STRINGS.send).click()
        expect(replies.last).to_contain_text(FIRST.rstrip("."))
        asked.append(True)
        (dying,) = [process for process in both if answering(process)]
        dying.process.kill()
        # Its source holds these words, too, but folded away.
        expect(replies.last.get_by_text(THIRD.rstrip(".")).first).to_be_visible(timeout=30_000)
        # Besides, each looks whether a turn works when it is asked if it is ready.
        assert sum(QUESTION in str(asked) for asked in peer.asked) == 2
        expect(said).to_have_text(["hello", QUESTION])
        expect(replies).to_have_count(2)
        expect(page.get_by_role("textbox", name=STRINGS.box_label)).to_have_value("")
        assert page.evaluate("sessionStorage.length") == 0
        never.set()
        page.close()
