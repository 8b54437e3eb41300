"""What every answer has in common, of an application that does nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, HTTPException, Request
from starlette.testclient import TestClient

from features.errors import StamkundError
from serving.http.limits.bodies import Bodies
from serving.http.reception.envelope import Guard, add_error_handlers
from serving.telemetry.request_id import RequestIds

LIMIT = 1000


def opened(error: Exception | None = None) -> TestClient:
    """A service that takes a body and says its size, or fails."""
    app = FastAPI()
    add_error_handlers(app, "en")

    @app.post("/")
    async def size(request: Request) -> int:
        body = await request.body()
        if error is not None:
            raise error
        return len(body)

    guarded = Guard(app, Bodies(LIMIT, together=10 * LIMIT, timeout=5), "en")
    return TestClient(RequestIds(guarded), raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("unknown_customer", 404),
        ("not_found", 404),
        ("malformed_json", 400),
        ("body_too_large", 413),
        ("no_model", 503),
        ("feature_set_mismatch", 503),
        ("old_records", 503),
        ("lake_corrupt", 503),
        ("other_lake_format", 503),
        ("store_unavailable", 503),
        ("bad_time", 422),
        ("unknown_model", 422),
        ("anything_else", 422),
    ],
)
def test_a_coded_error_has_its_status(code: str, status: int) -> None:
    got = opened(StamkundError(code, "So it is.", field="there")).post("/")
    assert got.status_code == status
    assert got.json() == {"error": {"code": code, "params": {}, "message": "So it is.", "field": "there"}}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "not_found"),
        (405, "method_not_allowed"),
        (415, "unsupported_media_type"),
        (418, "http_error"),
    ],
)
def test_an_error_of_the_protocol_has_its_code_and_keeps_its_headers(status: int, code: str) -> None:
    got = opened(HTTPException(status, "So it is.", headers={"Allow": "POST"})).post("/")
    assert (got.status_code, got.json()["error"]["code"], got.headers["allow"]) == (status, code, "POST")
    assert got.json()["error"]["params"] == {"method": "POST", "path": "/", "reason": "So it is."}
    assert got.json()["error"]["message"]


def in_parts(size: int) -> Iterator[bytes]:
    """A body that does not say its length."""
    for start in range(0, size, 300):
        yield b" " * min(300, size - start)


@pytest.mark.parametrize(("size", "status"), [(0, 200), (LIMIT, 200), (LIMIT + 1, 413), (2 * LIMIT, 413)])
def test_a_body_is_taken_up_to_the_limit_itself(size: int, status: int) -> None:
    http = opened()
    said, streamed = http.post("/", content=b" " * size), http.post("/", content=in_parts(size))
    assert (said.status_code, streamed.status_code) == (status, status)
    if status == 200:
        assert said.json() == streamed.json() == size
    else:
        assert said.json() == streamed.json()
        assert (said.json()["error"]["code"], said.headers["connection"]) == ("body_too_large", "close")


@pytest.mark.parametrize("length", ["999999", "abc", "-1"])
def test_the_length_that_is_said_stops_a_body_before_it_is_read(length: str) -> None:
    got = opened().post("/", content=in_parts(10), headers={"Content-Length": length})
    assert got.status_code == (413 if length == "999999" else 200)


@pytest.mark.parametrize("error", [None, StamkundError("no_model", "None."), HTTPException(404), RuntimeError()])
def test_every_answer_has_the_request_id_that_was_sent_or_one_of_its_own(error: Exception | None) -> None:
    http = opened(error)
    assert http.post("/", headers={"Request-Id": "mine"}).headers.get_list("request-id") == ["mine"]
    assert http.post("/", headers={"Request-Id": "m" * 200}).headers["request-id"] == "m" * 200
    unfit = [{"Request-Id": each} for each in ("", "m" * 201, "anna@shop.example", "two words")]
    own = [http.post("/", headers=headers).headers["request-id"] for headers in [{}, {}, *unfit]]
    assert len(set(own)) == 6
    assert not {"anna@shop.example", "m" * 200} & {*own}
    assert all(own)
