"""Ask the coach from a request: the turn runs in a thread, its reply comes here as it grows.

Flow: `api`, `chat` -> a place in the `crowd` -> the coach.

A reply is taken from the coach as fast as it is written, whatever the client's line is like:
one who reads slowly, or not at all, holds no turn open.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from coach.schema import Message, Reply
from coach.web.contracts import Coach
from coach.web.crowd import LONGEST_WAIT, Crowd, Place, is_urgent

__all__ = ["Asking"]


class Asking:
    """Takes turns for requests; holds nothing of any conversation."""

    def __init__(self, coach: Coach, crowd: Crowd, at_once: int) -> None:
        """Ask `coach`, `at_once` turns at a time, each with a place in `crowd`."""
        self._coach = coach
        self._crowd = crowd
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="turn")

    async def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        """Return the whole reply to the last message.

        Raises:
            InputError: The messages cannot be answered; the text says why.
            CrowdedError: Too many people wait for a turn.
        """
        place = await self._turn(messages)

        def answer() -> Reply:
            with place:
                return self._coach.reply(messages, region=region)

        return await asyncio.wrap_future(self._threads.submit(answer))

    async def stream(
        self, messages: Sequence[Message], *, region: str | None = None
    ) -> AsyncIterator[Reply]:
        """Yield the reply as it grows; the last one is whole.

        A turn whose listener has gone ends with the sentence that it is at.

        Raises:
            InputError: The messages cannot be answered; the text says why.
            CrowdedError: Too many people wait for a turn.
        """
        place = await self._turn(messages)
        loop = asyncio.get_running_loop()
        grown: asyncio.Queue[Reply | Exception | None] = asyncio.Queue()
        gone = threading.Event()

        def hand_over(item: Reply | Exception | None) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(grown.put_nowait, item)

        def write() -> None:
            try:
                with place:
                    for reply in self._coach.stream(messages, region=region):
                        hand_over(reply)
                        if gone.is_set():
                            break
            except Exception as error:
                hand_over(error)
            else:
                hand_over(None)

        self._threads.submit(write)
        try:
            while (item := await grown.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            gone.set()

    async def _turn(self, messages: Sequence[Message]) -> Place:
        """Wait for a turn.

        Raises:
            CrowdedError: Too many people wait already, or this one waited too long.
        """
        place = self._crowd.join(lambda: is_urgent(messages))
        try:
            await asyncio.wait_for(asyncio.wrap_future(place.turn), LONGEST_WAIT)
        except TimeoutError:
            refusal = place.refusal()
            place.leave()
            raise refusal from None
        except BaseException:
            place.leave()
            raise
        return place
