"""The author's file: what it may hold, and that each mistake in it is told in one line."""

import re
import struct
from pathlib import Path

import pytest

from coach.errors import SettingsError
from coach.settings import PROJECT_ROOT, Settings
from coach.site import DARK, LIGHT, Beginning, Site, contrast, load_site

TOKENS = PROJECT_ROOT / "coach" / "web" / "assets" / "tokens.css"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


def load(folder: Path, text: str) -> Site:
    path = folder / "site.toml"
    path.write_text(text, "utf-8")
    return load_site(Settings(site=path))


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(f"{folder / 'site.toml'}: ")
    return said.removeprefix(f"{folder / 'site.toml'}: ")


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x06"


def test_the_shipped_file_changes_nothing() -> None:
    assert load_site(Settings()) == Site()


def test_every_line_that_the_shipped_file_offers_can_be_used(tmp_path: Path) -> None:
    shipped = (PROJECT_ROOT / "site.toml").read_text("utf-8")
    (tmp_path / "logo.svg").write_text(SVG)
    offered = re.sub(r"(?m)^# (?=[a-z]+(-[a-z]+)* = |\[|  \{|\])", "", shipped)
    site = load(tmp_path, offered)
    assert site.name == "Homeward"
    assert site.embed_on == ("https://blog.example",)
    assert site.words_in("de").heading == "Schön, dass du da bist"
    assert site.logo
    unset = {name for name in Site.model_fields if name not in site.model_fields_set}
    assert unset == set()


def test_the_colours_as_shipped_are_those_of_the_stylesheet() -> None:
    day, night = TOKENS.read_text("utf-8").split("@media")
    for css, palette in ((day, LIGHT), (night, DARK)):
        assert dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css)) == palette.by_token()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21),
        ("#fff", "#FFFFFF".lower(), 1),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#fff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_a_colour_that_text_cannot_be_read_in_is_refused_with_both(tmp_path: Path) -> None:
    said = refusal(tmp_path, '[colours.light]\naccent = "#777777"\n')
    assert said == (
        "colours: light: accent (#777777) on paper (#f8f3ea) has a contrast of 4.1; text needs 4.5."
    )
    assert "dark: ink (#444444) on" in refusal(tmp_path, '[colours.dark]\nink = "#444444"\n')


def test_colours_left_out_stay_as_shipped(tmp_path: Path) -> None:
    colours = load(tmp_path, '[colours.light]\naccent = "#1F4E79"\n').colours
    assert colours.light.accent == "#1f4e79"
    assert colours.light.paper == LIGHT.paper
    assert colours.dark == DARK


def test_words_without_a_language_are_in_the_sites_own(tmp_path: Path) -> None:
    site = load(
        tmp_path,
        """
        language = "de"
        tagline = "Aus meinen Texten."
        description = {en = "A quiet place."}
        [welcome]
        heading = "Schön, dass du da bist"
        beginnings = [{label = "Einfach reden", message = "I feel lonely."}]
        [welcome.en]
        heading = "Hello"
        """,
    )
    german, english = site.words_in("de"), site.words_in("en")
    assert (german.tagline, german.heading) == ("Aus meinen Texten.", "Schön, dass du da bist")
    assert german.beginnings == (Beginning(label="Einfach reden", message="I feel lonely."),)
    assert (english.tagline, english.description) == (None, "A quiet place.")
    assert english.heading == "Hello"
    assert site.words_in("fr").heading is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('colors = "red"', "colors is no key; it may be colours."),
        ('words = "x"', "words is no key."),
        ('[colours.light]\nacent = "#fff"', "colours.light.acent is no key; it may be accent."),
        ('[welcome.de]\nheding = "x"', "heding is no key; it may be heading."),
        ("welcome = 3", "welcome: has to be a section, [welcome]."),
        ("name = 3", "name: Input should be a valid string."),
        ('name = "two\\nlines"', "name: has to be one line, without braces."),
        ('name = "{x}"', "name: has to be one line, without braces."),
        ('language = "German"', "language: has to be codes of languages"),
        ("language = [1]\ntagline = 'x'", "language: "),
        ('regions = ["gb"]', "regions: has to be codes of countries in capitals"),
        ('[colours.dark]\npaper = "black"', "colours.dark.paper: has to be a colour such as"),
        ('address = "javascript:alert(1)"', "address: has to be an address that begins with"),
        ("name = ", "is no TOML: "),
        ('logo = "nowhere.svg"', "logo: nowhere.svg cannot be read"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, text: str, expected: str) -> None:
    assert refusal(tmp_path, text).startswith(expected)


@pytest.mark.parametrize(
    "origin",
    [
        "https://blog.example/",
        "https://blog.example/path",
        "blog.example",
        "*",
        "'self'",
        "https://a.example; script-src *",
        "https://a.example https://b.example",
    ],
)
def test_what_is_no_origin_cannot_embed(tmp_path: Path, origin: str) -> None:
    assert "embed-on: has to be origins" in refusal(tmp_path, f'embed-on = ["{origin}"]')


@pytest.mark.parametrize(
    "origin", ["https://blog.example", "http://127.0.0.1:8000", "https://*.blog.example"]
)
def test_origins_may_have_a_port_or_stand_for_all_beneath(tmp_path: Path, origin: str) -> None:
    assert load(tmp_path, f'embed-on = ["{origin}"]').embed_on == (origin,)


def test_a_logo_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "mine.svg").write_text(SVG)
    logo = load(tmp_path, 'logo = "mine.svg"').logo
    assert logo
    assert (logo.file, logo.size, logo.content) == ("logo.svg", "any", SVG.encode())
    (tmp_path / "mine.png").write_bytes(png(192, 192))
    logo = load(tmp_path, 'logo = "mine.png"').logo
    assert logo
    assert (logo.file, logo.size) == ("logo.png", "192x192")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"GIF89a", "logo: mine is neither an SVG nor a PNG picture."),
        (b"<html/>", "logo: mine is neither an SVG nor a PNG picture."),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
            "logo: mine is neither an SVG nor a PNG picture.",
        ),
        (png(191, 191), "logo: mine is 191 x 191 pixels; a PNG has to be square, 192 or more"),
        (png(400, 200), "logo: mine is 400 x 200 pixels; a PNG has to be square"),
        (b"x" * 300_001, "logo: mine has 300,001 bytes; the most is 300,000."),
    ],
)
def test_what_is_no_fit_picture_is_no_logo(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "mine").write_bytes(content)
    assert refusal(tmp_path, 'logo = "mine"').startswith(expected)


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read"):
        load_site(Settings(site=tmp_path / "nowhere.toml"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(SettingsError, match="save it as UTF-8 text"):
        load_site(Settings(site=path))
