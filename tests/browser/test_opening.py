"""Who comes while the coach gets ready waits for it with a word, and need do nothing."""

from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from coach.settings import Settings
from coach.web.wording import load_strings
from tests.browser.test_talk import say
from tests.web.served import running

STRINGS = load_strings()
PATIENCE = 110_000


def test_the_waiting_page_becomes_the_talk(
    context: BrowserContext, settings: Settings, tmp_path: Path
) -> None:
    page = context.new_page()
    box = page.get_by_role("textbox", name=STRINGS.box_label)
    with running(settings, tmp_path, ready=False) as process:
        page.goto(process.address)
        expect(page.get_by_role("heading", name=STRINGS.service.opening)).to_be_visible()
        page.get_by_role("link", name=STRINGS.service.opening_help).click()
        expect(page.get_by_role("heading", name=STRINGS.help_heading)).to_be_visible()
        page.go_back()
        expect(page.get_by_role("status")).to_have_text(STRINGS.service.opening_soon)
        expect(box).to_be_visible(timeout=PATIENCE)
        say(page, "I feel lonely at night")
