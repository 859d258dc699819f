"""Stop asking a model that keeps failing, for a while.

Flow: `dialogue.model.drafter` asks here before it asks the model, and tells how it went.
"""

import threading
import time
from collections.abc import Callable

__all__ = ["CircuitBreaker"]


class CircuitBreaker:
    """Says whether the model may be asked.

    After `failures` in a row it says no for `rest_seconds`, then lets one request try while
    the others still hear no.  Safe to use from many threads at once.
    """

    def __init__(
        self,
        *,
        failures: int = 3,
        rest_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._rest = rest_seconds
        self._clock = clock
        self._failed = 0
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Tell whether the model may be asked now; a yes after a rest is given to one alone."""
        with self._lock:
            if self._failed < self._limit:
                return True
            if self._clock() < self._closed_until:
                return False
            self._closed_until = self._clock() + self._rest
            return True

    def succeeded(self) -> None:
        """Note that the model answered well; all may ask again."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """Note that the model failed, was too slow, or said nothing that could be used."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._limit:
                self._closed_until = self._clock() + self._rest
