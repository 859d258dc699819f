"""The words and templates of the web surface, read once from `assets/`.

Flow: `assets/strings/LANGUAGE.yaml` and `assets/templates/` -> here -> pages and panels.
"""

import re
from functools import lru_cache

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from coach.site import Site
from coach.web.brand import current_site, in_its_words
from coach.web.languages import (
    ENGLISH,
    PHRASES,
    language_offered,
    languages,
    languages_offered,
)
from coach.web.looks import ASSETS, Looks
from coach.web.phrases import Strings

__all__ = ["ASSETS", "current_looks", "load_strings", "read_all", "render", "render_line"]

_SPACES = re.compile(r"[ \t\r\n]+")
"""What may become one space; French needs those that do not break as they are."""


def load_strings(language: str = ENGLISH) -> Strings:
    """Return the interface's phrases in one of its languages, with the author's in their place.

    Raises:
        ValidationError: The file lacks a phrase, or has one that is unknown.
    """
    return _strings(language, current_site())


@lru_cache
def _strings(language: str, site: Site) -> Strings:
    phrases = yaml.safe_load((PHRASES / f"{language}.yaml").read_text("utf-8"))
    return Strings.model_validate(in_its_words(phrases, site, language))


def current_looks() -> Looks:
    """Return the stylesheets, scripts and pictures of the site that is served."""
    return _looks(current_site())


@lru_cache(maxsize=1)
def _looks(site: Site) -> Looks:
    return Looks.of(site)


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
    """Read phrases, templates and looks now, so that pages are served when the disk is gone."""
    for language in languages():
        load_strings(language)
    _templates()
    current_looks()


def render(template: str, *, language: str = ENGLISH, **values: object) -> Markup:
    """Return a template of `assets/templates` in a language, with every value escaped."""
    text = (
        _templates()
        .get_template(template)
        .render(
            strings=load_strings(language),
            language=language_offered(language),
            languages=languages_offered(),
            site=current_site(),
            **values,
        )
    )
    return Markup(current_looks().addressed(text))  # noqa: S704 - the environment escapes all values


def render_line(template: str, *, language: str = ENGLISH, **values: object) -> str:
    """Return a template on one line, which Markdown takes as one block of HTML."""
    return _SPACES.sub(" ", render(template, language=language, **values)).strip()
