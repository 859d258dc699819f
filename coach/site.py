"""What makes a coach its author's own: name, words, colours, logo, who may embed it.

Flow: `site.toml` -> here -> `web`.  Everything in the file is optional; without it the
page is as shipped.  A key that does not exist, a colour that text cannot be read in, or
a logo that is none stops the start with one line.
"""

import difflib
import struct
import tomllib
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from coach.errors import SettingsError
from coach.settings import PROJECT_ROOT, Settings

__all__ = [
    "DARK",
    "LIGHT",
    "Beginning",
    "Colours",
    "Logo",
    "Palette",
    "Site",
    "Words",
    "contrast",
    "load_site",
]

LEGIBLE = 4.5
"""The least contrast of text in WCAG 2.2, level AA."""

LARGEST_LOGO = 300_000
"""Bytes of a logo; every visitor fetches it."""

SMALLEST_LOGO = 192
"""Pixels of a PNG logo to each side, so that it can be the icon on a phone."""

Line = Annotated[str, Field(min_length=1, max_length=160, pattern=r"^[^{}\x00-\x1f]+$")]
Colour = Annotated[str, Field(pattern=r"^#(?:[0-9a-f]{3}|[0-9a-f]{6})$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Region = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Origin = Annotated[str, Field(pattern=r"^https?://(?:\*\.)?[A-Za-z0-9.-]+(?::\d{1,5})?$")]
Address = Annotated[str, Field(pattern=r"^https?://[^\s\"'<>]+$")]

_WORDS = "[words]"
"""The words of all languages, under a name that no key of a file has."""

_SVG = "{http://www.w3.org/2000/svg}svg"
_PNG = b"\x89PNG\r\n\x1a\n"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 reckons it, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


class Frozen(BaseModel):
    """A part of the file: it cannot be changed, and has no key but its own."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.replace("_", "-"),
        hide_input_in_errors=True,
    )


class Palette(Frozen):
    """The colours of every page, by day or by night; the names are those of `tokens.css`."""

    paper: Colour
    surface: Colour
    tint: Colour
    ink: Colour
    ink_soft: Colour
    line: Colour
    edge: Colour
    accent: Colour
    accent_strong: Colour
    on_accent: Colour
    said: Colour
    care: Colour
    care_tint: Colour
    mark: Colour

    def by_token(self) -> dict[str, str]:
        """Return each colour by its name in the stylesheets."""
        return self.model_dump(by_alias=True)


LIGHT = Palette.model_validate(
    {
        "paper": "#f8f3ea",
        "surface": "#fffdf9",
        "tint": "#efe6d7",
        "ink": "#2b2723",
        "ink-soft": "#665c51",
        "line": "#ddd1be",
        "edge": "#8c8071",
        "accent": "#2c5c54",
        "accent-strong": "#20463f",
        "on-accent": "#fffdf9",
        "said": "#e0ebe5",
        "care": "#9c3f22",
        "care-tint": "#fbe9e0",
        "mark": "#fff0c9",
    }
)
DARK = Palette.model_validate(
    {
        "paper": "#1a1816",
        "surface": "#252220",
        "tint": "#322d29",
        "ink": "#efe8de",
        "ink-soft": "#b8ac9d",
        "line": "#453e37",
        "edge": "#8a7e71",
        "accent": "#94cabd",
        "accent-strong": "#b3ddd2",
        "on-accent": "#14302b",
        "said": "#24403a",
        "care": "#ffb598",
        "care-tint": "#43271d",
        "mark": "#4a3d1c",
    }
)

_TEXT_ON = (
    ("ink", ("paper", "surface", "tint", "said", "mark", "care-tint")),
    ("ink-soft", ("paper", "surface")),
    ("accent", ("paper", "surface", "tint")),
    ("on-accent", ("accent", "accent-strong")),
    ("care", ("paper", "surface", "care-tint")),
)
"""What is written on what, on any page."""


class Colours(Frozen):
    """The colours by day and by night; what the file leaves out stays as shipped."""

    light: Palette = LIGHT
    dark: Palette = DARK

    @field_validator("light", "dark", mode="before")
    @classmethod
    def _over_the_shipped(cls, given: object, info: ValidationInfo) -> object:
        shipped = LIGHT if info.field_name == "light" else DARK
        if not isinstance(given, Mapping):
            return given
        lower = {k: v.lower() if isinstance(v, str) else v for k, v in given.items()}
        return shipped.by_token() | lower

    @model_validator(mode="after")
    def _legible(self) -> Self:
        for scheme, palette in (("light", self.light), ("dark", self.dark)):
            colours = palette.by_token()
            for text, grounds in _TEXT_ON:
                for ground in grounds:
                    found = contrast(colours[text], colours[ground])
                    if found < LEGIBLE:
                        raise ValueError(
                            f"{scheme}: {text} ({colours[text]}) on {ground} ({colours[ground]}) "
                            f"has a contrast of {found:.1f}; text needs {LEGIBLE}"
                        )
        return self


class Beginning(Frozen):
    """A way to begin: the button's label, and the English message that it sends."""

    label: Line
    message: Line


class Words(Frozen):
    """What the author says in one language; None where it stays as shipped."""

    language: Language
    tagline: Line | None = None
    description: Line | None = None
    heading: Line | None = None
    text: Annotated[str, Field(min_length=1, max_length=600)] | None = None
    beginnings: Annotated[tuple[Beginning, ...], Field(min_length=1, max_length=8)] | None = None


class Logo(BaseModel):
    """A picture, read whole."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["svg", "png"]
    size: str
    """`any` for an SVG, else such as `512x512`."""
    content: bytes

    @property
    def file(self) -> str:
        """The name under which the page serves it."""
        return f"logo.{self.kind}"


class Site(Frozen):
    """One author's coach; frozen, and complete without any file."""

    name: Annotated[Line, Field(max_length=40)] | None = None
    author: Annotated[Line, Field(max_length=80)] | None = None
    address: Address | None = None
    """The author's own site."""
    logo: Logo | None = None
    language: Language = "en"
    """The language of visitors whose own is not offered, and of words that name none."""
    languages: tuple[Language, ...] = ()
    """The languages to choose from; empty for all there are."""
    regions: tuple[Region, ...] = ()
    """The countries whose helplines are offered first."""
    embed_on: tuple[Origin, ...] = ()
    """The origins whose pages may show the coach in a frame."""
    colours: Colours = Colours()
    words: Annotated[tuple[Words, ...], Field(alias=_WORDS)] = ()

    @field_validator("logo", mode="before")
    @classmethod
    def _read_logo(cls, given: object, info: ValidationInfo) -> object:
        return _logo(info.context / given) if info.context and isinstance(given, str) else given

    def words_in(self, language: str) -> Words:
        """Return what the author says in a language."""
        return next(
            (words for words in self.words if words.language == language), Words(language=language)
        )


def load_site(settings: Settings) -> Site:
    """Return the site that the settings name, or the one of `site.toml`, if there is one.

    Raises:
        SettingsError: The file is missing though it was named, cannot be read, or something in
            it cannot be used; one line says which.
    """
    path = settings.site or PROJECT_ROOT / "site.toml"
    if settings.site is None and not path.exists():
        return Site()
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: cannot be read; save it as UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is no TOML: {error}.") from None
    try:
        return Site.model_validate(_by_language(given), context=path.parent)
    except ValidationError as error:
        raise SettingsError(f"{path}: {_reason(error.errors(include_url=False)[0])}.") from None


def _by_language(given: dict[str, Any]) -> dict[str, Any]:
    """Return the file's values with all words sorted by language, as the model has them.

    In the file, words that name no language are in the site's own: `tagline = "…"` beside
    `tagline = {de = "…"}`, `[welcome]` beside `[welcome.de]`.
    """
    own = str(given.get("language", "en"))
    welcome = given.get("welcome", {})
    if not isinstance(welcome, dict):
        return given
    words: dict[str, dict[str, Any]] = {}
    for key in ("tagline", "description"):
        said = given.get(key, {})
        for language, text in (said if isinstance(said, dict) else {own: said}).items():
            words.setdefault(language, {})[key] = text
    for key, value in welcome.items():
        if isinstance(value, dict):
            words.setdefault(key, {}).update(value)
        else:
            words.setdefault(own, {})[key] = value
    rest = {key: value for key, value in given.items() if key not in _SAID}
    return rest | {_WORDS: [{"language": at} | said for at, said in words.items()]}


def _logo(path: Path) -> Logo:
    """Return the picture at `path`.

    Raises:
        ValueError: It cannot be read, is too large, or is neither an SVG nor a square PNG.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read ({error.strerror})") from None
    if len(content) > LARGEST_LOGO:
        raise ValueError(f"{path.name} has {len(content):,} bytes; the most is {LARGEST_LOGO:,}")
    if content.startswith(_PNG) and len(content) > 24:
        width, height = struct.unpack(">II", content[16:24])
        if width != height or width < SMALLEST_LOGO:
            raise ValueError(
                f"{path.name} is {width} x {height} pixels; a PNG has to be square, "
                f"{SMALLEST_LOGO} or more to each side"
            )
        return Logo(kind="png", size=f"{width}x{height}", content=content)
    try:
        if fromstring(content, forbid_dtd=False).tag == _SVG:
            return Logo(kind="svg", size="any", content=content)
    except (ParseError, DefusedXmlException, ValueError):
        pass
    raise ValueError(f"{path.name} is neither an SVG nor a PNG picture")


def _reason(problem: ErrorDetails) -> str:
    """Return one line about what is wrong, naming the key as it stands in the file."""
    keys = [part for part in problem["loc"] if isinstance(part, str) and part != _WORDS]
    place = ".".join(keys)
    if problem["type"] == "extra_forbidden":
        if keys == ["welcome"]:
            return "welcome: has to be a section, [welcome]"
        near = difflib.get_close_matches(keys[-1], _KEYS, 1)
        return f"{place} is no key" + (f"; it may be {near[0]}" if near else "")
    if problem["type"] == "string_pattern_mismatch":
        form = _FORMS.get(keys[-1], _FORMS["#"] if keys[0] == "colours" else _FORMS[""])
        return f"{place}: has to be {form}"
    message = problem["msg"].removeprefix("Value error, ").replace("\n", " ")
    return f"{place}: {message}"


_SAID = ("tagline", "description", "welcome")
_FORMS = {
    "embed-on": "origins such as https://blog.example, with no path and no slash at the end",
    "address": "an address that begins with https:// or http://",
    "language": "codes of languages in small letters, such as de",
    "languages": "codes of languages in small letters, such as de",
    "regions": "codes of countries in capitals, such as GB",
    "#": "a colour such as #2c5c54",
    "": "one line, without braces",
}
"""What a value looks like that its key can have."""
_KEYS = sorted(
    {
        *_SAID,
        *chain.from_iterable(
            (field.alias or name for name, field in model.model_fields.items() if name != "words")
            for model in (Site, Colours, Palette, Words, Beginning)
        ),
    }
)
