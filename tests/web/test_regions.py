"""The region is guessed from what the browser says it reads."""

import pytest

from coach.safety.helplines import EU, Helplines
from coach.settings import Settings
from coach.web.languages import by_name
from coach.web.regions import offered_regions, region_of_languages


@pytest.mark.parametrize(
    ("header", "region"),
    [
        ("en-GB,en;q=0.9", "GB"),
        ("en-gb", "GB"),
        ("en,de-AT;q=0.7,de-DE;q=0.8", "DE"),
        ("zh-Hant-SG", "SG"),
        ("en-US;q=0,en-CA;q=0.1", "CA"),
        ("en", None),
        ("", None),
        (None, None),
        ("*", None),
        ("en-GB;q=x", None),
        (";,;-;q=1,,", None),
        ("x" * 100_000, None),
        ("a-," * 50_000 + "en-GB", None),
    ],
)
def test_the_region_of_the_preferred_language_is_taken(
    header: str | None, region: str | None
) -> None:
    assert region_of_languages(header) == region


def test_every_country_with_a_number_of_its_own_can_be_chosen(settings: Settings) -> None:
    helplines = Helplines.load(settings.corpus_dir / "helplines.json")
    offered = dict(offered_regions(helplines))
    assert set(offered) == {code for code, _ in helplines.regions()} | EU
    assert list(offered.items()) == sorted(offered.items(), key=by_name)
