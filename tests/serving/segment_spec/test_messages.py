from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.events.money import Money
from features.events.tables import schema
from features.units import DAY
from serving.segment_spec.event.amounts import share_out
from serving.segment_spec.event.event_builder import Event
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.intake import receive
from serving.segment_spec.messages import events_of

NOW = 1_000_000_000_000_000  # 2001-09-09T01:46:40Z
RECEIVER = Receiver(Money("USD", 2), now=NOW, categories={"tea": "Drinks"})


def message(**given: object) -> dict[str, object]:
    return {"type": "track", "messageId": "m1", "userId": "7", "timestamp": "2001-01-01T00:00:00Z", **given}


def deep(levels: int) -> object:
    return [deep(levels - 1)] if levels else 1


def one(**given: object) -> Event:
    (event,) = events_of(message(**given), RECEIVER)
    return event


def test_an_order_is_a_row_a_product_with_its_share_of_the_discount() -> None:
    # 2 × 4.50 + 1 × 1.00 = 10.00; a discount of 1.00 falls 0.90 and 0.10.
    products = [
        {"product_id": "tea", "price": 4.5, "quantity": 2, "category": "Hot"},
        {"product_id": "cup", "price": "1.00"},
    ]
    sent = message(event="Order Completed", properties={"order_id": 12, "discount": 1, "products": products})
    rows = events_of(sent, RECEIVER)
    shown = [(r["event_id"], r["order_line"], r["item_id"], r["value"], r["discount"], r.get("category")) for r in rows]
    assert shown == [("m1", 1, "tea", 810, 90, "Hot"), ("m1\x1f0002", 2, "cup", 90, 10, None)]
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
        (
            {"type": "group", "groupId": "g1", "traits": {"size": 4}},
            "identify",
            {"group_id": "g1", "group": {"size": 4}},
        ),
        ({"type": "alias", "previousId": "a0"}, "alias", {"previous_id": "a0", "user_id": "7"}),
    ],
)
def test_the_other_types(sent: dict[str, object], kind: str, properties: dict[str, object]) -> None:
    event = one(**sent)
    assert event["kind"] == kind
    assert orjson.loads(str(event["properties"])) == properties


@pytest.mark.parametrize(
    ("properties", "lifted"),
    [
        ({"value": "red", "quantity": "many", "status": True, "category": ["a"]}, set()),
        ({"value": {"label": 5}, "order_id": {"id": 1}, "discount": False}, set()),
        ({"value": "5.00", "status": "new", "order_id": 7}, {"value", "status", "order_id"}),
    ],
)
def test_an_event_of_a_kind_of_its_own_may_use_the_names_of_columns_for_something_else(
    properties: dict[str, object], lifted: set[str]
) -> None:
    event = one(event="Filter Changed", properties=properties)
    assert {name for name in properties if event.get(name) is not None} == lifted
    assert orjson.loads(str(event["properties"])) == properties
    with pytest.raises(StamkundError):
        one(event="Filter Changed", properties={"value": "$20.37"})  # it may well be money
    with pytest.raises(StamkundError):
        one(event="Product Added", properties={"value": "red"})


def test_who_and_when() -> None:
    known = one(event="Product Viewed", userId=7.0, context={"channel": "web"})
    assert (known["id_type"], known["id"], known["fragment"], known["channel"]) == ("user_id", "7", "7", "web")
    assert known["time"] == 978_307_200_000_000
    unknown = one(event="Product Viewed", userId=None, anonymousId="cookie", timestamp=None)
    assert (unknown["id_type"], unknown["id"], unknown["fragment"]) == ("anonymous_id", "cookie", "anonymous_id:cookie")
    assert (unknown["time"], unknown["received_at"]) == (NOW, NOW)


def test_a_day_means_its_last_microsecond_as_in_files() -> None:
    assert one(event="Product Viewed", timestamp="2001-01-01")["time"] == 978_307_200_000_000 + DAY - 1


@pytest.mark.parametrize("event", ["Order Refunded", "Order Cancelled", "Order Canceled"])
@pytest.mark.parametrize("sign", [1, -1])
def test_what_comes_back_is_positive_whatever_its_sign(event: str, sign: int) -> None:
    back = one(event=event, properties={"total": 3 * sign, "quantity": 2 * sign, "discount": sign, "order_id": "a"})
    assert (back["value"], back["quantity"], back["discount"], back["order_id"]) == (300, 2, 100, "a")
    for product in ({"price": 5 * sign, "quantity": 2}, {"price": 5, "quantity": 2 * sign}):
        line = one(event=event, properties={"products": [product], "discount": sign})
        assert (line["value"], line["quantity"], line["discount"]) == (900, 2, 100)


def test_what_comes_back_without_an_amount_is_refused() -> None:
    assert refusal(event="Order Cancelled", properties={"order_id": "a"}) == "missing_amount"


def test_a_text_may_be_long() -> None:
    assert one(event="Products Searched", properties={"query": "t" * 9999})["text"] == "t" * 9999


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"messageId": None}, "missing_message_id", "messageId"),
        ({"userId": ""}, "missing_user", "userId"),
        ({"userId": {"id": 1}}, "bad_text", "userId"),
        ({"type": "trak"}, "unknown_type", "type"),
        ({"type": None}, "unknown_type", "type"),
        ({"event": None}, "missing_event", "event"),
        ({"event": "!?"}, "bad_event", "event"),
        ({"timestamp": "yesterday"}, "bad_time", "timestamp"),
        ({"timestamp": 12}, "bad_time", "timestamp"),
        ({"timestamp": "1969-01-01"}, "time_out_of_range", "timestamp"),
        ({"timestamp": "2002-01-01T00:00:00Z"}, "future_time", "timestamp"),
        ({"properties": [1]}, "bad_message", "properties"),
        ({"properties": {"currency": "EUR", "revenue": 1}}, "foreign_currency", "properties.currency"),
        ({"properties": {"revenue": "much"}}, "bad_amount", "properties.revenue"),
        ({"properties": {"revenue": True}}, "bad_amount", "properties.revenue"),
        ({"properties": {"revenue": 1e30}}, "bad_amount", "properties.revenue"),
        ({"properties": {"products": []}}, "bad_products", "properties.products"),
        ({"properties": {"products": ["tea"]}}, "bad_products", "properties.products[0]"),
        ({"properties": {"products": [{"price": 1}, {}]}}, "bad_amount", "properties.products[1].price"),
        ({"properties": {"products": [{"price": "1e999999"}]}}, "bad_amount", "properties.products[0].price"),
        ({"properties": {"revenue": 1, "quantity": "\uff11"}}, "bad_number", "properties.quantity"),
        ({"userId": "  "}, "missing_user", "userId"),
        ({"properties": {"products": [{"price": -1}]}}, "bad_amount", "properties.products[0]"),
        ({"properties": {"products": [{"price": 1}], "discount": 2}}, "bad_discount", "properties.discount"),
        ({"event": "Survey Answered", "properties": {"rating": 1}}, "missing_scale", "properties.rating"),
        (
            {"event": "Survey Answered", "properties": {"scale": "nps", "rating": 11}},
            "rating_out_of_scale",
            "properties.rating",
        ),
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
        events_of(message(**{"event": "Order Completed"} | given), RECEIVER)
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
    verdicts = receive(batch, RECEIVER, log)
    assert [(v.messageId, v.status, v.code) for v in verdicts] == [
        ("m1", "accepted", None),
        ("m1", "duplicate", None),
        ("m2", "rejected", "missing_user"),
        (None, "rejected", "bad_message"),
        ("m3", "accepted", None),
    ]
    assert [v.status for v in receive(batch, RECEIVER, log)] == ["duplicate"] * 2 + ["rejected"] * 2 + ["duplicate"]
    assert set(kept) == {"m1", "m3", "m3\x1f0002"}


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_shares_add_up(total: int, weights: list[int]) -> None:
    assert sum(share_out(total, weights)) == total


def test_events_have_no_columns_but_the_canonical_ones() -> None:
    sent = message(event="Order Completed", properties={"products": [{"price": 1}], "odd": 1, "latitude": 1.5})
    assert set().union(*(e.keys() for e in events_of(sent, RECEIVER))) <= set(schema("events"))


# --- amounts ---


@pytest.mark.parametrize(
    ("products", "discount", "lines"),
    [
        ([(1, 1), (1, 1), (1, 1)], 1, [(67, 33), (67, 33), (66, 34)]),  # the last unit falls where it completes the sum
        ([(5, 1), (3, 1), (2, 1)], 10, [(0, 500), (0, 300), (0, 200)]),  # all of it
        ([(0, 1), (1, 1)], "0.50", [(0, 0), (50, 50)]),
        ([(0, 3), (0, 1)], 0, [(0, 0), (0, 0)]),
        ([(2, 3), (4, 1)], 1, [(540, 60), (360, 40)]),  # 6.00 and 4.00: amounts share it, not products
        ([(0.335, 3)], None, [(100, 0)]),  # 1.005: the amount is rounded (half to even), not the price
        ([(0.005, 3)], None, [(2, 0)]),  # 0.015
        ([("1.99", "1.5")], None, [(298, 0)]),  # 2.985
        ([(0.29, 1)], None, [(29, 0)]),  # 28.999… in binary
        ([(5, 0), (1, 1)], None, [(0, 0), (100, 0)]),  # a quantity of none is none
        ([(99_999_999_999.9, 10)], None, [(99_999_999_999_900, 0)]),  # amounts are below 10^12
        ([(1e11, 5), (1e11, 4)], None, [(5 * 10**13, 0), (4 * 10**13, 0)]),
    ],
)
def test_a_line_is_price_times_quantity_less_its_share_of_the_discount(
    products: list[tuple[object, object]], discount: object, lines: list[tuple[int, int]]
) -> None:
    sent = {"products": [{"price": price, "quantity": quantity} for price, quantity in products], "discount": discount}
    rows = events_of(message(event="Order Completed", properties=sent), RECEIVER)
    assert [(row["value"], row["discount"]) for row in rows] == lines


@pytest.mark.parametrize(
    ("minor_units", "price", "value"), [(0, 100.5, 100), (0, 101.5, 102), (3, 1.0005, 1000), (3, 1.0015, 1002)]
)
def test_amounts_are_in_the_minor_units_of_the_currency_half_to_even(
    minor_units: int, price: float, value: int
) -> None:
    receiver = Receiver(Money("JPY", minor_units), now=NOW)
    for properties in ({"products": [{"price": price}]}, {"revenue": price}):
        (row,) = events_of(message(event="Order Completed", properties=properties), receiver)
        assert row["value"] == value


@pytest.mark.parametrize(
    ("event", "properties", "code"),
    [
        ("Order Completed", {"revenue": 0}, None),
        ("Order Completed", {"revenue": 1, "quantity": 0}, None),
        ("Order Completed", {"revenue": -0.01}, "negative_value"),
        ("Order Completed", {"revenue": 1, "quantity": -0.5}, "negative_quantity"),
        ("Order Completed", {"products": [{"price": 1, "quantity": -1}]}, "bad_amount"),
        ("Order Completed", {"products": [{"price": -1, "quantity": -1}]}, "bad_amount"),
        ("Order Completed", {"products": [{"price": 1}], "discount": -0.01}, "bad_discount"),
        ("Order Completed", {"products": [{"price": 1}], "discount": 1.01}, "bad_discount"),
        ("Order Refunded", {"total": -1, "quantity": -1}, None),
        ("Order Refunded", {"products": [{"price": -1}], "discount": -2}, "bad_discount"),
        ("Product Added", {"value": -1, "quantity": -1}, None),
        ("Order Completed", {"products": [{"price": 1e11, "quantity": 10}]}, "bad_amount"),
        ("Order Completed", {"revenue": 999_999_999_999.99}, None),
        ("Order Completed", {"revenue": 1e12}, "bad_amount"),
    ],
)
def test_orders_have_no_negative_amounts(event: str, properties: dict[str, object], code: str | None) -> None:
    assert refusal(event=event, properties=properties) == code


def refusal(**given: object) -> str | None:
    """The code with which a message is refused, None when it is taken."""
    try:
        events_of(message(**given), RECEIVER)
    except StamkundError as refused:
        return refused.code
    return None


# --- lines ---


@pytest.mark.parametrize(("event", "numbered"), [("Order Completed", True), ("Order Refunded", False)])
def test_lines_have_ids_and_orders_have_numbers_from_one(event: str, numbered: bool) -> None:  # noqa: FBT001
    products = [{"sku": n, "price": 1} for n in range(12)]
    rows = events_of(message(event=event, properties={"order_id": "o", "products": products}), RECEIVER)
    assert [row["event_id"] for row in rows] == ["m1", *(f"m1\x1f{n:04d}" for n in range(2, 13))]
    assert [row.get("order_line") for row in rows] == (list(range(1, 13)) if numbered else [None] * 12)
    assert [row["item_id"] for row in rows] == [str(n) for n in range(12)]
    assert [row["order_id"] for row in rows] == ["o"] * 12
    assert ["properties" in row for row in rows] == [True] + [False] * 11


def test_a_product_speaks_for_itself_and_not_the_order_it_is_in() -> None:
    products = [{"product_id": "tea", "price": 1}, {"price": 2, "category": "Cups", "quantity": 3}]
    sent = {"item_id": "box", "category": "Boxes", "quantity": 9, "campaign_id": "c", "products": products}
    rows = events_of(message(event="Order Completed", properties=sent), RECEIVER)
    shown = [[row.get(name) for name in ("item_id", "category", "quantity", "campaign_id")] for row in rows]
    assert shown == [["tea", "Drinks", 1.0, "c"], [None, "Cups", 3.0, "c"]]


# --- which of several is meant ---


@pytest.mark.parametrize(
    ("properties", "lifted"),
    [
        ({"item_id": "a", "product_id": "b"}, {"item_id": "a"}),
        ({"offer_id": "a", "promotion_id": "b", "coupon_id": "c"}, {"offer_id": "a"}),
        ({"promotion_id": "b", "coupon_id": "c"}, {"offer_id": "b"}),
        ({"text": "a", "query": "b"}, {"text": "a"}),
        ({"item_id": None, "product_id": "b"}, {"item_id": "b"}),
        ({"revenue": 1, "total": 2, "value": 3}, {"value": 100}),
        ({"total": 2, "value": 3}, {"value": 200}),
        ({"revenue": 0, "total": 2}, {"value": 0}),
        ({"item_id": "tea", "category": "Own"}, {"category": "Own"}),
    ],
)
def test_of_several_names_the_first_one_given_is_meant(
    properties: dict[str, object], lifted: dict[str, object]
) -> None:
    event = one(event="Product Viewed", properties=properties)
    assert {name: event[name] for name in lifted} == lifted


def test_a_product_is_known_by_its_product_id_before_all() -> None:
    named = [{"product_id": "p", "item_id": "i", "sku": "s"}, {"item_id": "i", "sku": "s"}, {"sku": "s"}]
    products = [{"price": 1, **names} for names in named]
    rows = events_of(message(event="Order Completed", properties={"products": products}), RECEIVER)
    assert [row["item_id"] for row in rows] == ["p", "i", "s"]


@pytest.mark.parametrize(
    ("sent", "properties"),
    [
        (
            {"type": "group", "groupId": "g1", "traits": {"group_id": "own"}},
            {"group_id": "g1", "group": {"group_id": "own"}},
        ),
        ({"type": "page", "name": "Home", "properties": {"name": "Start"}}, {"name": "Start"}),
        ({"type": "alias", "previousId": 1, "userId": 2}, {"previous_id": "1", "user_id": "2"}),
        ({"type": "identify", "traits": None}, {}),
    ],
)
def test_what_two_parts_of_a_message_say_differently(sent: dict[str, object], properties: dict[str, object]) -> None:
    assert orjson.loads(str(one(**sent)["properties"])) == properties


def test_a_visitor_who_is_known_is_a_customer_and_the_context_knows_the_channel() -> None:
    both = one(event="Redeem", anonymousId="cookie", channel="server", context={"channel": "web"})
    assert (both["id_type"], both["id"], both["fragment"], both["channel"]) == ("user_id", "7", "7", "web")
    alone = one(event="Redeem", userId=None, anonymousId=5, channel="server")
    assert (alone["id_type"], alone["id"], alone["fragment"]) == ("anonymous_id", "5", "anonymous_id:5")
    assert alone["channel"] == "server"


# --- edges ---


@pytest.mark.parametrize(
    ("given", "id_"),
    [
        (7, "7"),
        (7.0, "7"),  # some tool added the .0
        (7.5, "7.5"),
        (-7, "-7"),
        ("007", "007"),
        ("7.0", "7"),  # as in files
        (10**18, "1000000000000000000"),
        ("7" * 512, "7" * 512),
    ],
)
def test_ids_may_be_numbers_and_are_kept_as_they_were_meant(given: object, id_: str) -> None:
    event = one(event="Redeem", userId=given, messageId=given, properties={"order_id": given, "campaign_id": given})
    assert [event[name] for name in ("id", "fragment", "event_id", "order_id", "campaign_id")] == [id_] * 5


SECOND = 1_000_000


@pytest.mark.parametrize(
    ("given", "time"),
    [
        ({"timestamp": "2001-09-10T01:46:40Z"}, NOW + DAY),  # exactly a day after the clock
        ({"timestamp": "2001-09-10T01:46:40.000001Z"}, "future_time"),
        ({"timestamp": "2001-09-10"}, "future_time"),  # its last microsecond
        ({"timestamp": "2001-09-09"}, 11_575 * DAY - 1),
        ({"timestamp": "1970-01-01T00:00:00Z"}, 0),
        ({"timestamp": "1970-01-01T00:59:59.999999+01:00"}, "time_out_of_range"),
        ({"timestamp": "1970-01-01T01:00:01+01:00"}, SECOND),
        ({"timestamp": "1970-01-01T00:00:01"}, SECOND),
        ({"timestamp": None, "originalTimestamp": "1970-01-01T00:00:01Z"}, SECOND),
        ({"originalTimestamp": "1970-01-01T00:00:01Z", "timestamp": "1970-01-01T00:00:02Z"}, 2 * SECOND),
        ({"timestamp": None}, NOW),
    ],
)
def test_moments_are_taken_from_1970_to_a_day_ahead(given: dict[str, object], time: int | str) -> None:
    if isinstance(time, str):
        assert refusal(event="Redeem", **given) == time
    else:
        event = one(event="Redeem", **given)
        assert (event["time"], event["received_at"]) == (time, NOW)


@pytest.mark.parametrize(("scale", "low", "high"), [("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7), ("stars", 1, 5)])
def test_ratings_reach_from_end_to_end_of_their_scale(scale: str, low: float, high: float) -> None:
    ratings = (low - 0.01, low, high, high + 0.01)
    codes = [refusal(event="Survey Answered", properties={"scale": scale, "rating": rating}) for rating in ratings]
    assert codes == ["rating_out_of_scale", None, None, "rating_out_of_scale"]


@pytest.mark.parametrize(("name", "most"), [("latitude", 90), ("longitude", 180)])
def test_places_reach_from_pole_to_pole_and_round_the_world(name: str, most: float) -> None:
    numbers = (-most - 0.01, -most, most, most + 0.01)
    codes = [refusal(event="Redeem", properties={name: number}) for number in numbers]
    assert codes == ["bad_location", None, None, "bad_location"]


@pytest.mark.parametrize(
    "id_", ["undefined", "[object Object]", "null", " NULL ", "NaN", "None", -1, "-1.0", "(not set)"]
)
def test_what_stands_for_nobody_is_no_customer(id_: object) -> None:
    for sent in ({"userId": id_}, {"userId": None, "anonymousId": id_}, {"anonymousId": id_}):
        with pytest.raises(StamkundError) as caught:
            events_of(message(event="Product Viewed", **sent), RECEIVER)
        assert (caught.value.code, caught.value.field) == ("missing_user", list(sent)[-1])
    for sent in ({"type": "alias", "previousId": id_}, {"type": "group", "groupId": id_}):
        with pytest.raises(StamkundError) as caught:
            events_of(message(**sent), RECEIVER)
        assert (caught.value.code, caught.value.field) == ("missing_id", list(sent)[-1])


def test_a_company_says_what_stands_for_nobody() -> None:
    receiver = replace(RECEIVER, missing_ids=("Guest",))
    (event,) = events_of(message(event="Product Viewed", userId="undefined"), receiver)
    assert event["fragment"] == "undefined"
    with pytest.raises(StamkundError, match="stands for nobody"):
        events_of(message(event="Product Viewed", userId="guest"), receiver)
