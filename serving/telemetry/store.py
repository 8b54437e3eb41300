"""How long the store takes for what requests ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from time import perf_counter
from typing import Final

from prometheus_client import Histogram

from serving.telemetry.spans import tracing

BUCKETS: Final = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)
SECONDS: Final = Histogram(
    "stamkund_store_seconds", "Time that the store took, by operation", ["operation"], buckets=BUCKETS, registry=None
)


@contextmanager
def store_operation(name: str) -> Iterator[None]:
    """Time an operation of the store, under one of a few names."""
    start = perf_counter()
    with tracing.span(f"store.{name}"):
        try:
            yield
        finally:
            _seconds(name).observe(perf_counter() - start)


@cache
def _seconds(name: str) -> Histogram:
    """The histogram of one operation."""
    return SECONDS.labels(name)
