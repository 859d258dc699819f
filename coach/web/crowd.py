"""How many turns run at once, and who waits for one.

Flow: `asking` (the API), `turns` (the page) -> here -> a turn begins.

A turn takes milliseconds where the composer answers and seconds where a language model does;
more of them at once than the machine bears would make everybody's slow.  Whoever says plainly
that they are in danger goes first and is never turned away.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLongError
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self

from coach.errors import CrowdedError
from coach.safety.patterns import load_patterns
from coach.schema import Level, Message

__all__ = ["COME_BACK", "LONGEST_WAIT", "Crowd", "Place", "is_urgent"]

LONGEST_WAIT = 30.0
"""Seconds that someone waits for a turn before they are told to come back."""
LOOK_EVERY = 0.5
"""Seconds between two looks at the place of someone who waits in the page."""
COME_BACK = 5
"""Seconds after which whoever was turned away may try again."""
READ = 2_000
"""Characters of a message's beginning and of its end that are looked at for danger."""


def is_urgent(messages: Sequence[Message]) -> bool:
    """Tell whether the latest message says plainly that somebody is in danger."""
    latest = messages[-1].content if messages else ""
    ends = {latest[:READ], latest[-READ:]}
    return any(load_patterns().read(end).level is Level.CRISIS for end in ends)


class Crowd:
    """Everybody who wants a turn; safe to use from any thread."""

    def __init__(self, at_once: int, most_waiting: int) -> None:
        """Let `at_once` turns run, and `most_waiting` people wait for one."""
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._waiting: deque[Place] = deque()
        self._running = 0
        self.refused = 0
        """How many were asked to come back."""

    @property
    def running(self) -> int:
        """How many turns run."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many people wait for one."""
        return len(self._waiting)

    def join(self, urgent: Callable[[], bool] = lambda: False) -> "Place":
        """Return a place, whose turn comes at once where there is room.

        Args:
            urgent: Tells whether somebody is in danger, who then goes before all others; asked
                only where there is a line.

        Raises:
            CrowdedError: Too many people wait already.
        """
        place = Place(self)
        with self._lock:
            if self._running < self._at_once:
                self._running += 1
                place.begin()
            elif urgent():
                self._waiting.appendleft(place)
            elif len(self._waiting) >= self._most_waiting:
                raise self.refusal(len(self._waiting) + 1)
            else:
                self._waiting.append(place)
        return place

    def refusal(self, place: int) -> CrowdedError:
        """Return the error that tells someone which place they have, or would have had."""
        self.refused += 1
        return CrowdedError(place, COME_BACK)

    def place_of(self, place: "Place") -> int:
        """Return the place in the line, from 1; 0 when the turn may begin."""
        with self._lock, suppress(ValueError):
            return self._waiting.index(place) + 1
        return 0

    def leave(self, place: "Place") -> None:
        """Give a place up; the next in line gets its turn. Done twice, it changes nothing."""
        with self._lock:
            if place.left:
                return
            place.left = True
            if not place.runs:
                with suppress(ValueError):  # passed over, it stands in no line
                    self._waiting.remove(place)
                return
            while self._waiting:
                if self._waiting.popleft().begin():
                    return
            self._running -= 1


class Place:
    """Somebody's place in the crowd; as a context, it is given up at the end."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self.turn: Future[None] = Future()
        """Done when the turn may begin."""
        self.runs = False
        self.left = False

    def begin(self) -> bool:
        """Let the turn begin; False if whoever waited for it has cancelled it."""
        self.runs = self.turn.set_running_or_notify_cancel()
        if self.runs:
            self.turn.set_result(None)
        return self.runs

    @property
    def number(self) -> int:
        """The place in the line, from 1; 0 when the turn may begin."""
        return self._crowd.place_of(self)

    def numbers(self) -> Iterator[int]:
        """Wait in this thread until the turn may begin; yield the place as it changes.

        Raises:
            CrowdedError: It took too long.
        """
        end = monotonic() + LONGEST_WAIT
        last = 0
        while not self._has_come():
            number = self.number
            if number not in {0, last}:
                yield number
            last = number
            if monotonic() > end:
                raise self.refusal()

    def _has_come(self) -> bool:
        try:
            self.turn.result(0 if self.turn.done() else LOOK_EVERY)
        except TooLongError:
            return False
        return True

    def refusal(self) -> CrowdedError:
        """Return the error for someone who has waited too long."""
        return self._crowd.refusal(self.number)

    def leave(self) -> None:
        """Give the place up."""
        self._crowd.leave(self)

    def __enter__(self) -> Self:
        """Return this place."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Give the place up."""
        self.leave()
