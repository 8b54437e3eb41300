"""Spans of OpenTelemetry, sent where its environment variables say; without them they cost nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import StamkundError
from serving.telemetry.endpoint import endpoint
from serving.telemetry.request_id import current

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
PLACES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN: Final = "http/protobuf"
_NOTHING: Final[AbstractContextManager[object]] = nullcontext()


class Tracing:
    """Makes the spans of this process, none until it is told to begin.

    >>> with Tracing().span("score") as span:
    ...     print(span)
    None
    """

    def __init__(self) -> None:
        self._provider: TracerProvider | None = None
        self.tracer: Tracer | None = None

    def span(self, name: str) -> AbstractContextManager[object]:
        """A span around what is done meanwhile. Errors are named by it, but not their words, nor what they are of."""
        if self.tracer is None:
            return _NOTHING
        return self.tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)

    def request(self) -> Span | None:
        """The span of the request that asks; None where there are none."""
        if self.tracer is None:
            return None
        from opentelemetry.trace import get_current_span  # noqa: PLC0415

        return get_current_span()

    def work_for(self, requests: Sequence[Span | None]) -> AbstractContextManager[object]:
        """Put what is done meanwhile below the span of one request; that for several is a trace linked with each's."""
        spans = [span for span in requests if span is not None]
        return _NOTHING if self.tracer is None or not spans else _work(self.tracer, spans)

    def begin(self) -> None:
        """Send spans where the environment says; do nothing where it says nothing."""
        if self.tracer is not None or not is_wanted(os.environ):
            return
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        except ModuleNotFoundError:
            text = f"{PLACES[1]} asks for traces, which need an extra: pip install 'stamkund[tracing]'."
            raise StamkundError("missing_extra", text, field=PLACES[1]) from None
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        name = os.environ.get("OTEL_SERVICE_NAME", "stamkund")
        told: Mapping[str, str] = {"service.name": name, "service.version": version("stamkund")}
        self._provider = TracerProvider(resource=Resource.create(told), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self.tracer = self._provider.get_tracer("stamkund")

    def end(self) -> None:
        """Send what is left, and make no more."""
        if self._provider is not None:
            self._provider.shutdown()
        self._provider = self.tracer = None


@contextmanager
def _work(tracer: Tracer, requests: Sequence[Span]) -> Iterator[None]:
    from opentelemetry.context import Context  # noqa: PLC0415
    from opentelemetry.trace import Link, use_span  # noqa: PLC0415

    if len(requests) == 1:
        with use_span(requests[0], record_exception=False, set_status_on_exception=False):
            yield
        return
    links = [Link(span.get_span_context()) for span in requests]
    with tracer.start_as_current_span(
        "together", Context(), links=links, record_exception=False, set_status_on_exception=False
    ) as work:
        for span in requests:
            span.add_link(work.get_span_context())
        yield


tracing: Final = Tracing()


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether the environment says where traces go; the error of a protocol that is not spoken.

    >>> is_wanted({}), is_wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"})
    (False, True)
    >>> is_wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"})
    False
    """
    off = (
        environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none"
    )
    if off or not any(environment.get(name) for name in PLACES):
        return False
    protocol = next((environment[name] for name in PROTOCOLS if environment.get(name)), SPOKEN)
    if protocol != SPOKEN:
        text = f"Traces are sent by {SPOKEN}, not by {protocol}. Leave it out, and give the collector's port for HTTP."
        raise StamkundError("unknown_protocol", text, field=PROTOCOLS[1])
    return True


def spanned(name: str) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Let each call of a function be a span."""

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(function)
        def call(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
            with tracing.span(name):
                return function(*arguments, **named)

        return call

    return decorate


class RequestSpans:
    """Lets each request be a span, named by its route, in the trace that its caller began."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or tracing.tracer is None:
            await self.app(scope, receive, send)
            return
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        # The caller's trace, and nothing else that it says of it.
        parent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        context, status = TraceContextTextMapPropagator().extract({"traceparent": parent}), 500

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"]
        with tracing.tracer.start_as_current_span(
            method, context, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                await self.app(scope, receive, send_seen)
            finally:
                route = endpoint(scope)
                span.update_name(f"{method} {route}")
                told = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                span.set_attributes(told | {"stamkund.request_id": current.get() or ""})
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
