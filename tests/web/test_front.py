"""What is open to the world, and with which headers."""

import re

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from coach.web.front import Front
from coach.web.wording import ASSETS, load_strings

PAGES = [
    "/",
    "/help",
    "/helplines",
    "/plan",
    "/path",
    "/healthz",
    "/read/self-compassion",
    "/read/nowhere",
    "/look/plain.css",
    "/look/plan.js",
    "/offline",
    "/left",
    "/manifest.webmanifest",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    microphone = "microphone=(self)" if path == "/" else "microphone=()"
    assert microphone in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts
    assert "unsafe-inline" not in scripts[1]
    assert "set-cookie" not in headers


def test_the_talk_runs_only_scripts_with_a_fresh_nonce(client: TestClient) -> None:
    nonces = []
    for _ in range(2):
        response = client.get("/")
        tags = re.findall(r"<script\b[^>]*>", response.text)
        found = {match[1] for tag in tags if (match := re.search(r'nonce="([^"]+)"', tag))}
        assert tags
        assert all("nonce=" in tag for tag in tags)
        assert len(found) == 1
        assert f"'nonce-{min(found)}'" in response.headers["content-security-policy"]
        nonces.append(min(found))
    assert nonces[0] != nonces[1]


def test_the_talk_refers_to_no_other_host_but_the_way_out(client: TestClient) -> None:
    page = client.get("/").text
    addresses = re.findall(r"(?:src|href|content)=\"((?:https?:)?//[^\"]+)\"", page)
    assert addresses == [load_strings().exit_address]


@pytest.mark.parametrize(
    "path", ["/", "/help", "/plan", "/path", "/read/self-compassion", "/read/nowhere"]
)
def test_the_way_out_is_the_first_link_of_every_page(client: TestClient, path: str) -> None:
    strings = load_strings()
    page = client.get(path).text
    first = re.search(r"<a\b[^>]*>([^<]*)</a>", page)
    assert first
    assert first[1] == strings.exit
    assert f'href="{strings.exit_address}" rel="noreferrer"' in first[0]
    assert strings.exit_keys in page
    assert re.search(r'<script[^>]* src="/look/exit\.js\?v=[0-9a-f]+" defer>', page)


def test_the_talk_says_without_scripts_where_help_is(client: TestClient) -> None:
    noscript = re.search(r"<noscript>(.*?)</noscript>", client.get("/").text, re.S)
    assert noscript
    assert 'href="/help"' in noscript[1]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file/app.py"),
        ("GET", "/gradio_api/proxy=https://example.org/"),
        ("GET", "/gradio_api/deep_link?session_hash=x"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/gradio_api/call/written"),
        ("POST", "/gradio_api/component_server"),
        ("GET", "/gradio_api/stream/a/b/1/playlist.m3u8"),
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/login_check"),
        ("POST", "/login"),
        ("GET", "/docs"),
        ("GET", "/look/../server.py"),
        ("GET", "/look/strings/en.yaml"),
        ("GET", "/look/templates/read.html"),
        ("GET", "/nowhere"),
    ],
)
def test_everything_that_the_talk_does_not_need_is_closed(
    client: TestClient, method: str, path: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == 404
    assert response.json()["detail"]


def test_a_query_does_not_reach_the_talk(client: TestClient) -> None:
    plain = re.sub(r'nonce="[^"]+"', "", client.get("/").text)
    asked = re.sub(r'nonce="[^"]+"', "", client.get("/?deep_link=abc&page=x").text)
    assert asked == plain


def test_an_error_that_nobody_caught_logs_no_words(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("my private words")

    response = TestClient(Front(broken, broken_off=lambda _session: None)).get("/help")
    assert response.status_code == 500
    assert list(response.json()) == ["detail"]
    assert "private" not in response.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_no_module_runs_twice_under_two_addresses() -> None:
    """A page names its modules with a version, and they name each other without one."""
    tags = "".join(path.read_text("utf-8") for path in (ASSETS / "templates").glob("*.html"))
    begun = set(re.findall(r'/look/([a-z-]+\.js)" type="module"', tags))
    scripts = "".join(path.read_text("utf-8") for path in ASSETS.glob("*.js"))
    imported = set(re.findall(r'from "\./([a-z-]+\.js)"', scripts))
    assert begun
    assert begun & imported == set()
