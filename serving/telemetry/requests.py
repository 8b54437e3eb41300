"""How many requests wait and are worked at, and which errors they are answered with."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

ERRORS: Final = Counter("stamkund_errors_total", "Requests answered with an error, by code", ["code"], registry=None)
WAITING: Final = Gauge(
    "stamkund_requests_waiting", "Requests that wait for a place", multiprocess_mode="livesum", registry=None
)
WORKED_AT: Final = Gauge(
    "stamkund_requests_worked_at", "Requests that have a place", multiprocess_mode="livesum", registry=None
)
