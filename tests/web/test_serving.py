"""An address that cannot be listened on is named in one line, before anything is made ready."""

import socket

import pytest

from coach.errors import SettingsError
from coach.settings import Settings
from coach.web import serve
from coach.web.serving import listen


def test_a_port_in_use_is_named_with_what_to_do(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError) as raised:
            serve(settings.model_copy(update={"port": port}))
    expected = f"Port {port} on 127.0.0.1 is taken; name another with --port or COACH_PORT."
    assert str(raised.value) == expected


@pytest.mark.parametrize("host", ["192.0.2.1", "no host at all", "a" * 100])
def test_an_address_of_another_machine_is_named_with_what_to_do(host: str) -> None:
    with pytest.raises(SettingsError, match=r"COACH_HOST\.$") as raised:
        listen(host, 0)
    assert host in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_listens_can_be_reached() -> None:
    with listen("localhost", 0) as listening:
        socket.create_connection(listening.getsockname()[:2], timeout=5).close()
