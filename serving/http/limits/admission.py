"""How many requests are worked at: so many at once, some more wait, and the others are told at once to come later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anyio import CapacityLimiter, fail_after
from anyio.lowlevel import RunVar

from features.errors import StamkundError
from serving.telemetry.requests import WAITING, WORKED_AT

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Admission:
    """Places for requests in one process; ``timeout`` is in seconds, for waiting and for the answer together."""

    at_once: int
    waiting: int
    timeout: float
    _places: RunVar[CapacityLimiter] = field(default_factory=lambda: RunVar("places"))  # those of this event loop

    def check(self) -> None:
        """Raise ``overloaded`` when a request would have nowhere to wait."""
        places = self._limiter()
        if places.available_tokens < 1 and places.statistics().tasks_waiting >= self.waiting:
            raise StamkundError("overloaded")

    async def admit(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """The result of some work, once there is a place for it; ``timed_out`` when that takes too long.

        What runs in a thread then cannot be stopped: it keeps its place until it has ended.
        """
        self.check()  # others may have come while the body did
        begin, places, me = asyncio.get_running_loop().time(), self._limiter(), object()
        try:
            with WAITING.track_inprogress(), fail_after(self.timeout):
                await places.acquire_on_behalf_of(me)
        except TimeoutError:
            raise self._timed_out() from None
        task = asyncio.ensure_future(work())
        WORKED_AT.inc()
        task.add_done_callback(lambda _: _leave(places, me))
        left = self.timeout - (asyncio.get_running_loop().time() - begin)
        await asyncio.wait((task,), timeout=max(left, 0))
        if task.done():
            return task.result()
        task.add_done_callback(_forget)
        raise self._timed_out()

    def _limiter(self) -> CapacityLimiter:
        try:
            return self._places.get()
        except LookupError:
            self._places.set(CapacityLimiter(self.at_once))
            return self._places.get()

    def _timed_out(self) -> StamkundError:
        return StamkundError("timed_out", seconds=self.timeout)


def _leave(places: CapacityLimiter, me: object) -> None:
    places.release_on_behalf_of(me)
    WORKED_AT.dec()


def _forget(task: asyncio.Task[Any]) -> None:
    """Take note of an error that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
