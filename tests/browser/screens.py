"""Every screen as a visitor comes to see it, for the tests of access and for the screenshots."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from coach.web.wording import load_strings
from tests.browser.test_talk import QUESTION, more, open_talk, say

__all__ = ["SCREENS"]

STRINGS = load_strings()


def talk_begun(page: Page, address: str) -> None:
    open_talk(page, address)


def talk_answered(page: Page, address: str) -> None:
    open_talk(page, address)
    reply = say(page, QUESTION)
    reply.get_by_role("group").first.click()


def talk_with_its_settings(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, QUESTION)
    more(page)


def talk_in_danger(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, "my husband hits me and I am scared of him")


def talk_with_a_page_over_it(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, QUESTION)
    page.get_by_role("link", name=STRINGS.help_now).click()
    sheet = page.get_by_role("dialog", name=STRINGS.help_heading)
    expect(sheet.frame_locator("iframe").get_by_role("heading", level=1)).to_be_visible()


def talk_in_arabic(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=ar")
    expect(page.get_by_role("heading", name=load_strings("ar").welcome_heading)).to_be_visible()


def path_with_entries(page: Page, address: str) -> None:
    page.goto(f"{address}/path")
    page.evaluate(
        """() => localStorage.setItem("homeward", JSON.stringify({
            version: 1,
            checkins: [1, 2, 3].map((n) => ({
                at: `2026-0${n}-02T03:04:05.678Z`, answers: [1, 2, 3], line: "a line",
            })),
            practices: [{ at: "2026-01-02T03:04:05.678Z", id: "self-compassion" }],
            steps: [{
                id: "a1", at: "2026-01-02T03:04:05.678Z", text: "say hello", went: null, note: "",
            }],
            helped: [],
            talks: [{ id: "b2", at: "2026-01-02T03:04:05.678Z", title: "A talk", held: "{}" }],
        }))"""
    )
    page.reload()
    expect(page.get_by_text("A talk", exact=True).first).to_be_visible()


def plain(path: str) -> Callable[[Page, str], None]:
    def opened(page: Page, address: str) -> None:
        page.goto(f"{address}{path}")

    return opened


SCREENS: dict[str, Callable[[Page, str], None]] = {
    "talk": talk_begun,
    "answered": talk_answered,
    "settings": talk_with_its_settings,
    "in-danger": talk_in_danger,
    "page-over-the-talk": talk_with_a_page_over_it,
    "arabic": talk_in_arabic,
    "practices": plain("/practices"),
    "practice": plain("/read/mindful-awareness"),
    "read": plain("/read"),
    "article": plain("/read/a-chair-in-the-circle"),
    "path-empty": plain("/path"),
    "path": path_with_entries,
    "help": plain("/help?region=GB"),
    "plan": plain("/plan?region=GB"),
    "offline": plain("/offline"),
    "left": plain("/left"),
}
"""What opens each, given a page and the address of the coach."""
