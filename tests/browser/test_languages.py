"""Visitors who read other languages, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from coach.web.languages import language_offered
from coach.web.wording import load_strings

MESSAGE = "I feel lonely."


def open_in(page: Page, address: str, code: str, path: str = "/") -> None:
    page.goto(f"{address}{path}?lang={code}")
    if path == "/":
        heading = load_strings(code).welcome_heading
        expect(page.get_by_role("heading", name=heading)).to_be_visible()


def say(page: Page, code: str) -> None:
    strings = load_strings(code)
    page.get_by_role("textbox", name=strings.box_label).fill(MESSAGE)
    page.get_by_role("button", name=strings.send).click()
    expect(page.get_by_role("article", name=strings.speaker_coach)).to_have_count(1)
    expect(page.get_by_role("button", name=strings.send)).to_be_visible()


@pytest.mark.parametrize("code", ["de", "ar"])
def test_the_talk_speaks_the_chosen_language_and_the_coach_english(
    page: Page, address: str, code: str
) -> None:
    strings = load_strings(code)
    open_in(page, address, code)
    expect(page.get_by_role("link", name=strings.help_now)).to_be_visible()
    expect(page.get_by_text(strings.in_languages.english_replies)).to_be_visible()
    expect(page.get_by_role("textbox", name=strings.box_label)).to_have_attribute(
        "placeholder", strings.box_placeholder
    )
    first = strings.beginnings[0]
    page.get_by_role("button", name=first.label).click()
    said = page.get_by_role("article", name=strings.speaker_you)
    expect(said).to_have_text(first.message)
    reply = page.get_by_role("article", name=strings.speaker_coach).locator(".reply")
    expect(reply).to_have_attribute("lang", "en")
    expect(reply).to_have_attribute("dir", "ltr")
    expect(page.get_by_role("button", name=strings.send)).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name=strings.welcome_heading)).to_be_visible()


def test_the_browsers_language_is_spoken_where_none_was_chosen(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(locale="es-MX")
    page = context.new_page()
    page.goto(address)
    strings = load_strings("es")
    expect(page.get_by_role("heading", name=strings.welcome_heading)).to_be_visible()
    expect(page.get_by_role("button", name=strings.send)).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "es"
    context.close()


def choose(page: Page, code: str) -> None:
    """Choose a language in the settings of a talk in English."""
    page.get_by_role("button", name=load_strings().tools.more, exact=True).click()
    menu = page.locator("#settings details.languages")
    menu.locator("summary").click()
    menu.get_by_role("link", name=language_offered(code).name).click()


def test_a_talk_passes_over_to_another_language(page: Page, address: str) -> None:
    open_in(page, address, "en")
    say(page, "en")
    choose(page, "de")
    german = load_strings("de")
    expect(page.get_by_role("article", name=german.speaker_you)).to_have_text(MESSAGE)
    expect(page.get_by_role("button", name=german.send)).to_be_visible()


def test_choosing_a_language_asks_first_where_a_plan_would_be_lost(
    page: Page, address: str
) -> None:
    open_in(page, address, "en", "/plan")
    first = page.get_by_role("textbox").first
    first.fill(MESSAGE)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Deutsch").click()
    expect(first).to_have_value(MESSAGE)
    assert asked == [load_strings().in_languages.unsaved]
    page.remove_listener("dialog", stay)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", name=load_strings("de").plan_heading)).to_be_visible()


def test_an_empty_talk_changes_its_language_at_once(page: Page, address: str) -> None:
    open_in(page, address, "en")
    choose(page, "de")
    heading = load_strings("de").welcome_heading
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/help", "/plan", "/read/self-compassion"])
@pytest.mark.parametrize("code", ["de", "fr", "ar"])
def test_no_language_is_wider_than_a_small_phone(
    page: Page, address: str, path: str, code: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    open_in(page, address, code, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    outside = page.evaluate(
        """[...document.querySelectorAll("a, button, label, [data-testid=block-info]")]
        .filter((one) => one.checkVisibility({ visibilityProperty: true }))
        .map((one) => [one.textContent, one.getBoundingClientRect()])
        .filter(([, at]) => at.width && (at.left < -1 || at.right > 321))
        .map(([text]) => text)"""
    )
    assert outside == []


def test_without_scripts_the_menu_works_on_a_plain_page(chromium: Browser, address: str) -> None:
    context = chromium.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/help")
    page.get_by_role("link", name="العربية").click()
    expect(page).to_have_url(re.compile("lang=ar"))
    expect(page.get_by_role("heading", level=1)).to_have_text(load_strings("ar").help_heading)
    page.get_by_role("link", name=load_strings("ar").plan_make).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(load_strings("ar").plan_heading)
    context.close()
