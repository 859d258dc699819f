"""No screen has a serious fault that axe-core can find, by day and by night, small and large.

axe-core comes with axe-playwright-python; what it cannot see (order, names that fit, what is
read out when) is held by the other tests of this folder.
"""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from coach.web.wording import load_strings
from tests.browser.test_talk import QUESTION, more, open_talk, say

STRINGS = load_strings()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Gradio's page has no landmark of its own around each of its parts.
    "rules": {"region": {"enabled": False}},
}
GRAVE = {"serious", "critical"}


def talk_begun(page: Page, address: str) -> None:
    open_talk(page, address)


def talk_answered(page: Page, address: str) -> None:
    open_talk(page, address)
    reply = say(page, QUESTION)
    reply.get_by_role("group").first.click()
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


SCREENS = {
    "talk, begun": talk_begun,
    "talk, answered": talk_answered,
    "talk, in danger": talk_in_danger,
    "talk, with a page over it": talk_with_a_page_over_it,
    "talk, in Arabic": talk_in_arabic,
    "practices": plain("/practices"),
    "a practice": plain("/read/mindful-awareness"),
    "read": plain("/read"),
    "an article": plain("/read/a-chair-in-the-circle"),
    "my path, empty": plain("/path"),
    "my path": path_with_entries,
    "help": plain("/help?region=GB"),
    "plan": plain("/plan?region=GB"),
    "without a connection": plain("/offline"),
    "gone": plain("/left"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_grave(
    chromium: Browser, address: str, screen: str, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        locale="en-GB",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    SCREENS[screen](page, address)
    found = Axe().run(page, options=RULES)
    grave = {
        violation["id"]: [node["html"][:200] for node in violation["nodes"]][:3]
        for violation in found.response["violations"]
        if violation["impact"] in GRAVE
    }
    looked_at = len(found.response["passes"])
    context.close()
    assert looked_at >= 15
    assert grave == {}
