"""Someone writes a safety plan, and decides alone where it is kept."""

from io import BytesIO
from pathlib import Path

import pytest
from pdfminer.high_level import extract_text
from playwright.sync_api import Browser, Locator, Page, expect

from coach.web.wording import load_strings

STRINGS = load_strings()
SIGNS, CALM, _, CALLS, _ = STRINGS.plan_parts
WRITTEN = "I stop answering messages.\nThen I sleep all day."


def field(page: Page, heading: str = SIGNS.heading) -> Locator:
    return page.get_by_role("textbox", name=heading)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def paper(page: Page) -> str:
    """Return the words that the printed page has."""
    return extract_text(BytesIO(page.pdf(format="A4")))


@pytest.fixture
def plan(page: Page, address: str) -> Page:
    """The plan, open and empty."""
    page.goto(f"{address}/plan")
    expect(button(page, STRINGS.plan_save)).to_be_visible()
    return page


def test_a_saved_plan_is_there_again_until_it_is_deleted(plan: Page) -> None:
    field(plan).fill(WRITTEN)
    field(plan, CALLS.heading).fill("Ada, 555 0199")
    button(plan, STRINGS.plan_save).click()
    expect(plan.get_by_role("status")).to_have_text(STRINGS.plan_saved)
    plan.reload()
    expect(plan.get_by_role("status")).to_have_text(STRINGS.plan_restored)
    expect(field(plan)).to_have_value(WRITTEN)
    expect(field(plan, CALLS.heading)).to_have_value("Ada, 555 0199")

    button(plan, STRINGS.plan_delete).click()
    expect(plan.get_by_role("status")).to_have_text(STRINGS.plan_deleted)
    expect(button(plan, STRINGS.plan_delete)).to_have_count(0)
    assert plan.evaluate("localStorage.length") == 0
    plan.reload()
    expect(button(plan, STRINGS.plan_save)).to_be_visible()
    expect(field(plan)).to_have_value("")


def test_nothing_is_kept_that_was_not_saved(plan: Page) -> None:
    field(plan).fill(WRITTEN)
    assert plan.evaluate("localStorage.length + sessionStorage.length") == 0
    plan.reload()
    expect(button(plan, STRINGS.plan_save)).to_be_visible()
    expect(field(plan)).to_have_value("")


def test_a_change_after_saving_is_said_and_can_be_taken_back(plan: Page) -> None:
    field(plan).fill("One")
    button(plan, STRINGS.plan_save).click()
    field(plan).press_sequentially("!")
    expect(plan.get_by_role("status")).to_have_text(STRINGS.plan_changed)
    field(plan).press("Backspace")
    expect(plan.get_by_role("status")).to_have_text("")


def test_no_request_leaves_while_a_plan_is_made(plan: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    plan.on("request", lambda request: asked.append(request.url))
    plan.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    for part in STRINGS.plan_parts:
        field(plan, part.heading).fill(WRITTEN)
    button(plan, STRINGS.plan_save).click()
    button(plan, STRINGS.plan_print).click()
    with plan.expect_download() as downloading:
        button(plan, STRINGS.plan_download).click()
    downloading.value.save_as(tmp_path / "plan.txt")
    button(plan, STRINGS.plan_delete).click()
    expect(plan.locator("body")).to_have_attribute("data-printed", "yes")
    assert [url for url in asked if not url.startswith("blob:")] == []


def test_the_text_file_has_every_heading_the_words_and_the_numbers(
    plan: Page, tmp_path: Path
) -> None:
    field(plan, CALM.heading).fill("  Tea, slowly.\nÉtude in the dark 🫖  ")
    with plan.expect_download() as downloading:
        button(plan, STRINGS.plan_download).click()
    assert downloading.value.suggested_filename == STRINGS.plan_file
    downloading.value.save_as(tmp_path / "plan.txt")
    text = (tmp_path / "plan.txt").read_text("utf-8")
    for part in STRINGS.plan_parts:
        assert f"\n\n{part.heading}\n" in text
    assert f"{CALM.heading}\nTea, slowly.\nÉtude in the dark 🫖\n" in text
    assert f"{CALLS.heading}\n" in text
    assert "Samaritans: Call 116 123\n" in text


def test_a_printed_plan_has_the_words_and_numbers_and_no_furniture(plan: Page) -> None:
    line = "A long line of somebody's own words, and then another. "
    field(plan).fill(line * 40 + "The end of it.")
    text = " ".join(paper(plan).split())
    for part in STRINGS.plan_parts:
        assert part.heading in text
    assert "The end of it." in text
    assert "116 123" in text
    for furniture in (
        STRINGS.plan_save,
        STRINGS.plan_region,
        STRINGS.exit,
        STRINGS.exit_keys,
        STRINGS.screens.practices,
        STRINGS.help_now,
    ):
        assert furniture not in text


def test_other_helplines_come_without_losing_what_was_written(plan: Page, address: str) -> None:
    asked: list[tuple[str, str, str | None]] = []
    plan.on("request", lambda one: asked.append((one.method, one.url, one.post_data)))
    field(plan).fill(WRITTEN)
    plan.get_by_label(STRINGS.plan_region).select_option("US")
    button(plan, STRINGS.help_region_button).click()
    expect(plan.get_by_role("link", name="Call 988").first).to_have_attribute("href", "tel:988")
    expect(plan.get_by_role("link", name="116 123")).to_have_count(0)
    expect(field(plan)).to_have_value(WRITTEN)
    assert asked == [("GET", f"{address}/plan?region=US", None)]


def test_helplines_that_cannot_be_fetched_leave_those_that_are_shown(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/plan")
    context.set_offline(True)
    button(page, STRINGS.help_region_button).click()
    expect(page.get_by_role("status")).to_have_text(STRINGS.plan_no_lines)
    expect(page.get_by_role("link", name="Call 116 123")).to_be_visible()
    context.close()


def test_a_browser_that_saves_nothing_is_told_apart(page: Page, address: str) -> None:
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    page.goto(f"{address}/plan")
    field(page).fill(WRITTEN)
    button(page, STRINGS.plan_save).click()
    expect(page.get_by_role("status")).to_have_text(STRINGS.plan_cannot_save)
    expect(field(page)).to_have_value(WRITTEN)


@pytest.mark.parametrize("kept", ["{", "7", "null", '{"signs": 7}', "[]"])
def test_a_spoilt_plan_opens_empty(page: Page, address: str, kept: str) -> None:
    page.add_init_script(f"localStorage.setItem('plan', {kept!r})")
    page.goto(f"{address}/plan")
    expect(field(page)).to_have_value("")
    button(page, STRINGS.plan_save).click()
    expect(page.get_by_role("status")).to_have_text(STRINGS.plan_saved)


def test_a_plan_is_made_with_the_keyboard_alone(plan: Page) -> None:
    field(plan).focus()
    plan.keyboard.type("a")
    names = [part.heading for part in STRINGS.plan_parts]
    for _ in range(40):
        focused = plan.locator(":focus")
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        if focused.inner_text() == STRINGS.plan_save:
            break
        for heading in names:
            if focused.and_(field(plan, heading)).count():
                names.remove(heading)
                break
        plan.keyboard.press("Tab")
    plan.keyboard.press("Enter")
    expect(plan.get_by_role("status")).to_have_text(STRINGS.plan_saved)
    assert names == []


def test_a_plan_is_filled_in_and_printed_without_javascript(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/plan")
    without = page.locator("noscript p")  # Playwright finds no text inside noscript
    expect(without).to_be_visible()
    assert without.evaluate("e => e.textContent") == STRINGS.plan_without_scripts
    expect(button(page, STRINGS.plan_save)).to_have_count(0)
    page.get_by_label(STRINGS.plan_region).select_option("US")
    button(page, STRINGS.help_region_button).click()
    expect(page.get_by_role("link", name="Call 988").first).to_be_visible()
    field(page).fill(WRITTEN)
    text = paper(page)
    assert "I stop answering messages." in text
    assert "988" in text
    context.close()
