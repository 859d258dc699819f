"""Search by meaning over HTTP: what is found, and where to turn when it must be told."""

from collections.abc import Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient

from coach.dialogue.conversation import Conversation
from coach.errors import EmbeddingError
from coach.library import Corpus
from coach.schema import Aspect, Found, Level, Passage
from coach.settings import Settings
from coach.web.server import create_app

PATH = "/api/search"
CRISIS = "I want to kill myself"
BRITISH = {"Accept-Language": "en-GB"}


def search(client: TestClient, query: str, **more: Any) -> Any:
    response = client.post(PATH, json={"query": query, **more}, headers=BRITISH)
    assert response.status_code == 200
    return response.json()


def assert_one_sentence(response: Any, status: int) -> None:
    assert response.status_code == status
    assert list(response.json()) == ["detail"]
    assert response.json()["detail"][-1] in ".!"


def test_meaning_counts_and_not_only_words(client: TestClient) -> None:
    query = "everyone laughs with me and nobody knows me"
    found = search(client, query)
    assert found["resources"] == []
    assert 1 <= len(found["passages"]) <= 8
    topics = {topic for passage in found["passages"][:3] for topic in passage["topics"]}
    assert topics & {"hidden-face", "masking"}
    assert set(found["passages"][0]) == {
        "article",
        "title",
        "section",
        "text",
        "address",
        "topics",
    }


def test_each_address_leads_to_the_very_passage(client: TestClient, corpus: Corpus) -> None:
    for passage in search(client, "nobody expects me at the weekend", limit=20)["passages"]:
        path, _, anchor = passage["address"].partition("#")
        assert corpus.document(passage["article"]) is not None
        assert path == f"/read/{passage['article']}"
        assert f'id="{anchor}"' in client.get(path).text
        assert "](" not in passage["text"]


def test_no_more_come_than_are_wanted(client: TestClient) -> None:
    assert len(search(client, "lonely at night", limit=2)["passages"]) == 2


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    found = search(client, "a recipe for lentil soup with cumin")
    assert found == {"passages": [], "resources": []}


def test_a_crisis_brings_the_helplines_of_the_region(
    client: TestClient, conversation: Conversation
) -> None:
    found = search(client, CRISIS)
    calls = {resource["call"] for resource in found["resources"]}
    assert {"116 123", "999"} <= calls
    beyond = {
        section.heading
        for document in conversation.corpus.documents
        for section in document.sections
        if section.aspect is Aspect.BEYOND
    }
    assert found["passages"] != []
    assert {passage["section"] for passage in found["passages"]} <= beyond


def test_a_crisis_is_told_even_when_the_search_fails(
    client: TestClient, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> list[Passage]:
        raise EmbeddingError("The model failed.")

    monkeypatch.setattr(conversation.searcher, "search", broken)
    found = search(client, CRISIS)
    assert found["passages"] == []
    assert found["resources"] != []
    assert_one_sentence(client.post(PATH, json={"query": "lonely at night"}), 500)


def test_a_concern_brings_one_line_beside_what_is_found(
    client: TestClient, conversation: Conversation
) -> None:
    query = "I feel hopeless and nothing will ever get better"
    assert conversation.find(query).risk.level is Level.CONCERN
    found = search(client, query)
    assert len(found["resources"]) == 1
    assert found["passages"] != []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("{}", 422),
        ('{"query": ""}', 422),
        ('{"query": "  "}', 422),
        ('{"query": 7}', 422),
        ('{"query": "nights", "limit": 0}', 422),
        ('{"query": "nights", "limit": 21}', 422),
        ('{"query": "nights", "limit": "4"}', 422),
        ('{"query": "nights", "colour": "red"}', 422),
        ("[]", 422),
    ],
)
def test_what_cannot_be_searched_for_is_refused_in_one_sentence(
    client: TestClient, body: str, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    assert_one_sentence(client.post(PATH, content=body, headers=headers), status)


def test_too_many_words_are_refused_unless_they_tell_of_danger(
    client: TestClient, settings: Settings
) -> None:
    long = "lonely " * settings.max_message_chars
    assert_one_sentence(client.post(PATH, json={"query": long}), 413)
    assert search(client, f"{CRISIS}. {long}")["resources"] != []


def test_it_takes_json_by_post_alone(client: TestClient) -> None:
    assert_one_sentence(client.post(PATH, content="query=nights"), 415)
    refused = client.get(f"{PATH}?query=nights")
    assert_one_sentence(refused, 405)
    assert refused.headers["allow"] == "POST"


def test_an_answer_is_stored_nowhere(client: TestClient) -> None:
    response = client.post(PATH, json={"query": "lonely at night"})
    assert response.headers["cache-control"] == "no-store"


class BrokenCoach:
    """A coach whose every search fails with an error that quotes the person."""

    def find(self, query: str, *, limit: int = 4) -> Found:
        raise RuntimeError(f"secret: {query} {limit}")

    def reply(self, messages: Sequence[Any], *, region: str | None = None) -> Any:
        raise NotImplementedError

    stream = reply


def test_an_unexpected_error_shows_no_trace_and_logs_no_words(
    conversation: Conversation, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(BrokenCoach(), conversation.corpus, conversation.helplines, settings)
    response = TestClient(app).post(PATH, json={"query": "my private words"})
    assert_one_sentence(response, 500)
    assert "private" not in response.text
    assert "private" not in caplog.text
    assert "RuntimeError" in caplog.text
