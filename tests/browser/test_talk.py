"""A visitor talks with the coach in a real browser."""

import gc
import re
from collections.abc import Iterator, Sequence
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from starlette.routing import Mount

from coach.dialogue.conversation import Conversation
from coach.schema import Message, Reply
from coach.settings import Settings
from coach.web.server import create_app
from coach.web.wording import load_strings
from tests.web.served import serving

STRINGS = load_strings()
QUESTION = "How do I do the self-compassion practice?"


def open_talk(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    expect(page.get_by_role("heading", name=STRINGS.welcome_heading)).to_be_visible()
    expect(page.get_by_role("link", name=STRINGS.help_now)).to_have_attribute(
        "href", re.compile("region=GB")
    )


def more(page: Page) -> None:
    """Show what is needed seldom."""
    page.get_by_role("button", name=STRINGS.tools.more, exact=True).click()


def say(page: Page, text: str) -> Locator:
    """Send a message and return its reply once the turn is over."""
    replies = page.get_by_role("article", name=STRINGS.speaker_coach)
    before = replies.count()
    box = page.get_by_role("textbox", name=STRINGS.box_label)
    box.fill(text)
    page.get_by_role("button", name=STRINGS.send).click()
    expect(replies).to_have_count(before + 1)
    expect(page.get_by_role("button", name=STRINGS.send)).to_be_visible()
    return replies.last


def test_a_question_is_answered_with_sources_that_open_the_very_passage(
    page: Page, address: str
) -> None:
    open_talk(page, address)
    reply = say(page, QUESTION)
    expect(reply.get_by_text(STRINGS.sources_heading)).to_be_visible()
    marker = reply.get_by_role("link", name="Source 1").first
    source = reply.get_by_role("group").first
    source.get_by_text("1", exact=True).click()
    quote = source.get_by_role("blockquote")
    expect(quote).to_be_visible()
    passage = " ".join(quote.inner_text().split())

    link = source.get_by_role("link", name=STRINGS.read_in_full)
    assert marker.get_attribute("href") == link.get_attribute("href")
    link.click()
    sheet = page.get_by_role("dialog", name="The self-compassion practice")
    target = sheet.frame_locator("iframe").locator(":target")
    expect(target).to_be_in_viewport()
    assert passage in " ".join(target.inner_text().split())
    sheet.get_by_role("button", name=STRINGS.tools.sheet_close).click()
    expect(sheet).to_be_hidden()
    expect(link).to_be_focused()
    expect(page.get_by_role("article", name=STRINGS.speaker_you)).to_have_text(QUESTION)


def test_a_crisis_message_shows_helplines_that_stay(page: Page, address: str) -> None:
    open_talk(page, address)
    reply = say(page, "I don't want to be here anymore")
    call = reply.get_by_role("link", name="116 123").first
    expect(call).to_be_visible()
    expect(call).to_have_attribute("href", "tel:116123")
    pinned = page.get_by_role("heading", name=STRINGS.resources_heading)
    expect(pinned).to_be_in_viewport()
    say(page, "thank you")
    expect(pinned).to_be_in_viewport()
    expect(page.get_by_role("link", name="116 123").last).to_be_in_viewport()
    plan = page.get_by_role("link", name=STRINGS.plan_short)
    expect(plan).to_be_in_viewport()
    expect(plan).to_have_attribute("href", "/plan?region=GB")


def test_lentil_soup_gets_no_recipe_and_no_source(page: Page, address: str) -> None:
    open_talk(page, address)
    reply = say(page, "What is a good recipe for lentil soup?")
    expect(reply).not_to_be_empty()
    expect(reply.get_by_text(STRINGS.sources_heading)).to_have_count(0)


def test_a_way_to_begin_and_an_option_each_start_a_turn(page: Page, address: str) -> None:
    open_talk(page, address)
    beginning = STRINGS.beginnings[1]
    page.get_by_role("button", name=beginning.label).click()
    said = page.get_by_role("article", name=STRINGS.speaker_you)
    expect(said).to_have_text([beginning.message])
    expect(page.get_by_role("article", name=STRINGS.speaker_coach)).to_have_count(1)
    options = page.get_by_role("log").locator(".option")
    expect(options.first).to_be_visible()
    label = options.first.inner_text()
    options.first.click()
    expect(said).to_have_text([beginning.message, label])


class SlowCoach:
    """A coach that says one sentence, or nothing, and then thinks until the test is over."""

    def __init__(self, *, first: str = "A first sentence.") -> None:
        self.first = first
        self.over = Event()

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        raise NotImplementedError

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        assert messages[-1].role == "user"
        assert region == "GB"
        if self.first:
            yield Reply(text=self.first, kind="coaching")
        self.over.wait(30)
        yield Reply(text="A first sentence. A second sentence.", kind="coaching")


def test_stopping_keeps_what_was_said_so_far(
    context: BrowserContext, conversation: Conversation, settings: Settings
) -> None:
    coach = SlowCoach()
    app = create_app(coach, conversation.corpus, conversation.helplines, settings)
    with serving(app) as address:
        page = context.new_page()
        open_talk(page, address)
        page.get_by_role("textbox", name=STRINGS.box_label).fill("hello")
        page.keyboard.press("Enter")
        reply = page.get_by_role("article", name=STRINGS.speaker_coach)
        expect(reply).to_have_text("A first sentence.")
        with page.expect_request("**/gradio_api/cancel"):
            page.get_by_role("button", name=STRINGS.stop).click()
        expect(page.get_by_role("button", name=STRINGS.send)).to_be_visible()
        coach.over.set()
        expect(page.get_by_role("button", name=STRINGS.stop)).to_have_count(0)
        expect(reply).to_have_text("A first sentence.")
        page.close()


def test_starting_again_empties_the_talk(page: Page, address: str) -> None:
    open_talk(page, address)
    say(page, "I don't want to be here anymore")
    more(page)
    page.get_by_role("button", name=STRINGS.new_talk).click()
    expect(page.get_by_role("heading", name=STRINGS.welcome_heading)).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_role("heading", name=STRINGS.resources_heading)).to_have_count(0)


def test_a_message_that_is_too_long_stays_in_the_box(
    page: Page, address: str, settings: Settings
) -> None:
    open_talk(page, address)
    text = "lonely " * settings.max_message_chars
    box = page.get_by_role("textbox", name=STRINGS.box_label)
    box.fill(text)
    page.get_by_role("button", name=STRINGS.send).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(box).to_have_value(text)
    expect(page.get_by_role("article")).to_have_count(0)


def test_markup_is_shown_as_it_was_written(page: Page, address: str) -> None:
    open_talk(page, address)
    text = "<b>hi</b> <script>alert(1)</script> ![x](http://evil.test/x.png) **y** 🫥"
    say(page, text)
    expect(page.get_by_role("article", name=STRINGS.speaker_you)).to_have_text(text)


def test_the_region_changes_where_help_leads(page: Page, address: str) -> None:
    open_talk(page, address)
    more(page)
    page.get_by_role("combobox", name=STRINGS.region_label).click()
    page.get_by_role("option", name="United States").click()
    help_now = page.get_by_role("link", name=STRINGS.help_now)
    expect(help_now).to_have_attribute("href", "/help?region=US")
    reply = say(page, "I want to kill myself")
    expect(reply.get_by_role("link", name="988").first).to_be_visible()


class Echo:
    """A coach that says which region it was given."""

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        return Reply(text=f"{messages[-1].content} from {region}.", kind="coaching")

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        yield self.reply(messages, region=region)


def test_the_assumed_region_is_not_pressed_on_people_from_elsewhere(
    chromium: Browser, conversation: Conversation, settings: Settings
) -> None:
    assumed = settings.model_copy(update={"region": "GB"})
    app = create_app(Echo(), conversation.corpus, conversation.helplines, assumed)
    context = chromium.new_context(locale="it-IT")
    with serving(app) as address:
        page = context.new_page()
        page.goto(f"{address}/")
        help_now = page.get_by_role("link", name=STRINGS.help_now)
        expect(help_now).to_have_attribute("href", "/help?region=IT")
        expect(say(page, "hello")).to_have_text("hello from IT.")
        more(page)
        page.get_by_role("combobox", name=STRINGS.region_label).click()
        page.get_by_role("option", name=STRINGS.region_unknown).click()
        expect(help_now).to_have_attribute("href", "/help?region=ZZ")
        expect(say(page, "hello")).to_have_text("hello from ZZ.")
        page.close()
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(
    page: Page, address: str, width: int, scheme: Any
) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.emulate_media(color_scheme=scheme)
    open_talk(page, address)
    say(page, "I don't want to be here anymore")
    expect(page.get_by_role("link", name=STRINGS.help_now)).to_be_in_viewport()
    for path in ("/help", "/plan", "/read/self-compassion", None):
        if path:
            page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_help_works_without_javascript(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto(f"{address}/")
    page.get_by_role("link", name=STRINGS.help_now).click()
    expect(page.get_by_role("link", name="Call 988").first).to_be_visible()
    page.get_by_label(STRINGS.region_label).select_option("GB")
    page.get_by_role("button", name=STRINGS.help_region_button).click()
    expect(page.get_by_role("link", name="Call 116 123").first).to_be_visible()
    context.close()


def test_the_page_keeps_nothing_that_was_said(page: Page, address: str, served: FastAPI) -> None:
    open_talk(page, address)
    token = uuid4().hex
    say(page, f"My name is {token} and I feel lonely")
    say(page, "I don't want to be here anymore")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.context.cookies() == []
    page.close()
    gradio = next(r.app for r in served.routes if isinstance(r, Mount) and not r.path)
    blocks = gradio.get_blocks()  # type: ignore[attr-defined]
    held = (
        gradio.state_holder,  # type: ignore[attr-defined]
        blocks.pending_streams,
        blocks.pending_diff_streams,
        blocks._queue.event_ids_to_events,
        blocks._queue.pending_messages_per_session,
        blocks._queue.event_analytics,
        blocks._queue.active_jobs,
    )
    assert [text for text in strings_within(held) if token in text] == []


def strings_within(root: object) -> set[str]:
    """Return every string that can be reached from an object through plain containers."""
    seen: set[int] = set()
    found: set[str] = set()
    waiting: list[object] = [root]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, str):
            found.add(thing)
        elif not isinstance(thing, type) and not callable(thing):
            waiting.extend(gc.get_referents(thing))
    return found
