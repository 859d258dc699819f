"""Every route of the application is reached through nginx with `deploy/replicas.conf`."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from benchmarks.replicas import NGINX, gate
from coach.settings import PROJECT_ROOT
from coach.web.front import is_open
from tests.web.served import serving

RULES = (PROJECT_ROOT / "deploy" / "replicas.conf").read_text("utf-8")
EXAMPLES = {"{slug}": "self-compassion", "{name}": "talk.css"}
STREAMS = {"/metrics", "/voice/listen"}
"""What is closed to whoever comes through a proxy, and what is no request but a connection."""

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@pytest.fixture(scope="module")
def direct(app: FastAPI) -> Iterator[str]:
    with serving(app, lifespan="off") as address:
        yield address


@pytest.fixture(scope="module")
def through(direct: str) -> Iterator[str]:
    with gate([int(direct.rpartition(":")[2])]) as address:
        yield address


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Yield method and path of all that the application itself answers."""
    for route in app.routes:
        if isinstance(route, Mount):
            continue
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None:
            yield from routes(inner)
        for method in getattr(route, "methods", None) or ():
            yield method, re.sub(r"\{\w+\}", lambda m: EXAMPLES.get(m[0], m[0]), route.path)


def test_there_are_routes(app: FastAPI) -> None:
    found = {path for _, path in routes(app)}
    assert {"/practices", "/path", "/read", "/api/search", "/offline", "/left"} <= found
    assert all(is_open(method, path) for method, path in routes(app) if path not in STREAMS)


def test_every_route_answers_through_nginx_as_it_does_without(
    app: FastAPI, direct: str, through: str
) -> None:
    asked = {(m, path) for m, path in routes(app) if m in {"GET", "POST"}} - {("GET", "/metrics")}
    for method, path in sorted({*asked, ("GET", "/"), ("GET", "/config")}):
        content = json.dumps({}) if method == "POST" else None
        headers = {"Content-Type": "application/json"}
        answers = [
            httpx.request(method, f"{at}{path}", content=content, headers=headers, timeout=60)
            for at in (direct, through)
        ]
        assert answers[0].status_code == answers[1].status_code, (method, path)
        kinds = [answer.headers.get("content-type") for answer in answers]
        assert kinds[0] == kinds[1], (method, path)


def test_nginx_takes_bodies_as_large_as_the_coach_does(through: str) -> None:
    for path, size in (
        ("/gradio_api/queue/join", 7_000_000),
        ("/v1/audio/transcriptions", 20_000_000),
    ):
        answer = httpx.post(f"{through}{path}", content=b"x" * size, timeout=60)
        assert answer.headers.get("content-type", "").startswith("application/json"), path
        assert answer.status_code != 413, path


def test_what_needs_no_gradio_may_be_answered_by_any_replica(app: FastAPI) -> None:
    """The pages that Gradio has no part in do not depend on one replica being there."""
    any_replica = re.search(r"location ~ (\^/\(.*)\{", RULES)
    assert any_replica
    pattern = re.compile(any_replica[1].strip())
    own = {path for _, path in routes(app)} - STREAMS - {"/readyz"}
    tied = {path for path in own if not pattern.match(path) and not path.startswith("/v1/audio/")}
    assert tied == set()
