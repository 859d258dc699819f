"""The words and templates of the web surface, read once from `assets/`.

Flow: `assets/strings.yaml` and `assets/templates/` -> here -> pages and panels.
"""

from functools import lru_cache

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict

from coach.site import Site
from coach.web.brand import in_its_words
from coach.web.looks import ASSETS, Looks

__all__ = [
    "ASSETS",
    "Beginning",
    "Elsewhere",
    "PlanPart",
    "Strings",
    "Talking",
    "current_looks",
    "current_site",
    "load_strings",
    "read_all",
    "render",
    "render_line",
    "use_site",
]


class Beginning(BaseModel):
    """One of the ways to begin a talk: a button, and what it says for the person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    message: str


class PlanPart(BaseModel):
    """One of the short parts of the safety plan: its name, its heading, what to write."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    heading: str
    hint: str
    helplines: bool = False
    """Whether the region's helplines stand in it."""


class Talking(BaseModel):
    """The phrases of talking by voice; the page's scripts get them as they stand here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hold: str
    hold_hint: str
    free: str
    free_hint: str
    mute: str
    mute_hint: str
    sound: str
    speed: str
    volume: str
    read_aloud: str
    stop_speaking: str
    off: str
    opening: str
    listening: str
    listening_until: str
    writing: str
    thinking: str
    speaking: str
    quiet: str
    heard: str
    unsure: str
    ask_back: str
    ask_again: str
    said_yes: tuple[str, ...]
    said_no: tuple[str, ...]
    nothing_heard: str
    ready_now: str
    asleep: str
    out_of_sight: str
    not_allowed: str
    no_microphone: str
    microphone_taken: str
    microphone_lost: str
    not_secure: str
    connection_lost: str
    cannot_speak: str
    pause_begin: str
    pause_end: str
    pause_left: str
    pause_over: str
    pause_next: str


class Elsewhere(BaseModel):
    """What is said on other sites' pages, on a phone's screen and without a connection."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    dialog: str
    close: str
    refused: str
    in_a_tab: str
    emptied: str
    left_heading: str
    left: str
    left_again: str
    by: str
    offline_heading: str
    offline: str
    offline_again: str
    offline_own: str
    offline_anywhere: str
    offline_others: str
    offline_talk: str


class Strings(BaseModel):
    """Every phrase of the interface; the file holds exactly these keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    tagline: str
    tagline_more: str
    description: str
    welcome_heading: str
    welcome: str
    beginnings: tuple[Beginning, ...]
    talk_label: str
    speaker_you: str
    speaker_coach: str
    box_label: str
    box_placeholder: str
    send: str
    stop: str
    new_talk: str
    region_label: str
    region_unknown: str
    european_countries: dict[str, str]
    help_now: str
    help_heading: str
    help_intro: str
    help_emergency: str
    help_region_button: str
    help_region_own: str
    help_region_other: str
    help_note: str
    exit: str
    exit_address: str
    exit_title: str
    exit_keys: str
    exit_note: str
    plan_heading: str
    plan_intro: str
    plan_region: str
    plan_parts: tuple[PlanPart, ...]
    plan_keep_heading: str
    plan_keep: str
    plan_without_scripts: str
    plan_save: str
    plan_delete: str
    plan_download: str
    plan_print: str
    plan_file: str
    plan_saved: str
    plan_restored: str
    plan_changed: str
    plan_deleted: str
    plan_cannot_save: str
    plan_downloaded: str
    plan_no_lines: str
    plan_make: str
    plan_short: str
    resources_heading: str
    call: str
    text: str
    visit: str
    sources_heading: str
    source_before: str
    read_in_full: str
    practice_step: str
    back_to_talk: str
    read_practice: str
    read_article: str
    read_minutes: str
    read_by: str
    read_steps: str
    read_pause: str
    previous: str
    next: str
    not_found_heading: str
    not_found: str
    page_needs_javascript: str
    error_nothing_written: str
    error_too_long_a_talk: str
    error_unexpected: str
    api_invalid_json: str
    api_not_json: str
    api_too_large: str
    api_unknown_field: str
    api_missing_field: str
    api_invalid_field: str
    api_no_messages: str
    api_too_many_messages: str
    api_last_not_user: str
    api_unexpected: str
    api_not_found: str
    api_method: str
    speech_not_multipart: str
    speech_no_file: str
    speech_format: str
    speech_language: str
    speech_nothing: str
    voice_busy: str
    voice_too_long: str
    voice_failed: str
    voice_protocol: str
    talking: Talking
    elsewhere: Elsewhere


@lru_cache(maxsize=1)
def load_strings() -> Strings:
    """Return the interface's phrases."""
    phrases = yaml.safe_load((ASSETS / "strings.yaml").read_text("utf-8"))
    return Strings.model_validate(in_its_words(phrases, current_site(), "en"))


@lru_cache(maxsize=1)
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(ASSETS / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for name in templates.list_templates():
        templates.get_template(name)
    return templates


def read_all() -> None:
    """Read phrases and templates now, so that pages are served when the disk is gone."""
    load_strings()
    _templates()


def render(template: str, **values: object) -> Markup:
    """Return a template of `assets/templates`, with every value escaped."""
    text = (
        _templates()
        .get_template(template)
        .render(strings=load_strings(), site=current_site(), **values)
    )
    return Markup(current_looks().addressed(text))  # noqa: S704 - the environment escapes all values


def render_line(template: str, **values: object) -> str:
    """Return a template on one line, which Markdown takes as one block of HTML."""
    return " ".join(render(template, **values).split())


class _Serving:
    site = Site()


def use_site(site: Site) -> None:
    """Speak and look as this site from now on: one process serves one."""
    _Serving.site = site
    load_strings.cache_clear()
    current_looks.cache_clear()


def current_site() -> Site:
    """Return the site that is served."""
    return _Serving.site


@lru_cache(maxsize=1)
def current_looks() -> Looks:
    """Return the stylesheets, scripts and pictures of the site that is served."""
    return Looks.of(current_site())
