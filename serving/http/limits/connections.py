"""Connections of one process: so many at once, and none whose client sends too slowly or too much, or does not read."""

from __future__ import annotations

import asyncio
import logging
import resource
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from features.errors import StamkundError
from features.texts.catalogue import Language
from serving.telemetry.request_id import HEADER, request_id_of
from serving.telemetry.requests import ERRORS

HEADERS_LIMIT: Final = 64_000  # bytes
HEADERS_TIMEOUT: Final = 10.0  # seconds
READ_EVERY: Final = 10.0  # seconds, in each of which a client reads so much at least of what is left for it:
READ_LEAST: Final = 10_000  # bytes
log = logging.getLogger("uvicorn.error.connection")
log.setLevel(logging.ERROR)  # what is no HTTP is counted: whoever sends it would fill the log


@dataclass
class Connections:
    """How many there may be; when one more comes, the one that has waited longest for its client makes way.

    What is no request is refused in a ``language``.
    """

    limit: int
    language: Language = "en"
    idle: dict[BoundedProtocol, None] = field(default_factory=dict)  # those without a whole request, the longest first

    def protocol(self, *arguments: Any, **named: Any) -> BoundedProtocol:
        """The protocol of a new connection, as uvicorn asks for it."""
        return BoundedProtocol(*arguments, limits=self, **named)


class BoundedProtocol(HttpToolsProtocol):
    """A connection that is closed when its client keeps it waiting."""

    def __init__(self, *arguments: Any, limits: Connections, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._limits, self._size = limits, 0
        self._timer: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None
        self.logger = log

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; where there are too many connections, an idle one ends."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self._limits.limit:
            next(iter(self._limits.idle)).close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._go_on()
        if self._reader is not None:
            self._reader.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; headers without end are refused."""
        self._size += len(data)
        if self in self._limits.idle:  # not silent: others are so for longer
            del self._limits.idle[self]
            self._limits.idle[self] = None
        super().data_received(data)
        if self._timer is not None and self._size > HEADERS_LIMIT and not self.transport.is_closing():
            self._refuse_headers()

    def on_headers_complete(self) -> None:
        """Wait for the body; headers too long in one piece are refused, and a target that is no path leads nowhere."""
        self._stop_timer()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > HEADERS_LIMIT:
            self._refuse_headers()
            raise ValueError(HEADERS_LIMIT)  # nothing more is read of it
        if not self.url.startswith((b"/", b"http")):  # such as `OPTIONS *`
            self.url = b"/" + self.url
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait no more for the client, unless it was answered before it had sent all."""
        if self._timer is None:
            self._limits.idle.pop(self, None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self._wait()

    def pause_writing(self) -> None:
        """Wait for the client to read, and see that it does."""
        super().pause_writing()
        self._watch_reader()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's own words)
        """Refuse what is no request, unless that is done."""
        if not self.transport.is_closing():
            self._refuse(StamkundError("malformed_request"))

    def _refuse_headers(self) -> None:
        self._refuse(StamkundError("malformed_request.headers", limit=HEADERS_LIMIT), status=431)

    def _refuse(self, error: StamkundError, *, status: int = 400) -> None:
        """Answer in the one shape of errors what becomes no request."""
        ERRORS.labels(error.code).inc()
        body = orjson.dumps({"error": error.answer(self._limits.language)})
        headers = (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            (HEADER, request_id_of(None).encode()),
        )
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + body)
        self.close()

    def close(self) -> None:
        """End the connection, once its client has read what is left."""
        self._go_on()
        self.transport.close()
        self._watch_reader()

    def _watch_reader(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left and self._reader is None:
            self._reader = self.loop.call_later(READ_EVERY, self._check_reader, left)

    def _check_reader(self, before: int) -> None:
        self._reader = None
        if self.transport.get_write_buffer_size() > max(before - READ_LEAST, 0):
            self.transport.abort()
        else:
            self._watch_reader()

    def _wait(self) -> None:
        self._size, self._limits.idle[self] = 0, None
        self._timer = self.loop.call_later(HEADERS_TIMEOUT, self.close)

    def _go_on(self) -> None:
        self._limits.idle.pop(self, None)
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def allow_many() -> None:
    """Let this process have as many connections open as the machine lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
