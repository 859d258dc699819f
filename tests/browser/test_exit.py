"""Someone leaves at once, and nothing of the page is left to see."""

from collections.abc import Callable, Iterator
from threading import Event
from time import sleep
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.server import create_app
from coach.web.wording import load_strings
from tests.browser.conftest import Watched
from tests.browser.test_talk import SlowCoach, open_talk, say
from tests.web.served import serving

STRINGS = load_strings()
PATHS = ["/", "/help", "/plan", "/read/self-compassion"]


def by_the_link(page: Page) -> None:
    page.get_by_role("link", name=STRINGS.exit, exact=True).click()


def by_the_keyboard(page: Page) -> None:
    link = page.get_by_role("link", name=STRINGS.exit, exact=True)
    page.keyboard.press("Tab")
    link.focus()
    assert link.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")


def by_escape(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Escape")


Leaving = Callable[[Page], None]
WAYS = pytest.mark.parametrize("leave", [by_the_link, by_the_keyboard, by_escape])


@pytest.fixture
def away(context: BrowserContext, watched: Watched) -> Iterator[list[dict[str, str]]]:
    """The page that is shown instead, with the headers of each request for it."""
    asked: list[dict[str, str]] = []

    def weather(route: Route) -> None:
        asked.append(route.request.headers)
        route.fulfill(content_type="text/html", body="<title>W</title><p>Rain later.</p>")

    context.route(STRINGS.exit_address, weather)
    yield asked
    watched.hosts.discard(urlsplit(STRINGS.exit_address).netloc)


def expect_gone(page: Page, before: str) -> None:
    """Expect that neither here nor back in the history anything of the page is left."""
    expect(page).to_have_url(STRINGS.exit_address)
    expect(page.get_by_text("Rain later.")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(before)
    page.go_forward()
    expect(page).to_have_url(STRINGS.exit_address)


@WAYS
@pytest.mark.parametrize("path", PATHS)
def test_the_page_is_replaced_in_the_history(
    page: Page, address: str, away: list[dict[str, str]], path: str, leave: Leaving
) -> None:
    before = f"{address}/healthz"
    page.goto(before)
    if path == "/":
        open_talk(page, address)
    else:
        page.goto(f"{address}{path}")
    leave(page)
    expect_gone(page, before)
    assert len(away) >= 1
    assert not any("referer" in headers or "cookie" in headers for headers in away)


@WAYS
def test_the_talk_is_gone(
    page: Page, address: str, away: list[dict[str, str]], leave: Leaving
) -> None:
    before = f"{address}/healthz"
    page.goto(before)
    open_talk(page, address)
    say(page, "I feel lonely")
    leave(page)
    expect_gone(page, before)
    assert away
    open_talk(page, address)
    expect(page.get_by_role("article")).to_have_count(0)


def test_the_page_is_empty_before_the_other_one_answers(
    context: BrowserContext, conversation: Conversation, settings: Settings
) -> None:
    coach = SlowCoach()

    def weather(route: Route) -> None:
        coach.over.set()
        sleep(0.3)
        route.fulfill(body="Rain later.")

    context.route(STRINGS.exit_address, weather)
    app = create_app(coach, conversation.corpus, conversation.helplines, settings)
    with serving(app) as slow:
        page = context.new_page()
        page.add_init_script(
            "addEventListener('pagehide', () => localStorage.setItem('last',"
            " document.title + document.body.innerHTML))"
        )
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        open_talk(page, slow)
        page.get_by_role("textbox", name=STRINGS.box_label).fill("my private words")
        page.keyboard.press("Enter")
        expect(page.get_by_text("A first sentence.")).to_be_visible()
        by_escape(page)
        expect(page).to_have_url(STRINGS.exit_address)
        assert complaints == []
        page.goto(f"{slow}/healthz")
        assert page.evaluate("localStorage.getItem('last')") == STRINGS.exit_title
        page.close()


def test_without_a_network_the_page_is_blank(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/help")
    context.set_offline(True)
    by_escape(page)
    expect(page).to_have_url("about:blank")


def test_every_tab_of_the_site_leaves(page: Page, address: str, away: list[dict[str, str]]) -> None:
    open_talk(page, address)
    say(page, "I feel lonely")
    with page.context.expect_page() as opening:
        page.get_by_role("link", name=STRINGS.help_now).click(modifiers=["Control"])
    by_the_link(opening.value)
    expect(opening.value).to_have_url(STRINGS.exit_address)
    expect(page).to_have_url(STRINGS.exit_address)
    assert len(away) >= 2


def test_a_page_over_the_talk_leaves_with_it(
    page: Page, address: str, away: list[dict[str, str]]
) -> None:
    open_talk(page, address)
    say(page, "I feel lonely")
    page.get_by_role("link", name=STRINGS.help_now).click()
    expect(page.get_by_role("dialog", name=STRINGS.help_heading)).to_be_visible()
    by_escape(page)
    expect(page).to_have_url(STRINGS.exit_address)
    assert away


def test_a_plan_that_was_saved_stays_for_its_writer(
    page: Page, address: str, away: list[dict[str, str]]
) -> None:
    page.goto(f"{address}/plan")
    field = page.get_by_role("textbox", name=STRINGS.plan_parts[0].heading)
    field.fill("Early signs")
    page.get_by_role("button", name=STRINGS.plan_save).click()
    field.fill("Not saved")
    by_escape(page)
    expect(page).to_have_url(STRINGS.exit_address)
    assert away
    page.goto(f"{address}/plan")
    expect(field).to_have_value("Early signs")


def test_the_talk_leaves_from_a_page_that_was_opened_over_it(
    page: Page, address: str, away: list[dict[str, str]]
) -> None:
    open_talk(page, address)
    page.get_by_role("link", name=STRINGS.help_now).click()
    over = page.frame_locator("dialog iframe")
    expect(over.get_by_role("heading", name=STRINGS.help_heading)).to_be_visible()
    over.get_by_role("combobox").focus()
    by_escape(page)
    expect(page).to_have_url(STRINGS.exit_address)
    assert away


@pytest.mark.parametrize("keys", [["Escape", "Escape"], ["Escape", "Escape", "a", "Escape"]])
def test_fewer_presses_in_a_row_stay(page: Page, address: str, keys: list[str]) -> None:
    open_talk(page, address)
    box = page.get_by_role("textbox", name=STRINGS.box_label)
    box.fill("I am still here")
    for key in keys:
        box.press(key)
    expect(page.get_by_role("heading", name=STRINGS.welcome_heading)).to_be_visible()


def test_the_way_out_stands_out_once_a_reply_hears_of_abuse(page: Page, address: str) -> None:
    open_talk(page, address)
    link = page.get_by_role("link", name=STRINGS.exit, exact=True)
    say(page, "I feel lonely")
    expect(link).to_be_in_viewport()
    expect(link).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    say(page, "My husband hits me and I am scared of him")
    expect(link).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(page.get_by_text(STRINGS.exit_keys)).to_be_in_viewport()
    say(page, "thank you")
    expect(link).to_be_in_viewport()
    expect(link).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")


@pytest.mark.parametrize("width", [320, 390, 800, 1152, 1280, 1600])
@pytest.mark.parametrize("said", ["I feel lonely", "My husband hits me and I am scared of him"])
def test_the_way_out_covers_nothing(page: Page, address: str, width: int, said: str) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    open_talk(page, address)
    say(page, said)
    page.mouse.move(0, 300)
    way_out = page.get_by_role("navigation", name=STRINGS.exit)
    others = [
        page.get_by_role("link", name=STRINGS.help_now),
        page.get_by_role("heading", name=STRINGS.name, exact=True),
        page.get_by_text(STRINGS.tagline),
    ]
    assert_apart(way_out.locator("a, span"), others)
    page.goto(f"{address}/plan")
    assert_apart(
        way_out.locator("a, span"),
        [page.get_by_role("link", name=name) for name in (STRINGS.help_now, STRINGS.screens.talk)],
    )


def assert_apart(ones: Locator, others: list[Locator]) -> None:
    """Assert that none of these is drawn over another, by their boxes on the screen."""
    for one in ones.all():
        a = one.bounding_box()
        for other in others:
            b = other.bounding_box()
            assert a is not None
            assert b is not None
            beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            over = a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
            assert beside or over or a["width"] <= 1, (one, other, a, b)


def test_without_javascript_it_is_a_plain_link(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    reached = Event()

    def weather(route: Route) -> None:
        assert "referer" not in route.request.headers
        reached.set()
        route.fulfill(body="Rain later.")

    context.route(STRINGS.exit_address, weather)
    page = context.new_page()
    for path in PATHS:
        page.goto(f"{address}{path}")
        by_the_link(page)
        expect(page).to_have_url(STRINGS.exit_address)
        assert reached.is_set()
        reached.clear()
    context.close()
