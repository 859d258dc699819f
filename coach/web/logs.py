"""Write logs that hold no word of what people wrote: a line for each event, as JSON or plain.

Flow: every logger of the process -> here -> standard error.

The coach's own messages name kinds of errors, never their texts, so they are written whole.
What a library logs may quote a request: of it only the logger's name, the level and the kind
of the error are written, and of uvicorn's messages the template without what fills it.
"""

import logging
import sys
import threading
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

from coach.settings import Settings

__all__ = ["start_logging"]

OWN = ("coach", "__main__")
SERVER = "uvicorn"
WITHHELD = "a message of a library, withheld"

Processor = Callable[[Any, str, MutableMapping[str, Any]], Any]


def start_logging(settings: Settings) -> None:
    """Send everything that is logged from now on to standard error, by the settings.

    What ends a thread or the process unforeseen is logged by its kind, too.
    """
    as_json = settings.log_format == "json" or (
        settings.log_format == "auto" and not sys.stderr.isatty()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("coach").setLevel(settings.log_level.upper())
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        # A library's own handler would write past the one above.
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda kind, _error, _trace: _ended("process", kind)
    threading.excepthook = lambda args: _ended("thread", args.exc_type)


class LineFormatter(logging.Formatter):
    """Turns a record into a line without what may quote a visitor."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        renderer: Processor = structlog.dev.ConsoleRenderer(colors=False)
        if as_json:
            renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
        self._stamp: Processor = structlog.processors.TimeStamper(fmt="iso", utc=True)
        self._render = renderer

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        event: MutableMapping[str, Any] = {
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _message(record),
        }
        if record.exc_info and record.exc_info[0]:
            event["error"] = record.exc_info[0].__name__
        level = record.levelname.lower()
        return str(self._render(None, level, self._stamp(None, level, event)))


def _message(record: logging.LogRecord) -> str:
    """Return what of a record's message may be written."""
    part = record.name.partition(".")[0]
    if part in OWN:
        return record.getMessage()
    return str(record.msg).partition("\n")[0] if part == SERVER else WITHHELD


def _ended(what: str, kind: type[BaseException]) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        logging.getLogger("coach").critical("A %s ended: %s", what, kind.__name__)
