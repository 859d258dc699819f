"""Fetching from a real server on loopback: what is taken, and all that is refused."""

import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.errors import ImportRefusedError
from coach.library.corpus import load_corpus
from coach.library.importing import ImportReport, LeftOut, fetch, import_posts
from coach.library.importing.fetch import Fetcher
from coach.schema import Article
from tests.library.importing import samples
from tests.library.importing.site import Site, serving
from tests.library.samples import write_corpus


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on loopback."""
    with serving() as site:
        yield site


@pytest.fixture
def fetcher() -> Fetcher:
    """A fetcher that may ask this machine."""
    return Fetcher(private_addresses=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus folder of the test's own."""
    return write_corpus(tmp_path / "corpus")


def refusal(fetcher: Fetcher, address: str) -> str:
    with pytest.raises(ImportRefusedError) as caught:
        fetcher.get(address)
    assert caught.value.path == address
    assert "\n" not in str(caught.value)
    return caught.value.reason


def test_a_page_is_imported_from_its_address(site: Site, fetcher: Fetcher, folder: Path) -> None:
    site.page("/night/lamps/", samples.page())
    address = site.redirect("/old", "/night/lamps/")
    (report,) = import_posts(address, load_corpus(folder), folder, fetcher=fetcher)
    assert isinstance(report, ImportReport)
    assert report.article.source == f"{site.address}/night/lamps/"
    assert report.article.slug == "lamps"
    (section, *_) = report.article.sections
    assert section.text == samples.OPENING


def test_a_feed_is_imported_and_pages_fetched_where_it_only_begins(
    site: Site, fetcher: Fetcher, folder: Path
) -> None:
    site.page("/lamps", samples.page())
    feed = samples.rss_of_excerpts(f"{site.address}/lamps", f"{site.address}/gone")
    address = site.page("/feed", feed, "application/rss+xml; charset=utf-8")
    report, left = import_posts(address, load_corpus(folder), folder, fetcher=fetcher)
    if isinstance(report, LeftOut):
        report, left = left, report
    assert isinstance(report, ImportReport)
    assert report.article.title == samples.TITLE
    assert isinstance(left, LeftOut)
    assert "answered 404" in left.reason


def test_a_feed_that_is_sent_as_a_page_is_known_for_a_feed(
    site: Site, fetcher: Fetcher, folder: Path
) -> None:
    address = site.page("/feed", samples.atom({"lamps": samples.HTML}, base=site.address))
    (report,) = import_posts(address, load_corpus(folder), folder, fetcher=fetcher)
    assert isinstance(report, ImportReport)
    found = load_corpus(folder).document("lamps")
    assert isinstance(found, Article)
    assert f"[the kettle]({site.address}/kettle)" in found.sections[1].text


def test_what_is_no_post_is_refused_by_its_media_type(
    site: Site, fetcher: Fetcher, folder: Path
) -> None:
    address = site.page("/film", b"\x00\x01", "video/mp4")
    (refused,) = import_posts(address, load_corpus(folder), folder, fetcher=fetcher)
    assert isinstance(refused, ImportRefusedError)
    assert "video/mp4" in refused.reason


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost:8080/",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://100.64.0.1/",
        "https://127.0.0.1/",
    ],
)
def test_addresses_of_private_networks_are_refused(address: str) -> None:
    assert "private network" in refusal(Fetcher(), address)


@pytest.mark.parametrize(
    "target", ["http://10.1.2.3/", "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/"]
)
def test_a_redirect_into_a_private_network_is_refused(site: Site, target: str) -> None:
    fetcher = Fetcher()
    fetcher._requests.config.ip_filter_allow_loopback_ips = True  # this server, and no more
    assert "private network" in refusal(fetcher, site.redirect("/out", target))
    site.redirect("/robots.txt", target)
    assert "private network" in refusal(
        fetcher, site.page("/x", "x").replace("127.0.0.1", "localhost")
    )


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.example/x",
        "file:///etc/hostname",
        "gopher://a.example/",
        "http:///x",
        "http://a:b/",
    ],
)
def test_only_http_and_https_are_fetched(fetcher: Fetcher, address: str) -> None:
    assert refusal(fetcher, address) in {"only http and https can be fetched", "is no address"}


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://a.example/", "data:text/html,x"])
def test_a_redirect_to_another_scheme_is_refused(site: Site, fetcher: Fetcher, target: str) -> None:
    assert "only http and https" in refusal(fetcher, site.redirect("/out", target))


def test_a_redirect_without_end_is_refused(site: Site, fetcher: Fetcher) -> None:
    assert "redirects more than 5 times" in refusal(fetcher, site.redirect("/round", "/round"))


def test_a_name_and_password_in_an_address_are_refused(site: Site, fetcher: Fetcher) -> None:
    address = site.address.replace("http://", "http://ada:cake@")
    assert "name or password" in refusal(fetcher, address)
    assert site.asked == []


def test_robots_txt_is_honoured(site: Site, fetcher: Fetcher) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /private/", "text/plain")
    address = site.page("/private/diary", samples.page())
    assert "robots.txt" in refusal(fetcher, address)
    assert site.asked == ["/robots.txt"]
    assert fetcher.get(site.page("/open", samples.page())).data == samples.page().encode()
    assert site.asked == ["/robots.txt", "/open"]


def test_a_robots_txt_that_fails_refuses_and_one_that_is_missing_allows(
    site: Site, fetcher: Fetcher
) -> None:
    address = site.page("/open", "text")
    site.page("/robots.txt", "", code=503)
    assert "robots.txt" in refusal(fetcher, address)
    site.page("/robots.txt", "", code=404)
    assert fetcher.get(address).data == b"text"


def test_the_pause_that_robots_txt_asks_for_is_kept(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 7", "text/plain")
    address = site.page("/open", "text")
    fetcher.get(address)
    fetcher.get(address)
    (pause,) = slept
    assert 0 < pause <= 7


def test_a_body_that_is_too_large_is_refused_packed_or_not(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MAX_BYTES", 100_000)
    assert "more than 100,000 bytes" in refusal(fetcher, site.page("/big", b"x" * 100_001))
    site.pages["/packed"] = (200, {"content-encoding": "gzip"}, gzip.compress(b"x" * 5_000_000))
    assert "more than 100,000 bytes" in refusal(fetcher, f"{site.address}/packed")


def test_an_answer_that_takes_too_long_is_refused(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MAX_SECONDS", 0)
    assert "took more than 0 seconds" in refusal(fetcher, site.page("/slow", "text"))


def test_a_server_that_cannot_be_reached_is_refused(site: Site, fetcher: Fetcher) -> None:
    assert "cannot be reached" in refusal(fetcher, "http://127.0.0.1:9/")
    assert "cannot be reached" in refusal(fetcher, "http://nobody.invalid/")
    site.pages["/odd"] = (200, {"content-encoding": "gzip"}, b"no gzip at all")
    assert "broke off" in refusal(fetcher, f"{site.address}/odd")


@pytest.mark.parametrize("code", [403, 404, 410, 500])
def test_an_error_of_the_server_is_told(site: Site, fetcher: Fetcher, code: int) -> None:
    assert f"answered {code}" in refusal(fetcher, site.page("/x", "", code=code))
