"""The real application, asked without a network."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.server import create_app


@pytest.fixture(scope="session")
def app(conversation: Conversation, settings: Settings) -> FastAPI:
    return create_app(conversation, conversation.corpus, conversation.helplines, settings)


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, client=("127.0.0.1", 50_000)) as client:
        yield client
