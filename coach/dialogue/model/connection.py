"""Reach a language model through LangChain, with deadlines and retries.

Flow: `COACH_MODEL*` -> here -> `dialogue.model.drafter`, which reads the text as it comes.

Requests run on one event loop in a thread of its own, so that one that takes too long is
cancelled there and then, and its server stops working on it.  Nothing of a request or of an
answer reaches a log or an exception: providers' errors quote both, so only their kind is kept.
"""

import asyncio
import importlib.util
import logging
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from coach.dialogue.model.prompt import Prompt
from coach.errors import ModelError, SettingsError
from coach.settings import Settings

__all__ = ["Connection", "connect"]

PAUSE_SECONDS = 0.25
"""Before the first retry; each further one waits twice as long."""

WORTH_RETRYING = {408, 409, 425, 429}
"""The refusals under 500 that another try may turn."""

MOST_CHARS = 8_000
"""A reply longer than this is broken off, whatever the server makes of `max_tokens`."""


@cache
def connect(settings: Settings) -> "Connection":
    """Return the connection to the model of the settings, the same one for the same settings.

    A conversation that is opened again over a new index goes on with it and its open sockets.

    Raises:
        SettingsError: As `Connection`.
    """
    return Connection(settings)


class Connection:
    """A language model that was named, and its patience.

    Safe to use from many threads at once.
    """

    def __init__(self, settings: Settings) -> None:
        """Make ready to ask; the model's server is not asked yet.

        Raises:
            SettingsError: No such provider, or its package or its key is missing.
        """
        self.name = settings.model or ""
        self._retries = settings.model_retries
        self._model = _open(settings)

    def stream(self, prompt: Prompt, left: Callable[[], float]) -> Generator[str]:
        """Yield the reply's text as it comes.

        Closing the iterator cancels the request.

        Args:
            prompt: What to send.
            left: Returns how many seconds there are until the next text must have come.

        Raises:
            ModelError: The server failed or was too slow; the message tells the kind alone.
        """
        came: SimpleQueue[str | _Failed | None] = SimpleQueue()
        asking = asyncio.run_coroutine_threadsafe(self._ask(prompt, came), _loop())
        chars = 0
        try:
            while chars <= MOST_CHARS:
                try:
                    text = came.get(timeout=max(0.0, left()))
                except Empty:
                    raise ModelError("too slow") from None
                if text is None:
                    return
                if isinstance(text, _Failed):
                    raise ModelError(text.kind)
                chars += len(text)
                yield text
        finally:
            asking.cancel()

    def answers_after(self, seconds: float) -> float:
        """Return after how many seconds the first word of a short answer came.

        Raises:
            ModelError: It did not come within `seconds`.
        """
        begun = monotonic()
        text = self.stream([("human", "Say hello.")], lambda: begun + seconds - monotonic())
        if next(text, None) is None:
            raise ModelError("an empty answer")
        text.close()
        return monotonic() - begun

    async def _ask(self, prompt: Prompt, came: "SimpleQueue[str | _Failed | None]") -> None:
        begun = False
        for attempt in range(self._retries + 1):
            try:
                async for chunk in self._model.astream(prompt):
                    if text := str(chunk.text):
                        begun = True
                        came.put(text)
                came.put(None)
                return
            except Exception as error:
                status = getattr(error, "status_code", None)
                refused = isinstance(status, int) and status < 500 and status not in WORTH_RETRYING
                if begun or refused or attempt == self._retries:
                    kind = type(error).__name__
                    came.put(_Failed(f"{kind} {status}" if isinstance(status, int) else kind))
                    return
            await asyncio.sleep(PAUSE_SECONDS * 2**attempt)


@dataclass(frozen=True)
class _Failed:
    kind: str


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the loop that all requests of this process run on."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language-model", daemon=True).start()
    return loop


def _open(settings: Settings) -> Any:
    """Return LangChain's chat model for the settings."""
    provider, _, name = (settings.model or "").partition(":")
    package = f"langchain_{provider}"
    if not all(importlib.util.find_spec(module) for module in ("langchain", package)):
        raise SettingsError(
            f"COACH_MODEL={settings.model} needs the package {package.replace('_', '-')}; "
            f"for openai, ollama and anthropic: pip install 'homeward[{provider}]'."
        )
    from langchain.chat_models import init_chat_model

    try:
        model = init_chat_model(name, model_provider=provider, **_arguments(settings, provider))
    except Exception as error:
        raise SettingsError(
            f"COACH_MODEL={settings.model} cannot be opened ({type(error).__name__}); "
            "look at COACH_MODEL_URL and COACH_MODEL_KEY."
        ) from None
    # At the level DEBUG these log whole requests, with what people wrote.
    for library in ("anthropic", "httpcore", "httpx", "langchain", "ollama", "openai"):
        logging.getLogger(library).setLevel(logging.WARNING)
    return model


def _arguments(settings: Settings, provider: str) -> dict[str, Any]:
    """Return the settings under the names that each provider gives them.

    The clients' own retries are off: here alone is known how much time is left.
    """
    key = settings.model_key.get_secret_value() if settings.model_key else ""
    given: dict[str, Any] = {"temperature": settings.model_temperature}
    if settings.model_url:
        given["base_url"] = settings.model_url
    if provider == "ollama":
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        client = {"timeout": settings.model_seconds, "headers": headers}
        return {**given, "num_predict": settings.model_max_tokens, "client_kwargs": client}
    if not key and settings.model_url:
        # The clients insist on a key even where a server on this machine wants none.
        key = "none"
    return {
        **given,
        **({"api_key": key} if key else {}),
        "max_tokens": settings.model_max_tokens,
        "timeout": settings.model_seconds,
        "max_retries": 0,
    }
