"""A whole visit leaves no trace outside the visitor's browser, and survives the server's end."""

import signal
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from coach.settings import Settings
from coach.web.wording import load_strings
from tests.browser.test_talk import more, open_talk, say
from tests.web.served import running

STRINGS = load_strings()
SAY = STRINGS.tools
PLANTED = "zebrafinch"


def test_nothing_of_a_visit_is_written_or_stands_in_an_address(
    context: BrowserContext, settings: Settings, tmp_path: Path
) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    with running(settings, tmp_path) as process:
        page = context.new_page()
        open_talk(page, process.address)
        say(page, f"I feel lonely since {PLANTED} left")
        page.get_by_role("button", name=SAY.helped).click()
        say(page, f"I want to die, {PLANTED}")
        more(page)
        page.get_by_role("button", name=SAY.keep).click()
        page.get_by_role("button", name=SAY.change).last.click()
        page.get_by_role("button", name=STRINGS.send).click()
        page.goto(f"{process.address}/read")
        page.get_by_role("searchbox").fill(PLANTED)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).not_to_be_empty()
        page.goto(f"{process.address}/path")
        page.goto(f"{process.address}/plan")
        page.get_by_role("textbox").first.fill(PLANTED)
        process.process.send_signal(signal.SIGTERM)
        process.process.wait(60)
    assert len(asked) > 50
    assert [address for address in asked if PLANTED in address.lower()] == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert process.logged in files
    assert [path for path in files if PLANTED in path.name.lower()] == []
    assert [path for path in files if PLANTED.encode() in path.read_bytes().lower()] == []


def test_a_server_that_comes_back_goes_on_with_the_talk(
    context: BrowserContext, settings: Settings, tmp_path: Path
) -> None:
    page = context.new_page()
    box = page.get_by_role("textbox", name=STRINGS.box_label)
    said = page.get_by_role("article", name=STRINGS.speaker_you)
    with running(settings, tmp_path) as process:
        open_talk(page, process.address)
        say(page, "I feel lonely at night")
        process.process.kill()
        process.process.wait(60)
    box.fill("Are you still there?")
    page.get_by_role("button", name=STRINGS.send).click()
    expect(page.get_by_text(STRINGS.elsewhere.offline_talk)).to_be_visible()
    expect(box).to_have_value("Are you still there?")
    with running(settings, tmp_path, port=process.port):
        # Gradio loads the page anew; the talk and the draft pass over.
        expect(page.get_by_text(STRINGS.elsewhere.offline_talk)).to_have_count(0)
        expect(said).to_have_text(["I feel lonely at night"])
        expect(box).to_have_value("Are you still there?")
        # A press before the new page listens sends nothing, and loses nothing: it is pressed again.
        for _ in range(5):
            page.get_by_role("button", name=STRINGS.send).click()
            with suppress(AssertionError):
                expect(said).to_have_count(2, timeout=3_000)
                break
        expect(said).to_have_text(["I feel lonely at night", "Are you still there?"])
        expect(page.get_by_role("article", name=STRINGS.speaker_coach)).to_have_count(2)
        expect(box).to_have_value("")
        assert page.evaluate("sessionStorage.length") == 0
        page.close()
