"""The talk without a mouse, without eyes, with large text, and while one waits."""

from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.server import create_app
from coach.web.wording import load_strings
from tests.browser.conftest import launched
from tests.browser.test_talk import QUESTION, SlowCoach, open_talk, say
from tests.web.served import serving

STRINGS = load_strings()
STOPS = 60


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(STOPS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not get there")


def test_a_whole_conversation_by_keyboard(page: Page, address: str) -> None:
    open_talk(page, address)
    beginning = page.get_by_role("button", name=STRINGS.beginnings[1].label)
    tab_to(page, beginning)
    page.keyboard.press("Enter")
    said = page.get_by_role("article", name=STRINGS.speaker_you)
    replies = page.get_by_role("article", name=STRINGS.speaker_coach)
    expect(replies).to_have_count(1)
    send = page.get_by_role("button", name=STRINGS.send)
    expect(send).to_be_visible()

    option = page.get_by_role("log").locator(".option").first
    chosen = option.inner_text()
    tab_to(page, option)
    page.keyboard.press("Enter")
    expect(said).to_have_text([STRINGS.beginnings[1].message, chosen])
    expect(replies).to_have_count(2)
    expect(send).to_be_visible()

    box = page.get_by_role("textbox", name=STRINGS.box_label)
    tab_to(page, box)
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(replies).to_have_count(3)
    expect(replies.last.get_by_text(STRINGS.sources_heading)).to_be_visible()
    expect(send).to_be_visible()

    full = replies.last.get_by_role("link", name=STRINGS.read_in_full).first
    source = replies.last.locator("summary").first
    tab_to(page, source)
    page.keyboard.press("Enter")
    tab_to(page, full)
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="The self-compassion practice")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(full).to_be_focused()


def test_a_finished_reply_is_read_out_once_and_its_pieces_are_not(page: Page, address: str) -> None:
    open_talk(page, address)
    page.evaluate(
        """() => {
            window.heard = [];
            const region = document.querySelector(".reply-whole");
            new MutationObserver(() => window.heard.push(region.textContent))
                .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    reply = say(page, QUESTION)
    first = " ".join(reply.locator("p").first.inner_text().split())
    expect(page.locator(".reply-whole")).to_contain_text(first)
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")
    heard = page.evaluate("window.heard")
    assert len(heard) == 1
    assert STRINGS.sources_heading not in heard[0]
    say(page, "thank you")
    expect(page.locator(".reply-whole")).not_to_contain_text(first)
    assert len(page.evaluate("window.heard")) == 2


def test_who_waits_is_told_so(
    context: BrowserContext, conversation: Conversation, settings: Settings
) -> None:
    coach = SlowCoach(first="")
    app = create_app(coach, conversation.corpus, conversation.helplines, settings)
    with serving(app) as address:
        page = context.new_page()
        open_talk(page, address)
        page.get_by_role("textbox", name=STRINGS.box_label).fill("hello")
        page.keyboard.press("Enter")
        slow = page.get_by_role("status").get_by_text(STRINGS.talking.thinking)
        expect(slow).to_be_visible()
        coach.over.set()
        expect(page.get_by_role("article", name=STRINGS.speaker_coach)).to_have_text(
            "A first sentence. A second sentence."
        )
        expect(slow).to_have_count(0)
        page.close()


def test_text_twice_as_large_hides_and_cuts_off_nothing(
    playwright: Playwright, address: str
) -> None:
    with launched(playwright, "--blink-settings=defaultFontSize=32") as browser:
        page = browser.new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
        for path in ("/practices", "/read", "/path", "/help", "/plan", "/read/self-compassion"):
            page.goto(f"{address}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path
        open_talk(page, address)
        reply = say(page, QUESTION)
        size = "one => parseFloat(getComputedStyle(one.querySelector('p')).fontSize)"
        assert reply.evaluate(size) > 30
        expect(page.get_by_role("textbox", name=STRINGS.box_label)).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name=STRINGS.send)).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
