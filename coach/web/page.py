"""The talk: a Gradio page of one column, made for a phone first.

Every phrase is a key that Gradio looks up in the browser, in the language that `locale.js`
names to it; what a handler returns is in the language of its request, which is the same.

Flow: panels are made by `make_…` and their events wired by `wire_…`; a turn
runs in `turns`.  Gradio is imported here and in `server` only, after
`privacy.quiet_environment`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

from coach.settings import Settings
from coach.web.contracts import Coach, HelplineDirectory, Library
from coach.web.crowd import Crowd
from coach.web.languages import ENGLISH, language_of_headers, languages
from coach.web.regions import ANYWHERE, known_region, offered_regions, region_of_languages
from coach.web.reply_view import contacts
from coach.web.turns import Shown, Talk, Turns
from coach.web.wording import load_strings, render_line

__all__ = ["make_page", "make_phrases"]

_SMALL: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "concurrency_limit": None,
}
_TURN: dict[str, Any] = {**_SMALL, "concurrency_id": "turn"}


@dataclass(frozen=True)
class TalkPanel:
    """What has been said, and the ways to begin while nothing has."""

    chat: gr.Chatbot
    held: gr.Textbox
    """The talk itself, where the page's scripts can read it, cut it and put it back."""
    resume: gr.Button
    """Pressed by those scripts: show the talk that is held now."""
    welcome: gr.Column
    beginnings: tuple[tuple[gr.Button, str], ...]


@dataclass(frozen=True)
class BoxPanel:
    """Where a person writes, with what must stay in sight beside it."""

    pinned: gr.Markdown
    problem: gr.Markdown
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    region: gr.Dropdown
    again: gr.Button


def make_phrases() -> gr.I18n:
    """Return what Gradio draws, in every language."""
    return gr.I18n(**{language: _drawn(language) for language in languages()})


def make_page(
    coach: Coach,
    library: Library,
    helplines: HelplineDirectory,
    settings: Settings,
    *,
    phrases: gr.I18n,
    crowd: Crowd,
) -> gr.Blocks:
    """Return the page, ready to be mounted together with its phrases."""
    page = gr.Blocks(
        analytics_enabled=False, title=load_strings().name, fill_height=True, fill_width=True
    )
    with page:
        header = _html("header", phrases("talk_header"))
        talk = make_talk(phrases)
        box = make_box(helplines, phrases)
        wire_turns(talk, box, Turns(coach, library, settings, crowd))
        wire_region(page, box, header, helplines, settings)
    page.max_threads = 200
    page.queue(api_open=False, max_size=None, default_concurrency_limit=None)
    return page


def make_talk(phrases: gr.I18n) -> TalkPanel:
    """Make the talk, empty, with the ways to begin."""
    with gr.Column(elem_id="welcome") as welcome:
        _html("greeting", phrases("talk_welcome"))
        with gr.Column(elem_id="beginnings"):
            beginnings = tuple(
                (gr.Button(phrases(_beginning(number)), variant="secondary"), beginning.message)
                for number, beginning in enumerate(load_strings().beginnings)
            )
    chat = gr.Chatbot(
        label=phrases("talk_label"),
        show_label=False,
        container=False,
        elem_id="talk",
        height=None,
        layout="bubble",
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        allow_tags=False,
        sanitize_html=True,
        allow_file_downloads=False,
        autoscroll=False,
        scale=1,
    )
    held = gr.Textbox(Talk().for_browser(), elem_id="held", container=False, show_label=False)
    resume = gr.Button(elem_id="resume")
    return TalkPanel(chat, held, resume, welcome, beginnings)


def make_box(helplines: HelplineDirectory, phrases: gr.I18n) -> BoxPanel:
    """Make the box, its buttons and the choice of a region."""
    with gr.Column(elem_id="foot"):
        pinned = _html("pinned")
        problem = _html("problem")
        with gr.Row(elem_id="write"):
            box = gr.Textbox(
                label=phrases("talk_box_label"),
                placeholder=phrases("talk_box_placeholder"),
                lines=1,
                max_lines=6,
                container=False,
                autofocus=False,
                elem_id="box",
                scale=1,
            )
            send = gr.Button(phrases("talk_send"), variant="primary", elem_id="send", scale=0)
            stop = gr.Button(
                phrases("talk_stop"), variant="secondary", elem_id="stop", visible=False, scale=0
            )
        with gr.Row(elem_id="settings"):
            region = gr.Dropdown(
                _regions(helplines, ENGLISH),
                value=ANYWHERE,
                label=phrases("talk_region_label"),
                filterable=False,
                elem_id="region",
                scale=0,
            )
            again = gr.Button(phrases("talk_new"), variant="secondary", elem_id="again", scale=0)
    return BoxPanel(pinned, problem, box, send, stop, region, again)


def wire_turns(talk: TalkPanel, panel: BoxPanel, turns: Turns) -> None:
    """Let the box, the options and the ways to begin each start a turn."""
    outputs = [
        talk.chat,
        talk.held,
        talk.welcome,
        panel.pinned,
        panel.problem,
        panel.box,
        panel.send,
        panel.stop,
    ]
    state = [talk.held, panel.region]

    def written(
        said: str, held: object, region: str | None, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        language = language_of_headers(request.headers)
        for shown in turns.take(said, held, region or None, language):
            yield _values(shown, region, language)

    def chosen(
        held: object, region: str | None, option: gr.SelectData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        yield from written(str(option.value), held, region, request)

    def begun(message: str) -> Callable[..., Iterator[tuple[Any, ...]]]:
        def beginning(
            held: object, region: str | None, request: gr.Request
        ) -> Iterator[tuple[Any, ...]]:
            yield from written(message, held, region, request)

        return beginning

    def resumed(held: object, region: str | None, request: gr.Request) -> tuple[Any, ...]:
        language = language_of_headers(request.headers)
        return _values(turns.resume(held, language), region, language)

    started = [
        gr.on(
            [panel.box.submit, panel.send.click],
            written,
            [panel.box, *state],
            outputs,
            **_TURN,
        )
    ]
    started += [
        button.click(begun(message), state, outputs, **_TURN) for button, message in talk.beginnings
    ]
    started.append(talk.chat.option_select(chosen, state, outputs, **_TURN))

    talk.resume.click(resumed, state, outputs, cancels=started, **_SMALL)
    panel.stop.click(_idle, None, [panel.send, panel.stop], cancels=started, **_SMALL)
    panel.again.click(
        lambda: ([], Talk().for_browser(), gr.update(visible=True), "", "", *_idle()),
        None,
        [talk.chat, talk.held, talk.welcome, panel.pinned, panel.problem, panel.send, panel.stop],
        cancels=started,
        **_SMALL,
    )


def wire_region(
    page: gr.Blocks,
    panel: BoxPanel,
    header: gr.Markdown,
    helplines: HelplineDirectory,
    settings: Settings,
) -> None:
    """Set the region from the browser's language, and the help link from the region."""

    def top(region: str | None, request: gr.Request) -> str:
        language = language_of_headers(request.headers)
        return render_line("header.html", language=language, region=region)

    def guess(request: gr.Request) -> tuple[Any, str]:
        language = language_of_headers(request.headers)
        wanted = region_of_languages(request.headers.get("accept-language"))
        region = known_region(wanted, settings)
        if region not in dict(offered_regions(helplines)):
            region = ANYWHERE
        choices = _regions(helplines, language)
        return gr.update(choices=choices, value=region), top(region, request)

    page.load(guess, None, [panel.region, header], **_SMALL)
    panel.region.input(top, panel.region, header, **_SMALL)


def _drawn(language: str) -> dict[str, str]:
    """Return what Gradio draws, by the keys that the panels name."""
    strings = load_strings(language)
    beginnings = {_beginning(n): one.label for n, one in enumerate(strings.beginnings)}
    return beginnings | {
        "talk_header": render_line("header.html", language=language, region=None),
        "talk_welcome": render_line("welcome.html", language=language),
        "talk_label": strings.talk_label,
        "talk_box_label": strings.box_label,
        "talk_box_placeholder": strings.box_placeholder,
        "talk_send": strings.send,
        "talk_stop": strings.stop,
        "talk_region_label": strings.region_label,
        "talk_new": strings.new_talk,
    }


def _beginning(number: int) -> str:
    return f"talk_beginning_{number}"


def _regions(helplines: HelplineDirectory, language: str) -> list[tuple[str, str]]:
    """Return the choices of a region: anywhere, then the countries by their names."""
    countries = [(name, code) for code, name in offered_regions(helplines, language)]
    return [(load_strings(language).region_unknown, ANYWHERE), *countries]


def _html(name: str, html: str | I18nData = "") -> gr.Markdown:
    """Make a place for HTML that a template wrote.

    A Markdown component leaves one line of HTML as it is and cleans it; Gradio's
    own HTML component evaluates code from strings, which the page's policy forbids.
    """
    return gr.Markdown(
        html, elem_id=name, sanitize_html=True, latex_delimiters=[], container=False, padding=False
    )


def _values(shown: Shown, region: str | None, language: str) -> tuple[Any, ...]:
    """Return the page's new values, in the order of the outputs of a turn."""
    return (
        list(shown.chat),
        shown.talk.for_browser(),
        gr.update(visible=not shown.chat),
        render_line(
            "pinned.html",
            language=language,
            contacts=contacts(shown.talk.resources, language),
            region=region,
        ),
        render_line("problem.html", problem=shown.problem),
        gr.skip() if shown.box is None else shown.box,
        gr.update(visible=not shown.running),
        gr.update(visible=shown.running),
    )


def _idle() -> tuple[Any, Any]:
    """Return the buttons as they are while nobody answers."""
    return gr.update(visible=True), gr.update(visible=False)
