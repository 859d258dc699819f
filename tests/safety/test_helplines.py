"""Where to turn, by region."""

import json
from pathlib import Path

import pytest

from coach.errors import CorpusError
from coach.safety.helplines import EMERGENCY_WORDS, EU, Helplines
from tests.safety.conftest import CORPUS


def test_a_region_gets_its_own_lines_first(helplines: Helplines) -> None:
    first = helplines.for_region("GB")[0]
    assert (first.name, first.call) == ("Samaritans", "116 123")


@pytest.mark.parametrize("region", ["gb", "en-GB", "en_GB", "UK"])
def test_a_region_is_understood_in_other_spellings(helplines: Helplines, region: str) -> None:
    assert helplines.for_region(region) == helplines.for_region("GB")


@pytest.mark.parametrize("region", [None, "", "XX", "KE", "not a country"])
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


@pytest.mark.parametrize("region", ["US", "GB", "AU", "IN", "BR"])
def test_no_emergency_number_is_guessed(helplines: Helplines, region: str) -> None:
    found = helplines.for_region(region, categories=("medical_emergency",))
    assert found[0].name == EMERGENCY_WORDS
    assert found[0].call is None


def test_emergency_comes_first_where_a_life_is_at_stake(helplines: Helplines) -> None:
    assert helplines.for_region("DE", categories=("abuse",))[0].call == "112"
    assert helplines.for_region("DE", categories=("suicide",))[0].call == "0800 111 0 111"


def test_every_number_stands_in_the_data(helplines: Helplines) -> None:
    known = (CORPUS / "helplines.json").read_text(encoding="utf-8")
    for code, _ in helplines.regions():
        for resource in helplines.for_region(code):
            assert resource.call is None or f'"{resource.call}"' in known
            assert resource.text is None or f'"{resource.text}"' in known


def test_addresses_are_absolute_and_encrypted(helplines: Helplines) -> None:
    urls = [r.url for code, _ in helplines.regions() for r in helplines.for_region(code) if r.url]
    assert urls
    assert all(url.startswith("https://") for url in urls)


def test_rows_that_were_only_seen_somewhere_are_dropped(helplines: Helplines) -> None:
    names = {r.name for r in helplines.for_region(None)}
    assert not any("IASP" in name for name in names)


def test_regions_are_countries_with_lines_by_name(helplines: Helplines) -> None:
    regions = helplines.regions()
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
