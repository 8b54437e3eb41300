"""Bodies as they come in: none too large or too slow, and of all together no more than so many bytes at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import HTTPException
from starlette.types import Message, Receive

from features.errors import StamkundError
from serving.http.limits.admission import OVERLOADED

CLOSE: Final = {"connection": "close"}  # what is still to come of a body is not read


class Bodies:
    """Counts the bytes of the bodies that one process holds."""

    def __init__(self, limit: int, *, together: int, timeout: float) -> None:
        self.limit, self._together, self._timeout = limit, together, timeout
        self._held = 0

    @property
    def too_large(self) -> str:
        """What is said of a body over the limit."""
        return f"The body is larger than the {self.limit} bytes that are allowed. Send less at a time."

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
                text = f"The body did not come within {self._timeout:g} s. Send it faster, or less at a time."
                raise HTTPException(408, text, CLOSE) from None
            length, more = len(message.get("body", b"")), message.get("more_body", False)
            size, self._held = size + length, self._held + length
            if size > self.limit:
                raise HTTPException(413, self.too_large, CLOSE)
            if self._held > self._together:
                raise StamkundError("overloaded", OVERLOADED)
            return message

        try:
            yield receive_limited
        finally:
            self._held -= size
