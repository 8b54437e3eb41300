"""Messages that are rejected: kept, counted and told, for most senders look at nothing but the status."""

from __future__ import annotations

import logging
from dataclasses import replace

import orjson
import pytest
from starlette.testclient import TestClient

from features.config.sections.identity import IdentitySettings
from features.config.sections.privacy import PrivacySettings
from features.units import DAY
from serving.http.current.state import CurrentState
from serving.privacy.hashing import hash_store
from serving.privacy.inventory import access, inventory
from serving.store import rejections
from serving.store.engine import open_store
from serving.store.keys import clock
from serving.store.rejections import forget_rejections, rejections_by_code
from serving.store.tables.schema import REJECTED
from serving.telemetry import rejections as telemetry
from tests.serving.clients import client_of
from tests.serving.http.errors import Json, error_of

GOOD: Json = {"type": "page", "messageId": "good", "userId": "5"}
LATE: Json = GOOD | {"messageId": "late", "timestamp": "2018-01-01T00:00:00Z"}
NOBODY: Json = {"type": "page", "messageId": "nobody", "context": {"traits": {"email": "Anna@x.se"}}}


def rejected(http: TestClient, **asked: object) -> Json:
    got: Json = http.get("/v1/rejected", params={k: str(v) for k, v in asked.items()}).json()
    return got


def test_what_was_rejected_is_there_to_be_read(own: CurrentState) -> None:
    http = client_of(own)
    sent = [GOOD, LATE | {"writeKey": "sk_secret"}, NOBODY, "odd"]
    assert http.post("/v1/batch", json={"batch": sent}).json()["rejected"] == 3
    assert http.post("/v1/track", json={"messageId": "unnamed", "userId": "5"}).status_code == 422
    told = rejected(http)
    assert [(each["code"], each["field"], each["messageId"]) for each in told["rejected"]] == [
        ("missing_event", "event", "unnamed"),
        ("bad_message", None, None),
        ("missing_user", "userId", "nobody"),
        ("future_time", "timestamp", "late"),
    ]
    assert told["next"] is None
    last = told["rejected"][-1]
    assert orjson.loads(last["message"]) == LATE  # without the key
    assert "more than a day after the clock" in last["text"]
    assert abs(rejections_by_code(own.state.store, after=clock() - DAY)["future_time"] - 1) == 0


def test_a_message_that_is_sent_again_is_kept_once(own: CurrentState) -> None:
    http = client_of(own)
    for _ in range(3):
        http.post("/v1/batch", json={"batch": [LATE, LATE]})
    http.post("/v1/batch", json={"batch": [LATE | {"userId": "6"}]})
    assert len(rejected(http)["rejected"]) == 2


def test_they_are_read_page_by_page_and_by_code(own: CurrentState) -> None:
    http = client_of(own)
    for n in range(5):
        http.post("/v1/batch", json={"batch": [LATE | {"messageId": f"l{n}"}, NOBODY | {"messageId": f"n{n}"}]})
    pages: list[list[str]] = []
    before = None
    while before is not None or not pages:
        page = rejected(http, count=4, code="future_time", **({} if before is None else {"before": before}))
        pages, before = [*pages, [each["messageId"] for each in page["rejected"]]], page["next"]
    assert pages == [["l4", "l3", "l2", "l1"], ["l0"]]
    for asked in ({"count": 0}, {"count": 1001}, {"before": 0}, {"before": 2**63}):
        assert error_of(http.get("/v1/rejected", params=asked))["code"] == "invalid_request"


def test_strict_answers_with_an_error_and_keeps_the_others(own: CurrentState) -> None:
    http = client_of(own)
    got = http.post("/v1/batch?strict=true", json={"batch": [GOOD, LATE]})
    assert got.status_code == 422
    body = got.json()
    assert (body["error"]["code"], body["accepted"], body["rejected"]) == ("rejected_messages", 1, 1)
    assert [each["status"] for each in body["results"]] == ["accepted", "rejected"]
    again = http.post("/v1/import?strict=true", json={"batch": [GOOD]})
    assert (again.status_code, again.json()["duplicate"]) == (200, 1)
    assert http.post("/v1/batch?strict=false", json={"batch": [LATE]}).status_code == 200


def test_they_are_counted_by_code_and_told_in_a_line_a_minute(
    own: CurrentState, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)  # an earlier test may have served
    log, now = telemetry.RejectionLog(), [100.0]
    monkeypatch.setattr(telemetry, "monotonic", lambda: now[0])
    monkeypatch.setattr("serving.http.answers.events.rejection_log", log)
    http = client_of(own)
    name = 'stamkund_rejected_messages_total{code="future_time"}'

    def count() -> float:
        return sum(float(line.split()[-1]) for line in http.get("/metrics").text.splitlines() if line.startswith(name))

    before = count()
    with caplog.at_level(logging.WARNING, "stamkund.serving"):
        for at in (100, 159, 161):
            now[0] = at
            http.post("/v1/batch", json={"batch": [LATE, LATE, NOBODY]})
    assert count() == before + 6
    assert [record.getMessage() for record in caplog.records] == [
        "Messages were rejected: future_time 2, missing_user 1. `stamkund rejected` shows them.",
        "Messages were rejected: future_time 4, missing_user 2. `stamkund rejected` shows them.",
    ]


# --- how much, and for how long ---


def test_they_go_after_a_time_and_the_oldest_first(own: CurrentState, monkeypatch: pytest.MonkeyPatch) -> None:
    http, store = client_of(own), own.state.store
    for n in range(4):
        http.post("/v1/batch", json={"batch": [LATE | {"messageId": f"m{n}"}]})
    monkeypatch.setattr(rejections, "MOST", 2)
    forget_rejections(store, before=0)
    assert [each["messageId"] for each in rejected(http)["rejected"]] == ["m3", "m2"]
    monkeypatch.setattr("serving.http.reception.rejected.clock", lambda: clock() + 31 * DAY)
    assert rejected(http)["rejected"] == []
    forget_rejections(store, before=clock() + 1)
    assert rejections_by_code(store, after=0) == {}


def test_of_a_long_message_the_beginning_is_kept(own: CurrentState) -> None:
    http = client_of(own)
    http.post("/v1/batch", json={"batch": [LATE | {"properties": {"x": "å" * 40_000}}]})
    (kept,) = rejected(http)["rejected"]
    assert len(kept["message"].encode()) <= 8192
    assert kept["message"].startswith('{"type":"page"')
    assert kept["message"].endswith("…")


def test_what_is_too_deep_or_too_long_a_number_is_kept_too(own: CurrentState) -> None:
    http = client_of(own)
    deep = b'{"type":"page","messageId":"deep","userId":"5","properties":' + b"[" * 5000 + b"]" * 5000 + b"}"
    long = b'{"type":"page","messageId":"long","userId":5,"timestamp":123456789012345678901234567890}'
    http.post("/v1/batch", content=b'{"batch":[%s,%s]}' % (deep, long))
    kept = {each["messageId"]: each for each in rejected(http)["rejected"]}
    assert kept["deep"]["code"] == "too_deep"
    assert "[[[" in kept["deep"]["message"]
    assert '"timestamp":"123456789012345678901234567890"' in kept["long"]["message"]


# --- whose they are ---


def test_they_are_shown_to_whom_they_are_about_and_erased_with_them(own: CurrentState) -> None:
    http, state = client_of(own), own.state
    http.post("/v1/batch", json={"batch": [LATE, NOBODY, LATE | {"messageId": "other", "userId": "6"}]})
    about = access(state.settings, state.store, "5")["held"]["rejected messages"]["rows"]  # type: ignore[index]
    assert [(each["message_id"], each["code"]) for each in about] == [("late", "future_time")]
    assert "| rejected messages |" in inventory(state.settings, state.store)
    receipt = http.delete("/v1/profiles/user_id:5").json()
    assert receipt["counts"]["rejected"] == 1
    assert [each["messageId"] for each in rejected(http)["rejected"]] == ["other", "nobody"]
    assert http.delete("/v1/profiles/user_id:6?suppress=true").status_code == 200
    http.post("/v1/batch", json={"batch": [{"messageId": "after", "type": "odd", "userId": "6", "traits": {"a": "b"}}]})
    (kept, *_) = rejected(http)["rejected"]
    assert (kept["code"], kept["message"], kept["messageId"], kept["text"]) == ("unknown_type", None, None, None)


def test_where_identifiers_are_hashed_none_is_kept_as_it_came(own: CurrentState) -> None:
    types: Json = {
        "email": {"per_person": 5, "hashed": True},
        "phone": {"region": "SE", "hashed": True},
        "loyalty": {"hashed": True},
        "user_id": {"per_person": 1},
        "anonymous_id": {},
    }
    settings = own.state.settings.model_copy(
        update={
            "identity": IdentitySettings.model_validate({"types": types}),
            "privacy": PrivacySettings(key="0123456789abcdef"),
        }
    )
    client_of(own).post("/v1/batch", json={"batch": [NOBODY]})
    hash_store(own.state.store, settings)  # what was kept readable goes
    state = replace(own.state, settings=settings, store=open_store(settings.store_url))
    http = client_of(CurrentState(state, lambda _: state, lambda: None))
    message: Json = {
        "type": "identify", "messageId": "anna@secret.se", "userId": "u7", "timestamp": "anna@secret.se",
        "traits": {"email": ["anna@secret.se", {"email": "anna@secret.se"}], "phone": "070-123 45 67", "plan": "gold"},
        "context": {"externalIds": [{"type": "loyalty", "id": "secret-7"}, {"type": "email", "id": "anna@secret.se"}]},
        "properties": {"note": "ask anna@secret.se", "call": "+46 70 123 45 67", "loyalty": "secret-7"},
    }  # fmt: skip
    for sent in (message, message | {"type": "odd"}, "anna@secret.se"):
        assert http.post("/v1/batch", json={"batch": [sent]}).json()["rejected"] == 1
    told = str(rejected(http))
    for secret in ("secret", "123 45 67", "Anna@x.se"):
        assert secret not in told
    assert "gold" in told
    with state.store.connect() as connection:
        rows = str(connection.execute(REJECTED.select()).all())
    assert "secret" not in rows
    assert "123 45 67" not in rows
    assert access(settings, state.store, "u7")["held"]["rejected messages"]["rows"]  # type: ignore[index]
