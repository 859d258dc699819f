"""The API is as its OpenAPI description says: schemathesis tries what it promises and forbids."""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.description import describe
from coach.web.front import is_open
from coach.web.server import create_app

OPERATIONS = [
    (path, method) for path, methods in describe(Settings())["paths"].items() for method in methods
]
load_all_checks()
# A conversation must end with the person, which no schema can say; and what is off is a 503.
BEYOND_SCHEMAS = [
    CHECKS.get_one(name) for name in ("positive_data_acceptance", "not_a_server_error")
]


@pytest.fixture(scope="module")
def api(conversation: Conversation) -> Any:
    silent = Settings(transcriber="off", speaker="off", turns_per_minute=100_000)
    app: FastAPI = create_app(conversation, conversation.corpus, conversation.helplines, silent)
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=lambda part: part)
def test_every_answer_is_as_described(
    api: Any, path: str, method: str, mode: GenerationMode
) -> None:
    operation = api[path][method]
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.headers):
        pytest.skip("it takes whatever comes")

    @given(operation.as_strategy(generation_mode=mode))
    def answers(case: Any) -> None:
        answer = case.call()
        assert answer.status_code < 500 or answer.status_code == 503
        case.validate_response(answer, excluded_checks=BEYOND_SCHEMAS)

    answers()


def test_what_is_described_is_open(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert described == describe(Settings())
    assert all(is_open(method.upper(), path) for path, method in OPERATIONS)
