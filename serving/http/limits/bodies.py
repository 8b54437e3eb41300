"""Bodies as they come in: none too large or too slow, and of all together no more than so many bytes at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Message, Receive

from features.errors import StamkundError


class Bodies:
    """Counts the bytes of the bodies that one process holds."""

    def __init__(self, limit: int, *, together: int, timeout: float) -> None:
        self.limit, self._together, self._timeout = limit, together, timeout
        self._held = 0

    @property
    def too_large(self) -> StamkundError:
        """The error of a body over the limit."""
        return StamkundError("body_too_large", limit=self.limit)

    @contextmanager
    def limited(self, receive: Receive) -> Iterator[Receive]:
        """A request's body within the limits; what is counted of it is let go at the end."""
        size, more, end = 0, True, 0.0

        async def receive_limited() -> Message:
            nonlocal size, more, end
            if not more:
                return await receive()
            end = end or asyncio.get_running_loop().time() + self._timeout
            try:
                async with asyncio.timeout_at(end):
                    message = await receive()
            except TimeoutError:
                raise StamkundError("body_too_slow", seconds=self._timeout) from None
            length, more = len(message.get("body", b"")), message.get("more_body", False)
            size, self._held = size + length, self._held + length
            if size > self.limit:
                raise self.too_large
            if self._held > self._together:
                raise StamkundError("overloaded")
            return message

        try:
            yield receive_limited
        finally:
            self._held -= size
