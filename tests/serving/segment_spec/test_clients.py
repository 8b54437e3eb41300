"""Messages as clients are seen to send them: by other libraries, earlier versions, and by hand."""

from __future__ import annotations

import orjson
import pytest

from features.events.money import Money
from serving.segment_spec.event.event_builder import Event
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.messages import events_of

RECEIVER = Receiver(Money("USD", 2), now=1_700_000_000_000_000, received_at=1_700_000_000_000_000)


def read(**message: object) -> list[Event]:
    return events_of({"messageId": "m", "userId": "7"} | message, RECEIVER)


@pytest.mark.parametrize("type_", ["identify", "Identify", "IDENTIFY"])
def test_traits_may_be_in_the_context_and_the_messages_own_count(type_: str) -> None:
    """RudderStack's libraries tell them there, and write a type as they like."""
    context = {"traits": {"email": "anna@x.se", "plan": "free", "age": 30}, "library": {"name": "RudderLabs"}}
    (event,) = read(type=type_, context=context, traits={"plan": "gold"}, originalTimestamp="2020-01-31T12:00:00Z")
    told = orjson.loads(str(event["properties"]))
    assert {name: told[name] for name in ("email", "plan", "age")} == {"email": "anna@x.se", "plan": "gold", "age": 30}
    assert (event["kind"], event["ids"]) == ("identify", '{"email":"anna@x.se"}')


def test_an_order_as_the_first_version_of_the_spec_tells_it() -> None:
    products = [
        {"id": "p1", "sku": "G-1", "name": "Chess", "price": 19.0, "quantity": 1, "category": "Games"},
        {"id": "p2", "name": "Cards", "price": 3.0, "quantity": 2, "category": "Games"},
        {"productId": "p3", "price": "1.00", "quantity": None},
        {"productId": "p4", "price": "1.00", "quantity": ""},
    ]
    told = {"orderId": "o1", "revenue": 25, "currency": "USD", "products": products}
    rows = read(type="track", event="Completed Order", properties=told)
    shown = [(row["order_id"], row["item_id"], row["quantity"], row["value"]) for row in rows]
    assert shown == [("o1", "G-1", 1, 1900), ("o1", "p2", 2, 600), ("o1", "p3", 1, 100), ("o1", "p4", 1, 100)]


def test_an_empty_list_is_an_empty_object_as_php_writes_it() -> None:
    for sent in ({"type": "track", "event": "Product Viewed", "properties": []}, {"type": "identify", "traits": []}):
        (event,) = read(**sent, context=[], integrations=[])
        assert event["properties"] == "{}"
    (event,) = read(type="page", context={"traits": [], "device": []})
    assert event["ids"] is None


@pytest.mark.parametrize(
    "timestamp",
    [
        "2020-01-31T12:00:00.123456789Z",  # Go
        "2020-01-31T12:00:00.1234567Z",  # .NET
        "2020-01-31T12:00:00.123456+00:00",  # Python
        "2020-01-31T13:00:00.123456+0100",  # Java
    ],
)
def test_moments_as_libraries_write_them(timestamp: str) -> None:
    (event,) = read(type="page", timestamp=timestamp)
    assert event["time"] == 1_580_472_000_123_456


def test_a_message_that_segment_passes_on() -> None:
    """What was corrected by Segment stands: 12:00:23 by its clock, 12:00:19 by the phone's."""
    passed_on = {
        "_metadata": {"bundled": ["Segment.io"], "unbundled": []}, "anonymousId": "c9f1", "channel": "client",
        "context": {
            "ip": "192.0.2.7", "library": {"name": "analytics-ios", "version": "3.6.10"}, "campaign": {},
            "device": {"id": "d1", "advertisingId": "a1", "type": "ios"}, "traits": {"email": "kofi@x.example"},
            "network": {"carrier": "Tel", "wifi": True}, "screen": {"height": 812, "width": 375},
        },
        "event": "Order Completed", "integrations": {"Firebase": False}, "version": 2, "writeKey": "sk",
        "originalTimestamp": "2020-11-13T12:00:19.512Z",
        "projectId": "8x5", "properties": {"currency": "USD", "revenue": "14.99", "user_id": 34806809},
        "receivedAt": "2020-11-13T12:00:53.785Z", "sentAt": "2020-11-13T12:00:49.510Z",
        "timestamp": "2020-11-13T12:00:23.787Z", "type": "track", "userId": None,
    }  # fmt: skip
    (event,) = read(**passed_on)
    assert (event["fragment"], event["value"]) == ("anonymous_id:c9f1", 1499)
    assert event["time"] == 1_605_268_823_787_000
    assert orjson.loads(str(event["ids"])) == {"device_id": ["d1", "a1"], "email": "kofi@x.example"}
