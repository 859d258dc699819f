"""A proxy that does not say for whom it asks is told of in the log, once and without an address."""

import logging
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from coach.settings import Settings
from coach.web.crowd import Crowd
from coach.web.limits import RateLimit
from coach.web.metrics import Metrics
from coach.web.proxies import what_to_set
from tests.web.served import serving

SITE = "blog.example.org"
VISITOR = "192.0.2.77"
NOT_SAID, NOT_BELIEVED = "sends no X-Forwarded-For", "FORWARDED_ALLOW_IPS"


def warnings_at(
    caplog: pytest.LogCaptureFixture, headers: dict[str, str], **more: Any
) -> list[str]:
    """Return what is logged while somebody asks three times on a real port."""
    app = RateLimit(PlainTextResponse("hello"), settings=Settings(), metrics=Metrics(Crowd(1, 1)))
    with serving(app, lifespan="off", **more) as address, caplog.at_level(logging.INFO, "coach"):
        for _ in range(3):
            assert httpx.post(f"{address}/api/reply", headers=headers).text == "hello"
    assert SITE not in caplog.text
    assert VISITOR not in caplog.text
    assert "127.0.0.1" not in " ".join(r.getMessage() for r in caplog.records if "coach" in r.name)
    return [one.getMessage() for one in caplog.records if one.name == "coach.web.limits"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Via": f"1.1 {SITE}"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Host": SITE},
        {"X-Real-IP": VISITOR},
        {"X-Forwarded-For": "", "X-Forwarded-Proto": "https"},
        {"Host": SITE},
        {"Host": f"{SITE}:443"},
    ],
    ids=str,
)
def test_a_proxy_that_names_no_visitor_is_told_of_once(
    caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    (line,) = warnings_at(caplog, headers)
    assert NOT_SAID in line
    assert "\n" not in line


def test_a_proxy_that_is_not_believed_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    named = {"X-Forwarded-For": VISITOR, "X-Forwarded-Proto": "https", "Host": SITE}
    (line,) = warnings_at(caplog, named, forwarded_allow_ips="192.0.2.1")
    assert NOT_BELIEVED in line


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost:7860"},
        {"Host": "[::1]:7860"},
        {"X-Forwarded-For": VISITOR, "X-Forwarded-Proto": "https", "Host": SITE},
        {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http"},
    ],
    ids=str,
)
def test_who_asks_directly_or_is_named_is_not_told_of(
    caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    assert warnings_at(caplog, headers) == []


@pytest.mark.parametrize(
    ("sender", "expected"), [("10.0.0.5", True), ("fd00::5", True), ("8.8.8.8", False)]
)
def test_a_stranger_cannot_make_the_line(sender: str, *, expected: bool) -> None:
    scope = {"type": "http", "client": (sender, 1), "headers": [(b"via", b"1.1 x")]}
    assert bool(what_to_set(scope)) is expected
