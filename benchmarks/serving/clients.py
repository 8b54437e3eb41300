"""Closed-loop clients: each asks over a connection of its own, waits for the answer, and asks again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from threading import Lock
from time import perf_counter

import numpy as np

from benchmarks.serving.questions import Question, Request
from features.arrays import Floats

HEADERS = {"content-type": "application/json"}


@dataclass(frozen=True)
class Load:
    """How long each request took, and how long all of them together; in seconds."""

    latencies: Floats
    elapsed: float

    def __add__(self, other: Load) -> Load:
        """Both, one after the other."""
        return Load(np.concatenate([self.latencies, other.latencies]), self.elapsed + other.elapsed)

    def figures(self) -> dict[str, float]:
        """The median and the 99th percentile in milliseconds, how many a second, and how many there were.

        >>> Load(np.array([0.001, 0.002, 0.003]), 0.006).figures()["per_second"]
        500.0
        """
        p50, p99 = np.percentile(self.latencies, [50, 99]) * 1e3
        n = len(self.latencies)
        return {"p50_ms": float(p50), "p99_ms": float(p99), "per_second": n / self.elapsed, "requests": float(n)}


def load(address: str, question: Question, *, clients: int, requests: int, seconds: float) -> Load:
    """So many requests in all; but a client begins none, except its first, after so many seconds."""
    begin, numbers, lock = perf_counter(), count(), Lock()

    def client(_: int) -> list[float]:
        with closing(connect(address)) as connection:
            return list(_latencies(connection))

    def _latencies(connection: HTTPConnection) -> Iterator[float]:
        while next(numbers) < requests:
            with lock:
                request = question.next()
            start = perf_counter()
            answer(connection, request)
            end = perf_counter()
            yield end - start
            if end > begin + seconds:
                break

    with ThreadPoolExecutor(clients) as pool:
        latencies = [latency for own in pool.map(client, range(clients)) for latency in own]
    return Load(np.array(latencies), perf_counter() - begin)


def answer(connection: HTTPConnection, request: Request) -> bytes:
    """The body of an answer, which must be a good one."""
    connection.request("GET" if request.body is None else "POST", request.path, request.body, HEADERS)
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, f"{request.path}: {response.status} {body[:300]!r}"
    return body


def connect(address: str) -> HTTPConnection:
    """A connection to ``http://host:port``, opened with the first request."""
    return HTTPConnection(address.removeprefix("http://"), timeout=60)
