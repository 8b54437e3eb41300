"""Segments over HTTP: live in a profile, counted while they are written, in rules of decisions, gone when erased."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from features.config.settings import Settings
from insights.segments import comparison
from insights.segments.files import open_columns
from insights.segments.holdings import stays_of
from insights.segments.refresh import refresh_segments
from insights.segments.rules import folder_of
from serving.http.current.state import CurrentState, open_state
from serving.jobs.build import build_all
from tests.insights.segments.homes import unbuilt
from tests.serving.clients import client_of
from tests.serving.http.errors import error_of


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = unbuilt(tmp_path_factory.mktemp("tea"))
    build_all(settings, as_of=settings.now())
    return settings


@pytest.fixture(scope="module")
def current(settings: Settings) -> Iterator[CurrentState]:
    current = open_state(settings.file)
    yield current
    current.close()


@pytest.fixture(scope="module")
def http(current: CurrentState) -> TestClient:
    return client_of(current, raise_server_exceptions=False)


def test_before_a_refresh_nothing_is_counted(http: TestClient) -> None:
    got = http.get("/v1/insights/segments")
    assert (got.status_code, error_of(got)["code"]) == (409, "no_insights")


def test_segments_are_counted_listed_and_explained(http: TestClient, settings: Settings) -> None:
    refresh_segments(settings, as_of=settings.now())
    told = http.get("/v1/insights/segments").json()
    sizes = {each["name"]: each["members"] for each in told["segments"]}
    assert (told["customers"], sizes) == (
        5, {"big": 2, "lund": 4, "big_in_lund": 2, "others": 2, "settled": 2, "readers": 1, "silent": 2, "upper": 2}
    )  # fmt: skip
    asked = {
        "conditions": {"spent_90d": {"at_least": 100}},
        "rule": "consent.news || traits.kids > 5",
        "channel": "email",
    }
    count = http.post("/v1/insights/count", json=asked).json()
    assert count["members"] == 1
    assert [(c["failing"], c["alone"], c["left"]) for c in count["conditions"]] == [(3, 0, 2), (4, 1, 1)]
    assert [(step["step"], step["left"]) for step in count["audience"]] == [
        ("in_segment", 1), ("identified", 1), ("consented", 1), ("under_caps", 1), ("reachable", 0),
    ]  # fmt: skip
    slip = http.post("/v1/insights/count", json={"conditions": {"city": "Lundd"}}).json()
    assert (slip["members"], slip["nobody_has"]) == (0, [{"name": "traits.city", "text": "Lundd", "near": "Lund"}])
    one = http.get("/v1/insights/segments/lund", params={"channel": "web"}).json()
    assert (one["members"], one["audience"][-1]["left"], one["history"][-1]["entered"]) == (4, 4, 4)
    both = {each["segment"]: (each["members"], each["both"]) for each in one["overlap"]}
    assert (both["big"], both["readers"], len(both)) == ((2, 2), (1, 1), 7)
    beside = http.get("/v1/insights/segments/lund/comparison", params={"versus": "big"}).json()
    assert (beside["members"], beside["other_members"], beside["both"], beside["differences"]) == (4, 2, 2, [])
    assert http.get("/v1/insights/segments/lund/comparison", params={"versus": "bigg"}).status_code == 404
    page = http.get("/v1/insights/segments/lund/members", params={"limit": 3}).json()
    rest = http.get("/v1/insights/segments/lund/members", params={"after": page["next"]}).json()
    assert (page["members"], rest["members"], rest["next"]) == (["ann", "bo", "cy"], ["fay"], None)
    moved = http.get("/v1/insights/segments/big/moves").json()
    assert (moved["entered"], moved["left"]) == (["ann", "cy"], [])
    why = http.get("/v1/insights/segments/big_in_lund/why", params={"profile": "user_id:bo"}).json()
    assert why["member"] is False
    assert why["segments"]["big"]["needs"] == "features.spent_90d is 60 and must be at least 100"


def test_what_two_segments_differ_in_is_answered(
    http: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "LEAST", 2)  # customers: there are but five
    refresh_segments(settings, as_of=settings.now())
    beside = http.get("/v1/insights/segments/lund/comparison", params={"versus": "big"}).json()
    (spent,) = (row for row in beside["differences"] if row["name"] == "features.spent_90d")
    assert [spent[name] for name in ("value", "other_value", "difference", "n", "other_n")] == [95, 160, -65, 4, 2]
    assert spent["low"] < -65 < spent["high"]


def test_what_cannot_be_counted_is_refused(http: TestClient) -> None:
    for body, code in (
        ({"rule": "features.spend_91d > 3"}, "unknown_name"), ({"rule": "spent > 3"}, "bad_rule"), ({}, "no_condition"),
        ({"conditions": {"features.spent_90d": "much"}}, "bad_type"), ({"rules": "true"}, "invalid_request"),
        ({"rule": ""}, "invalid_request"), ({"rule": " "}, "bad_rule"),
    ):  # fmt: skip
        got = http.post("/v1/insights/count", json=body)
        assert (got.status_code, error_of(got)["code"]) == (422, code), got.text
    got = http.get("/v1/insights/segments/bigg")
    assert (got.status_code, error_of(got)["code"]) == (404, "unknown_segment")


def test_an_event_moves_a_customer_at_once_and_an_erasure_takes_them_out(http: TestClient, settings: Settings) -> None:
    def segments(customer: str) -> list[str] | None:
        told: list[str] | None = http.get(f"/v1/profiles/user_id:{customer}").json()["segments"]
        return told

    assert (segments("bo"), segments("di")) == (["lund", "others", "silent"], None)
    order = {"event": "Order Completed", "userId": "bo", "messageId": "m1", "timestamp": "2024-06-29T10:00:00Z",
             "properties": {"order_id": "o9", "total": 90, "products": [{"product_id": "x", "price": 90}]}}  # fmt: skip
    assert http.post("/v1/track", json=order).json()["accepted"] == 1
    assert segments("bo") == ["big", "lund", "big_in_lund", "upper"]
    said = {"event": "Consent", "userId": "fay", "messageId": "m2", "timestamp": "2024-06-29T10:00:00Z",
            "properties": {"purpose": "analytics", "status": "withdrawn"}}  # fmt: skip
    assert http.post("/v1/track", json=said).json()["accepted"] == 1
    assert segments("fay") is None
    listed = http.get("/v1/insights/segments/lund/members").json()
    assert listed["members"] == ["ann", "bo", "cy"]
    assert http.delete("/v1/profiles/user_id:cy").status_code == 200
    after = http.get("/v1/insights/segments/big").json()
    assert (after["customers"], after["members"]) == (4, 1)
    build_all(settings, as_of=settings.now())
    assert "cy" not in open_columns(folder_of(settings)).ids.to_pylist()
    assert stays_of(settings, ["cy"]).is_empty()
