"""Say by headers what a browser may do with an answer.

Flow: `front` wraps the sending of every answer in `Headers`.  They follow the list of OWASP's
Secure Headers Project; `tests/web/test_headers.py` goes through it.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from coach.site import Site

__all__ = ["Headers"]

_CLOSED = (
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation"),
    *("gyroscope", "hid", "magnetometer", "midi", "payment", "publickey-credentials-get"),
    *("serial", "usb", "xr-spatial-tracking"),
)
_PERMISSIONS = ", ".join(f"{name}=()" for name in _CLOSED)
_NO_MICROPHONE = f"{_PERMISSIONS}, microphone=()"
_OWN_MICROPHONE = f"{_PERMISSIONS}, microphone=(self)"
"""What the talk may use, once the visitor has allowed it."""
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
_POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; "
    "img-src 'self' data:; font-src 'self'{fonts}; connect-src 'self'; frame-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'self'; "
    "frame-ancestors {frames}; object-src 'none'"
)
_ONE_YEAR = "max-age=31536000"

_FOR_OTHER_SITES = "/embed.js"
"""The one file that pages of other origins may load."""
_ASK_AGAIN = re.compile(r"/(help|offline|left|read(/.*)?|practices)")
"""Pages that hold nothing of a visitor: a browser may keep them if it asks each time."""
_KEEP = re.compile(r"/(assets|static)/.+")
"""Gradio's own files, whose names change with their content."""


class Headers:
    """The headers of every answer; they depend on the path and on who may embed the coach."""

    def __init__(self, site: Site) -> None:
        # The talk shows the other pages in a frame of its own.
        self._frames = " ".join(("'self'", *site.embed_on))
        # Browsers that know `frame-ancestors` ignore the older header, which can name no origin.
        self._framing = {} if site.embed_on else {"X-Frame-Options": "SAMEORIGIN"}

    def around(self, send: Send, scope: Scope, nonce: str | None = None) -> Send:
        """Return a way to send that adds the headers of this request's answer.

        Args:
            send: Where the answer goes.
            scope: The request.
            nonce: What the scripts of the talk page carry; only that page has one, and
                only that page may ask for the microphone.
        """
        path: str = scope["path"]
        policy = self._policy(nonce)
        added = _COMMON | self._framing
        added["Permissions-Policy"] = _OWN_MICROPHONE if nonce else _NO_MICROPHONE
        added["Cross-Origin-Resource-Policy"] = (
            "cross-origin" if path == _FOR_OTHER_SITES else "same-origin"
        )
        if scope.get("scheme") == "https":
            added["Strict-Transport-Security"] = _ONE_YEAR
            policy += "; upgrade-insecure-requests"
        added["Content-Security-Policy"] = policy

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in added.items():
                    headers[name] = value
                if headers.get("Content-Type", "").startswith("text/html"):
                    headers.add_vary_header("Accept-Language, Cookie")
                if message["status"] >= 400 or "cache-control" not in headers:
                    headers["Cache-Control"] = _caching(path, message["status"])
                for name in ("server", "x-powered-by"):
                    if name in headers:
                        del headers[name]
            await send(message)

        return sending

    def _policy(self, nonce: str | None) -> str:
        if nonce is None:
            return _POLICY.format(scripts="", styles="", fonts="", frames=self._frames)
        return _POLICY.format(
            scripts=f" 'nonce-{nonce}'",
            styles=" 'unsafe-inline'",
            fonts=" data:",
            frames=self._frames,
        )


def _caching(path: str, status: int) -> str:
    """Return what an answer that says nothing of caching says: mostly, to keep nothing."""
    if status >= 400:
        return "no-store"
    if _ASK_AGAIN.fullmatch(path):
        return "no-cache"
    return "public, max-age=86400" if _KEEP.fullmatch(path) else "no-store"
