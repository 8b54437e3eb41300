"""What a flood of large requests does to a service: how long health takes meanwhile, and what memory stays afterwards.

Fifty clients at once each ask for the scores of a thousand customers. Health is asked from a process of its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import cycle, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from benchmarks.processes import cpu_seconds, memory
from benchmarks.serving.clients import HEADERS, connect

REQUESTS: Final = 50
CUSTOMERS: Final = 1_000  # of each request
PATHS: Final = ("/healthz", "/livez", "/readyz", "/metrics")
SETTLE: Final = 5.0  # seconds after which memory is read again


def startup(pid: int) -> dict[str, float]:
    """The memory of a process in MB and the seconds of a processor that it, of a group of its own, has taken so far."""
    return {"worker_mb": memory(pid), "start_cpu_s": cpu_seconds(pid)}


def flood(
    address: str, pid: int, customers: Sequence[str], *, requests: int = REQUESTS, settle: float = SETTLE
) -> dict[str, float]:
    """The slowest answer of health in ms, memory afterwards over before, and how many were answered and refused."""
    body = json.dumps({"customers": [*islice(cycle(customers), CUSTOMERS)]}).encode()
    _ask(address, "/v1/scores", body)  # what the first one makes is kept for all
    before = memory(pid)
    here, there = get_context("spawn").Pipe()
    prober = get_context("spawn").Process(target=_probe, args=(address, there))
    prober.start()
    here.recv()  # it has begun
    with ThreadPoolExecutor(requests) as clients:
        statuses = [*clients.map(lambda _: _ask(address, "/v1/scores", body), range(requests))]
    here.send("enough")
    slowest = float(here.recv())
    prober.join()
    time.sleep(settle)
    return {
        "flood_health_ms": slowest * 1e3,
        "flood_memory_ratio": memory(pid) / before,
        "flood_answered": float(statuses.count(200)),
        "flood_refused": float(statuses.count(503)),
    }


def _probe(address: str, pipe: Connection) -> None:
    """Ask for health until told that it is enough; tell the slowest answer."""
    for path in PATHS:
        _seconds(address, path)
    pipe.send("begun")
    slowest, number = 0.0, 0
    while not pipe.poll():
        slowest, number = max(slowest, _seconds(address, PATHS[number % len(PATHS)])), number + 1
        time.sleep(0.01)
    pipe.send(slowest)


def _seconds(address: str, path: str) -> float:
    begin = time.perf_counter()
    status = _ask(address, path)
    assert status == 200, f"{path}: {status}"
    return time.perf_counter() - begin


def _ask(address: str, path: str, body: bytes | None = None) -> int:
    connection: HTTPConnection
    with closing(connect(address)) as connection:
        connection.request("GET" if body is None else "POST", path, body, HEADERS)
        answer = connection.getresponse()
        answer.read()
        return answer.status
