"""Prometheus metrics by route: the path of a request may hold a customer's id."""

from __future__ import annotations

import os
from time import perf_counter
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.telemetry.decisions import DECISIONS, EXCLUSIONS
from serving.telemetry.endpoint import endpoint
from serving.telemetry.notes import NOTES
from serving.telemetry.rejections import REJECTED
from serving.telemetry.requests import ERRORS, WAITING, WORKED_AT
from serving.telemetry.store import SECONDS

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)
LABELS: Final = ("endpoint", "http_response_code")
OF_A_PROCESS: Final = (REJECTED, NOTES, DECISIONS, EXCLUSIONS, ERRORS, WAITING, WORKED_AT, SECONDS)


class Metrics:
    """Counts and times the requests of an application, under the names that BentoML gives them.

    ``state`` tells, beside these, of what answers are made from, which is the same in every process.
    """

    def __init__(self, app: ASGIApp, state: Collector) -> None:
        self.app, self.registry, self._state = app, CollectorRegistry(), state
        name = "bentoml_service_request"
        self._total = Counter(f"{name}_total", "Requests answered", LABELS, registry=self.registry)
        self._seconds = Histogram(
            f"{name}_duration_seconds", "Time until answered", LABELS, buckets=BUCKETS, registry=self.registry
        )
        for metric in OF_A_PROCESS:
            self.registry.register(metric)
        self._in_progress = Gauge(
            f"{name}_in_progress", "Requests not yet answered", registry=self.registry, multiprocess_mode="livesum"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = perf_counter(), 500

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._in_progress.track_inprogress():
            try:
                await self.app(scope, receive, send_seen)
            finally:
                labels = (endpoint(scope), str(status))
                self._total.labels(*labels).inc()
                self._seconds.labels(*labels).observe(perf_counter() - start)

    async def answer(self) -> Response:
        """The metrics of this process; of all workers where there are several. No busy thread keeps them waiting."""
        registry, told = self.registry, CollectorRegistry()
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # by who started this worker
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        told.register(self._state)
        return Response(generate_latest(registry) + generate_latest(told), media_type=CONTENT_TYPE_LATEST)
