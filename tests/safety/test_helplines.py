"""Where to turn, by region."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from coach.errors import CorpusError
from coach.safety.helplines import EMERGENCY_WORDS, EU, Helpline, Helplines
from tests.safety.conftest import CORPUS

ROWS = TypeAdapter(list[Helpline]).validate_json((CORPUS / "helplines.json").read_bytes())
COUNTRIES = [row for row in ROWS if row.country not in ("EU", "INTL")]


def of_type(kind: str) -> list[Helpline]:
    return [row for row in COUNTRIES if row.type == kind]


def numbers(text: str) -> Iterator[str]:
    """Yield the digits of every number written in `text`, blanks and hyphens left out."""
    for found in re.findall(r"\d[\d -]*\d|\d", text):
        yield re.sub(r"\D", "", found)


def test_a_region_gets_its_own_lines_first(helplines: Helplines) -> None:
    first = helplines.for_region("GB")[0]
    assert (first.name, first.call) == ("Samaritans", "116 123")


@pytest.mark.parametrize("region", ["gb", "en-GB", "en_GB", "UK"])
def test_a_region_is_understood_in_other_spellings(helplines: Helplines, region: str) -> None:
    assert helplines.for_region(region) == helplines.for_region("GB")


@pytest.mark.parametrize("region", [None, "", "XX", "NG", "not a country"])
def test_without_lines_the_directory_and_the_words_are_given(
    helplines: Helplines, region: str | None
) -> None:
    found = helplines.for_region(region)
    assert "https://findahelpline.com" in [r.url for r in found]
    assert EMERGENCY_WORDS in [r.name for r in found]
    assert all(r.call is None and r.text is None for r in found)


@pytest.mark.parametrize("region", sorted(EU))
def test_eu_countries_have_112_and_never_116123_from_elsewhere(
    helplines: Helplines, region: str
) -> None:
    calls = [r.call for r in helplines.for_region(region)]
    assert "112" in calls
    assert region == "IE" or "116 123" not in calls


@pytest.mark.parametrize("region", ["BR", "SG", "ZA", "NO", "CH", "KR", "XX", None])
def test_no_emergency_number_is_guessed(helplines: Helplines, region: str | None) -> None:
    found = helplines.for_region(region, categories=("medical_emergency",))
    assert found[0].name == EMERGENCY_WORDS
    assert found[0].call is None


@pytest.mark.parametrize(
    ("region", "number"),
    [("US", "911"), ("GB", "999"), ("IE", "112"), ("AU", "000"), ("NZ", "111"), ("JP", "119")],
)
def test_a_country_gets_its_own_emergency_number_first_in_an_emergency(
    helplines: Helplines, region: str, number: str
) -> None:
    found = helplines.for_region(region, categories=("medical_emergency",))
    assert [r.call for r in found if "emergency" in r.name.lower()] == [number]
    assert found[0].call == number


def test_a_country_without_a_confirmed_line_shows_the_directory_and_its_emergency_number(
    helplines: Helplines,
) -> None:
    found = helplines.for_region("IS")
    assert [r.call for r in found] == [None, "112"]
    assert found[0].url == "https://findahelpline.com"


def test_a_member_of_the_eu_without_a_row_gets_the_number_of_the_eu(tmp_path: Path) -> None:
    file = tmp_path / "helplines.json"
    rows = [r.model_dump(mode="json") for r in ROWS if r.country in ("EU", "INTL")]
    file.write_text(json.dumps(rows))
    found = Helplines.load(file)
    assert found.for_region("BE")[-1].call == "112"
    assert found.for_region("NO")[-1].call is None


def test_child_lines_come_first_for_a_minor(helplines: Helplines) -> None:
    calls = [r.call for r in helplines.for_region("GB", categories=("suicide", "minor"))]
    assert calls == ["0800 1111", "116 123", None, "999"]
    polish = helplines.for_region("PL", categories=("minor",))
    assert polish[0].call == "116 111"
    assert polish[1].url == "https://findahelpline.com"


def test_emergency_comes_before_the_child_line_where_a_life_is_at_stake(
    helplines: Helplines,
) -> None:
    calls = [r.call for r in helplines.for_region("DE", categories=("abuse", "minor"))]
    assert calls == ["112", "116 111", "0800 111 0 111"]


@pytest.mark.parametrize("row", of_type("child"), ids=lambda row: row.country)
def test_child_lines_are_for_minors_only(helplines: Helplines, row: Helpline) -> None:
    assert row.as_resource() in helplines.for_region(row.country, categories=("minor",))
    assert row.as_resource() not in helplines.for_region(row.country)


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("child", "minor"),
        ("domestic_violence", "abuse"),
        ("poison", "medical_emergency"),
        ("poison", "poison"),
    ],
)
def test_each_kind_of_line_answers_what_was_heard(tmp_path: Path, kind: str, category: str) -> None:
    base = {"country": "XX", "country_name": "Nowhere", "source": "x", "verified": True}
    file = tmp_path / "helplines.json"
    file.write_text(
        json.dumps(
            [
                {**base, "name": "Anyone", "type": "crisis", "call": "1"},
                {**base, "name": "Special", "type": kind, "call": "2"},
                {**base, "name": "Other", "type": "lgbtq", "call": "3"},
                {**base, "name": "4 emergency", "type": "emergency", "call": "4"},
            ]
        )
    )
    loaded = Helplines.load(file)
    heard = [r.call for r in loaded.for_region("XX", categories=("suicide", category))]
    assert sorted(heard, key=str) == ["1", "2", "4"]
    assert heard.index("2") < heard.index("1")
    assert [r.call for r in loaded.for_region("XX", categories=("suicide",))] == ["1", "4"]


def test_emergency_comes_first_where_a_life_is_at_stake(helplines: Helplines) -> None:
    assert helplines.for_region("DE", categories=("abuse",))[0].call == "112"
    assert helplines.for_region("DE", categories=("suicide",))[0].call == "0800 111 0 111"


def test_every_number_stands_in_the_data(helplines: Helplines) -> None:
    known = (CORPUS / "helplines.json").read_text(encoding="utf-8")
    for code, _ in helplines.regions():
        for resource in helplines.for_region(code):
            assert resource.call is None or f'"{resource.call}"' in known
            assert resource.text is None or f'"{resource.text}"' in known


def test_at_least_25_countries_have_a_row_with_a_source_and_a_date_of_checking() -> None:
    assert len({r.country for r in COUNTRIES if r.shown and r.source and r.checked}) >= 25


def test_at_least_40_countries_have_an_emergency_number() -> None:
    assert len({r.country for r in of_type("emergency")}) >= 40


def test_no_date_of_checking_lies_ahead() -> None:
    today = datetime.now(UTC).date()
    assert all(r.checked is None or r.checked <= today for r in ROWS)


@pytest.mark.parametrize(
    "row", [r for r in ROWS if "PyPI" in r.source], ids=lambda row: f"{row.country}-{row.name}"
)
def test_every_number_stands_in_its_sources_data(row: Helpline) -> None:
    stated = set(numbers(row.source))
    given = [n for n in (row.call, row.call_alt, row.text) if n]
    assert {digits for n in given for digits in numbers(n)} <= stated


@pytest.mark.parametrize("row", of_type("emergency"), ids=lambda row: row.country)
def test_an_emergency_number_is_among_those_that_the_metadata_lists(row: Helpline) -> None:
    listed = re.search(rf"emergency numbers of {row.country}: ([0-9, ]+);", row.source)
    assert listed
    assert row.call in listed[1].split(", ")
    assert row.call_alt is None or row.call_alt in listed[1].split(", ")
    assert row.name.startswith(f"{row.call} emergency")


def test_116123_is_listed_only_where_a_source_names_who_answers() -> None:
    assert {r.country for r in COUNTRIES if r.call == "116 123"} == {"GB", "IE"}


def test_a_country_has_one_name_and_no_row_twice() -> None:
    assert len({(r.country, r.country_name) for r in COUNTRIES}) == len(
        {r.country for r in COUNTRIES}
    )
    seen = [(r.country, r.type, r.call, r.text) for r in ROWS if r.type != "directory"]
    assert len(seen) == len(set(seen))


def test_addresses_are_absolute_and_encrypted(helplines: Helplines) -> None:
    urls = [r.url for code, _ in helplines.regions() for r in helplines.for_region(code) if r.url]
    assert urls
    assert all(url.startswith("https://") for url in urls)


def test_rows_that_were_only_seen_somewhere_are_dropped(helplines: Helplines) -> None:
    names = {r.name for r in helplines.for_region(None)}
    assert not any("IASP" in name for name in names)


def test_regions_are_all_countries_with_a_row_by_name(helplines: Helplines) -> None:
    regions = helplines.regions()
    assert {code for code, _ in regions} == {r.country for r in COUNTRIES}
    assert ("GB", "United Kingdom") in regions
    assert not {"EU", "INTL"} & {code for code, _ in regions}
    assert [name for _, name in regions] == sorted(name for _, name in regions)


@pytest.mark.parametrize("number", ["07725 90 90 90", "1-800-273-8255"])
def test_a_retired_number_is_refused(tmp_path: Path, number: str) -> None:
    row = {"country": "GB", "country_name": "x", "name": "x", "type": "crisis"}
    file = tmp_path / "helplines.json"
    file.write_text(json.dumps([{**row, "text": number, "source": "x", "verified": True}]))
    with pytest.raises(CorpusError, match="retired"):
        Helplines.load(file)


@pytest.mark.parametrize("content", ["", "{", '[{"country": "GB"}]', "{}"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "helplines.json"
    file.write_text(content)
    with pytest.raises(CorpusError, match=r"helplines\.json"):
        Helplines.load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        Helplines.load(tmp_path / "none.json")
