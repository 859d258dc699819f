"""A real web site on loopback, whose pages a test sets."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A site whose pages a test sets; it remembers what was asked of it."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.pages: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[str] = []

    def page(self, path: str, body: str | bytes, kind: str = "text/html", code: int = 200) -> str:
        """Set a page and return its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = (code, {"content-type": kind}, data)
        return f"{self.address}{path}"

    def redirect(self, path: str, target: str) -> str:
        """Set a redirect and return its address."""
        self.pages[path] = (302, {"location": target}, b"")
        return f"{self.address}{path}"


@contextmanager
def serving() -> Iterator[Site]:
    """Serve a site until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            found = here.pages.get(self.path, (404, {}, b""))
            code, headers, body = found() if callable(found) else found
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
