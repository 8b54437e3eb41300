"""Connections of one process: so many at once, and none that sends its headers too slowly or too many of them."""

from __future__ import annotations

import asyncio
import resource
from dataclasses import dataclass, field
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_LIMIT: Final = 64_000  # bytes
HEADERS_TIMEOUT: Final = 10.0  # seconds


@dataclass
class Connections:
    """How many there may be; when one more comes, the one that has waited longest for its client makes way."""

    limit: int
    idle: dict[BoundedProtocol, None] = field(default_factory=dict)  # those without a request, the longest first

    def protocol(self, *arguments: Any, **named: Any) -> BoundedProtocol:
        """The protocol of a new connection, as uvicorn asks for it."""
        return BoundedProtocol(*arguments, limits=self, **named)


class BoundedProtocol(HttpToolsProtocol):
    """A connection that is closed when its client keeps it waiting."""

    def __init__(self, *arguments: Any, limits: Connections, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._limits, self._size = limits, 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; where there are too many connections, an idle one ends."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self._limits.limit:
            next(iter(self._limits.idle)).close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._go_on()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; headers without end are refused."""
        self._size += len(data)
        super().data_received(data)
        if self in self._limits.idle and self._size > HEADERS_LIMIT and not self.transport.is_closing():
            self.send_400_response("The headers are larger than this service takes.")

    def on_headers_complete(self) -> None:
        """Wait no more."""
        self._go_on()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self._wait()

    def close(self) -> None:
        """End the connection."""
        self._go_on()
        self.transport.close()

    def _wait(self) -> None:
        self._size, self._limits.idle[self] = 0, None
        self._timer = self.loop.call_later(HEADERS_TIMEOUT, self.close)

    def _go_on(self) -> None:
        self._limits.idle.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def allow_many() -> None:
    """Let this process have as many connections open as the machine lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
