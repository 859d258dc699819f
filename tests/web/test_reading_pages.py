"""The libraries and the documents, as pages that need no JavaScript."""

import html
import re

import pytest
from fastapi.testclient import TestClient

from coach.library import Corpus
from coach.schema import Company, Mood
from coach.web.reading import lay_out
from coach.web.wording import load_strings

STRINGS = load_strings()
SCREENS = ("/practices", "/read", "/read/self-compassion", "/read/long-sundays")


def unescaped(page: str) -> str:
    return html.unescape(page)


def test_every_practice_stands_in_the_library_with_what_it_is_chosen_by(
    client: TestClient, corpus: Corpus
) -> None:
    page = unescaped(client.get("/practices").text)
    cards = re.findall(r'<li class="card".*?</li>', page, re.S)
    assert len(cards) == len(corpus.practices)
    for practice in corpus.practices:
        (card,) = [card for card in cards if f'"/read/{practice.slug}"' in card]
        assert practice.title in card
        assert practice.summary in card
        assert f'href="/#practice={practice.slug}"' in card
        assert f'data-minutes="{practice.minutes}"' in card
        assert f'data-company="{practice.company}"' in card
        assert f'data-moods="{" ".join(practice.moods)}"' in card


def test_moods_and_company_are_said_in_peoples_words() -> None:
    assert set(STRINGS.screens.moods) == set(Mood)
    assert set(STRINGS.screens.companies) == set(Company)
    assert set(STRINGS.screens.company_of) == set(Company)


def test_every_article_stands_in_the_library_in_reading_order(
    client: TestClient, corpus: Corpus
) -> None:
    page = unescaped(client.get("/read").text)
    slugs = re.findall(r'<h3[^>]*><a href="/read/([^"]+)">', page)
    parts = {article.slug: (article.series, article.part) for article in corpus.articles}
    assert len(slugs) == len(set(slugs)) == len(corpus.articles)
    for series in {article.series for article in corpus.articles}:
        numbers = [parts[slug][1] or 0 for slug in slugs if parts[slug][0] == series]
        assert numbers == sorted(numbers)
    for article in corpus.articles:
        assert article.summary in page


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/practices", STRINGS.screens.practices),
        ("/read/tiny-truths", STRINGS.screens.practices),
        ("/read", STRINGS.screens.read),
        ("/read/long-sundays", STRINGS.screens.read),
        ("/path", STRINGS.screens.path),
        ("/help", STRINGS.help_now),
        ("/plan", None),
        ("/read/nowhere", None),
    ],
)
def test_the_way_to_the_open_screen_is_marked(
    client: TestClient, path: str, name: str | None
) -> None:
    page = unescaped(client.get(path).text)
    (ways,) = re.findall(r'<nav class="screens".*?</nav>', page, re.S)
    links = re.findall(r'<a [^>]*href="([^"]+)"', ways)
    assert links == ["/", "/practices", "/read", "/path", "/help"]
    marked = re.findall(r'<a [^>]*aria-current="page"[^>]*>(.*?)</a>', ways)
    assert [re.sub("<.*?>", "", one) for one in marked] == ([name] if name else [])


def test_every_passage_has_its_address_and_a_way_to_talk_about_it(
    client: TestClient, corpus: Corpus
) -> None:
    for document in corpus.documents:
        page = client.get(f"/read/{document.slug}").text
        laid_out = lay_out(document)
        blocks = [block for part in laid_out.parts for block in part.blocks]
        blocks += [block for block, _ in laid_out.steps]
        anchors = {block.anchor for block in blocks}
        assert set(re.findall(r'class="address" href="#([^"]+)"', page)) == anchors
        talks = re.findall(r'class="about" href="/#about=([^"]+)"', page)
        assert set(talks) == {f"{document.slug}/{anchor}" for anchor in anchors}


def test_only_the_steps_to_breathe_with_have_a_pace(client: TestClient, corpus: Corpus) -> None:
    paced = 0
    for practice in corpus.practices:
        page = client.get(f"/read/{practice.slug}").text
        found = re.findall(r'data-seconds="(\d+)" data-in="(\d+)" data-out="(\d+)"', page)
        wanted = [(s.pause, *s.breath) for s in practice.steps if s.breath]
        assert [tuple(map(int, one)) for one in found] == wanted
        paced += len(wanted)
    assert paced > 0


@pytest.mark.parametrize("path", SCREENS)
def test_no_screen_has_a_script_or_style_of_its_own_text(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert not re.search(r"<[^>]*\s(?:on[a-z]+|style)=", page)


def test_the_search_field_cannot_be_sent_by_its_form(client: TestClient) -> None:
    (form,) = re.findall(r"<form.*?</form>", client.get("/read").text, re.S)
    assert " hidden" in form[: form.index(">")]
    assert 'type="search"' in form
    assert " name=" not in form


def test_every_document_can_be_read_in_full(client: TestClient, corpus: Corpus) -> None:
    for document in corpus.documents:
        response = client.get(f"/read/{document.slug}")
        assert response.status_code == 200
        assert html.escape(document.title, quote=False) in html.unescape(response.text)
        for section in document.sections:
            assert f'<section id="{section.anchor}"' in response.text
            assert f'id="{section.anchor}-p1"' in response.text


def test_no_address_stands_twice_in_a_document(client: TestClient, corpus: Corpus) -> None:
    for document in corpus.documents:
        anchors = re.findall(r'\bid="([^"]+)"', client.get(f"/read/{document.slug}").text)
        assert len(anchors) == len(set(anchors))


def test_every_link_inside_the_corpus_leads_somewhere(client: TestClient, corpus: Corpus) -> None:
    targets = {
        target
        for document in corpus.documents
        for target in re.findall(r'href="(/read/[^"]+)"', client.get(f"/read/{document.slug}").text)
    }
    assert targets
    for target in targets:
        path, _, anchor = target.partition("#")
        response = client.get(path)
        assert response.status_code == 200
        assert not anchor or f'id="{anchor}"' in response.text


def test_articles_lead_to_the_ones_before_and_after(client: TestClient, corpus: Corpus) -> None:
    first, second = corpus.articles[:2]
    assert f'rel="next" href="/read/{second.slug}"' in client.get(f"/read/{first.slug}").text
    assert f'rel="prev" href="/read/{first.slug}"' in client.get(f"/read/{second.slug}").text


@pytest.mark.parametrize("slug", ["nowhere", "..%2f..%2fapp.py", "%00", "a" * 2_000])
def test_an_unknown_document_is_a_kind_page(client: TestClient, slug: str) -> None:
    response = client.get(f"/read/{slug}")
    assert response.status_code == 404
    assert "Traceback" not in response.text
