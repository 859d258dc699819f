"""The phrases of the interface: which there are, by where they are read.

Flow: `assets/strings/LANGUAGE.yaml` -> `wording.load_strings` -> these models -> pages and panels.
"""

from pydantic import BaseModel, ConfigDict

__all__ = [
    "Beginning",
    "Elsewhere",
    "InLanguages",
    "OwnPath",
    "PathQuestion",
    "PlanPart",
    "Screens",
    "Service",
    "Strings",
    "Talking",
    "Tools",
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


class InLanguages(BaseModel):
    """What is said of the languages, and names that the helplines have in English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    menu: str
    unsaved: str
    """Asks whether to go on where a change of language would lose what was written."""
    english_replies: str
    """Says at the welcome that the coach reads and answers in English; empty in English."""
    english_page: str
    """Says above an article that it is in English; empty in English."""
    helplines: dict[str, str]
    """Names of the corpus that are words and no proper names."""


class Tools(BaseModel):
    """The phrases of what can be done with a talk; the page's scripts get them as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    copy_reply: str
    copied: str
    cannot_copy: str
    helped: str
    unhelped: str
    noted_helped: str
    noted_unhelped: str
    note_practice: str
    noted_practice: str
    cannot_keep: str
    change: str
    changing: str
    undo: str
    more: str
    keep: str
    keeping: str
    keep_hint: str
    kept: str
    forgotten: str
    resumed: str
    talk_gone: str
    talk_unread: str
    page_gone: str
    sheet_close: str
    sheet_elsewhere: str
    about_passage: str
    about_article: str
    lead_message: str


class PathQuestion(BaseModel):
    """One of the questions of a check-in: as it is asked, and as the plot names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    short: str


class OwnPath(BaseModel):
    """The phrases of "My path"; the page's scripts get them as they stand here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    heading: str
    lead: str
    where: str
    without_scripts: str
    keep: str
    kept: str
    delete: str
    delete_one: str
    deleted: str
    put_back: str
    show_all: str
    checkin_heading: str
    checkin_begin: str
    checkin_intro: str
    questions: tuple[PathQuestion, ...]
    scale: tuple[str, ...]
    source: str
    line: str
    line_hint: str
    unanswered: str
    weeks_heading: str
    weeks_intro: str
    weeks_drawn: str
    weeks_table: str
    date: str
    own_line: str
    steps_heading: str
    steps_intro: str
    step_begin: str
    step_text: str
    step_hint: str
    step_keep: str
    step_empty: str
    step_planned: str
    step_went: str
    step_did: str
    step_partly: str
    step_not_yet: str
    step_note: str
    step_choose: str
    step_change: str
    met_did: str
    met_partly: str
    met_not_yet: str
    practices_heading: str
    practices_none: str
    practice_choose: str
    practice_add: str
    helped_heading: str
    helped_yes: str
    helped_no: str
    talks_heading: str
    talks_none: str
    talk_on: str
    talk_on_one: str
    files_heading: str
    files_intro: str
    save_json: str
    save_markdown: str
    print: str
    read_in: str
    wipe: str
    file_name: str
    file_saved: str
    taken_in: str
    taken_nothing: str
    plan_apart: str
    wipe_heading: str
    wipe_ask: str
    wipe_no: str
    wiped: str
    aside: str
    aside_save: str
    aside_drop: str
    aside_name: str
    problem_none: str
    problem_full: str
    problem_gone: str
    problem_too_large: str
    problem_not_json: str
    problem_not_a_path: str
    problem_newer: str
    problem_field: str
    problem_unknown: str


class Screens(BaseModel):
    """The phrases of the ways between the screens, and of the two libraries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    talk: str
    practices: str
    read: str
    path: str
    practices_heading: str
    practices_intro: str
    mood: str
    mood_any: str
    moods: dict[str, str]
    """A phrase for each `coach.schema.Mood`."""
    time: str
    time_any: str
    time_most: str
    company: str
    company_any: str
    companies: dict[str, str]
    """A phrase for each `coach.schema.Company`, as it is chosen."""
    company_of: dict[str, str]
    """The same, as it is said of a practice."""
    practices_all: str
    practices_some: str
    practices_one: str
    practices_none: str
    practices_clear: str
    practice_begin: str
    practice_start: str
    practice_aloud: str
    practice_stop: str
    breathe_in: str
    breathe_out: str
    breathe_pace: str
    aloud_failed: str
    read_heading: str
    read_intro: str
    read_minutes: str
    read_one_minute: str
    read_part: str
    read_no_series: str
    passage_address: str
    passage_copied: str
    passage_talk: str
    passage_of: str
    search: str
    search_hint: str
    search_button: str
    search_clear: str
    search_some: str
    search_one: str
    search_none: str
    search_help: str
    search_help_first: str
    search_looking: str
    search_failed: str


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


class Service(BaseModel):
    """What is said of limits, and by the addresses for programs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cannot: str
    no_such_model: str
    no_such_role: str
    only_text: str
    waiting: str
    crowded: str
    full: str
    too_often: str
    too_slow: str
    password: str
    not_ready_slow: str
    not_ready_failed: str
    not_ready_index: str
    opening: str
    opening_soon: str
    opening_help: str


class Strings(BaseModel):
    """Every phrase of the interface; the file of each language holds exactly these keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    tagline: str
    tagline_more: str
    description: str
    welcome_heading: str
    welcome: str
    welcome_begin: str
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
    error_too_long_a_message: str
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
    tools: Tools
    talking: Talking
    path: OwnPath
    screens: Screens
    in_languages: InLanguages
    elsewhere: Elsewhere
    service: Service
