"""Notice a proxy that does not say for whom it asks: then its visitors cannot be told apart.

Flow: `limits` -> here -> one line in the log.

uvicorn puts what `X-Forwarded-For` says in the place of the sender's address, if it believes the
sender.  Where no such header comes, all who come through the proxy look like the proxy: none of
them is held back if it is on this machine, and all are as one if it is not.
"""

from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

__all__ = ["what_to_set"]

_OF_PROXIES = frozenset(
    {"via", "forwarded", "x-real-ip"}
    | {f"x-forwarded-{what}" for what in ("host", "port", "proto", "scheme", "server")}
)
"""Headers that a proxy adds and no browser does."""

_NOT_SAID = (
    "A proxy sends no X-Forwarded-For, so its visitors are held back all as one or not at all: "
    "let it set that header to the visitor's address (docs/deploy.md)."
)
_NOT_BELIEVED = (
    "A proxy's X-Forwarded-For is not believed, so its visitors are held back all as one: "
    "name the proxy's address in FORWARDED_ALLOW_IPS (docs/deploy.md)."
)


def what_to_set(scope: Scope) -> str | None:
    """Return what has to be set so that visitors are told apart; None where nothing points to it.

    Only a sender on this machine or its network is taken for a proxy: anyone else could write
    such headers, and have an operator look for what is not there.
    """
    sender = scope["client"][0] if scope.get("client") else ""
    if not _is_near(sender):
        return None
    headers = Headers(scope=scope)
    if said := headers.get("x-forwarded-for"):
        return None if sender in said else _NOT_BELIEVED
    from_outside = _is_loopback(sender) and not _is_loopback(_name(headers.get("host") or sender))
    return _NOT_SAID if from_outside or _OF_PROXIES & set(headers) else None


def _name(host: str) -> str:
    """Return the name or address of a `Host` header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name.lower().rpartition(".")[2] == "localhost"


def _is_near(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
