"""The helplines and the safety plan, as pages that need no JavaScript."""

import html
import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from coach.dialogue.conversation import Conversation
from coach.library import Corpus
from coach.settings import Settings
from coach.web.plain_pages import make_plain_pages
from coach.web.wording import load_strings


def test_help_shows_the_helplines_of_the_browsers_region(client: TestClient) -> None:
    page = client.get("/help", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert "Samaritans" in page
    assert 'href="tel:116123"' in page
    assert 'href="sms:85258"' in page
    assert re.search(r'<option value="GB" selected>', page)


def test_help_shows_the_region_that_was_chosen(client: TestClient) -> None:
    page = client.get("/help?region=US", headers={"Accept-Language": "en-GB"}).text
    assert 'href="tel:988"' in page
    assert "116123" not in page


@pytest.fixture(scope="module")
def british(conversation: Conversation, settings: Settings) -> TestClient:
    """The pages of a server that assumes the United Kingdom."""
    assumed = settings.model_copy(update={"region": "GB"})
    pages = FastAPI()
    pages.include_router(make_plain_pages(conversation.helplines, assumed))
    return TestClient(pages)


@pytest.mark.parametrize("region", ["", "ZZ"])
def test_help_can_be_chosen_for_anywhere(british: TestClient, region: str) -> None:
    page = british.get(f"/help?region={region}", headers={"Accept-Language": "en-GB"}).text
    assert "https://findahelpline.com" in page
    assert 'href="tel:116123"' not in page
    assert "selected" not in page


@pytest.mark.parametrize(("query", "language"), [("", "it-IT,it;q=0.9"), ("?region=it", "en-GB")])
def test_another_country_gets_its_own_number(
    british: TestClient, query: str, language: str
) -> None:
    page = british.get(f"/help{query}", headers={"Accept-Language": language}).text
    assert 'href="tel:112"' in page
    assert 'href="tel:116123"' not in page
    assert '<option value="IT" selected>' in page


@pytest.mark.parametrize("language", ["", "en"])
def test_the_assumed_region_is_for_those_of_whom_nothing_is_known(
    british: TestClient, language: str
) -> None:
    page = british.get("/help", headers={"Accept-Language": language}).text
    assert 'href="tel:116123"' in page


@pytest.mark.parametrize("region", ["XX", "ZZZZ", "%22%3E%3Cscript%3E", "gb'--"])
def test_help_answers_for_regions_that_it_does_not_know(client: TestClient, region: str) -> None:
    response = client.get(f"/help?region={region}")
    assert response.status_code == 200
    assert "findahelpline.com" in response.text
    assert "<script>" not in response.text


def test_the_plan_has_five_labelled_parts_that_nothing_can_send(client: TestClient) -> None:
    page = client.get("/plan").text
    parts = load_strings().plan_parts
    assert len(parts) == 5
    for part in parts:
        assert f'<label for="{part.id}">{part.heading}</label>' in page
        assert f'id="{part.id}-hint"' in page
    fields = re.findall(r"<textarea[^>]*>", page)
    assert len(fields) == 5
    for field in fields:
        assert " name=" not in field
        assert 'autocomplete="off" spellcheck="false"' in field
    forms = re.findall(r"<form.*?</form>", page, re.S)
    assert len(forms) == 1
    assert "<textarea" not in forms[0]


def test_the_plan_holds_the_helplines_of_the_region(client: TestClient) -> None:
    page = client.get("/plan", headers={"Accept-Language": "en-GB"}).text
    assert 'href="tel:116123"' in page
    assert 'href="sms:85258"' in page
    chosen = client.get("/plan?region=US", headers={"Accept-Language": "en-GB"}).text
    assert 'href="tel:988"' in chosen
    assert "116123" not in chosen
    assert '<option value="US" selected>' in chosen


def test_the_plan_runs_no_script_of_its_own_text_and_is_not_kept(client: TestClient) -> None:
    response = client.get("/plan")
    assert response.headers["cache-control"] == "no-store"
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", response.text))
    assert not re.search(r"\s(?:on[a-z]+|style)=", response.text)


def test_the_path_can_send_nothing_and_runs_no_script_of_its_own_text(client: TestClient) -> None:
    response = client.get("/path")
    page = response.text
    assert response.headers["cache-control"] == "no-store"
    forms = re.findall(r"<form[^>]*>", page)
    assert len(forms) == 5
    assert all(' method="dialog"' in form and "action" not in form for form in forms)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert not re.search(r"\s(?:on[a-z]+|style)=", page)


def test_the_path_asks_the_three_questions_as_they_are_published(client: TestClient) -> None:
    page = client.get("/path").text
    for question in (
        "How often do you feel that you lack companionship?",
        "How often do you feel left out?",
        "How often do you feel isolated from others?",
    ):
        assert page.count(f"<legend>{question}</legend>") == 1
    answers = re.findall(r'name="question-(\d)" value="(\d)"> <span>([^<]+)</span>', page)
    scale = [("1", "Hardly ever"), ("2", "Some of the time"), ("3", "Often")]
    assert answers == [(str(question), *answer) for question in (1, 2, 3) for answer in scale]


def test_the_path_knows_the_title_of_every_document(client: TestClient, corpus: Corpus) -> None:
    page = client.get("/path").text
    for document in corpus.documents:
        link = f'href="/read/{document.slug}" data-slug="{document.slug}" lang="en" dir="auto">'
        assert f"{link}{document.title}</a>" in html.unescape(page)


def test_help_leads_to_the_plan_of_the_same_region(client: TestClient) -> None:
    assert 'href="/plan?region=US"' in client.get("/help?region=US").text
