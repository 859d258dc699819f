"""The author's words and colours on the pages, the button for others', the app, the caching."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.site import Site
from coach.web.brand import use_site
from coach.web.looks import make_looks
from coach.web.outside import make_outside
from coach.web.plain_pages import make_plain_pages
from coach.web.wording import current_looks, load_strings, render

LARGEST_FIRST_PAINT = 150_000
"""Bytes of the project's own files that a phone loads before it shows the talk."""

MINE = """
name = "Lantern"
author = "Ada Example"
address = "https://ada.example"
logo = "logo.svg"
tagline = "It answers from Ada's letters."
regions = ["US", "GB"]
[welcome]
heading = "Come in"
text = "Sit down."
beginnings = [{label = "Hello", message = "I feel lonely."}]
[colours.light]
accent = "#1f4e79"
accent-strong = "#163a5c"
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


@pytest.fixture
def branded(tmp_path: Path, conversation: Conversation, settings: Settings) -> Iterator[TestClient]:
    """The pages of an author who has set everything; the site is as shipped again afterwards."""
    from coach.site import load_site

    (tmp_path / "site.toml").write_text(MINE)
    (tmp_path / "logo.svg").write_text(SVG)
    mine = settings.model_copy(update={"site": tmp_path / "site.toml"})
    use_site(load_site(mine))
    app = FastAPI()
    app.include_router(make_plain_pages(conversation.helplines, mine))
    app.include_router(make_outside(conversation.helplines, mine))
    app.include_router(make_looks(current_looks()))
    yield TestClient(app)
    use_site(Site())


def test_pages_have_the_authors_name_logo_and_address(branded: TestClient) -> None:
    page = branded.get("/help").text
    assert "· Lantern</title>" in page
    assert 'href="https://ada.example"' in page
    assert "By Ada Example" in page
    assert 'rel="icon" href="/look/logo.svg?v=' in page
    assert "Homeward" not in page


def test_no_phrase_says_the_shipped_name_any_more(branded: TestClient) -> None:  # noqa: ARG001 - it sets the site
    assert "Homeward" not in load_strings().model_dump_json()
    assert load_strings().speaker_coach == "Lantern said"


def test_the_welcome_is_the_authors_and_still_says_what_it_is(branded: TestClient) -> None:  # noqa: ARG001
    strings = load_strings()
    assert (strings.welcome_heading, strings.welcome) == ("Come in", "Sit down.")
    assert [way.label for way in strings.beginnings] == ["Hello"]
    header = render("header.html", region=None)
    assert "An AI, not therapy. Nothing you write is kept." in header
    assert "It answers from Ada&#39;s letters." in header
    assert '<img class="logo" src="/look/logo.svg?v=' in header


def test_the_authors_countries_stand_first(branded: TestClient) -> None:
    options = re.findall(r'<option value="([A-Z]{2})"', branded.get("/help").text)
    assert options[:3] == ["ZZ", "US", "GB"]
    assert options.count("GB") == 1


def test_the_colours_are_the_authors(branded: TestClient) -> None:
    page = branded.get("/help").text
    address = re.search(r'href="(/look/brand\.css\?v=[0-9a-f]+)"', page)
    assert address
    assert page.index("/look/tokens.css") < address.start() < page.index("/look/plain.css")
    css = branded.get(address[1]).text
    day, night = css.split("@media")
    assert "--accent: #1f4e79;" in day
    assert "--paper: #f8f3ea;" in day
    assert "--accent: #94cabd;" in night
    assert current_looks().by_name["brand.css"].content.decode() == css
    assert "--accent: #1f4e79;" in branded.get("/embed.js").text


def test_the_logo_is_the_icon_of_the_app(branded: TestClient) -> None:
    app = branded.get("/manifest.webmanifest").json()
    assert (app["name"], app["short_name"]) == ("Lantern", "Lantern")
    assert [icon["sizes"] for icon in app["icons"]] == ["any"]
    assert branded.get(app["icons"][0]["src"]).text == SVG


def test_the_manifest_names_icons_that_are_there(client: TestClient) -> None:
    response = client.get("/manifest.webmanifest")
    assert response.headers["content-type"].startswith("application/manifest+json")
    app = response.json()
    assert (app["name"], app["start_url"], app["display"]) == ("Homeward", "/", "standalone")
    assert app["theme_color"] == app["background_color"] == "#f8f3ea"
    found = {(icon["sizes"], icon["purpose"]) for icon in app["icons"]}
    assert found == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in app["icons"]:
        picture = client.get(icon["src"])
        width, height = (int.from_bytes(picture.content[at : at + 4], "big") for at in (16, 20))
        assert f"{width}x{height}" == icon["sizes"]
        assert picture.headers["content-type"] == icon["type"]
    for path in ("/", "/help"):
        assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get(path).text


def kept(client: TestClient) -> tuple[str, list[str]]:
    """Return the version of the service worker and what it keeps."""
    script = client.get("/service-worker.js").text
    version = re.search(r'^const VERSION = "([0-9a-f]+)";$', script, re.M)
    paths = re.search(r"^const KEPT = (.*);$", script, re.M)
    assert version
    assert paths
    return version[1], json.loads(paths[1])


def test_the_service_worker_keeps_the_helplines_and_what_they_need(client: TestClient) -> None:
    _, paths = kept(client)
    assert paths[:2] == ["/help", "/offline"]
    assert all(re.fullmatch(r"/look/[a-z0-9-]+\.[a-z]+\?v=[0-9a-f]{16}", p) for p in paths[2:])
    for page in paths[:2]:
        needed = re.findall(r'(?:src|href)="(/look/[^"]+)"', client.get(page).text)
        assert needed
        assert set(needed) <= set(paths)
    assert all(client.get(path).status_code == 200 for path in paths)


def test_another_look_is_another_version(client: TestClient, branded: TestClient) -> None:
    assert kept(branded)[0] != kept(client)[0] == kept(client)[0]


def test_the_page_without_a_connection_has_the_lines_of_every_country(client: TestClient) -> None:
    page = client.get("/offline", headers={"Accept-Language": "en-GB"}).text
    assert "Help in United Kingdom" in page
    first, others = page.split(load_strings().elsewhere.offline_others)
    assert 'href="tel:116123"' in first
    assert '<details class="country"><summary>United States</summary>' in others
    assert 'href="tel:988"' in others
    assert "<summary>United Kingdom</summary>" not in others
    unknown = client.get("/offline", headers={"Accept-Language": "en"}).text
    assert load_strings().elsewhere.offline_anywhere in unknown
    assert "<summary>United Kingdom</summary>" in unknown


def test_the_button_takes_no_name_from_the_page_that_it_is_put_on(client: TestClient) -> None:
    script = client.get("/embed.js").text
    assert script.startswith("(() => {\n")
    assert script.endswith("})();\n")
    assert load_strings().elsewhere.label in script
    for store in ("localStorage", "sessionStorage", "document.cookie", "indexedDB", "caches"):
        assert store not in script


@pytest.mark.parametrize("path", ["/", "/help", "/plan", "/read/self-compassion"])
def test_every_file_of_a_page_has_its_version_and_is_kept_for_a_year(
    client: TestClient, path: str
) -> None:
    page = client.get(path).text
    addresses = re.findall(r'(?:src|href)="(/look/[^"]+)"', page)
    assert addresses
    for address in addresses:
        response = client.get(address)
        assert "?v=" in address
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_file_without_its_version_is_asked_for_again(client: TestClient) -> None:
    for address in ("/look/chat.js", "/look/chat.js?v=older"):
        response = client.get(address)
        assert response.headers["cache-control"] == "no-cache"
        tag = response.headers["etag"]
        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


def test_text_is_compressed_and_streams_are_not(client: TestClient) -> None:
    for path in ("/", "/help", "/look/talk.css", "/embed.js"):
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert response.headers["content-encoding"] == "gzip", path
        assert "Accept-Encoding" in response.headers["vary"]
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
    with client.stream(
        "GET", "/gradio_api/queue/data?session_hash=none", headers={"Accept-Encoding": "gzip"}
    ) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in stream.headers


def own_files(client: TestClient, page: str) -> dict[str, bytes]:
    """Return the project's own files that a page loads, those that scripts import among them."""
    found: dict[str, bytes] = {}
    waiting = re.findall(
        r'<(?:link rel="stylesheet"|script)[^>]*? (?:src|href)="(/look/[^"]+)"', page
    )
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        found[address] = client.get(address).content
        if ".js" in address:
            imports = re.findall(r'from "\./([a-z-]+\.js)"', found[address].decode())
            waiting += [f"/look/{name}" for name in imports]
    return found


def test_the_talk_loads_little_of_its_own_before_it_shows(client: TestClient) -> None:
    page = client.get("/").text
    files = own_files(client, page)
    assert any("/look/talk.css" in address for address in files)
    assert "/look/chat.js" in files
    head = render("talk_head.html").encode()
    assert len(head) + sum(map(len, files.values())) < LARGEST_FIRST_PAINT
