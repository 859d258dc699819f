"""Index, model and disk are gone: whoever is in danger is still answered, and at once."""

import builtins
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from coach.dialogue.conversation import Conversation
from coach.dialogue.preparation import load_all
from coach.index.encoder import OnnxEmbedder
from coach.safety.helplines import Helplines
from coach.schema import Level, Message
from coach.settings import Settings
from coach.web.directory import make_directory
from coach.web.plain_pages import make_plain_pages

pytestmark = pytest.mark.alone

AT_ONCE = 0.1
"""Seconds; the one time that a test holds, because the safety policy names it."""


@pytest.fixture
def cut_off(workspace: Settings, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A conversation that was opened as a server opens it, and lost everything it rests on."""
    conversation = Conversation.open(workspace)
    load_all(conversation)
    shutil.rmtree(workspace.corpus_dir)
    shutil.rmtree(workspace.index_dir / "builds")

    def gone(*_: Any, **__: Any) -> Any:
        raise OSError("the disk is gone")

    def killed(_self: OnnxEmbedder, texts: Sequence[str], _run: Any) -> Any:
        raise RuntimeError(f"the model is gone, {len(texts)} texts wait")

    monkeypatch.setattr(OnnxEmbedder, "_in_batches", killed)
    monkeypatch.setattr(builtins, "open", gone)
    monkeypatch.setattr(Path, "open", gone)
    monkeypatch.setattr(os, "open", gone)
    return conversation


@pytest.mark.parametrize("said", ["I want to die", "my husband hits me", "something is wrong"])
def test_the_crisis_reply_comes_at_once(cut_off: Conversation, said: str) -> None:
    begun = perf_counter()
    first = next(cut_off.stream([Message(role="user", content=said)], region="GB"))
    assert perf_counter() - begun < AT_ONCE
    assert first.kind == "crisis"
    assert first.risk.level is Level.CRISIS
    assert first.text
    assert first.resources


def test_the_conversation_goes_on_without_them(cut_off: Conversation) -> None:
    messages: list[Message] = []
    for said in ("I want to die", "yes", "I have pills here", "I can't call anyone"):
        messages.append(Message(role="user", content=said))
        reply = cut_off.reply(messages, region="GB")
        assert reply.kind == "crisis"
        assert reply.text not in [m.content for m in messages]
        messages.append(Message(role="assistant", content=reply.text))


def test_the_helplines_answer_without_them(
    workspace: Settings, request: pytest.FixtureRequest
) -> None:
    helplines = Helplines.load(workspace.corpus_dir / "helplines.json")
    app = FastAPI()
    app.include_router(make_directory(helplines, workspace))
    app.include_router(make_plain_pages(helplines, workspace))
    with TestClient(app) as client:
        request.getfixturevalue("cut_off")
        assert "116 123" in client.get("/help?region=GB").text
        assert client.get("/plan?region=GB").status_code == 200
        (first, *_) = client.get("/helplines?region=GB").json()["resources"]
        assert first["call"] == "116 123"
