"""Bodies as clients send them: packed, and under other names than JSON."""

from __future__ import annotations

import gzip
import zlib

import orjson
import pytest
from starlette.testclient import TestClient

from serving.http.current.state import CurrentState
from serving.store.event_log import log_frame
from tests.serving.http.errors import error_of

JSON = {"content-type": "application/json"}
GZIP = JSON | {"content-encoding": "gzip"}


def page(id_: str) -> bytes:
    return orjson.dumps({"messageId": id_, "userId": "packed"})


@pytest.mark.parametrize(
    "name",
    [
        None,
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/json;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
    ],
)
def test_messages_are_json_whatever_they_are_called(http: TestClient, name: str | None) -> None:
    headers = {} if name is None else {"content-type": name}
    for packed, more in ((page(f"{name}"), {}), (gzip.compress(page(f"{name}+")), {"content-encoding": "GZIP"})):
        got = http.post("/v1/p", content=packed, headers=headers | more)
        assert (got.status_code, got.json()["accepted"]) == (200, 1)


def test_other_requests_may_be_packed_too(http: TestClient) -> None:
    got = http.post("/v1/scores", content=gzip.compress(b'{"customers":["3"]}'), headers=GZIP)
    assert (got.status_code, len(got.json()["scores"])) == (200, 1)


def test_what_unpacks_to_more_than_a_body_may_hold_is_refused(http: TestClient) -> None:
    """The shop takes 100 kB: 100,000 bytes of JSON are let in, one more is not, nor 100 MB packed into 100 kB."""
    ends = page("size")[:-1] + b',"x":"', b'"}'
    fill = 100_000 - len(ends[0]) - len(ends[1])
    for more, status in ((0, 200), (1, 413), (100_000_000, 413)):
        packed = gzip.compress(ends[0] + b"x" * (fill + more) + ends[1], compresslevel=9 if more < 10 else 1)
        got = http.post("/v1/page", content=packed[:100_000] if more > 10 else packed, headers=GZIP)
        assert got.status_code == status
    assert error_of(got)["code"] == "body_too_large"


def test_parts_one_after_the_other_are_one_body(http: TestClient) -> None:
    body = page("parts")
    got = http.post("/v1/page", content=gzip.compress(body[:9]) + gzip.compress(body[9:]), headers=GZIP)
    assert got.json()["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "encoding", "status", "code"),
    [
        (page("plain"), "gzip", 400, "malformed_gzip"),
        (gzip.compress(page("cut"))[:-9], "gzip", 400, "malformed_gzip"),
        (gzip.compress(page("crc"))[:-8] + b"\0" * 8, "gzip", 400, "malformed_gzip"),
        (gzip.compress(page("tail")) + b"tail", "gzip", 400, "malformed_gzip"),
        (zlib.compress(page("zlib")), "gzip", 400, "malformed_gzip"),
        (gzip.compress(b"{"), "gzip", 400, "malformed_json"),
        (page("br"), "br", 415, "unsupported_encoding"),
        (page("two"), "gzip, gzip", 415, "unsupported_encoding"),
        (gzip.compress(page("named")), None, 400, "malformed_json"),
    ],
    ids=[
        "plain",
        "cut",
        "checksum",
        "tail",
        "zlib",
        "json",
        "br",
        "twice",
        "not_named",
    ],  # the bytes tell when they were made
)
def test_what_cannot_be_unpacked_is_told(
    http: TestClient, body: bytes, encoding: str | None, status: int, code: str
) -> None:
    got = http.post("/v1/page", content=body, headers=JSON | ({"content-encoding": encoding} if encoding else {}))
    assert (got.status_code, error_of(got)["code"]) == (status, code)


def test_what_is_said_once_for_a_batch_counts_for_its_messages(http: TestClient, current: CurrentState) -> None:
    """The shop's clock stands at 2017-12-03: one phone is an hour slow, one tells when it sent."""
    message = {"type": "page", "userId": "often", "timestamp": "2017-12-02T22:00:00Z"}
    batch = [
        message | {"messageId": "common"},
        message | {"messageId": "own", "sentAt": "2017-12-02T22:00:00Z", "context": {"channel": "app"}},
    ]
    body = {"batch": batch, "sentAt": "2017-12-02T23:00:00Z", "context": {"channel": "web"}, "integrations": {}}
    assert http.post("/v1/batch", json=body).json()["accepted"] == 2
    frame, _ = log_frame(current.state.store)
    rows = {row["event_id"]: row for row in frame.filter(frame["id"] == "often").to_dicts()}
    assert {name: row["channel"] for name, row in rows.items()} == {"common": "web", "own": "app"}
    assert rows["own"]["time"] - rows["common"]["time"] == 3_600_000_000
    assert rows["own"]["time"] == rows["own"]["received_at"]


def test_an_import_takes_times_as_they_are_told(http: TestClient, current: CurrentState) -> None:
    message = {"type": "page", "userId": "old", "timestamp": "2016-02-29T12:00:00.000001Z"}
    batch = [
        message | {"messageId": "history-1", "sentAt": "2016-02-29T13:00:00Z"},
        message | {"messageId": "history-2"},
        "odd",
    ]
    got = http.post("/v1/import", json={"batch": batch, "sentAt": "2016-03-01T00:00:00Z"}).json()
    assert (got["accepted"], got["rejected"]) == (2, 1)
    frame, _ = log_frame(current.state.store)
    assert frame.filter(frame["id"] == "old")["time"].to_list() == [1_456_747_200_000_001] * 2
