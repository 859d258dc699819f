"""Give the pages one author's words and colours.

Flow: `site` -> here -> `wording` (phrases), `looks` (`/look/brand.css`), `outside`.
"""

import json
from typing import Any

from coach.site import Colours, Palette, Site

__all__ = ["brand_css", "current_site", "in_its_words", "manifest", "use_site"]

SHIPPED_ICONS: tuple[tuple[str, str, str], ...] = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable.png", "512x512", "maskable"),
)
"""File, size and purpose; `python -m tests.browser.icons` draws them from `icon.svg`."""


class _Serving:
    site = Site()


def use_site(site: Site) -> None:
    """Speak and look as this site from now on: one process serves one."""
    _Serving.site = site


def current_site() -> Site:
    """Return the site that is served."""
    return _Serving.site


def in_its_words(phrases: dict[str, Any], site: Site, language: str) -> dict[str, Any]:
    """Return the interface's phrases with the author's in their place.

    Wherever the phrases say the shipped name, they say the author's.  The tagline comes after
    the sentence that this is an AI and no therapy, which always stays.
    """
    name = str(phrases["name"])
    if site.name:
        phrases = _renamed(phrases, name, site.name)
    words = site.words_in(language)
    own = {
        "tagline_more": words.tagline,
        "description": words.description,
        "welcome_heading": words.heading,
        "welcome": words.text,
        "beginnings": [way.model_dump() for way in words.beginnings or ()] or None,
    }
    return phrases | {key: value for key, value in own.items() if value is not None}


def brand_css(site: Site) -> str:
    """Return the stylesheet with the author's colours; empty where they are as shipped.

    It comes after `tokens.css` and holds day and night whole: the day alone would hide the night.
    """
    if site.colours == Colours():
        return ""
    day, night = (_declared(palette) for palette in (site.colours.light, site.colours.dark))
    return f":root {{ {day} }}\n@media (prefers-color-scheme: dark) {{\n  :root {{ {night} }}\n}}\n"


def manifest(site: Site, name: str, description: str) -> str:
    """Return the manifest by which a browser puts the coach on a phone's screen."""
    icons = SHIPPED_ICONS
    if site.logo:
        icons = ((site.logo.file, site.logo.size, "any"),)
    paper = site.colours.light.paper
    return json.dumps(
        {
            "name": name,
            "short_name": name,
            "description": description,
            "lang": site.language,
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": paper,
            "theme_color": paper,
            "icons": [
                {
                    "src": f"/look/{file}",
                    "sizes": size,
                    "type": "image/svg+xml" if file.endswith(".svg") else "image/png",
                    "purpose": purpose,
                }
                for file, size, purpose in icons
            ],
        },
        ensure_ascii=False,
    )


def _declared(palette: Palette) -> str:
    return " ".join(f"--{token}: {colour};" for token, colour in palette.by_token().items())


def _renamed(value: Any, name: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(name, new)
    if isinstance(value, list):
        return [_renamed(part, name, new) for part in value]
    if isinstance(value, dict):
        return {key: _renamed(part, name, new) for key, part in value.items()}
    return value
