"""Fetch an address that an author named, and nothing that an address may be abused for.

Flow: `importing.originals` -> here -> an `Original`.  requests-hardened resolves each
name once, refuses private, loopback and link-local addresses, and connects to the very
address it judged, so that a name which answers differently the second time gains nothing.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date
from email.message import Message as Headers
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from protego import Protego
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress

from coach import __version__
from coach.errors import ImportRefusedError
from coach.library.importing.post import Original

__all__ = ["Fetcher"]

USER_AGENT = f"HomewardImport/{__version__}"
MAX_BYTES = 20_000_000
MAX_SECONDS = 30
MAX_REDIRECTS = 5
MAX_CRAWL_DELAY = 10
ROBOTS_BYTES = 500_000
PIECE = 65_536
OK = 200
SERVER_ERROR = 500

logging.getLogger("requests_hardened").addHandler(logging.NullHandler())


class Fetcher:
    """Fetches by http and https within limits, as robots.txt allows."""

    def __init__(self, *, private_addresses: bool = False) -> None:
        """Prepare to fetch.

        Args:
            private_addresses: Let addresses of this machine and its network be fetched.
        """
        self._requests = Manager(
            Config(
                ip_filter_enable=not private_addresses,
                ip_filter_allow_loopback_ips=False,
                never_redirect=True,
                default_timeout=(5.0, 10.0),
                user_agent_override=USER_AGENT,
            )
        )
        self._robots: dict[str, Protego] = {}
        self._latest: dict[str, float] = {}

    def get(self, address: str) -> Original:
        """Return what stands at an address, after at most five redirects.

        Raises:
            ImportRefusedError: It may not or cannot be fetched; one line says why.
        """
        deadline = time.monotonic() + MAX_SECONDS
        ask_first = partial(self._ask_robots, address, deadline)
        endless = f"redirects more than {MAX_REDIRECTS} times"
        start = _checked(address, address)
        with self._reached(address, start, ask_first, endless) as (at, response):
            if response.status_code != OK:
                raise _refused(
                    address, f"answered {response.status_code} {response.reason or ''}".strip()
                )
            data = _body(response, address, MAX_BYTES, deadline)
            return _original(at, response.headers, data)

    def _ask_robots(self, address: str, deadline: float, at: str) -> None:
        """Refuse what the site's robots.txt forbids; keep the pause that it asks for."""
        site = urlunsplit((*urlsplit(at)[:2], "", "", ""))
        if site not in self._robots:
            self._robots[site] = self._read_robots(address, site, deadline)
        rules = self._robots[site]
        if not rules.can_fetch(at, USER_AGENT):
            raise _refused(address, "robots.txt of the site does not allow it")
        pause = min(float(rules.crawl_delay(USER_AGENT) or 0), MAX_CRAWL_DELAY)
        wait = self._latest.get(site, -MAX_CRAWL_DELAY) + pause - time.monotonic()
        if pause and wait > 0:
            time.sleep(wait)
        self._latest[site] = time.monotonic()

    def _read_robots(self, address: str, site: str, deadline: float) -> Protego:
        """Return the rules of a site (RFC 9309): none where it has no robots.txt."""
        endless = "robots.txt of the site redirects without end"
        start = f"{site}/robots.txt"
        with self._reached(address, start, lambda _at: None, endless) as (_, response):
            if response.status_code >= SERVER_ERROR:
                raise _refused(address, "robots.txt of the site cannot be read; try later")
            if response.status_code != OK:
                return Protego.parse("")
            text = _body(response, address, ROBOTS_BYTES, deadline, cut=True)
            return Protego.parse(text.decode(errors="replace"))

    @contextmanager
    def _reached(
        self, address: str, at: str, ask_first: Callable[[str], None], endless: str
    ) -> Iterator[tuple[str, requests.Response]]:
        """Yield where redirects lead, and what answers there; each hop is judged anew."""
        for _ in range(MAX_REDIRECTS + 1):
            ask_first(at)
            with self._opened(address, at) as response:
                if not response.is_redirect:
                    yield at, response
                    return
                at = _checked(response.headers["location"], address, base=at)
        raise _refused(address, endless)

    @contextmanager
    def _opened(self, address: str, at: str) -> Iterator[requests.Response]:
        with self._requests.get_session() as session:
            session.trust_env = False  # a proxy would resolve names out of sight
            try:
                response = session.request("GET", at, stream=True, allow_redirects=False)
            except InvalidIPAddress:
                raise _refused(
                    address,
                    "leads to an address of a private network; "
                    "COACH_IMPORT_PRIVATE_ADDRESSES=true allows it",
                ) from None
            except requests.exceptions.SSLError:
                raise _refused(address, "has a certificate that cannot be trusted") from None
            except requests.Timeout:
                raise _refused(address, "did not answer in time") from None
            except (requests.RequestException, UnicodeError, ValueError):
                raise _refused(address, "cannot be reached; is it spelt right?") from None
            with response:
                yield response


def _checked(at: str, address: str, *, base: str = "") -> str:
    """Return an address without fragment; refuse all but plain http and https."""
    try:
        parts = urlsplit(urljoin(base, at))
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        raise _refused(address, "is no address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_sound:
        raise _refused(address, "only http and https can be fetched")
    if parts.username or parts.password:
        raise _refused(address, "holds a name or password; leave it out")
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))


def _body(
    response: requests.Response, address: str, most: int, deadline: float, *, cut: bool = False
) -> bytes:
    """Return the body, unpacked; refuse (or cut) what is larger than `most` bytes."""
    data = bytearray()
    try:
        for piece in response.iter_content(PIECE):
            data += piece
            if len(data) > most:
                if cut:
                    return bytes(data[:most])
                raise _refused(address, f"has more than {most:,} bytes")
            if time.monotonic() > deadline:
                raise _refused(address, f"took more than {MAX_SECONDS} seconds")
    except requests.RequestException:
        raise _refused(address, "broke off while it was read; try again") from None
    return bytes(data)


def _original(at: str, headers: Mapping[str, str], data: bytes) -> Original:
    kind = Headers()
    kind["content-type"] = headers.get("content-type", "application/octet-stream")
    return Original(
        name=at,
        source=at,
        data=data,
        media_type=kind.get_content_type(),
        charset=kind.get_content_charset(),
        modified=_modified(headers.get("last-modified")),
    )


def _modified(value: str | None) -> date | None:
    try:
        return parsedate_to_datetime(value).astimezone(UTC).date() if value else None
    except (ValueError, TypeError, OverflowError):
        return None


def _refused(address: str, reason: str) -> ImportRefusedError:
    return ImportRefusedError(address, None, reason)
