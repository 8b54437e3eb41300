from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.moments import iso
from serving.http.current.state import CurrentState
from tests.serving.clients import client_of
from tests.serving.http.errors import error_of
from tests.serving.shop import NOW

PATH = "/v1/profiles/user_id:3/events"


def pages(http: TestClient, path: str, limit: int) -> Sequence[dict[str, Any]]:
    found, cursor = list[dict[str, Any]](), None
    while True:
        page = http.get(path, params={"limit": limit} | ({"cursor": cursor} if cursor else {})).json()
        found += page["events"]
        if (cursor := page["next"]) is None:
            return found


def test_a_customers_events_come_page_by_page_with_each_order_as_one(http: TestClient) -> None:
    whole = http.get(PATH, params={"limit": 1000}).json()
    assert (whole["customer_id"], whole["as_of"], whole["currency"], whole["next"]) == ("3", iso(NOW), "USD", None)
    assert pages(http, PATH, 7) == whole["events"]
    orders = [entry for entry in whole["events"] if entry["kind"] == "order"]
    assert len({entry["order_id"] for entry in orders}) == len(orders) == whole["counts"]["order"]
    assert sum(whole["counts"].values()) == len(whole["events"])
    for entry in orders:
        assert Decimal(entry["value"]) == sum(Decimal(line["value"]) for line in entry["lines"])


def test_kinds_are_asked_for_by_any_of_their_names(http: TestClient) -> None:
    by_segments_name = http.get(PATH, params={"kind": ["Order Completed", "contact"]}).json()
    assert by_segments_name["events"] == http.get(PATH, params={"kind": ["order", "contact"]}).json()["events"]
    assert {entry["kind"] for entry in by_segments_name["events"]} == {"order", "contact"}


def test_a_kind_of_the_companys_own_that_a_customer_has_none_of_gives_nothing(http: TestClient) -> None:
    assert http.get(PATH, params={"kind": "Tea Ceremony"}).json()["events"] == []


def test_a_past_moment_shows_what_had_happened(http: TestClient) -> None:
    then = iso(NOW - 86_400_000_000 * 200)
    past = http.get(PATH, params={"as_of": then, "limit": 1000}).json()
    assert past["as_of"] == then
    assert past["events"]
    assert all(entry["time"] <= then for entry in past["events"])


def test_what_happens_meanwhile_moves_no_page(own: CurrentState) -> None:
    http = client_of(own)
    before = http.get(PATH, params={"limit": 2}).json()
    rest = http.get(PATH, params={"limit": 1000, "cursor": before["next"]}).json()["events"]
    told = http.post("/v1/page", json={"messageId": "new", "userId": "3", "timestamp": iso(NOW)})
    assert told.status_code == 200
    assert http.get(PATH, params={"limit": 1000, "cursor": before["next"]}).json()["events"] == rest
    latest = http.get(PATH, params={"limit": 1}).json()["events"][0]
    assert (latest["event_id"], latest["source"]) == ("new", "http")


def test_a_message_that_tells_a_day_is_told_as_one(own: CurrentState) -> None:
    http = client_of(own)
    for id_, told in (("a day", "2017-12-01"), ("a moment", "2017-12-01T10:00Z")):
        page = {"messageId": id_, "userId": "new", "timestamp": told}
        assert http.post("/v1/page", json=page).status_code == 200
    entries = http.get("/v1/profiles/user_id:new/events").json()["events"]
    assert {entry["event_id"]: entry["precision"] for entry in entries} == {"a day": "day", "a moment": "moment"}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{PATH}?cursor=never", (422, "bad_cursor", "cursor")),
        (f"{PATH}?kind=ordr", (422, "unknown_kind", "kind")),
        (f"{PATH}?kind=order&kind=", (422, "unknown_kind", "kind")),
        (f"{PATH}?limit=0", (422, "invalid_request", "limit")),
        (f"{PATH}?limit=1001", (422, "invalid_request", "limit")),
        ("/v1/profiles/user_id:nobody/events", (404, "unknown_customer", "id")),
        ("/v1/profiles/3/events", (422, "bad_profile", None)),
    ],
)
def test_what_cannot_be_answered_is_refused(http: TestClient, path: str, told: tuple[int, str, str | None]) -> None:
    got = http.get(path)
    error = error_of(got)
    assert (got.status_code, error["code"], error["field"]) == told
