"""Requests at a steady pace: each has its moment, whether or not those before it are answered."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from threading import Lock
from time import perf_counter, sleep

import numpy as np

from benchmarks.serving.clients import Load, answer, connect
from benchmarks.serving.questions import Question

CLIENTS = 8


def paced(address: str, question: Question, *, rate: float, requests: int) -> Load:
    """So many requests, ``rate`` a second; the time that one waits for a free client counts."""
    begin, numbers, lock = perf_counter(), count(), Lock()

    def client(_: int) -> list[float]:
        with closing(connect(address)) as connection:
            return [*latencies(connection)]

    def latencies(connection: HTTPConnection) -> Iterator[float]:
        while (number := next(numbers)) < requests:
            due = begin + number / rate
            sleep(max(0.0, due - perf_counter()))
            with lock:
                request = question.next()
            answer(connection, request)
            yield perf_counter() - due

    with ThreadPoolExecutor(CLIENTS) as pool:
        told = [latency for own in pool.map(client, range(CLIENTS)) for latency in own]
    return Load(np.array(told), perf_counter() - begin)
