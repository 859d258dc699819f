"""What a visitor can do with a talk: copy, mark, change, keep, and read beside it."""

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from coach.web.wording import load_strings
from tests.browser.test_talk import QUESTION, more, open_talk, say

STRINGS = load_strings()
SAY = STRINGS.tools


def kept(page: Page) -> dict[str, Any]:
    """Return what the browser has kept."""
    found = page.evaluate("localStorage.getItem('homeward')")
    return json.loads(found) if found else {}


def told(page: Page, words: str) -> None:
    expect(page.get_by_role("status").get_by_text(words, exact=True)).to_be_visible()


def test_a_reply_is_copied_as_words_with_its_sources(
    context: BrowserContext, page: Page, address: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_talk(page, address)
    reply = say(page, QUESTION)
    page.get_by_role("button", name=SAY.copy_reply).click()
    told(page, SAY.copied)
    copied = page.evaluate("navigator.clipboard.readText()")
    first = " ".join(reply.locator("p").nth(0).inner_text().split())
    assert copied.startswith(first)
    assert copied.endswith("[1] The self-compassion practice, How to do it")
    assert SAY.helped not in copied


def test_what_helped_is_kept_in_the_browser_alone(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, QUESTION)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    helped = page.get_by_role("button", name=SAY.helped)
    unhelped = page.get_by_role("button", name=SAY.unhelped)
    helped.click()
    told(page, SAY.noted_helped)
    expect(helped).to_have_attribute("aria-pressed", "true")
    unhelped.click()
    told(page, SAY.noted_unhelped)
    expect(helped).to_have_attribute("aria-pressed", "false")
    marks = [(mark["articles"], mark["helped"]) for mark in kept(page)["helped"]]
    assert marks == [(["self-compassion"], True), (["self-compassion"], False)]
    assert sent == []


def test_a_reply_in_a_crisis_asks_for_no_mark(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, "I don't want to be here anymore")
    expect(page.get_by_role("button", name=SAY.copy_reply)).to_be_visible()
    expect(page.get_by_role("button", name=SAY.helped)).to_have_count(0)


def test_a_message_is_changed_and_sent_again(page: Page, address: str) -> None:
    open_talk(page, address)
    said = page.get_by_role("article", name=STRINGS.speaker_you)
    replies = page.get_by_role("article", name=STRINGS.speaker_coach)
    say(page, "I feel lonely at night")
    say(page, QUESTION)
    box = page.get_by_role("textbox", name=STRINGS.box_label)
    box.fill("a draft")
    page.get_by_role("button", name=SAY.change).first.click()
    told(page, SAY.changing)
    expect(box).to_have_value("I feel lonely at night\n\na draft")
    expect(said).to_have_count(0)

    page.get_by_role("button", name=SAY.undo).click()
    expect(said).to_have_text(["I feel lonely at night", QUESTION])
    expect(replies).to_have_count(2)
    expect(box).to_have_value("a draft")

    page.get_by_role("button", name=SAY.change).last.click()
    expect(said).to_have_count(1)
    box.fill("Why does it help?")
    page.get_by_role("button", name=STRINGS.send).click()
    expect(said).to_have_text(["I feel lonely at night", "Why does it help?"])
    expect(replies).to_have_count(2)
    expect(page.get_by_role("button", name=SAY.undo)).to_be_hidden()


def test_who_chose_nothing_finds_no_talk_after_a_reload(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, "I feel lonely")
    page.reload()
    expect(page.get_by_role("heading", name=STRINGS.welcome_heading)).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    assert kept(page) == {}
    assert page.evaluate("sessionStorage.length") == 0


def test_a_kept_talk_comes_back_with_its_numbers_and_goes_on(page: Page, address: str) -> None:
    open_talk(page, address)
    said = page.get_by_role("article", name=STRINGS.speaker_you)
    say(page, "I don't want to be here anymore")
    more(page)
    page.get_by_role("button", name=SAY.keep).click()
    told(page, SAY.kept)
    page.reload()
    told(page, SAY.resumed)
    expect(said).to_have_text(["I don't want to be here anymore"])
    expect(page.get_by_role("heading", name=STRINGS.resources_heading)).to_be_in_viewport()
    say(page, "thank you")
    page.goto(f"{address}/help")
    page.go_back()
    expect(said).to_have_text(["I don't want to be here anymore", "thank you"])

    more(page)
    page.get_by_role("button", name=SAY.keeping).click()
    told(page, SAY.forgotten)
    assert kept(page) == {}
    expect(said).to_have_count(2)
    page.reload()
    expect(page.get_by_role("heading", name=STRINGS.welcome_heading)).to_be_visible()
    expect(said).to_have_count(0)


def test_starting_again_leaves_the_kept_talk_where_it_is(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, "I feel lonely")
    more(page)
    page.get_by_role("button", name=SAY.keep).click()
    told(page, SAY.kept)
    page.get_by_role("button", name=STRINGS.new_talk).click()
    expect(page.get_by_role("article")).to_have_count(0)
    say(page, "Something else")
    [talk] = kept(page)["talks"]
    assert talk["title"] == "I feel lonely"
    assert "Something else" not in talk["held"]
    page.goto(f"{address}/#talk={talk['id']}")
    told(page, SAY.resumed)
    expect(page.get_by_role("article", name=STRINGS.speaker_you)).to_have_text(["I feel lonely"])


def test_two_tabs_with_one_talk_each_keep_their_own(
    context: BrowserContext, page: Page, address: str
) -> None:
    open_talk(page, address)
    say(page, "I feel lonely")
    more(page)
    page.get_by_role("button", name=SAY.keep).click()
    told(page, SAY.kept)
    [talk] = kept(page)["talks"]
    other = context.new_page()
    other.goto(f"{address}/#talk={talk['id']}")
    told(other, SAY.resumed)
    say(other, "from the second tab")
    say(page, "from the first tab")
    found = {one["id"]: one["held"] for one in kept(page)["talks"]}
    assert len(found) == 2
    assert "from the first tab" in found.pop(talk["id"])
    assert "from the second tab" in found.popitem()[1]


@pytest.mark.parametrize("held", ["{}", '{"exchanges": [7]}', "no talk"])
def test_a_kept_talk_that_cannot_be_read_is_said_and_left(
    page: Page, address: str, held: str
) -> None:
    page.goto(f"{address}/help")
    entry = {"id": "a1", "at": "2026-01-02T03:04:05.678Z", "title": "A talk", "held": held}
    path = {"version": 1, "talks": [entry]}
    page.evaluate("path => localStorage.setItem('homeward', JSON.stringify(path))", path)
    page.goto(f"{address}/#talk=a1")
    expect(page.get_by_text(SAY.talk_unread)).to_be_visible()
    assert kept(page)["talks"] == [entry]
    say(page, "I feel lonely")


def test_a_passage_begins_a_talk_and_leaves_the_address_bare(page: Page, address: str) -> None:
    page.goto(f"{address}/#about=self-compassion/how-to-do-it-p1")
    said = page.get_by_role("article", name=STRINGS.speaker_you)
    reply = page.get_by_role("article", name=STRINGS.speaker_coach)
    expect(said).to_contain_text("I have been reading “The self-compassion practice”")
    expect(reply.get_by_text(STRINGS.sources_heading)).to_be_visible()
    expect(reply.get_by_text("The self-compassion practice", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{address}/")


def test_a_practice_begins_when_its_page_asks_for_it(page: Page, address: str) -> None:
    page.goto(f"{address}/#practice=mindful-awareness")
    reply = page.get_by_role("article", name=STRINGS.speaker_coach)
    expect(reply.get_by_text("1 of", exact=False).first).to_be_visible()


def test_a_page_that_does_not_exist_begins_nothing(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/#about=no-such-page/x")
    told(page, SAY.page_gone)
    expect(page.get_by_role("article")).to_have_count(0)


def test_back_and_escape_return_to_the_talk(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, "I feel lonely")
    sheet = page.get_by_role("dialog")
    help_now = page.get_by_role("link", name=STRINGS.help_now)
    for leave in (page.go_back, lambda: page.keyboard.press("Escape")):
        help_now.click()
        expect(sheet).to_be_visible()
        heading = sheet.frame_locator("iframe").get_by_role("heading", name=STRINGS.help_heading)
        expect(heading).to_be_visible()
        leave()
        expect(sheet).to_be_hidden()
        expect(page).to_have_url(f"{address}/")
        expect(page.get_by_role("article", name=STRINGS.speaker_you)).to_have_count(1)
