"""Someone follows their own weeks, and everything stays in their browser."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pdfminer.high_level import extract_text
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from coach.web.wording import load_strings

STRINGS = load_strings()
SAY = STRINGS.path
OFTEN = SAY.scale[2]
STORE = "const store = await import('/look/store.js');"
PATIENCE = 30_000
"""Milliseconds for what two tabs do 120 times, on a machine that has other things to do."""
ENTRY: dict[str, dict[str, Any]] = {
    "checkins": {"at": "2026-03-01T20:00:00.000Z", "answers": [1, 2, 3], "line": "A long Sunday"},
    "practices": {"at": "2026-03-02T20:00:00.000Z", "id": "self-compassion"},
    "steps": {
        "id": "one",
        "at": "2026-03-03T20:00:00.000Z",
        "text": "Ring Ada",
        "went": "partly",
        "note": "She was out",
    },
    "helped": {"at": "2026-03-04T20:00:00.000Z", "articles": ["long-sundays"], "helped": True},
    "talks": {
        "id": "night",
        "at": "2026-03-05T20:00:00.000Z",
        "title": "Awake",
        "held": '{"messages": []}',
    },
}
FULL: dict[str, Any] = {"version": 1, **{kind: [entry] for kind, entry in ENTRY.items()}}


def section(page: Page, heading: str) -> Locator:
    title = page.get_by_role("heading", name=heading, exact=True)
    return page.locator("section").filter(has=title)


def button(where: Page | Locator, name: str) -> Locator:
    return where.get_by_role("button", name=name, exact=True)


def opened(where: Page | Locator, name: str) -> None:
    """Unfold the questions that have this name."""
    where.locator("summary").filter(has_text=name).click()


def kept(page: Page) -> dict[str, Any]:
    """Return what the browser keeps of the path."""
    text = page.evaluate("localStorage.getItem('homeward')")
    found: dict[str, Any] = {} if text is None else json.loads(text)
    return found


def check_in(page: Page, answers: tuple[int, int, int], line: str = "") -> None:
    opened(page, SAY.checkin_begin)
    for asked, answer in zip(SAY.questions, answers, strict=True):
        group = page.get_by_role("group", name=asked.question)
        group.get_by_role("radio", name=SAY.scale[answer - 1]).check()
    page.get_by_role("textbox", name=SAY.line).fill(line)
    button(section(page, SAY.checkin_heading), SAY.keep).click()


def plan_step(page: Page, text: str) -> None:
    opened(page, SAY.step_begin)
    page.get_by_role("textbox", name=SAY.step_text).fill(text)
    button(page, SAY.step_keep).click()


def read_in(page: Page, content: bytes) -> Locator:
    """Choose a file; return the line that says how it went."""
    with page.expect_file_chooser() as choosing:
        button(page, SAY.read_in).click()
    file = {"name": "path.json", "mimeType": "application/json", "buffer": content}
    choosing.value.set_files(file)  # type: ignore[arg-type]
    return section(page, SAY.files_heading).get_by_role("status")


def saved(page: Page, name: str, folder: Path) -> str:
    with page.expect_download() as downloading:
        button(page, name).click()
    target = folder / downloading.value.suggested_filename
    downloading.value.save_as(target)
    return target.read_text("utf-8")


@pytest.fixture
def path(page: Page, address: str) -> Page:
    """The path, open and empty."""
    page.goto(f"{address}/path")
    expect(section(page, SAY.files_heading)).to_be_visible()
    return page


@pytest.fixture
def full(path: Page) -> Page:
    """The path with an entry of each kind."""
    path.evaluate("text => localStorage.setItem('homeward', text)", json.dumps(FULL))
    path.reload()
    expect(section(path, SAY.weeks_heading)).to_be_visible()
    return path


def test_nothing_is_asked_or_kept_before_someone_chooses(path: Page) -> None:
    expect(path.get_by_role("radio")).to_have_count(0)
    expect(path.get_by_role("textbox")).to_have_count(0)
    expect(path.get_by_role("heading", name=SAY.weeks_heading)).to_have_count(0)
    opened(path, SAY.checkin_begin)
    path.get_by_role("radio", name=OFTEN).first.check()
    path.get_by_role("textbox", name=SAY.line).fill("A private line")
    assert path.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_check_in_is_drawn_and_told_in_words_and_stays(path: Page) -> None:
    check_in(path, (1, 3, 2), "Tea with Ada")
    status = section(path, SAY.checkin_heading).get_by_role("status")
    expect(status).to_have_text(SAY.kept)
    expect(path.get_by_role("radio")).to_have_count(0)
    path.reload()
    plot = path.get_by_role("img", name=SAY.weeks_drawn)
    expect(plot).to_be_visible()
    heights = [
        [float(dot.get_attribute("cy").rstrip("%")) for dot in strip.locator("circle").all()]  # type: ignore[union-attr]
        for strip in plot.locator("svg").all()
    ]
    assert heights[0][0] > heights[2][0] > heights[1][0]
    opened(path, SAY.weeks_table)
    row = path.get_by_role("row").filter(has_text="Tea with Ada")
    expect(row.get_by_role("cell")).to_have_text(
        [SAY.scale[0], SAY.scale[2], SAY.scale[1], "Tea with Ada", SAY.delete]
    )


def test_a_question_without_an_answer_is_told_and_nothing_is_lost(path: Page) -> None:
    opened(path, SAY.checkin_begin)
    path.get_by_role("radio", name=OFTEN).first.check()
    path.get_by_role("textbox", name=SAY.line).fill("Half of it")
    path.keyboard.press("Enter")
    status = section(path, SAY.checkin_heading).get_by_role("status")
    expect(status).to_have_text(SAY.unanswered)
    expect(path.get_by_role("textbox", name=SAY.line)).to_have_value("Half of it")
    second = path.get_by_role("group", name=SAY.questions[1].question)
    expect(second.get_by_role("radio").first).to_be_focused()
    assert kept(path) == {}


def test_a_step_is_planned_met_kindly_and_looked_at_again(path: Page) -> None:
    plan_step(path, "Say good morning to Ada")
    step = path.get_by_role("listitem").filter(has_text="Say good morning to Ada")
    opened(step, SAY.step_went)
    step.get_by_role("radio", name=SAY.step_not_yet).check()
    button(step, SAY.keep).click()
    expect(step.get_by_role("status")).to_have_text(SAY.met_not_yet)
    path.reload()
    opened(step, SAY.step_change)
    expect(step.get_by_role("radio", name=SAY.step_not_yet)).to_be_checked()
    step.get_by_role("radio", name=SAY.step_did).check()
    step.get_by_role("textbox", name=SAY.step_note).fill("She smiled")
    button(step, SAY.keep).click()
    expect(step.get_by_role("status")).to_have_text(SAY.met_did)
    expect(step).to_contain_text(f"{SAY.step_did} She smiled")
    assert [(one["went"], one["note"]) for one in kept(path)["steps"]] == [("did", "She smiled")]


def test_a_practice_is_written_down_and_leads_to_its_text(path: Page) -> None:
    practices = section(path, SAY.practices_heading)
    expect(practices.get_by_text(SAY.practices_none)).to_be_visible()
    practices.get_by_label(SAY.practice_choose).select_option("self-compassion")
    button(practices, SAY.practice_add).click()
    link = practices.get_by_role("listitem").get_by_role("link")
    expect(link).to_have_attribute("href", "/read/self-compassion")
    expect(practices.get_by_text(SAY.practices_none)).to_be_hidden()


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        (SAY.weeks_heading, "checkins"),
        (SAY.steps_heading, "steps"),
        (SAY.practices_heading, "practices"),
        (SAY.helped_heading, "helped"),
        (SAY.talks_heading, "talks"),
    ],
)
def test_whatever_is_deleted_can_be_brought_back(full: Page, heading: str, kind: str) -> None:
    where = section(full, heading)
    if kind == "checkins":
        opened(full, SAY.weeks_table)
    where.get_by_role("button", name=SAY.delete).click()
    expect(where.get_by_role("status").first).to_have_text(SAY.deleted)
    assert kept(full)[kind] == []
    button(where, SAY.put_back).click()
    expect(button(where, SAY.put_back)).to_have_count(0)
    assert kept(full) == FULL


def test_the_talk_keeps_a_talk_that_can_be_gone_on_with(path: Page, address: str) -> None:
    path.goto(f"{address}/help")
    first = path.evaluate(
        f"async () => {{ {STORE} const talk = await store.keepTalk({{title: 'Awake', held: 'a'}});"
        "await store.keepTalk({id: talk.id, title: 'Still awake', held: 'b'}); return talk.id }"
    )
    path.goto(f"{address}/path")
    talks = section(path, SAY.talks_heading)
    link = talks.get_by_role("link", name=SAY.talk_on)
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", f"/#talk={first}")
    expect(talks).to_contain_text("Still awake")
    assert path.evaluate(f"async () => {{ {STORE} return store.talks()[0].held }}") == "b"
    path.evaluate(f"async id => {{ {STORE} await store.forgetTalk(id) }}", first)
    expect(talks.get_by_text(SAY.talks_none)).to_be_visible()
    assert path.evaluate("localStorage.length") == 0


def test_another_tab_is_seen_and_disturbs_nobody_who_is_writing(
    path: Page, context: BrowserContext, address: str
) -> None:
    plan_step(path, "Ring Ada")
    step = path.get_by_role("listitem").filter(has_text="Ring Ada")
    opened(step, SAY.step_went)
    step.get_by_role("textbox", name=SAY.step_note).fill("In the middle of")
    other = context.new_page()
    other.goto(f"{address}/path")
    plan_step(other, "Sit in the library")
    expect(path.get_by_role("listitem").filter(has_text="Sit in the library")).to_be_visible()
    expect(step.get_by_role("textbox", name=SAY.step_note)).to_have_value("In the middle of")
    step.get_by_role("textbox", name=SAY.step_note).press_sequentially(" it")
    expect(step.get_by_role("textbox", name=SAY.step_note)).to_have_value("In the middle of it")


def test_tabs_that_keep_something_at_once_lose_nothing(
    path: Page, context: BrowserContext, address: str
) -> None:
    other = context.new_page()
    other.goto(f"{address}/path")
    begin = (
        f"async name => {{ {STORE} document.title = 'ready';"
        "const line = new BroadcastChannel('go');"
        "await new Promise((go) => { line.onmessage = go });"
        "const done = []; for (let i = 0; i < 60; i += 1) {"
        "done.push(store.addStep(`${name} ${i}`)); await new Promise((go) => setTimeout(go)); }"
        "await Promise.all(done); document.title = 'done' }"
    )
    for tab, name in ((path, "here"), (other, "there")):
        tab.evaluate(f"name => {{ ({begin})(name) }}", name)
        expect(tab).to_have_title("ready", timeout=PATIENCE)
    path.evaluate(
        "() => { const line = new BroadcastChannel('go'); line.postMessage(''); line.close() }"
    )
    for tab in (path, other):
        expect(tab).to_have_title("done", timeout=PATIENCE)
    for tab in (path, other):  # What the other wrote last comes a moment later.
        shown = section(tab, SAY.steps_heading).locator(".entries > li")
        expect(shown).to_have_count(120, timeout=PATIENCE)
    wanted = {f"{name} {number}" for name in ("here", "there") for number in range(60)}
    assert {step["text"] for step in kept(path)["steps"]} == wanted
    assert kept(other) == kept(path)


def test_what_a_full_browser_cannot_keep_stays_on_the_screen(path: Page) -> None:
    path.evaluate(
        "() => { for (let size = 2 ** 22; size >= 1; size /= 2) for (let i = 0; i < 9; i += 1)"
        "try { localStorage.setItem(`${size} ${i}`, 'x'.repeat(size)) } catch {} }"
    )
    check_in(path, (1, 1, 1), "No room")
    status = section(path, SAY.checkin_heading).get_by_role("status")
    expect(status).to_have_text(SAY.problem_full)
    expect(path.get_by_role("textbox", name=SAY.line)).to_have_value("No room")
    expect(path.get_by_role("radio", name=SAY.scale[0]).first).to_be_checked()


def test_a_browser_without_storage_is_told_apart_at_once(page: Page, address: str) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        "{ get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page.goto(f"{address}/path")
    status = section(page, SAY.checkin_heading).get_by_role("status")
    expect(status).to_have_text(SAY.problem_none)
    plan_step(page, "Ring Ada")
    step = page.get_by_role("textbox", name=SAY.step_text)
    expect(section(page, SAY.steps_heading).get_by_role("status").first).to_have_text(
        SAY.problem_none
    )
    expect(step).to_have_value("Ring Ada")


DAMAGED = [
    ("{", 0),
    ("7", 0),
    ('{"version": 2, "checkins": "of another kind"}', 0),
    (json.dumps({"version": 1, "practices": [ENTRY["practices"], {"at": "never"}]}), 1),
]


@pytest.mark.parametrize(("text", "whole"), DAMAGED)
def test_what_is_damaged_is_set_aside_and_the_rest_goes_on(
    path: Page, tmp_path: Path, text: str, whole: int
) -> None:
    path.evaluate("text => localStorage.setItem('homeward', text)", text)
    path.reload()
    expect(path.get_by_text(SAY.aside)).to_be_visible()
    plan_step(path, "Ring Ada")
    expect(path.get_by_role("listitem").filter(has_text="Ring Ada")).to_be_visible()
    assert len(kept(path)["practices"]) == whole
    path.reload()
    assert saved(path, SAY.aside_save, tmp_path) == text
    button(path, SAY.aside_drop).click()
    expect(path.get_by_text(SAY.aside)).to_be_hidden()
    assert path.evaluate("Object.keys(localStorage)") == ["homeward"]
    assert len(kept(path)["steps"]) == 1


def test_a_saved_file_brings_everything_back_and_doubles_nothing(
    full: Page, tmp_path: Path
) -> None:
    text = saved(full, SAY.save_json, tmp_path)
    assert json.loads(text) == FULL
    expect(read_in(full, text.encode())).to_have_text(SAY.taken_nothing)
    assert kept(full) == FULL
    full.evaluate("localStorage.clear()")
    full.reload()
    plan_step(full, "Another")
    expect(read_in(full, text.encode())).to_have_text(SAY.taken_in)
    expect(section(full, SAY.weeks_heading)).to_be_visible()
    steps = kept(full)["steps"]
    assert [step["text"] for step in steps] == ["Ring Ada", "Another"]
    assert {**kept(full), "steps": FULL["steps"]} == FULL


def changed(kind: str, **fields: object) -> str:
    """Return a file whose second entry of a kind has other fields."""
    return json.dumps({**FULL, kind: [ENTRY[kind], {**ENTRY[kind], **fields}]})


def field(where: str) -> str:
    return SAY.problem_field.format(where=where)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", SAY.problem_not_json),
        (json.dumps(FULL)[:-9], SAY.problem_not_json),
        ("[]", SAY.problem_not_a_path),
        ('{"signs": "of the plan"}', SAY.problem_not_a_path),
        ('{"version": 2}', SAY.problem_newer),
        ('{"version": 1, "moods": []}', field("moods")),
        ('{"version": 1, "steps": {}}', field("steps")),
        ('{"version": 1, "steps": [7]}', field("steps 1")),
        ('{"version": 1, "__proto__": {"checkins": []}}', field("__proto__")),
        (changed("checkins", answers=[1, 2, 4]), field("checkins 2, answers")),
        (changed("checkins", answers=[1, 2]), field("checkins 2, answers")),
        (changed("checkins", at="2026-02-30T00:00:00.000Z"), field("checkins 2, at")),
        (changed("checkins", line="x" * 501), field("checkins 2, line")),
        (changed("checkins", score=6), field("checkins 2, score")),
        (changed("practices", id="../plan"), field("practices 2, id")),
        (changed("steps", went="badly"), field("steps 2, went")),
        (changed("steps", text="  "), field("steps 2, text")),
        (changed("helped", articles="all"), field("helped 2, articles")),
        (changed("helped", helped=1), field("helped 2, helped")),
        (changed("talks", id='x"><script>'), field("talks 2, id")),
        (changed("talks", held=None), field("talks 2, held")),
    ],
)
def test_a_file_that_is_wrong_says_where_and_changes_nothing(
    path: Page, text: str, said: str
) -> None:
    expect(read_in(path, text.encode())).to_have_text(said)
    assert kept(path) == {}


def test_markdown_holds_the_words_as_they_were_written(full: Page, tmp_path: Path) -> None:
    full.evaluate(
        f"async () => {{ {STORE} await store.addStep('# [not](a link) <b>\\n*nor* `this`') }}"
    )
    text = saved(full, SAY.save_markdown, tmp_path)
    for heading in (SAY.checkin_heading, SAY.steps_heading, SAY.helped_heading, SAY.talks_heading):
        assert f"\n## {heading}\n" in text
    assert f"{SAY.questions[2].short}: {OFTEN}" in text
    assert "\n  - A long Sunday\n" in text
    assert "\n  - She was out\n" in text
    assert r"- \# \[not\]\(a link\) \<b\> \*nor\* \`this\`" in text


def test_everything_is_deleted_after_one_question_back(full: Page) -> None:
    full.evaluate("localStorage.setItem('plan', '{}')")
    full.evaluate("localStorage.setItem('homeward-set-aside', '[\"{\"]')")
    button(full, SAY.wipe).click()
    asked = full.get_by_role("dialog", name=SAY.wipe_heading)
    expect(button(asked, SAY.wipe_no)).to_be_focused()
    button(asked, SAY.wipe_no).click()
    assert kept(full) == FULL
    button(full, SAY.wipe).click()
    full.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    assert kept(full) == FULL
    button(full, SAY.wipe).click()
    button(asked, SAY.wipe).click()
    status = section(full, SAY.files_heading).get_by_role("status")
    expect(status).to_have_text(SAY.wiped)
    expect(full.get_by_text("Ring Ada")).to_have_count(0)
    assert full.evaluate("Object.keys(localStorage)") == ["plan"]
    expect(full.get_by_role("link", name=STRINGS.plan_heading)).to_have_attribute("href", "/plan")


def test_no_request_leaves_while_a_path_is_kept(path: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    path.on("request", lambda request: asked.append(request.url))
    path.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    check_in(path, (3, 3, 3), "A private line")
    expect(path.get_by_role("img", name=SAY.weeks_drawn)).to_be_visible()
    plan_step(path, "A private step")
    step = path.get_by_role("listitem").filter(has_text="A private step")
    opened(step, SAY.step_went)
    step.get_by_role("radio", name=SAY.step_partly).check()
    step.get_by_role("textbox", name=SAY.step_note).fill("A private note")
    path.keyboard.press("Enter")
    expect(step.get_by_role("status")).to_have_text(SAY.met_partly)
    button(path, SAY.practice_add).click()
    text = saved(path, SAY.save_json, tmp_path)
    saved(path, SAY.save_markdown, tmp_path)
    expect(read_in(path, text.encode())).to_have_text(SAY.taken_nothing)
    button(path, SAY.print).click()
    expect(path.locator("body")).to_have_attribute("data-printed", "yes")
    button(path, SAY.wipe).click()
    button(path.get_by_role("dialog"), SAY.wipe).click()
    expect(path.get_by_text("A private step")).to_have_count(0)
    assert "?" not in path.url
    assert [url for url in asked if not url.startswith("blob:")] == []


def test_paper_has_every_entry_and_no_furniture(full: Page) -> None:
    full.evaluate(
        f"async () => {{ {STORE} for (let i = 0; i < 9; i += 1)"
        "await store.addStep(`Step ${i}`) }"
    )
    expect(button(section(full, SAY.steps_heading), SAY.show_all)).to_be_visible()
    expect(full.get_by_text("Step 0")).to_be_hidden()
    text = " ".join(extract_text(BytesIO(full.pdf(format="A4"))).split())
    for words in ("A long Sunday", "Ring Ada", "She was out", "Awake", OFTEN, "Step 0", "Step 8"):
        assert words in text
    for furniture in (
        SAY.delete, SAY.checkin_begin, SAY.save_json, SAY.where, SAY.step_went, STRINGS.exit,
        STRINGS.help_now,
    ):  # fmt: skip
        assert furniture not in text
    expect(full.get_by_role("table")).to_have_count(0)


def test_without_javascript_the_page_says_what_it_needs(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/path")
    without = page.locator("noscript p").first  # Playwright finds no text inside noscript
    expect(without).to_be_visible()
    assert without.evaluate("e => e.textContent") == SAY.without_scripts
    expect(section(page, SAY.files_heading)).to_be_hidden()
    context.close()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [320, 1280])
def test_everything_fits_and_can_be_touched(full: Page, width: int, direction: str) -> None:
    full.set_viewport_size({"width": width, "height": 700})
    full.evaluate("direction => { document.documentElement.dir = direction }", direction)
    for name in (SAY.checkin_begin, SAY.step_begin, SAY.step_change, SAY.weeks_table):
        opened(full, name)
    assert full.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    main = full.get_by_role("main")
    for target in main.locator("button, summary, select, label:has(input), input").all():
        box = target.bounding_box()
        if box and target.get_attribute("type") != "radio":
            assert min(box["width"], box["height"]) >= 24, target


def test_a_check_in_needs_no_mouse(path: Page) -> None:
    keys = path.keyboard
    path.locator("summary").first.focus()
    keys.press("Enter")
    for answer in (1, 2, 3):
        keys.press("Tab")
        assert path.locator(":focus").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        keys.press("Space")
        for _ in range(answer - 1):
            keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("By hand")
    keys.press("Tab")
    keys.press("Enter")
    expect(path.locator(":focus")).to_have_text(SAY.checkin_begin)
    assert [one["answers"] for one in kept(path)["checkins"]] == [[1, 2, 3]]


@pytest.mark.parametrize(("locale", "written"), [("en-GB", "1 Mar 2026"), ("de-DE", "01.03.2026")])
def test_dates_are_those_of_the_browsers_language(
    chromium: Browser, address: str, locale: str, written: str
) -> None:
    context = chromium.new_context(locale=locale, timezone_id="Europe/Berlin")
    page = context.new_page()
    page.goto(f"{address}/path")
    page.evaluate("text => localStorage.setItem('homeward', text)", json.dumps(FULL))
    page.reload()
    opened(page, load_strings(locale[:2]).path.weeks_table)
    expect(page.get_by_role("rowheader")).to_have_text(written)
    context.close()
