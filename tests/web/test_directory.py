"""The helplines as data: for every region, with no coach and no model."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from coach.safety.helplines import Helplines
from coach.schema import Resource
from coach.settings import Settings
from coach.web.directory import make_directory
from coach.web.regions import offered_regions


@pytest.fixture(scope="module")
def helplines() -> Helplines:
    return Helplines.load(Settings().corpus_dir / "helplines.json")


@pytest.fixture(scope="module")
def alone(helplines: Helplines) -> TestClient:
    """The route by itself: nothing else of the application is there."""
    app = FastAPI()
    app.include_router(make_directory(helplines, Settings()))
    return TestClient(app)


def test_the_helplines_of_a_region_are_resources(alone: TestClient, helplines: Helplines) -> None:
    found = alone.get("/helplines?region=GB").json()
    assert list(found) == ["region", "resources", "regions"]
    assert found["region"] == "GB"
    resources = tuple(Resource.model_validate(row) for row in found["resources"])
    assert resources == helplines.for_region("GB")
    assert set(found["resources"][0]) == set(Resource.model_fields)


def test_every_region_that_is_listed_has_an_answer(alone: TestClient, helplines: Helplines) -> None:
    listed = alone.get("/helplines").json()["regions"]
    assert [(one["code"], one["name"]) for one in listed] == list(offered_regions(helplines))
    for one in listed:
        assert alone.get(f"/helplines?region={one['code']}").json()["resources"]


@pytest.mark.parametrize("category", ["abuse", "medical_emergency", "suicide"])
def test_the_category_chooses_as_the_helplines_do(
    alone: TestClient, helplines: Helplines, category: str
) -> None:
    found = alone.get(f"/helplines?region=US&category={category}&category=panic").json()
    expected = helplines.for_region("US", categories=(category, "panic"))
    assert found["resources"] == [resource.model_dump() for resource in expected]


def test_the_browsers_region_is_taken_where_none_is_asked_for(alone: TestClient) -> None:
    found = alone.get("/helplines", headers={"Accept-Language": "en-AU"}).json()
    assert found["region"] == "AU"


@pytest.mark.parametrize("query", ["region=", "region=ZZ", "region=%22%3E", "region=GB%27--"])
@pytest.mark.parametrize("category", ["", "&category=nothing", "&category=%00"])
def test_odd_questions_get_the_directory_of_all_countries(
    alone: TestClient, query: str, category: str
) -> None:
    response = alone.get(f"/helplines?{query}{category}")
    assert response.status_code == 200
    assert "https://findahelpline.com" in [one["url"] for one in response.json()["resources"]]
    assert response.json()["region"] is None


def test_the_application_answers_it_too(client: TestClient) -> None:
    response = client.get("/helplines?region=gb")
    assert response.json()["region"] == "GB"
    assert client.head("/helplines").status_code == 200
