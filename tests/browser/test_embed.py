"""The button on a page of another origin: it opens the talk, lets one talk, and closes it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.site import Site
from coach.web.brand import use_site
from coach.web.server import create_app
from coach.web.wording import load_strings
from tests.browser.conftest import note_errors
from tests.browser.test_exit import by_escape
from tests.web.served import serving

STRINGS = load_strings()
SAY = STRINGS.elsewhere

BLOG = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A blog</title><link rel="icon" href="data:,">
<style>
  * {{ color: rgb(255, 0, 0) !important; font-size: 30px !important; }}
  button, dialog, iframe {{ display: none !important; border: 9px solid red !important; }}
  [hidden] {{ display: block !important; }}
</style></head>
<body><h1>A blog</h1><p>Some words.</p><a href="#top">A link of the blog</a>
<script src="{coach}/embed.js" {attributes}></script>
</body></html>"""


def blog(coach: Callable[[], str]) -> FastAPI:
    """Make a page of somebody else's with the button; `?attributes` are those of its script."""
    app = FastAPI()

    @app.get("/", response_class=HTMLResponse)
    def page(attributes: str = "") -> str:
        return BLOG.format(coach=coach(), attributes=attributes)

    return app


@pytest.fixture(scope="module")
def blogs(
    conversation: Conversation, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The address of a blog that the author listed, and of one that was not listed.

    Both are at other ports than the coach, and one is at another host by name.
    """
    coach: list[str] = []
    with serving(blog(lambda: coach[0])) as one, serving(blog(lambda: coach[0])) as other:
        listed = one.replace("127.0.0.1", "localhost")
        path: Path = tmp_path_factory.mktemp("site") / "site.toml"
        path.write_text(f'embed-on = ["{listed}"]\n')
        mine = settings.model_copy(update={"site": path})
        app = create_app(conversation, conversation.corpus, conversation.helplines, mine)
        with serving(app) as address:
            coach.append(address)
            yield listed, other
        use_site(Site())


@pytest.fixture
def visitor(context: BrowserContext) -> Iterator[Page]:
    """A visitor of the blog, at a desk; the pages must not complain."""
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    complaints: list[str] = []
    note_errors(page, complaints)
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None,
    )
    yield page
    assert complaints == []


def open_dialog(page: Page) -> FrameLocator:
    page.get_by_role("button", name=SAY.label).click()
    talk = page.frame_locator("iframe")
    expect(talk.get_by_role("heading", name=STRINGS.welcome_heading)).to_be_visible()
    return talk


def say(talk: FrameLocator, words: str) -> None:
    talk.get_by_role("textbox", name=STRINGS.box_label).fill(words)
    talk.get_by_role("button", name=STRINGS.send).click()
    reply = talk.get_by_role("article", name=STRINGS.speaker_coach)
    expect(reply).to_be_visible()
    expect(talk.get_by_role("button", name=STRINGS.send)).to_be_visible()


def test_it_opens_talks_closes_and_is_found_as_it_was(
    visitor: Page, blogs: tuple[str, str]
) -> None:
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))
    visitor.goto(blogs[0])
    button = visitor.get_by_role("button", name=SAY.label)
    expect(button).to_have_attribute("aria-expanded", "false")
    assert len(asked) == 2, "the page and the script; nothing before the button is pressed"
    talk = open_dialog(visitor)
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(visitor.get_by_role("dialog", name=SAY.dialog)).to_be_visible()
    assert focused(visitor) == "IFRAME"
    say(talk, "How do I do the self-compassion practice?")
    visitor.get_by_role("button", name=SAY.close).click()
    expect(visitor.get_by_role("dialog")).to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()
    button.click()
    expect(talk.get_by_role("article", name=STRINGS.speaker_coach)).to_be_visible()
    assert visitor.context.cookies() == []


def focused(page: Page) -> str:
    """Return what has the focus, shadow trees looked into."""
    return str(
        page.evaluate(
            "() => { let e = document.activeElement;"
            " while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;"
            " return e.tagName; }"
        )
    )


def test_escape_in_the_talk_closes_it_and_the_focus_returns(
    visitor: Page, blogs: tuple[str, str]
) -> None:
    visitor.goto(blogs[0])
    talk = open_dialog(visitor)
    talk.get_by_role("textbox", name=STRINGS.box_label).press("Escape")
    expect(visitor.get_by_role("dialog")).to_have_count(0)
    expect(visitor.get_by_role("button", name=SAY.label)).to_be_focused()


def test_neither_page_changes_how_the_other_looks(visitor: Page, blogs: tuple[str, str]) -> None:
    visitor.goto(blogs[0])
    heading = visitor.get_by_role("heading", name="A blog")
    button = visitor.get_by_role("button", name=SAY.label)
    expect(button).to_be_visible()
    expect(button).to_have_css("font-size", "16px")
    expect(button).not_to_have_css("color", "rgb(255, 0, 0)")
    before = heading.bounding_box()
    open_dialog(visitor)
    expect(heading).to_have_css("color", "rgb(255, 0, 0)")
    assert heading.bounding_box() == before


def test_the_page_around_stays_in_reach_beside_it_and_not_below_it_on_a_phone(
    visitor: Page, blogs: tuple[str, str]
) -> None:
    visitor.goto(blogs[0])
    open_dialog(visitor)
    visitor.get_by_role("link", name="A link of the blog").click()
    expect(visitor).to_have_url(f"{blogs[0]}/#top")
    visitor.get_by_role("button", name=SAY.close).click()
    visitor.set_viewport_size({"width": 320, "height": 640})
    open_dialog(visitor)
    dialog = visitor.get_by_role("dialog", name=SAY.dialog)
    assert dialog.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}
    link = visitor.get_by_role("link", name="A link of the blog")
    assert not link.evaluate("link => { link.focus(); return document.activeElement === link; }")
    close = visitor.get_by_role("button", name=SAY.close).bounding_box()
    assert close
    assert min(close["width"], close["height"]) >= 44


def test_the_way_out_empties_the_frame_and_says_so(visitor: Page, blogs: tuple[str, str]) -> None:
    visitor.goto(blogs[0])
    talk = open_dialog(visitor)
    say(talk, "My husband hits me")
    talk.get_by_role("link", name=STRINGS.exit, exact=True).click()
    expect(talk.get_by_role("heading", name=SAY.left_heading)).to_be_visible()
    expect(talk.get_by_role("article")).to_have_count(0)
    expect(visitor).to_have_url(f"{blogs[0]}/")
    visitor.go_back()
    visitor.go_forward()
    expect(visitor.get_by_role("article")).to_have_count(0)


def test_after_the_way_out_it_opens_with_a_new_talk_that_stays(
    visitor: Page, blogs: tuple[str, str]
) -> None:
    visitor.goto(blogs[0])
    talk = open_dialog(visitor)
    say(talk, "I feel lonely")
    talk.get_by_role("link", name=STRINGS.exit, exact=True).click()
    expect(talk.get_by_role("heading", name=SAY.left_heading)).to_be_visible()
    visitor.get_by_role("button", name=SAY.close).click()
    talk = open_dialog(visitor)
    expect(talk.get_by_role("article")).to_have_count(0)
    say(talk, "hello")
    visitor.get_by_role("button", name=SAY.close).click()
    open_button = visitor.get_by_role("button", name=SAY.label)
    open_button.click()
    expect(talk.get_by_role("article", name=STRINGS.speaker_you)).to_have_text("hello")


def test_escape_three_times_ends_the_talk(visitor: Page, blogs: tuple[str, str]) -> None:
    visitor.goto(blogs[0])
    talk = open_dialog(visitor)
    say(talk, "I feel lonely")
    talk.get_by_role("textbox", name=STRINGS.box_label).focus()
    by_escape(visitor)
    expect(visitor.get_by_role("dialog")).to_have_count(0)
    expect(visitor.get_by_role("status")).to_have_text(SAY.emptied)
    expect(visitor.locator("iframe")).to_have_count(0)
    talk = open_dialog(visitor)
    expect(talk.get_by_role("article")).to_have_count(0)


def test_the_authors_words_and_place_are_used(visitor: Page, blogs: tuple[str, str]) -> None:
    attributes = "data-label='Late%20and%20lonely%3F' data-position='left'"
    visitor.goto(f"{blogs[0]}/?attributes={attributes}")
    box = visitor.get_by_role("button", name="Late and lonely?").bounding_box()
    assert box
    assert box["x"] == 16
    visitor.goto(f"{blogs[0]}/?attributes=data-position='here'")
    here = visitor.get_by_role("button", name=SAY.label).bounding_box()
    assert here
    assert here["y"] < 400


def test_an_origin_that_is_not_listed_gets_the_browsers_refusal_and_a_link(
    context: BrowserContext, blogs: tuple[str, str]
) -> None:
    page = context.new_page()
    refusals: list[str] = []
    page.on("console", lambda line: refusals.append(line.text) if line.type == "error" else None)
    page.goto(blogs[1])
    page.get_by_role("button", name=SAY.label).click()
    expect(page.get_by_text(SAY.refused)).to_be_visible()
    assert any("frame-ancestors" in line for line in refusals)
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_count(0)
    with page.context.expect_page() as opening:
        page.get_by_role("link", name=SAY.in_a_tab).click()
    heading = opening.value.get_by_role("heading", name=STRINGS.welcome_heading)
    expect(heading).to_be_visible()


def test_help_opens_over_the_talk_and_escape_returns_to_it(
    visitor: Page, blogs: tuple[str, str]
) -> None:
    visitor.goto(blogs[0])
    talk = open_dialog(visitor)
    talk.get_by_role("link", name=STRINGS.help_now).click()
    over = talk.frame_locator("dialog iframe")
    expect(over.get_by_role("heading", name=STRINGS.help_heading)).to_be_visible()
    over.get_by_role("combobox").focus()
    visitor.keyboard.press("Escape")
    expect(talk.get_by_role("dialog")).to_have_count(0)
    expect(talk.get_by_role("heading", name=STRINGS.welcome_heading)).to_be_visible()


def test_escape_three_times_in_a_page_over_the_talk_ends_it(
    visitor: Page, blogs: tuple[str, str]
) -> None:
    visitor.goto(blogs[0])
    talk = open_dialog(visitor)
    talk.get_by_role("link", name=STRINGS.help_now).click()
    over = talk.frame_locator("dialog iframe")
    expect(over.get_by_role("heading", name=STRINGS.help_heading)).to_be_visible()
    over.get_by_role("combobox").focus()
    by_escape(visitor)
    expect(visitor.get_by_role("dialog")).to_have_count(0)
    expect(visitor.locator("iframe")).to_have_count(0)


def test_the_button_is_in_the_authors_colours_and_in_no_serif(
    visitor: Page, blogs: tuple[str, str]
) -> None:
    visitor.goto(blogs[0])
    button = visitor.get_by_role("button", name=SAY.label)
    assert "sans-serif" in str(button.evaluate("e => getComputedStyle(e).fontFamily"))
    expect(button).to_have_css("background-color", "rgb(44, 92, 84)")
    visitor.emulate_media(color_scheme="dark")
    expect(button).to_have_css("background-color", "rgb(148, 202, 189)")


@pytest.mark.parametrize("listed", [True, False])
def test_the_microphone_is_lent_to_the_talk(
    chromium: Browser, blogs: tuple[str, str], listed: bool
) -> None:
    """Only a frame with `allow` may ask for it; the same frame without it may not."""
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(blogs[0])
    if listed:
        open_dialog(page)
    else:
        src = "document.querySelector('script').src.replace('embed.js', '')"
        page.evaluate(
            f"document.body.append(Object.assign(document.createElement('iframe'), {{src: {src}}}))"
        )
        expect(page.locator("iframe")).to_be_attached()
    frame = page.frames[1]
    frame.wait_for_load_state()
    allowed = frame.evaluate("document.featurePolicy.allowsFeature('microphone')")
    assert allowed is listed
    context.close()
