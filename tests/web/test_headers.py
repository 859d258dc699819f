"""What every answer tells the browser: the list of OWASP's Secure Headers Project, one by one."""

import pytest
from fastapi.testclient import TestClient
from starlette.responses import Response

from coach.site import Site
from coach.web.front import Front

ANSWERS = [
    ("GET", "/"),
    ("GET", "/help"),
    ("GET", "/offline"),
    ("GET", "/left"),
    ("GET", "/plan"),
    ("GET", "/read/self-compassion"),
    ("GET", "/nowhere"),
    ("GET", "/helplines"),
    ("GET", "/healthz"),
    ("POST", "/api/reply"),
    ("PUT", "/api/reply"),
    ("POST", "/v1/audio/speech"),
    ("GET", "/config"),
    ("GET", "/look/plain.css"),
    ("GET", "/manifest.webmanifest"),
    ("GET", "/service-worker.js"),
    ("GET", "/embed.js"),
]
SAME_FOR_ALL = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "x-permitted-cross-domain-policies": "none",
    "x-dns-prefetch-control": "off",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}


@pytest.mark.parametrize(("method", "path"), ANSWERS)
@pytest.mark.parametrize("name", SAME_FOR_ALL)
def test_every_answer_has_it(client: TestClient, method: str, path: str, name: str) -> None:
    assert client.request(method, path).headers[name] == SAME_FOR_ALL[name]


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_nothing_but_the_projects_own_is_let_in(client: TestClient, method: str, path: str) -> None:
    policy = client.request(method, path).headers["content-security-policy"]
    allowed = dict(part.split(" ", 1) for part in policy.split("; "))
    assert allowed["default-src"] == "'none'"
    assert allowed["object-src"] == "'none'"
    assert allowed["frame-ancestors"] == allowed["frame-src"] == "'self'"
    assert allowed["worker-src"] == allowed["manifest-src"] == allowed["connect-src"] == "'self'"
    assert allowed["base-uri"] == allowed["form-action"] == "'self'"
    assert "unsafe" not in allowed["script-src"]
    assert ("unsafe-inline" in allowed["style-src"]) == (path == "/")


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_a_page_may_use_nothing_of_the_device_but_the_talk_the_microphone(
    client: TestClient, method: str, path: str
) -> None:
    permissions = client.request(method, path).headers["permissions-policy"].split(", ")
    open_ones = [name for name in permissions if not name.endswith("=()")]
    assert open_ones == (["microphone=(self)"] if path == "/" else [])
    assert "camera=()" in permissions
    assert "geolocation=()" in permissions


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_other_sites_may_load_the_button_alone(client: TestClient, method: str, path: str) -> None:
    found = client.request(method, path).headers["cross-origin-resource-policy"]
    assert found == ("cross-origin" if path == "/embed.js" else "same-origin")


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_nothing_tells_what_runs_here_or_sets_a_cookie(
    client: TestClient, method: str, path: str
) -> None:
    headers = client.request(method, path).headers
    assert not {"server", "x-powered-by", "set-cookie", "access-control-allow-origin"} & {*headers}


KEPT = {"/help", "/offline", "/left", "/read/self-compassion"}
CHECKED = {"/look/plain.css", "/manifest.webmanifest", "/service-worker.js", "/embed.js"}


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_what_may_hold_words_of_a_visitor_is_not_kept(
    client: TestClient, method: str, path: str
) -> None:
    caching = client.request(method, path).headers["cache-control"]
    assert caching == ("no-cache" if path in KEPT | CHECKED else "no-store")


@pytest.fixture(scope="module")
def embedded() -> TestClient:
    """A front whose pages two origins may show."""
    site = Site.model_validate({"embed-on": ["https://a.example", "https://*.b.example"]})
    front = Front(Response("ok"), broken_off=lambda _session: None, site=site)
    return TestClient(front, base_url="https://coach.example")


def test_the_origins_that_the_author_lists_may_frame_the_pages(embedded: TestClient) -> None:
    headers = embedded.get("/help").headers
    ancestors = "frame-ancestors 'self' https://a.example https://*.b.example;"
    assert ancestors in headers["content-security-policy"]
    assert "x-frame-options" not in headers


def test_https_is_asked_for_where_it_is_there(embedded: TestClient, client: TestClient) -> None:
    headers = embedded.get("/help").headers
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["content-security-policy"].endswith("; upgrade-insecure-requests")
    plain = client.get("/help").headers
    assert "strict-transport-security" not in plain
    assert "upgrade-insecure-requests" not in plain["content-security-policy"]
