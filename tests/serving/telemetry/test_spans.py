"""Traces, as a collector receives them: what spans there are, and that none tells whom a request is about."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.testclient import TestClient

from features.errors import StamkundError
from serving.http.current.state import CurrentState
from serving.http.reception.gathering import Gathering
from serving.telemetry.spans import tracing
from tests.serving.clients import client_of

ANNA = "anna@shop.example"
HEADERS = {
    "user-agent": ANNA,
    "cookie": ANNA,
    "baggage": f"id={ANNA}",
    "tracestate": "shop=anna",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "request-id": "mine",
}


class Collector(HTTPServer):
    """A receiver of OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.requests: list[ExportTraceServiceRequest] = []

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class Receiver(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
    tracing.begin()
    yield collector
    tracing.end()
    collector.shutdown()
    thread.join()
    collector.server_close()


def told(span: Span) -> dict[str, object]:
    return {each.key: each.value.int_value or each.value.string_value for each in span.attributes}


def test_each_request_is_a_span_of_its_callers_trace_with_what_it_took_below_it(
    own: CurrentState, collector: Collector
) -> None:
    trace, parent = HEADERS["traceparent"].split("-")[1:3]
    http = client_of(own)
    http.post("/v1/scores", json={"customers": ["1"]}, headers=HEADERS)
    tracing.end()
    (resource,) = {each.resource.SerializeToString() for r in collector.requests for each in r.resource_spans}
    assert b"stamkund" in resource
    ours = [span for span in collector.spans if span.trace_id.hex() == trace]
    spans = {span.name: span for span in ours}
    assert set(spans) == {"POST /v1/scores", "store.read", "score"}
    request = spans.pop("POST /v1/scores")
    assert told(request) == {
        "http.request.method": "POST",
        "http.route": "/v1/scores",
        "http.response.status_code": 200,
        "stamkund.request_id": "mine",
    }
    assert request.parent_span_id.hex() == parent
    assert {span.parent_span_id for span in ours} == {request.parent_span_id, request.span_id}


def test_what_is_answered_together_is_a_trace_that_is_linked_with_each_request(collector: Collector) -> None:
    def score(names: Sequence[str]) -> list[str]:
        with tracing.span("score"):
            return [*names]

    gathering = Gathering[str, str](score)

    async def ask(name: str) -> str:
        with tracing.span(name):
            return await gathering.ask(name, None)

    async def ask_all() -> list[str]:
        return [*await asyncio.gather(ask("a"), ask("b")), await ask("alone")]

    assert asyncio.run(ask_all()) == ["a", "b", "alone"]
    tracing.end()
    spans = {span.name: span for span in collector.spans if span.name != "score"}
    assert set(spans) == {"a", "b", "alone", "together"}
    work = spans["together"]
    assert work.parent_span_id == b""
    assert {link.span_id for link in work.links} == {spans["a"].span_id, spans["b"].span_id}
    assert {link.span_id for name in "ab" for link in spans[name].links} == {work.span_id}
    scores = {span.parent_span_id: span.trace_id for span in collector.spans if span.name == "score"}
    assert scores == {each.span_id: each.trace_id for each in (work, spans["alone"])}


def test_a_decision_has_a_span_of_its_own(own: CurrentState, collector: Collector) -> None:
    client_of(own).post("/v1/decisions", json={"profile": {"id": "1"}})
    tracing.end()
    assert {"POST /v1/decisions", "decide", "store.read", "store.save_decision"} <= {s.name for s in collector.spans}


def ask(http: TestClient) -> None:
    """Ask about Anna in every place, and let it fail."""
    http.get(f"/v1/profiles/email:{ANNA}?q={ANNA}", headers=HEADERS)
    http.get(f"/{ANNA}", headers=HEADERS)
    for query in ("", f"?q={ANNA}"):
        http.post(f"/v1/scores{query}", json={"customers": [ANNA]}, headers=HEADERS)
    http.post("/v1/decisions", json={"profile": {"id_type": "email", "id": ANNA}}, headers=HEADERS)
    message = {"messageId": ANNA, "userId": ANNA, "event": ANNA, "properties": {ANNA: ANNA}}
    http.post("/v1/track", json=message, headers=HEADERS)
    http.get(f"/v1/status?q={ANNA}", headers=HEADERS)
    http.get("/v1/status", headers=HEADERS)


def test_no_span_tells_whom_a_request_is_about(
    own: CurrentState, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise ValueError(ANNA)

    monkeypatch.setattr("serving.http.routers.service.answer_status", fail)
    http = client_of(own, raise_server_exceptions=False)
    ask(http)
    for table in ("decisions", "event_log", "records"):
        with own.state.store.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {table}")
    ask(http)
    tracing.end()
    assert {told(span).get("http.response.status_code") for span in collector.spans} >= {200, 404, 500, 503}
    assert all("anna" not in str(request).lower() for request in collector.requests)


def test_without_an_endpoint_there_is_no_span(own: CurrentState) -> None:
    tracing.begin()
    assert tracing.tracer is None
    assert tracing.span("score") is tracing.span("decide")
    assert client_of(own).post("/v1/scores", json={"customers": ["1"]}, headers=HEADERS).status_code == 200


def test_a_protocol_that_is_not_spoken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(StamkundError, match="not by grpc") as refused:
        tracing.begin()
    assert refused.value.code == "unknown_protocol"
