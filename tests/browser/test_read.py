"""Someone looks for a practice or an article, reads it, and practises where it stands."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from coach.library import Corpus
from coach.schema import Company, Mood
from coach.voice.audio import as_pcm
from coach.voice.contracts import Sound
from coach.web.reading_pages import MINUTES
from coach.web.wording import load_strings

STRINGS = load_strings()
SAY = STRINGS.screens
TALK = STRINGS.talking
SCREENS = ("/practices", "/read", "/read/paced-breathing", "/read/long-sundays")
SIZES = ({"width": 320, "height": 640}, {"width": 1280, "height": 800})
CRISIS = "I want to kill myself"


def ways(page: Page) -> Locator:
    return page.get_by_role("navigation", name=SAY.label, exact=True)


def cards(page: Page) -> Locator:
    listed = page.get_by_role("main").get_by_role("listitem")
    return listed.filter(has=page.get_by_role("heading"))


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus; each stop on the way shows where it is."""
    wanted.wait_for(state="attached")  # the address changes before the page behind it is there
    page.wait_for_load_state()
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        shown = "e => [e, e.nextElementSibling].map(x => x && getComputedStyle(x).outlineStyle)"
        assert "solid" in focused.evaluate(shown)
        if focused.and_(wanted).count():
            return
    raise AssertionError(f"Tab does not reach {wanted}")


@pytest.fixture(params=SIZES, ids=["phone", "desktop"])
def sized(page: Page, request: pytest.FixtureRequest) -> Page:
    """A page as wide as a small phone, and as wide as a desktop."""
    page.set_viewport_size(request.param)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_fits_and_its_ways_can_be_touched(
    sized: Page, address: str, scheme: Any
) -> None:
    sized.emulate_media(color_scheme=scheme)
    for path in (*SCREENS, "/help"):
        sized.goto(f"{address}{path}")
        assert sized.evaluate("document.documentElement.scrollWidth <= innerWidth")
        links = ways(sized).get_by_role("link")
        expect(links).to_have_count(5)
        for link in links.all():
            expect(link).to_be_in_viewport(ratio=1)
            box = link.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 40
        for control in sized.get_by_role("main").locator("a:visible, button:visible").all():
            box = control.bounding_box()
            assert box is not None
            inline = control.evaluate("e => getComputedStyle(e).display === 'inline'")
            assert inline or min(box["width"], box["height"]) >= 24, control.inner_text()


def test_the_ways_lead_from_screen_to_screen(sized: Page, address: str) -> None:
    sized.goto(f"{address}/help")
    for name, path in ((SAY.practices, "/practices"), (SAY.read, "/read"), (SAY.talk, "/")):
        ways(sized).get_by_role("link", name=name).click()
        expect(sized).to_have_url(f"{address}{path}")


def test_practices_are_chosen_by_mood_length_and_company(
    sized: Page, address: str, corpus: Corpus
) -> None:
    sized.goto(f"{address}/practices")
    told = sized.get_by_role("status").first
    expect(told).to_have_text(SAY.practices_all.format(count=len(corpus.practices)))
    expect(cards(sized)).to_have_count(len(corpus.practices))

    mood = sized.get_by_role("radio", name=SAY.moods[Mood.RESTLESS])
    mood.check()
    fitting = [one for one in corpus.practices if Mood.RESTLESS in one.moods]
    expect(told).to_have_text(SAY.practices_some.format(count=len(fitting)))
    sized.get_by_label(SAY.company, exact=True).select_option(Company.SOMEONE)
    fitting = [one for one in fitting if one.company in {Company.SOMEONE, Company.EITHER}]
    sized.get_by_label(SAY.time, exact=True).select_option(str(MINUTES[0]))
    fitting = [one for one in fitting if one.minutes <= MINUTES[0]]
    assert len(fitting) == 1
    expect(told).to_have_text(SAY.practices_one)
    expect(cards(sized)).to_have_count(1)
    expect(cards(sized).get_by_role("heading")).to_have_text(fitting[0].title)

    sized.get_by_role("radio", name=SAY.moods[Mood.HURT]).check()
    expect(told).to_have_text(SAY.practices_none)
    expect(cards(sized)).to_have_count(0)
    sized.get_by_role("button", name=SAY.practices_clear).click()
    expect(told).to_have_text(SAY.practices_all.format(count=len(corpus.practices)))
    expect(cards(sized)).to_have_count(len(corpus.practices))
    expect(sized.get_by_role("radio", name=SAY.mood_any)).to_be_focused()
    expect(sized).to_have_url(f"{address}/practices")


def test_a_practice_is_found_and_opened_with_the_keyboard_alone(sized: Page, address: str) -> None:
    sized.goto(f"{address}/practices")
    tab_to(sized, sized.get_by_role("radio", name=SAY.mood_any))
    sized.keyboard.press("ArrowRight")
    expect(sized.get_by_role("radio", name=SAY.moods[Mood.LOW])).to_be_checked()
    tab_to(sized, sized.get_by_role("link", name="The two-minute check-in", exact=True))
    sized.keyboard.press("Enter")
    expect(sized).to_have_url(f"{address}/read/two-minute-check-in")
    tab_to(sized, sized.get_by_role("link", name=SAY.practice_begin))
    sized.keyboard.press("Enter")
    expect(sized).to_have_url(f"{address}/#practice=two-minute-check-in")


def test_a_search_finds_by_meaning_and_opens_the_very_passage(sized: Page, address: str) -> None:
    asked: list[str] = []
    sized.on("request", lambda request: asked.append(request.url))
    sized.goto(f"{address}/read")
    field = sized.get_by_role("searchbox", name=SAY.search)
    tab_to(sized, field)
    words = "everyone laughs with me and nobody knows me"
    sized.keyboard.type(words)
    sized.keyboard.press("Enter")
    told = sized.get_by_role("status")
    expect(told).to_have_text(SAY.search_some.format(count=8))
    expect(field).to_have_value(words)
    first = cards(sized).first
    text = first.locator(".line").inner_text().split("\n")[0]
    first.get_by_role("link").click()
    expect(sized.locator(":target")).to_contain_text(text)
    expect(sized.locator(":target")).to_be_in_viewport()
    assert not [url for url in asked if "laughs" in url]
    assert "laughs" not in sized.evaluate("JSON.stringify(history.state) + document.referrer")
    assert sized.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_search_without_a_find_says_what_to_do_and_is_cleared(page: Page, address: str) -> None:
    page.goto(f"{address}/read")
    field = page.get_by_role("searchbox", name=SAY.search)
    field.fill("a recipe for lentil soup with cumin")
    page.get_by_role("button", name=SAY.search_button).click()
    expect(page.get_by_role("status")).to_have_text(SAY.search_none)
    field.fill("lonely at night")
    field.press("Enter")
    expect(page.get_by_role("status")).to_have_text(SAY.search_some.format(count=8))
    page.get_by_role("button", name=SAY.search_clear).click()
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(page.get_by_role("status")).to_be_empty()


def test_a_crisis_in_the_search_shows_people_to_reach_first(sized: Page, address: str) -> None:
    sized.goto(f"{address}/read")
    sized.get_by_role("searchbox", name=SAY.search).fill(CRISIS)
    sized.get_by_role("button", name=SAY.search_button).click()
    care = sized.get_by_role("region", name=SAY.search_help)
    call = care.get_by_role("link", name=STRINGS.call.format(number="116 123"))
    expect(call).to_have_attribute("href", "tel:116123")
    expect(care.get_by_role("link", name=STRINGS.text.format(number="85258"))).to_have_attribute(
        "href", "sms:85258"
    )
    passages = sized.locator(".found").get_by_role("link")
    expect(passages.first).to_be_visible()
    above, below = care.bounding_box(), passages.first.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    told = sized.get_by_role("status")
    expect(told).to_have_text(f"{SAY.search_help}. {SAY.search_help_first}")

    sized.get_by_role("searchbox", name=SAY.search).fill("lonely at night")
    sized.keyboard.press("Enter")
    expect(told).to_have_text(SAY.search_some.format(count=8))
    expect(call).to_be_visible()
    sized.get_by_role("button", name=SAY.search_clear).click()
    expect(call).to_be_hidden()


def test_a_search_that_fails_says_so_in_one_line(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/read")
    expect(page.get_by_role("searchbox", name=SAY.search)).to_be_visible()
    context.set_offline(True)
    page.get_by_role("searchbox", name=SAY.search).fill("lonely at night")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(SAY.search_failed)
    context.close()


def test_a_passage_has_an_address_to_copy_and_a_way_to_talk_about_it(
    page: Page, address: str
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.goto(f"{address}/read/long-sundays")
    named = SAY.passage_of.format(section="Sunday", number=2)
    link = page.get_by_role("link", name=f"{SAY.passage_address}: {named}")
    link.focus()
    expect(link.locator("xpath=..")).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(SAY.passage_copied)
    expect(page).to_have_url(f"{address}/read/long-sundays#sunday-p2")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.get_by_role("link", name=f"{SAY.passage_talk} {named}").click()
    expect(page).to_have_url(f"{address}/#about=long-sundays/sunday-p2")


def test_the_quiet_of_a_step_is_counted_down_and_can_be_ended(sized: Page, address: str) -> None:
    sized.clock.install()
    sized.goto(f"{address}/read/self-compassion")
    step = sized.locator("#step-1")
    begin = step.get_by_role("button", name=TALK.pause_begin.format(seconds=20))
    begin.click()
    expect(step.get_by_role("timer")).to_be_visible()
    end = step.get_by_role("button", name=TALK.pause_end)
    expect(end).to_be_focused()
    end.press("Enter")
    expect(begin).to_be_focused()
    begin.press("Enter")
    sized.clock.run_for(20_500)
    over = TALK.pause_over.format(seconds=20)
    expect(step.get_by_text(over)).to_be_visible()
    expect(sized.get_by_role("status")).to_have_text(over)


def test_one_step_is_quiet_at_a_time(page: Page, address: str) -> None:
    page.goto(f"{address}/read/self-compassion")
    for number, seconds in ((1, 20), (2, 30)):
        step = page.locator(f"#step-{number}")
        step.get_by_role("button", name=TALK.pause_begin.format(seconds=seconds)).click()
        expect(step.get_by_role("timer")).to_be_visible()
        expect(page.get_by_role("timer")).to_have_count(1)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_breath_is_shown_and_without_motion_said_alone(
    page: Page, address: str, motion: Any
) -> None:
    page.emulate_media(reduced_motion=motion)
    page.goto(f"{address}/read/paced-breathing")
    step = page.locator("#step-4")
    step.get_by_role("button", name=TALK.pause_begin.format(seconds=50)).click()
    circle = step.locator(".circle")
    words = step.locator(".words")
    expect(words).to_contain_text(SAY.breathe_in)
    expect(circle).to_be_visible(visible=motion == "no-preference")
    expect(step.locator(".breath")).to_have_class("breath in")
    if motion == "no-preference":
        expect(circle).not_to_have_css("scale", "0.4")
    out = re.compile(rf"{SAY.breathe_out} … \d")
    expect(words).to_have_text(out, timeout=20_000)
    step.get_by_role("button", name=TALK.pause_end).click()
    expect(words).to_be_hidden()


@pytest.fixture
def voiced(context: BrowserContext) -> list[str]:
    """A server with a voice that says everything in a tenth of a second; what it was asked."""
    asked: list[str] = []
    tone = as_pcm(Sound(np.zeros(1_600, np.float32), 16_000))

    def speak(route: Route) -> None:
        asked.append((route.request.post_data_json or {})["input"])
        route.fulfill(body=tone, headers={"X-Sample-Rate": "16000"})

    context.route("**/voice/about", lambda route: route.fulfill(json={"speak": True}))
    context.route("**/v1/audio/speech", speak)
    return asked


def test_a_practice_is_read_aloud_with_its_quiet(
    page: Page, address: str, voiced: list[str], corpus: Corpus
) -> None:
    practice = corpus.practice("paced-breathing")
    assert practice is not None
    page.goto(f"{address}/read/paced-breathing")
    page.get_by_role("button", name=SAY.practice_aloud).click()
    stop = page.get_by_role("button", name=SAY.practice_stop)
    expect(stop).to_be_visible()
    expect(page.locator("#step-1").get_by_role("timer")).to_be_visible()
    assert voiced[0] == practice.title
    first = " ".join(voiced[1:])
    assert first.startswith(practice.steps[0].say.split(",")[0])
    page.locator("#step-1").get_by_role("button", name=TALK.pause_end).click()
    expect(page.locator("#step-2").get_by_role("timer")).to_be_visible()
    stop.click()
    expect(page.get_by_role("timer")).to_have_count(0)
    expect(page.get_by_role("button", name=SAY.practice_aloud)).to_be_visible()


def test_a_practice_is_listened_to_where_it_stands_in_the_library(
    page: Page, address: str, voiced: list[str], corpus: Corpus
) -> None:
    practice = corpus.practice("tiny-truths")
    assert practice is not None
    page.goto(f"{address}/practices")
    card = cards(page).filter(has=page.get_by_role("heading", name=practice.title))
    card.get_by_role("button", name=SAY.practice_aloud).click()
    expect(card.get_by_role("timer")).to_be_visible()
    assert voiced[0] == practice.title
    card.get_by_role("button", name=SAY.practice_stop).click()
    expect(card.get_by_role("timer")).to_have_count(0)


def test_a_voice_that_fails_is_told_in_one_line(context: BrowserContext, address: str) -> None:
    context.route("**/voice/about", lambda route: route.fulfill(json={"speak": True}))
    context.route("**/v1/audio/speech", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{address}/read/long-sundays")
    page.get_by_role("button", name=SAY.practice_aloud).click()
    expect(page.get_by_role("status")).to_have_text(SAY.aloud_failed)
    expect(page.get_by_role("button", name=SAY.practice_aloud)).to_be_visible()


def test_without_a_voice_nothing_offers_to_speak(page: Page, address: str) -> None:
    page.route("**/voice/about", lambda route: route.fulfill(json={"speak": False}))
    for path in ("/practices", "/read/paced-breathing"):
        with page.expect_response("**/voice/about"):
            page.goto(f"{address}{path}")
        expect(page.get_by_role("button", name=SAY.practice_aloud)).to_have_count(0)


def test_in_a_frame_of_the_talk_links_to_it_change_its_address(page: Page, address: str) -> None:
    around = '<iframe title="Reading" src="/read/paced-breathing" width="600" height="600">'
    page.route(f"{address}/", lambda route: route.fulfill(body=around, content_type="text/html"))
    page.goto(f"{address}/")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    expect(frame.get_by_role("navigation", name=SAY.label, exact=True)).to_have_count(0)
    expect(frame.get_by_role("navigation", name=STRINGS.exit)).to_have_count(0)
    frame.get_by_role("link", name=SAY.practice_begin).click()
    expect(page).to_have_url(f"{address}/#practice=paced-breathing")
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    frame.get_by_role("link", name=re.compile(re.escape(SAY.passage_talk))).first.click()
    expect(page).to_have_url(f"{address}/#about=paced-breathing/step-1")


def test_a_frame_elsewhere_keeps_its_ways(page: Page, address: str) -> None:
    around = '<iframe title="Reading" src="/read/paced-breathing" width="600" height="600">'
    page.route("**/elsewhere", lambda route: route.fulfill(body=around, content_type="text/html"))
    page.goto(f"{address}/elsewhere")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("navigation", name=SAY.label, exact=True)).to_be_visible()


def test_everything_is_there_to_read_without_javascript(
    chromium: Browser, address: str, corpus: Corpus
) -> None:
    for size in SIZES:
        context = chromium.new_context(java_script_enabled=False, viewport=size)
        page = context.new_page()
        page.goto(f"{address}/practices")
        expect(cards(page)).to_have_count(len(corpus.practices))
        expect(page.get_by_role("radio")).to_have_count(0)
        page.get_by_role("link", name="Paced breathing", exact=True).click()
        expect(page.get_by_text(STRINGS.read_pause.format(seconds=50))).to_be_visible()
        expect(page.get_by_role("button")).to_have_count(0)
        pace = SAY.breathe_pace.format(inward=3, outward=5)
        expect(page.get_by_text(pace).first).to_be_visible()
        page.goto(f"{address}/read")
        expect(page.get_by_role("searchbox")).to_have_count(0)
        expect(cards(page)).to_have_count(len(corpus.articles))
        page.get_by_role("link", name="Long Sundays").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Long Sundays")
        context.close()
