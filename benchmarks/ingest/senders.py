"""Clients of a service that may die: what is not acknowledged they send again, as Segment's libraries do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

import orjson

from benchmarks.ingest.company import CUSTOMERS, ITEMS
from benchmarks.ingest.messages import batches, ids
from benchmarks.serving.clients import HEADERS, connect

CLIENTS: Final = 4
AGAIN: Final = 0.05  # seconds after which a batch is sent again


@dataclass(frozen=True)
class Answer:
    """An answer to a batch: when it came and how long it took, in seconds, its status, and the code of an error."""

    at: float
    seconds: float
    status: int
    code: str | None


@dataclass
class Senders:
    """Some clients that each send a batch until it is acknowledged, and then the next one.

    ``acknowledged`` are the ids of messages, ``answers`` all answers of the service.
    """

    address: str
    clients: int = CLIENTS
    acknowledged: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._threads = [Thread(target=self._send, daemon=True) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def await_more(self, messages: int, *, patience: float = 60) -> None:
        """Wait until so many more messages are acknowledged."""
        end, enough = time.monotonic() + patience, len(self.acknowledged) + messages
        while len(self.acknowledged) < enough:
            assert time.monotonic() < end, f"nothing is acknowledged; the last answers were {self.answers[-3:]}"
            time.sleep(0.01)

    def _send(self) -> None:
        for body in batches(CUSTOMERS, ITEMS, run=uuid4().hex[:8]):
            if not any(answer.status == 200 for answer in self._answers(body)):
                return
            self.acknowledged += ids(body)

    def _answers(self, body: bytes) -> Iterator[Answer]:
        """The answers to one batch, until it is taken, or there is enough."""
        connection = connect(self.address)
        while not self._stop.is_set():
            begin = time.monotonic()
            try:
                with closing(connection):
                    answer = _post(connection, body, begin)
            except (OSError, HTTPException):  # the service has died, and comes again
                time.sleep(AGAIN)
                continue
            self.answers.append(answer)
            yield answer
            time.sleep(AGAIN)


def _post(connection: HTTPConnection, body: bytes, begin: float) -> Answer:
    connection.request("POST", "/v1/batch", body, HEADERS)
    response = connection.getresponse()
    told = orjson.loads(response.read())
    now = time.monotonic()
    return Answer(now, now - begin, response.status, told["error"]["code"] if response.status != 200 else None)
