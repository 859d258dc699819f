"""When many people are there, or one asks too much, the page says so and loses no word."""

import re

from playwright.sync_api import BrowserContext, expect

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.server import create_app
from coach.web.wording import load_strings
from tests.browser.test_talk import open_talk, say
from tests.web.served import serving

STRINGS = load_strings()


def test_who_asks_too_often_is_told_and_keeps_their_words(
    context: BrowserContext, conversation: Conversation, settings: Settings
) -> None:
    strict = settings.model_copy(update={"turns_per_minute": 2, "limit_this_machine": True})
    app = create_app(conversation, conversation.corpus, conversation.helplines, strict)
    with serving(app) as address:
        page = context.new_page()
        open_talk(page, address)
        say(page, "hello")
        for _ in range(2):
            page.get_by_role("textbox", name=STRINGS.box_label).fill("I feel alone")
            page.get_by_role("button", name=STRINGS.send).click()
            page.wait_for_timeout(300)
        told = STRINGS.service.too_often.partition("{")[0]
        expect(page.get_by_text(re.compile(re.escape(told))).first).to_be_visible()
        box = page.get_by_role("textbox", name=STRINGS.box_label)
        expect(box).to_have_value("I feel alone")


def test_who_waits_is_told_their_place_until_their_turn_comes(
    context: BrowserContext, conversation: Conversation, settings: Settings
) -> None:
    one = settings.model_copy(update={"turns_at_once": 1})
    app = create_app(conversation, conversation.corpus, conversation.helplines, one)
    with serving(app) as address:
        page = context.new_page()
        open_talk(page, address)
        before = app.state.crowd.join()
        page.get_by_role("textbox", name=STRINGS.box_label).fill("hello")
        page.get_by_role("button", name=STRINGS.send).click()
        words = page.get_by_text("Your place is 1")
        expect(words).to_be_visible()
        before.leave()
        expect(page.get_by_role("article", name=STRINGS.speaker_coach)).to_have_count(1)
        expect(words).to_be_hidden()
