from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from features.errors import StamkundError
from serving.http.answers import customers as http_customers
from serving.http.answers import events
from serving.http.answers.deciding import decisions
from serving.http.current.state import CurrentState
from serving.store.tables.schema import RECORDS
from tests.serving.clients import client_of
from tests.serving.http.errors import Json, error_of


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/decisions", {"profile": {"id": "3"}}),
        ("/v1/scores", {"customers": ["3"]}),
        ("/v1/page", {"messageId": "busy", "userId": "3"}),
    ],
)
def test_a_store_that_is_busy_is_told(http: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, body: Json) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(decisions, "add_decision", busy)
    monkeypatch.setattr(http_customers, "records_of", busy)
    monkeypatch.setattr(events, "append_events", busy)
    got = http.post(path, json=body)
    assert (got.status_code, error_of(got)["code"]) == (503, "store_unavailable")


@pytest.mark.parametrize(
    ("asked", "body", "told"),
    [
        ("POST /v1/scores", {}, (422, "no_profiles", "profiles")),
        ("POST /v1/scores", {"customers": ["1"], "models": ["laps"]}, (422, "unknown_model", "models[0]")),
        ("POST /v1/scores", {"customers": ["1"], "as_of": "yesterday"}, (422, "bad_date", "as_of")),
        ("POST /v1/scores", {"customers": ["1"], "as_of": "2018-01-01"}, (422, "future_as_of", "as_of")),
        ("POST /v1/scores", {"profiles": [{"id": 1}]}, (422, "invalid_request", "profiles[0].id")),
        ("POST /v1/scores", {"customers": ["1"], "reasons": "5"}, (422, "invalid_request", "reasons")),
        ("POST /v1/decisions", {"dry_run": 0}, (422, "invalid_request", "dry_run")),
        ("POST /v1/scores", {"customer": ["1"]}, (422, "invalid_request", "customer")),
        ("POST /v1/scores?asof=2017-11-01", {"customers": ["1"]}, (422, "invalid_request", "asof")),
        ("GET /v1/profiles/user_id:1?as-of=2017-11-01", None, (422, "invalid_request", "as-of")),
        ("GET /v1/profiles?identifier=1&identifier=2", None, (422, "invalid_request", "identifier")),
        ("GET /v1/profiles/user_id:1/events?kind=order&kind=view&limit", None, (422, "invalid_request", "limit")),
        ("POST /v1/jobs", {"kind": "dance"}, (422, "invalid_request", None)),
        ("POST /v1/track?_p=js", {"userId": "1", "event": "Waved"}, (422, "missing_message_id", "messageId")),
        ("POST /v1/scores", [], (422, "invalid_request", None)),
        ("POST /v1/decisions", {"placements": []}, (422, "invalid_request", "placements")),
        (
            "POST /v1/decisions",
            {"placements": [{"id": "a", "count": 0}]},
            (422, "invalid_request", "placements[0].count"),
        ),
        ("POST /v1/batch", {"batch": []}, (422, "invalid_request", "batch")),
        ("GET /v1/profiles/user_id:nobody", None, (404, "unknown_customer", "id")),
        ("GET /v1/profiles/1", None, (422, "bad_profile", None)),
        ("GET /v1/profiles/user_id:1?as_of=soon", None, (422, "bad_date", "as_of")),
        ("GET /v1/profiles/user_id:nobody?as_of=2010-01-01", None, (404, "unknown_customer", "id")),
        ("GET /v1/profiles/user_id:nobody?as_of=1970-01-01", None, (404, "unknown_customer", "id")),
        ("GET /v1/profiles/user_id:1?as_of=1969-12-31", None, (422, "bad_date", "as_of")),
        ("GET /v1/profiles/user_id:1?as_of=0001-01-01T00:00:00%2B14:00", None, (422, "bad_date", "as_of")),
        ("GET /v1/profiles/user_id:a%0Ab", None, (422, "bad_text", "id")),
        ("GET /v1/profiles/user_id:a%0A/events", None, (422, "bad_text", "id")),
        ("GET /v1%0A", None, (404, "not_found", None)),
        ("GET /v1/profiles/user_id:%00", None, (422, "bad_text", "id")),
        (f"GET /v1/profiles/user_id:{'1' * 513}", None, (422, "too_long", "id")),
        ("POST /v1/scores", {"customers": ["\0"]}, (422, "invalid_request", "customers[0]")),
        ("POST /v1/decisions", {"as_of": "0001-01-01T00:00:00+14:00"}, (422, "bad_date", "as_of")),
        ("GET /v1/nothing", None, (404, "not_found", None)),
        ("GET /v1/scores", None, (405, "method_not_allowed", None)),
    ],
)
def test_bad_requests(http: TestClient, asked: str, body: object, told: tuple[int, str, str | None]) -> None:
    method, path = asked.split()
    got = http.request(method, path, json=body)
    assert (got.status_code, error_of(got)["code"], error_of(got)["field"]) == told


@pytest.mark.parametrize(
    ("content", "params"),
    [
        (b"{", {"case": "ends", "line": 1, "column": 2, "came": "''"}),
        (b'{"customers":\n [NaN]}', {"line": 2, "column": 3, "came": "'NaN]}'"}),
        (b'{"customers": ["\\ud800"]}', {"line": 1, "column": 17, "came": repr(r'\ud800"]}')}),
        (b"{'customers': []}", {"line": 1, "column": 2, "came": "\"'customers': []}\""}),
        (b" ", {"case": "empty", "line": 1, "column": 1, "came": "' '"}),
        ('{"å": "Å'.encode("latin-1"), {"case": "encoding", "line": 1, "column": 3, "came": "'\ufffd'"}),
        (b"[" * 2000, {"case": "deep", "line": 1, "column": 1026, "came": repr("[" * 20)}),
    ],
)
@pytest.mark.parametrize("path", ["/v1/scores", "/v1/track"])
def test_malformed_json_is_told_with_its_place(
    http: TestClient, path: str, content: bytes, params: dict[str, object]
) -> None:
    got = http.post(path, content=content, headers={"content-type": "application/json"})
    assert (got.status_code, error_of(got)["code"]) == (400, "malformed_json")
    assert error_of(got)["params"] == params


def test_a_body_over_the_limit_is_stopped_whether_or_not_it_says_its_length(http: TestClient) -> None:
    def stream() -> Iterator[bytes]:
        yield b'{"batch": ['
        for _ in range(200):
            yield b" " * 1000

    for content in (b" " * 100_001, stream()):
        got = http.post("/v1/batch", content=content, headers={"content-type": "application/json"})
        assert (got.status_code, error_of(got)["code"]) == (413, "body_too_large")
        assert got.headers["request-id"]


def test_the_request_id_is_echoed_or_made(http: TestClient) -> None:
    assert http.get("/v1/nothing", headers={"Request-Id": "mine"}).headers["request-id"] == "mine"
    first, second = (http.post("/v1/scores", json={"customers": ["1"]}).headers["request-id"] for _ in range(2))
    assert first != second


def test_a_mistake_of_ours_keeps_the_shape(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(http_customers, "records_of", broken)
    got = http.post("/v1/scores", json={"customers": ["1"]}, headers={"Request-Id": "mine"})
    assert (got.status_code, error_of(got)["code"], got.headers["request-id"]) == (500, "internal_error", "mine")


def test_without_models_events_are_taken_and_answers_say_no_model(current: CurrentState) -> None:
    bare = CurrentState(replace(current.state, lineup=None), lambda _: current.state, lambda: None)
    http = client_of(bare)
    for path, body in (("/v1/scores", {"customers": ["1"]}), ("/v1/decisions", {})):
        got = http.post(path, json=body)
        assert (got.status_code, error_of(got)["code"]) == (503, "no_model")
    assert http.get("/v1/profiles/user_id:1").json()["scores"] is None
    assert http.post("/v1/page", json={"messageId": "bare", "userId": "1"}).json()["accepted"] == 1


def test_models_that_cannot_be_used_are_told_by_their_own_code(current: CurrentState) -> None:
    error = StamkundError("old_feature_set", "The feature set has format 1. Run `stamkund build --refit`.")
    state = replace(current.state, lineup=None, lineup_error=error)
    http = client_of(CurrentState(state, lambda _: state, lambda: None))
    got = http.post("/v1/scores", json={"customers": ["1"]})
    assert (got.status_code, error_of(got)["code"], error_of(got)["message"]) == (503, error.code, str(error))


def test_while_another_versions_records_are_in_the_store_events_are_taken_and_answers_say_to_build(
    own: CurrentState,
) -> None:
    """A version before formats were told named its columns `integers`."""
    with own.state.store.begin() as connection:
        written_before = b'{"events":0,"integers":[],"words":{},"attributes":{}}\n'
        connection.execute(sa.update(RECORDS).values(payload=written_before))
    http = client_of(own, raise_server_exceptions=False)
    answers = http.get("/v1/profiles/user_id:1"), http.post("/v1/scores", json={"customers": ["1"]})
    for got in (*answers, http.post("/v1/decisions", json={"profile": {"id": "1"}})):
        assert (got.status_code, error_of(got)["code"]) == (503, "old_records")
        assert "stamkund build" in error_of(got)["message"]
    assert http.post("/v1/page", json={"messageId": "m", "userId": "1"}).json()["accepted"] == 1


def test_the_interface_describes_itself_without_a_network(http: TestClient) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    assert {"/v1/scores", "/v1/decisions", "/v1/batch", "/v1/profiles/{key}", "/v1/track"} <= set(paths)
    assert "DecisionRequest" in orjson.dumps(paths["/v1/decisions"]["post"]["requestBody"]).decode()
    page = http.get("/docs").text
    assert "https://" not in page
    for asset in ("static/swagger-ui-bundle.js", "static/swagger-ui.css"):
        assert asset in page
        assert http.get(f"/{asset}").status_code == 200
    assert http.get("/", follow_redirects=False).headers["location"] == "docs"
