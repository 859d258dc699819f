"""The page speaks the visitor's language, as far as it has it."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from coach.errors import MessageTooLongError, SettingsError
from coach.library import Corpus
from coach.safety.helplines import EMERGENCY_WORDS, Helplines
from coach.schema import Message, Reply
from coach.settings import Settings
from coach.site import Site
from coach.web.brand import use_site
from coach.web.languages import (
    COOKIE,
    ENGLISH,
    PHRASES,
    country_names,
    day_in_words,
    language_of_headers,
    languages,
    languages_offered,
    read_names,
)
from coach.web.page import make_phrases
from coach.web.regions import offered_regions
from coach.web.reply_view import contacts, reply_html
from coach.web.turns import Talk, Turns
from coach.web.wording import load_strings, render_line

OTHERS = [code for code in languages() if code != ENGLISH]

NOT_WORDS = {
    *("name", "exit_address", "help_region_own", "plan_file", "screens.label"),
    *("path.file_name", "path.aside_name"),
}
"""Names, addresses and the like."""
COGNATES = {("fr", "read_article"), ("fr", "talking.volume")}
"""Words that are the same in English."""
TO_THE_COACH = re.compile(
    r"beginnings\.\d\.message|plan_parts\.\d\.(id|helplines)"
    r"|talking\.(said_yes|said_no)\.\d+|talking\.(ask_back|ask_again|pause_next)"
    r"|tools\.(about_passage|about_article|lead_message)"
)
"""What is said to the coach, or by its English voice; and what no one reads."""


def phrases_of(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each phrase with its path."""
    children: Any = ()
    if isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    else:
        yield path, node
    for key, child in children:
        yield from phrases_of(child, f"{path}.{key}".strip("."))


def phrases(code: str) -> dict[str, Any]:
    return dict(phrases_of(yaml.safe_load((PHRASES / f"{code}.yaml").read_text("utf-8"))))


def fields(phrase: object) -> list[str]:
    return sorted(re.findall(r"\{\w*\}", str(phrase)))


def test_there_are_five_languages_under_their_own_names() -> None:
    assert [(one.name, one.direction) for one in languages_offered()] == [
        ("English", "ltr"),
        ("Deutsch", "ltr"),
        ("Español", "ltr"),
        ("Français", "ltr"),
        ("العربية", "rtl"),
    ]


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_every_phrase_with_its_fields(code: str) -> None:
    english, other = phrases(ENGLISH), phrases(code)
    assert list(other) == list(english)
    assert {path: fields(other[path]) for path in english} == {
        path: fields(phrase) for path, phrase in english.items()
    }
    assert load_strings(code) != load_strings()


def test_numbers_and_addresses_keep_their_order_in_a_language_from_right_to_left() -> None:
    """Without isolation, “116 123” is shown as “123 116”."""
    for path, phrase in phrases("ar").items():
        if not TO_THE_COACH.fullmatch(path):
            bare = re.sub("\u2066\\{(number|site)\\}\u2069", "", str(phrase))
            assert "{number}" not in bare, path
            assert "{site}" not in bare, path


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_over_but_what_the_coach_reads_and_says(code: str) -> None:
    english, other = phrases(ENGLISH), phrases(code)
    same = {path for path in english if other[path] == english[path]}
    spoken = {path for path in english if TO_THE_COACH.fullmatch(path)}
    assert same - spoken - NOT_WORDS == {path for where, path in COGNATES if where == code}
    assert spoken <= same
    assert [path for path, phrase in other.items() if phrase in ("", None)] == []


@pytest.mark.parametrize(
    ("headers", "asked", "language"),
    [
        ({}, None, "en"),
        ({"accept-language": "de-AT,de;q=0.9,en;q=0.8"}, None, "de"),
        ({"accept-language": "en;q=0.3, fr-CA;q=0.8, xx"}, None, "fr"),
        ({"accept-language": "AR"}, None, "ar"),
        ({"accept-language": "de;q=0, es;q=0.1"}, None, "es"),
        ({"accept-language": "ja, zh-Hant-TW;q=0.5"}, None, "en"),
        ({"accept-language": "de;q=x,;,*,es"}, None, "es"),
        ({"accept-language": "x" * 100_000}, None, "en"),
        ({"accept-language": "de", "cookie": "a=b; language=es"}, None, "es"),
        ({"accept-language": "de", "cookie": "language=../en"}, None, "de"),
        ({"accept-language": "de", "cookie": "language=es"}, "fr", "fr"),
        ({"accept-language": "de", "cookie": "language=es"}, "../fr", "es"),
    ],
)
def test_the_address_the_cookie_and_the_browser_choose_in_this_order(
    headers: dict[str, str], asked: str | None, language: str
) -> None:
    assert language_of_headers(headers, asked) == language


@pytest.fixture
def in_spanish() -> Iterator[None]:
    use_site(Site(language="es", languages=("es", "fr")))
    yield
    use_site(Site())


@pytest.mark.usefixtures("in_spanish")
def test_a_site_chooses_its_languages_and_speaks_its_own_to_all_others() -> None:
    assert language_of_headers({"accept-language": "ja"}) == "es"
    assert language_of_headers({"accept-language": "de"}, "en") == "es"
    assert language_of_headers({"accept-language": "fr"}) == "fr"
    assert [one.code for one in languages_offered()] == ["es", "fr"]


def test_a_site_in_a_language_that_the_page_lacks_is_refused() -> None:
    use_site(Site(language="ja"))
    try:
        with pytest.raises(SettingsError, match="not ja"):
            read_names()
    finally:
        use_site(Site())


@pytest.mark.parametrize("path", ["/", "/help", "/plan", "/read/self-compassion", "/read/nowhere"])
@pytest.mark.parametrize("code", languages())
def test_every_page_says_its_language_and_offers_the_others(
    client: TestClient, path: str, code: str
) -> None:
    response = client.get(path, headers={"Accept-Language": code})
    direction = "rtl" if code == "ar" else "ltr"
    opening = re.search(r"<html\b[^>]*>", response.text)
    assert opening
    assert re.findall(r'(?<=\s)(lang|dir)="(\w+)"', opening[0]) == [
        ("lang", code),
        ("dir", direction),
    ]
    assert load_strings(code).exit in response.text
    assert re.findall(r'hreflang="(\w+)"', response.text) == [o.code for o in languages_offered()]
    assert {"Accept-Language", "Cookie"} <= set(re.split(r",\s*", response.headers["vary"]))
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("path", ["/", "/help"])
def test_a_choice_is_kept_in_one_cookie_that_holds_nothing_else(
    client: TestClient, path: str
) -> None:
    response = client.get(f"{path}?lang=de", headers={"Accept-Language": "fr"})
    assert f"{load_strings('de').exit}</a>" in response.text
    kept = response.headers.get_list("set-cookie")
    assert kept == [f"{COOKIE}=de; Path=/; SameSite=Lax; HttpOnly"]
    client.cookies.clear()
    again = client.get(path, headers={"Accept-Language": "fr", "Cookie": f"{COOKIE}=de"})
    assert '<html lang="de"' in again.text


@pytest.mark.parametrize("asked", ["", "xx", "../en", "de%0d%0aX: y", "DE"])
def test_a_language_that_there_is_not_chooses_nothing(client: TestClient, asked: str) -> None:
    response = client.get(f"/help?lang={asked}", headers={"Accept-Language": "fr"})
    assert '<html lang="fr"' in response.text
    assert "set-cookie" not in response.headers


def test_a_link_to_a_language_keeps_the_region(client: TestClient) -> None:
    page = client.get("/help?region=US").text
    assert 'href="?region=US&amp;lang=de"' in page
    assert 'href="tel:988"' in client.get("/help?region=US&lang=de").text
    client.cookies.clear()


def test_countries_and_days_are_named_in_the_language(settings: Settings) -> None:
    helplines = Helplines.load(settings.corpus_dir / "helplines.json")
    german = offered_regions(helplines, "de")
    assert dict(german)["GB"] == "Vereinigtes Königreich"
    names = [name for _, name in german]
    assert names.index("Litauen") < names.index("Österreich") < names.index("Polen")
    assert country_names("ar")["EG"] == "مصر"
    assert day_in_words(date(2026, 9, 4), "en") == "4 September 2026"
    assert day_in_words(date(2026, 3, 4), "es") == "4 de marzo de 2026"


@pytest.mark.parametrize("code", languages())
def test_helplines_without_a_name_are_named_in_the_language(code: str, settings: Settings) -> None:
    helplines = Helplines.load(settings.corpus_dir / "helplines.json")
    named = load_strings(code).in_languages.helplines
    known = {words.replace("{number}", "999") for words in named}
    assert {"999 emergency", EMERGENCY_WORDS} <= known
    british = [contact["name"] for contact in contacts(helplines.for_region("GB"), code)]
    assert "Samaritans" in british
    assert named["{number} emergency"].format(number="999") in british
    anywhere = [contact["name"] for contact in contacts(helplines.for_region(None), code)]
    assert named[EMERGENCY_WORDS] in anywhere


def test_what_stands_around_a_reply_is_in_the_language(corpus: Corpus) -> None:
    reply = Reply(
        text="One small step.", kind="practice", practice={"id": "x", "step": 2, "steps": 7}
    )
    assert "2 von 7" in reply_html(reply, corpus, "de", whole=True)
    assert "One small step." in reply_html(reply, corpus, "de", whole=True)


class Strict:
    """A coach to whom every message is too long."""

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        raise NotImplementedError

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        assert region is None
        raise MessageTooLongError(len(messages[-1].content), 8_000)


@pytest.mark.parametrize(("code", "limit"), [("en", "8,000"), ("de", "8.000")])
def test_what_goes_wrong_is_said_in_the_language(corpus: Corpus, code: str, limit: str) -> None:
    turns = Turns(Strict(), corpus, Settings(max_message_chars=8_000))
    *_, shown = turns.take("my words", Talk().for_browser(), None, code)
    assert shown.problem == load_strings(code).error_too_long_a_message.format(limit=limit)
    assert shown.box == "my words"
    *_, shown = turns.take(" ", Talk().for_browser(), None, code)
    assert shown.problem == load_strings(code).error_nothing_written


def test_an_article_is_english_within_a_page_of_another_language(client: TestClient) -> None:
    page = client.get("/read/self-compassion", headers={"Accept-Language": "ar"}).text
    assert '<article lang="en" dir="ltr">' in page
    assert load_strings("ar").in_languages.english_page in page
    english = client.get("/read/self-compassion", headers={"Accept-Language": "en"}).text
    assert '<p class="note"></p>' not in english


@pytest.mark.parametrize("code", languages())
def test_gradio_is_given_every_phrase_that_it_draws(code: str) -> None:
    drawn = make_phrases().translations_dict
    assert drawn[code].keys() == drawn[ENGLISH].keys()
    assert drawn[code]["talk_send"] == load_strings(code).send
    assert drawn[code]["talk_welcome"] == render_line("welcome.html", language=code)
    # Gradio reads these as ICU messages, to which a brace is the beginning of a field.
    assert not any(brace in phrase for phrase in drawn[code].values() for brace in "{}")


def test_french_marks_stay_with_their_words() -> None:
    """A line that begins with a question mark looks like a mistake."""
    for path, phrase in phrases("fr").items():
        assert not re.search("« | [»?!;:]", str(phrase)), path
    assert "«\u00a0De l&#39;aide\u00a0»" in render_line("welcome.html", language="fr")


def test_the_welcome_says_that_the_coach_speaks_english() -> None:
    assert load_strings("de").in_languages.english_replies in render_line(
        "welcome.html", language="de"
    )
    assert load_strings().in_languages.english_replies == ""
