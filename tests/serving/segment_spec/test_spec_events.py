"""Every event of the Segment Spec, with the properties that it describes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from features.events.kinds import canonical_kind
from features.events.money import Money
from serving.segment_spec.event.event_builder import Event
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.messages import events_of

DOCS = Path(__file__).parents[3] / "docs" / "events.md"
RECEIVER = Receiver(Money("USD", 2), now=1_700_000_000_000_000)
GAME = {
    "product_id": "p1", "sku": "G-1", "category": "Games", "name": "Chess", "brand": "Knight", "variant": "travel",
    "price": 19, "quantity": 1, "coupon": "SPRING", "position": 3, "url": "https://shop.example/chess",
    "image_url": "https://shop.example/chess.jpg",
}  # fmt: skip
CARDS = {"product_id": "p2", "sku": "C-2", "category": "Games", "name": "Cards", "price": 3, "quantity": 2}
PRODUCTS = [{name: value for name, value in GAME.items() if name != "coupon"}, CARDS]
OF_ORDER = {
    "order_id": "o1", "affiliation": "Store", "shipping": 3, "tax": 2, "discount": 2.5, "coupon": "spring",
    "currency": "USD", "products": PRODUCTS,
}  # fmt: skip
MAIL: dict[str, object] = {"email_id": "e1", "email_subject": "Hello", "campaign_id": "123", "campaign_name": "New"}
COUPON = {"order_id": "o1", "cart_id": "c1", "coupon_id": "spring", "coupon_name": "Spring", "discount": 23.32}
VIDEO = {"session_id": "v1", "content_asset_ids": ["a"], "position": 0, "total_length": 392, "video_player": "youtube"}
CASES: list[tuple[str, Mapping[str, object], Mapping[str, object]]] = [
    ("Products Searched", {"query": "board games"}, {"text": "board games"}),
    ("Product List Viewed", {"list_id": "l1", "category": "Deals", "products": PRODUCTS}, {"category": "Deals"}),
    (
        "Product List Filtered",
        {"list_id": "l1", "filters": [{"type": "price", "value": "under-10"}], "sorts": [], "products": PRODUCTS},
        {},
    ),
    ("Product Clicked", GAME, {"item_id": "p1", "category": "Games", "offer_id": None, "quantity": 1.0}),
    ("Product Viewed", GAME | {"currency": "usd", "value": 19}, {"item_id": "p1", "value": 1900, "offer_id": None}),
    ("Product Shared", {"share_via": "email", "recipient": "friend@x.se", **GAME}, {"item_id": "p1"}),
    ("Product Reviewed", {"product_id": "p1", "review_id": "r", "review_body": "Ok", "rating": "5"}, {"rating": None}),
    ("Promotion Viewed", {"promotion_id": "promo", "creative": "top", "position": "home"}, {"offer_id": "promo"}),
    ("Promotion Clicked", {"promotion_id": "promo", "name": "75 %"}, {"offer_id": "promo", "channel": None}),
    ("Product Added", {"cart_id": "c1", **GAME}, {"item_id": "p1", "offer_id": None}),
    ("Product Removed", {"cart_id": "c1", **GAME}, {"item_id": "p1"}),
    ("Cart Viewed", {"cart_id": "c1", "products": PRODUCTS}, {"item_id": None}),
    ("Cart Shared", {"share_via": "email", "cart_id": "c1", "products": [{"product_id": "p1"}]}, {}),
    ("Product Added to Wishlist", {"wishlist_id": "w", **GAME}, {"item_id": "p1"}),
    ("Product Removed from Wishlist", {"wishlist_id": "w", **GAME}, {"item_id": "p1"}),
    ("Wishlist Product Added to Cart", {"wishlist_id": "w", "cart_id": "c1", **GAME}, {"item_id": "p1"}),
    ("Checkout Started", OF_ORDER | {"value": 30, "revenue": 25}, {"order_id": "o1", "value": 2500, "offer_id": None}),
    ("Checkout Step Viewed", {"checkout_id": "k", "step": 2, "shipping_method": "Post", "payment_method": "V"}, {}),
    ("Checkout Step Completed", {"checkout_id": "k", "step": 2}, {}),
    ("Payment Info Entered", {"checkout_id": "k", "order_id": "o1"}, {"order_id": "o1"}),
    ("Order Updated", OF_ORDER | {"total": 27.5, "revenue": 25}, {"order_id": "o1", "value": 2500}),
    ("Coupon Entered", {"order_id": "o1", "cart_id": "c1", "coupon_id": "spring"}, {"offer_id": "spring"}),
    ("Coupon Applied", COUPON, {"offer_id": "spring", "discount": 2332, "order_id": "o1"}),
    ("Coupon Denied", {"cart_id": "c1", "coupon": "spring", "reason": "Coupon expired"}, {"offer_id": "spring"}),
    ("Coupon Removed", COUPON, {"offer_id": "spring"}),
    ("Coupon Redeemed", COUPON | {"campaign_id": "18"}, {"offer_id": "spring", "campaign_id": "18"}),
    ("Email Sent", MAIL, {"campaign_id": "123", "channel": "email"}),
    ("Email Delivered", MAIL, {"campaign_id": "123", "channel": "email"}),
    ("Email Opened", MAIL, {"campaign_id": "123", "channel": "email"}),
    ("Email Link Clicked", MAIL | {"link_id": "1", "link_url": "https://shop.example"}, {"channel": "email"}),
    ("Email Bounced", MAIL, {"channel": "email", "campaign_id": "123"}),
    ("Email Marked as Spam", MAIL, {"channel": "email"}),
    ("Unsubscribed", MAIL | {"list_id": "1425", "list_name": "New"}, {"purpose": "1425"}),
    ("Subscribed", {"list_id": "1425"}, {"purpose": "1425"}),
    ("Push Notification Received", {"action": "Accept", "campaign": {"name": "n"}}, {"channel": "push"}),
    ("Push Notification Tapped", {"campaign_id": "9"}, {"channel": "push", "campaign_id": "9"}),
    ("Push Notification Bounced", {"campaign": {"name": "n"}}, {}),
    ("SMS Sent", {"campaign_id": "9"}, {"channel": "sms", "campaign_id": "9"}),
    ("Survey Answered", {"scale": "csat", "score": "4", "comment": "Well"}, {"rating": 4.0, "text": "Well"}),
    ("NPS Survey Answered", {"rating": 9}, {"scale": "nps", "rating": 9.0}),
    ("Segment Consent Preference Updated", {}, {}),
    *((f"Video {said}", VIDEO, {"session_id": "v1"}) for said in (
        "Playback Started", "Playback Paused", "Playback Interrupted", "Playback Buffer Started",
        "Playback Buffer Completed", "Playback Seek Started", "Playback Seek Completed", "Playback Resumed",
        "Playback Completed", "Playback Exited", "Content Started", "Content Playing", "Content Completed",
        "Ad Started", "Ad Playing", "Ad Completed", "Quality Updated",
    )),
]  # fmt: skip
KINDS = dict(re.findall(r"^\| ([A-Z][^|*]*?) \| `(\w+)` \|", DOCS.read_text(), flags=re.MULTILINE))


def read(event: str, properties: Mapping[str, object]) -> list[Event]:
    sent = {"type": "track", "messageId": "m", "userId": "7", "event": event, "properties": properties}
    return events_of(sent | {"context": {"ip": "24.5.68.47", "traits": {"email": "p@example.com"}}}, RECEIVER)


@pytest.mark.parametrize(("name", "properties", "columns"), CASES, ids=[name for name, *_ in CASES])
def test_an_event_of_the_spec_means_what_the_table_says(
    name: str, properties: Mapping[str, object], columns: Mapping[str, object]
) -> None:
    (event,) = read(name, properties)
    assert event["kind"] == KINDS[name]
    assert {column: event.get(column) for column in columns} == columns
    kept = orjson.loads(str(event["properties"]))
    assert kept.pop("context") == {"ip": "24.5.68.47", "traits": {"email": "p@example.com"}}
    assert {key: kept[key] for key in properties} == properties


def test_the_table_leaves_nothing_out() -> None:
    orders = {"Order Completed", "Order Refunded", "Order Cancelled"}
    assert KINDS.keys() == {name for name, *_ in CASES} | orders
    assert {name: canonical_kind(name) for name in KINDS} == KINDS


def test_an_order_of_the_spec() -> None:
    """19 + 2 × 3 = 25, less 2.50: 76 % of it on the first line."""
    rows = read("Order Completed", OF_ORDER | {"checkout_id": "k", "total": 27.5, "subtotal": 22.5, "revenue": 22.5})
    shown = [(row["kind"], row["item_id"], row["value"], row["discount"], row["offer_id"]) for row in rows]
    assert shown == [("order", "p1", 1710, 190, "spring"), ("order", "p2", 540, 60, "spring")]


@pytest.mark.parametrize(("name", "kind"), [("Order Refunded", "refund"), ("Order Cancelled", "cancel")])
def test_what_comes_back_of_an_order_of_the_spec(name: str, kind: str) -> None:
    rows = read(name, {"order_id": "o1", "total": 30, "currency": "USD", "products": PRODUCTS})
    assert [(row["kind"], row["item_id"], row["value"]) for row in rows] == [(kind, "p1", 1900), (kind, "p2", 600)]


@pytest.mark.parametrize(
    ("event", "earlier"),
    [
        ("Order Completed", "Completed Order"),
        ("Order Cancelled", "Order Canceled"),
        ("Order Refunded", "Refunded Order"),
        ("Product Viewed", "Viewed Product"),
        ("Product Added", "Added Product"),
        ("Promotion Viewed", "Viewed Promotion"),
        ("Promotion Clicked", "clickedPromotion"),
        ("Coupon Redeemed", "coupon redeemed"),
    ],
)
def test_names_of_earlier_versions_mean_the_same(event: str, earlier: str) -> None:
    assert canonical_kind(event) == canonical_kind(earlier) == KINDS[event]


# --- amounts and products ---


@pytest.mark.parametrize(
    ("told", "values"),
    [
        # the gift is free: the order's 30 are those of the other product
        ({"revenue": 30, "products": [{"product_id": "x", "price": 30}, {"product_id": "gift"}]}, [3000, 0]),
        ({"revenue": 30, "products": []}, [3000]),
        ({"total": 30, "products": None}, [3000]),
        ({"revenue": 30, "products": [{"product_id": "x"}, {"product_id": "y", "quantity": 2}]}, [1000, 2000]),
        # 10 of 30 are told, and 20 are left
        ({"revenue": 30, "products": [{"price": 5, "quantity": 2}, {"product_id": "y", "price": ""}]}, [1000, 2000]),
        # 22.50 were paid after a discount of 2.50: 25.00 before it, 19.00 and 6.00; 76 % and 24 % of it
        ({"revenue": 22.5, "discount": 2.5, "products": [{"price": 19}, {"quantity": 2}]}, [1710, 540]),
        # prices that say more than the order count as they are
        ({"revenue": 30, "products": [{"price": 40}, {"product_id": "y"}]}, [4000, 0]),
        ({"revenue": 0, "products": [{"product_id": "x"}]}, [0]),
        ({"revenue": 10, "products": [{"quantity": 0}, {"quantity": 0}]}, [0, 1000]),
    ],
)
def test_products_without_a_price_have_what_the_order_leaves(told: dict[str, object], values: list[int]) -> None:
    assert [row["value"] for row in read("Order Completed", {"order_id": "o", **told})] == values


def test_a_refund_of_products_without_a_price_gives_back_its_total() -> None:
    for sign in (1, -1):
        rows = read("Order Refunded", {"total": 30 * sign, "products": [{"price": 10 * sign}, {"product_id": "y"}]})
        assert [row["value"] for row in rows] == [1000, 2000]


def test_each_product_may_have_a_coupon_of_its_own() -> None:
    products = [{"price": 1, "coupon": "own"}, {"price": 2}, {"price": 3, "coupon": ""}]
    rows = read("Order Completed", {"coupon": "common", "products": products})
    assert [row["offer_id"] for row in rows] == ["own", "common", "common"]


@pytest.mark.parametrize("coupon", [["a", "b"], {"code": "a"}, True, "", None])
def test_a_coupon_that_is_no_code_is_kept_and_stops_no_order(coupon: object) -> None:
    (order,) = read("Order Completed", {"revenue": 5, "coupon": coupon})
    assert (order["value"], order.get("offer_id")) == (500, None)
    assert orjson.loads(str(order["properties"]))["coupon"] == coupon


# --- what else is kept ---


def test_the_context_is_kept_but_for_what_columns_hold() -> None:
    context = {
        "page": {"path": "/tea", "url": "https://shop.example/tea"}, "campaign": {"name": "spring"}, "channel": "web",
        "device": {"id": "d1", "advertisingId": "a1", "token": "t", "type": "ios"}, "consent": {"ads": True},
        "externalIds": [{"id": "5", "type": "loyalty"}],
    }  # fmt: skip
    sent = {"type": "page", "messageId": "m", "userId": "7", "name": "Tea", "category": "Shop", "context": context}
    (event,) = events_of(sent | {"properties": {"path": "/tea"}}, RECEIVER)
    assert orjson.loads(str(event["properties"])) == {
        "context": {"page": context["page"], "campaign": {"name": "spring"}, "device": {"type": "ios"}},
        "name": "Tea", "category": "Shop", "path": "/tea",
    }  # fmt: skip
    assert (event["channel"], orjson.loads(str(event["ids"]))["device_id"]) == ("web", ["d1", "a1"])


def test_a_property_that_is_called_context_stays_the_propertys() -> None:
    (event,) = read("Yoga Class", {"context": "home"})
    assert orjson.loads(str(event["properties"])) == {"context": "home"}
