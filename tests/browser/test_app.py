"""The coach as an app: it can be put on a phone, and its helplines open without a connection."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from coach.web.wording import load_strings
from tests.browser.test_exit import by_escape
from tests.browser.test_talk import open_talk, say

STRINGS = load_strings()
SAY = STRINGS.elsewhere


def ready(page: Page) -> None:
    """Wait until the service worker keeps what it keeps."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


@pytest.fixture
def installed(context: BrowserContext, address: str) -> Page:
    """The talk with its service worker; a browser complains of each file that it cannot reach."""
    page = context.new_page()
    open_talk(page, address)
    ready(page)
    return page


def test_a_browser_can_install_it(installed: Page) -> None:
    session = installed.context.new_cdp_session(installed)
    app = session.send("Page.getAppManifest")
    assert app["errors"] == []
    assert json.loads(app["data"])["name"] == STRINGS.name
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )


def kept(page: Page) -> list[str]:
    """Return the paths of everything that the service worker keeps."""
    found: list[str] = page.evaluate(
        "caches.keys().then(async (names) => (await Promise.all(names.map("
        "async (name) => (await (await caches.open(name)).keys()).map("
        "(request) => new URL(request.url).pathname)))).flat())"
    )
    return found


def test_it_keeps_the_helplines_and_never_a_talk_an_answer_or_a_plan(
    installed: Page, address: str
) -> None:
    say(installed, "I feel lonely")
    for path in ("/plan", "/read/self-compassion", "/help?region=US", "/"):
        installed.goto(f"{address}{path}")
    paths = set(kept(installed))
    assert {"/help", "/offline", "/look/tokens.css"} <= paths
    assert all(path.startswith("/look/") for path in paths - {"/help", "/offline"})


def cut_off(context: BrowserContext) -> None:
    context.set_offline(True)


def test_help_opens_without_a_connection(
    installed: Page, address: str, context: BrowserContext
) -> None:
    cut_off(context)
    installed.goto(f"{address}/help")
    expect(installed.get_by_role("heading", name=STRINGS.help_heading)).to_be_visible()
    expect(installed.get_by_role("link", name="Call 116 123").first).to_be_visible()
    expect(installed.locator("body")).to_have_css("background-color", "rgb(248, 243, 234)")


def test_another_country_without_a_connection_never_shows_the_first_ones_lines(
    installed: Page, address: str, context: BrowserContext
) -> None:
    cut_off(context)
    installed.goto(f"{address}/help?region=US")
    expect(installed.get_by_role("heading", name=SAY.offline_heading)).to_be_visible()
    installed.get_by_text("United States", exact=True).click()
    expect(installed.get_by_role("link", name="Call 988").first).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/plan", "/read/self-compassion"])
def test_every_other_page_says_so_and_shows_the_helplines(
    installed: Page, address: str, context: BrowserContext, path: str
) -> None:
    cut_off(context)
    installed.goto(f"{address}{path}")
    expect(installed.get_by_role("heading", name=SAY.offline_heading)).to_be_visible()
    expect(installed.get_by_role("link", name="Call 116 123").first).to_be_visible()


def test_a_talk_that_loses_the_connection_says_so_and_keeps_the_words(
    installed: Page, context: BrowserContext
) -> None:
    box = installed.get_by_role("textbox", name=STRINGS.box_label)
    box.fill("I am still here")
    cut_off(context)
    notice = installed.get_by_role("status").filter(has_text=SAY.offline_talk)
    expect(notice).to_be_visible()
    expect(notice.get_by_role("link", name="Call 116 123").first).to_be_visible()
    expect(box).to_have_value("I am still here")
    assert installed.evaluate("document.documentElement.scrollWidth") <= 390
    context.set_offline(False)
    expect(notice).to_have_count(0)


def test_a_machine_without_a_network_that_runs_the_coach_itself_is_not_offline(
    page: Page, address: str
) -> None:
    open_talk(page, address)
    with page.expect_response("**/readyz"):
        page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.get_by_text(SAY.offline_talk)).to_have_count(0)
    say(page, "hello")


def test_the_cache_does_not_undo_the_way_out(
    installed: Page, address: str, context: BrowserContext
) -> None:
    say(installed, "my private words")
    cut_off(context)
    by_escape(installed)
    expect(installed).to_have_url("about:blank")
    installed.goto(f"{address}/")
    expect(installed.get_by_role("heading", name=SAY.offline_heading)).to_be_visible()
    expect(installed.get_by_text("my private words")).to_have_count(0)
