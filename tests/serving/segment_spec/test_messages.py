from __future__ import annotations

from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.events.tables import schema
from features.units import DAY
from serving.segment_spec.amounts import shared
from serving.segment_spec.intake import receive
from serving.segment_spec.messages import Door, Event, events_of

NOW = 1_000_000_000_000_000  # 2001-09-09T01:46:40Z
DOOR = Door("USD", 2, now=NOW, categories={"tea": "Drinks"})


def message(**given: object) -> dict[str, object]:
    return {"type": "track", "messageId": "m1", "userId": "7", "timestamp": "2001-01-01T00:00:00Z", **given}


def deep(levels: int) -> object:
    return [deep(levels - 1)] if levels else 1


def one(**given: object) -> Event:
    (event,) = events_of(message(**given), DOOR)
    return event


def test_an_order_is_a_row_a_product_with_its_share_of_the_discount() -> None:
    # 2 × 4.50 + 1 × 1.00 = 10.00; a discount of 1.00 falls 0.90 and 0.10.
    products = [
        {"product_id": "tea", "price": 4.5, "quantity": 2, "category": "Hot"},
        {"product_id": "cup", "price": "1.00"},
    ]
    sent = message(event="Order Completed", properties={"order_id": 12, "discount": 1, "products": products})
    rows = events_of(sent, DOOR)
    shown = [(r["event_id"], r["order_line"], r["item_id"], r["value"], r["discount"], r.get("category")) for r in rows]
    assert shown == [("m1", 1, "tea", 810, 90, "Hot"), ("m1#002", 2, "cup", 90, 10, None)]
    assert {r["order_id"] for r in rows} == {"12"}
    assert {r["kind"] for r in rows} == {"order"}
    assert orjson.loads(str(rows[0]["properties"])) == {"order_id": 12, "discount": 1}


def test_an_order_without_products_is_one_row_of_its_revenue() -> None:
    event = one(event="Order Completed", properties={"order_id": "a", "revenue": 22.505, "currency": "usd"})
    assert (event["value"], event["order_line"], event["event_id"]) == (2250, 1, "m1")  # half to even


@pytest.mark.parametrize(
    ("event", "properties", "kind", "lifted"),
    [
        ("Product Viewed", {"product_id": "tea"}, "view", {"item_id": "tea", "category": "Drinks"}),
        (
            "Product Added",
            {"product_id": "x", "category": "C", "quantity": 2},
            "cart",
            {"category": "C", "quantity": 2.0},
        ),
        ("Products Searched", {"query": "green tea"}, "search", {"text": "green tea"}),
        (
            "Promotion Viewed",
            {"promotion_id": "o", "decision_id": "d"},
            "exposure",
            {"offer_id": "o", "decision_id": "d"},
        ),
        ("Promotion Clicked", {"promotion_id": "o"}, "click", {"offer_id": "o"}),
        ("Coupon Applied", {"coupon_id": "c", "discount": "0.55"}, "coupon_applied", {"offer_id": "c", "discount": 55}),
        ("Email Opened", {"campaign_id": 18}, "open", {"campaign_id": "18"}),
        ("Email Link Clicked", {}, "click", {}),
        ("Survey Answered", {"scale": "nps", "rating": 9}, "survey", {"scale": "nps", "rating": 9.0}),
        ("Order Refunded", {"order_id": "a", "total": 3}, "refund", {"order_id": "a", "value": 300}),
        ("Wishlist Shared", {}, "wishlist_shared", {}),
        ("Redeem", {"offer_id": "o", "campaign_id": "18"}, "redeem", {"offer_id": "o", "campaign_id": "18"}),
    ],
)
def test_names_of_the_spec_become_kinds(
    event: str, properties: dict[str, object], kind: str, lifted: dict[str, object]
) -> None:
    got = one(event=event, properties=properties)
    assert got["kind"] == kind
    assert {name: got[name] for name in lifted} == lifted


@pytest.mark.parametrize(
    ("sent", "kind", "properties"),
    [
        ({"type": "identify", "traits": {"plan": "gold"}}, "identify", {"plan": "gold"}),
        ({"type": "page", "name": "Home"}, "visit", {"name": "Home"}),
        ({"type": "screen", "name": "Cart", "properties": {"n": 1}}, "visit", {"name": "Cart", "n": 1}),
        ({"type": "group", "groupId": "g1", "traits": {"size": 4}}, "identify", {"size": 4, "group_id": "g1"}),
        ({"type": "alias", "previousId": "a0"}, "alias", {"previous_id": "a0", "user_id": "7"}),
    ],
)
def test_the_other_types(sent: dict[str, object], kind: str, properties: dict[str, object]) -> None:
    event = one(**sent)
    assert event["kind"] == kind
    assert orjson.loads(str(event["properties"])) == properties


def test_who_and_when() -> None:
    known = one(event="Product Viewed", userId=7.0, context={"channel": "web"})
    assert (known["id_type"], known["id"], known["customer_id"], known["channel"]) == ("user_id", "7", "7", "web")
    assert known["time"] == 978_307_200_000_000
    unknown = one(event="Product Viewed", userId=None, anonymousId="cookie", timestamp=None)
    assert (unknown["id_type"], unknown["id"], unknown["customer_id"]) == ("anonymous_id", "cookie", None)
    assert (unknown["time"], unknown["received_at"]) == (NOW, NOW)


def test_a_day_means_its_last_microsecond_as_in_files() -> None:
    assert one(event="Product Viewed", timestamp="2001-01-01")["time"] == 978_307_200_000_000 + DAY - 1


def test_what_comes_back_may_be_negative_and_a_text_long() -> None:
    assert one(event="Order Refunded", properties={"total": -1, "quantity": -1})["value"] == -100
    assert one(event="Products Searched", properties={"query": "t" * 9999})["text"] == "t" * 9999


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"messageId": None}, "missing_message_id", "messageId"),
        ({"userId": ""}, "missing_user", "userId"),
        ({"userId": {"id": 1}}, "bad_text", "userId"),
        ({"type": "trak"}, "unknown_type", "type"),
        ({"event": None}, "missing_event", "event"),
        ({"event": "!?"}, "bad_event", "event"),
        ({"timestamp": "yesterday"}, "bad_time", "timestamp"),
        ({"timestamp": 12}, "bad_time", "timestamp"),
        ({"timestamp": "1969-01-01"}, "bad_time", "timestamp"),
        ({"timestamp": "2002-01-01T00:00:00Z"}, "future_time", "timestamp"),
        ({"properties": [1]}, "bad_message", "properties"),
        ({"properties": {"currency": "EUR", "revenue": 1}}, "wrong_currency", "properties.currency"),
        ({"properties": {}}, "missing_amount", "properties.products"),
        ({"properties": {"revenue": "much"}}, "bad_number", "properties.revenue"),
        ({"properties": {"revenue": True}}, "bad_number", "properties.revenue"),
        ({"properties": {"revenue": 1e30}}, "bad_number", "properties.revenue"),
        ({"properties": {"products": []}}, "bad_products", "properties.products"),
        ({"properties": {"products": ["tea"]}}, "bad_products", "properties.products[0]"),
        ({"properties": {"products": [{"price": 1}, {}]}}, "bad_number", "properties.products[1].price"),
        ({"properties": {"products": [{"price": -1}]}}, "bad_amount", "properties.products[0]"),
        ({"properties": {"products": [{"price": 1}], "discount": 2}}, "bad_discount", "properties.discount"),
        ({"event": "Survey Answered", "properties": {"rating": 1}}, "unknown_scale", "properties.scale"),
        ({"event": "Survey Answered", "properties": {"scale": "nps", "rating": 11}}, "bad_rating", "properties.rating"),
        ({"event": "Survey Answered", "properties": {"scale": "nps"}}, "bad_number", "properties.rating"),
        ({"type": "group"}, "missing_id", "groupId"),
        ({"properties": {"products": [{"price": 1e12, "quantity": 150_000}]}}, "bad_amount", "properties.products[0]"),
        ({"properties": {"products": [{"price": 1e12, "quantity": 1e12}]}}, "bad_amount", "properties.products[0]"),
        ({"properties": {"products": [{"price": 9e12 / 10}] * 12}}, "bad_amount", "properties.products"),
        ({"properties": {"revenue": 1, "deep": deep(300)}}, "bad_properties", "properties"),
        ({"properties": {"revenue": -1}}, "negative_value", "properties.revenue"),
        ({"properties": {"revenue": 1, "quantity": -1}}, "negative_quantity", "properties.quantity"),
        ({"properties": {"revenue": 1, "latitude": 90.1}}, "bad_location", "properties.latitude"),
        ({"properties": {"revenue": 1, "longitude": "-181"}}, "bad_location", "properties.longitude"),
        ({"userId": "7\0"}, "bad_text", "userId"),
        ({"userId": "7" * 513}, "too_long", "userId"),
        ({"messageId": "m\0"}, "bad_text", "messageId"),
        ({"event": "e" * 513}, "too_long", "event"),
        ({"type": "alias"}, "missing_id", "previousId"),
    ],
)
def test_a_refusal_says_what_and_where(given: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(StamkundError) as refused:
        events_of(message(**{"event": "Order Completed"} | given), DOOR)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_every_message_gets_its_verdict_in_order() -> None:
    kept: dict[str, Event] = {}

    def log(messages: Sequence[Sequence[Event]]) -> set[str]:
        new = {str(events[0]["event_id"]) for events in messages} - kept.keys()
        kept.update({str(e["event_id"]): e for events in messages for e in events})
        return new

    batch = [
        message(event="Product Viewed"),
        message(event="Product Viewed"),
        message(event="Product Viewed", messageId="m2", userId=None),
        "nonsense",
        message(event="Order Completed", messageId="m3", properties={"products": [{"price": 1}, {"price": 2}]}),
    ]
    verdicts = receive(batch, DOOR, log)
    assert [(v.messageId, v.status, v.code) for v in verdicts] == [
        ("m1", "accepted", None),
        ("m1", "duplicate", None),
        ("m2", "rejected", "missing_user"),
        (None, "rejected", "bad_message"),
        ("m3", "accepted", None),
    ]
    assert [v.status for v in receive(batch, DOOR, log)] == ["duplicate"] * 2 + ["rejected"] * 2 + ["duplicate"]
    assert set(kept) == {"m1", "m3", "m3#002"}


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_shares_add_up(total: int, weights: list[int]) -> None:
    assert sum(shared(total, weights)) == total


def test_events_have_no_columns_but_the_canonical_ones() -> None:
    sent = message(event="Order Completed", properties={"products": [{"price": 1}], "odd": 1, "latitude": 1.5})
    assert set().union(*(e.keys() for e in events_of(sent, DOOR))) <= set(schema("events"))
