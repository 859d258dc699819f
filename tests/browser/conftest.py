"""The real page on a real port, in a real Chromium."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    sync_playwright,
)

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.server import create_app
from tests.web.served import serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what a real browser does be tried once more; the summary counts what needed it.

    Browser, page and server run side by side, and a machine that is busy with other tests may keep
    one of them for seconds.  A test that fails twice fails.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def served(conversation: Conversation, settings: Settings) -> FastAPI:
    return create_app(conversation, conversation.corpus, conversation.helplines, settings)


@pytest.fixture(scope="session")
def address(served: FastAPI) -> Iterator[str]:
    """Where the page is served while the tests run."""
    with serving(served) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        reason = "Chromium is not installed (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        yield playwright


@contextmanager
def launched(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    """Start a Chromium of one's own, with further arguments."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as browser:
        yield browser


DROPPED = "AbortError"
"""What Gradio's client reports when a page is left: it drops its own stream."""
BROKEN = "Unexpected error Connection errored out."
"""What it says of a broken stream, and so also of one that it has just dropped."""


def note_errors(page: Page, complaints: list[str]) -> None:
    """Note each error of a page's scripts that nobody caught, but for a dropped stream."""

    def note(error: Error) -> None:
        if error.name != DROPPED:
            complaints.append(str(error))

    page.on("pageerror", note)


def note_lines(page: Page, complaints: list[str]) -> None:
    """Note what a page's scripts complain of, but for a dropped stream and what follows of it."""
    dropped = False

    def note(line: ConsoleMessage) -> None:
        nonlocal dropped
        if line.type not in {"error", "warning"}:
            return
        if line.text.startswith(DROPPED):
            dropped = True
        elif not (dropped and line.text.strip() == BROKEN):
            complaints.append(line.text)

    page.on("console", note)


@dataclass
class Watched:
    """What a page asked for and complained about."""

    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        note_errors(page, self.complaints)
        note_lines(page, self.complaints)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="en-GB", viewport={"width": 390, "height": 844})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def watched(context: BrowserContext, address: str) -> Iterator[Watched]:
    """Watch every page of a test; fail it for another host or a complaint."""
    watched = Watched()
    context.on("page", watched.watch)
    yield watched
    assert watched.hosts <= {urlsplit(address).netloc}
    assert watched.complaints == []


@pytest.fixture
def page(context: BrowserContext, watched: Watched) -> Page:  # noqa: ARG001 - it watches
    return context.new_page()
