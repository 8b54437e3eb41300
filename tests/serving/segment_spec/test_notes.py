"""Messages that are accepted, and taken otherwise than their senders may have meant."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from features.errors import StamkundError
from features.events.money import Money
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.messages import events_of
from serving.segment_spec.notes import note_of
from tests.serving.http.errors import error_of

TEA, CUP = {"price": 4.5, "quantity": 2}, {"price": "1.00"}  # 10.00 together


def told(properties: dict[str, object], event: str = "Order Completed") -> StamkundError | None:
    message = {"type": "track", "messageId": "m", "userId": "7", "event": event, "properties": properties}
    return note_of(message, events_of(message, Receiver(Money("USD", 2), now=0)), 2)


@pytest.mark.parametrize(
    ("properties", "event"),
    [
        ({"revenue": 10, "products": [TEA, CUP]}, "Order Completed"),
        ({"revenue": 10, "discount": 2, "products": [TEA, CUP]}, "Order Completed"),  # before the discount
        ({"revenue": 8, "discount": 2, "products": [TEA, CUP]}, "Order Completed"),  # after it
        ({"revenue": "9.97", "products": [TEA, CUP]}, "Order Completed"),  # a cent a piece
        ({"total": 15.5, "shipping": 3, "tax": 2.5, "products": [TEA, CUP]}, "Order Completed"),  # holds both
        ({"revenue": 10, "products": [TEA, {}]}, "Order Completed"),  # the second is what is left
        ({"revenue": None, "products": [TEA]}, "Order Completed"),
        ({"revenue": 3}, "Order Completed"),
        ({"revenue": 0}, "Order Completed"),
        ({"revenue": -10, "products": [TEA, CUP]}, "Order Refunded"),
        ({}, "Product Viewed"),
        ({}, "Checkout Started"),
    ],
)
def test_of_what_is_taken_as_it_is_told_there_is_no_note(properties: dict[str, object], event: str) -> None:
    assert told(properties, event) is None


@pytest.mark.parametrize(
    ("properties", "event", "code", "params"),
    [
        ({"revenue": "9.96", "products": [TEA, CUP]}, "Order Completed", "revenue_differs", ("9.96", "10.00")),
        ({"revenue": 15.5, "products": [TEA, CUP]}, "Order Completed", "revenue_differs", ("15.50", "10.00")),
        (
            {"revenue": 9, "discount": 2, "products": [TEA, CUP]},
            "Order Completed",
            "revenue_differs",
            ("9.00", "10.00"),
        ),
        ({"revenue": 8, "products": [TEA, {}]}, "Order Completed", "revenue_differs", ("8.00", "9.00")),
        ({"revenue": 5, "products": [TEA, CUP]}, "Order Refunded", "revenue_differs", ("5.00", "10.00")),
        ({"order_id": "a"}, "Order Completed", "no_amount", (["revenue", "total", "value"],)),
    ],
)
def test_what_may_be_meant_otherwise_is_told(
    properties: dict[str, object], event: str, code: str, params: tuple[object, ...]
) -> None:
    note = told(properties, event)
    assert note is not None
    assert (note.code, tuple(note.params.values())) == (code, params)


def counted(http: TestClient) -> float:
    """How many orders without an amount the service has noted."""
    lines = http.get("/metrics").text.splitlines()
    return sum(
        float(line.split()[-1]) for line in lines if line.startswith('stamkund_noted_messages_total{code="no_amount"}')
    )


def test_it_is_accepted_all_the_same_with_the_note_in_its_verdict_and_counted(http: TestClient) -> None:
    order = {"type": "track", "userId": "noted", "event": "Order Completed"}
    sent = [
        order | {"messageId": "noted-differs", "properties": {"revenue": 15.5, "products": [TEA, CUP]}},
        order | {"messageId": "noted-bare"},
        order | {"messageId": "noted-differs", "properties": {"revenue": 15.5, "products": [TEA, CUP]}},
        order | {"messageId": "noted-fine", "properties": {"revenue": 3}},
    ]
    before = counted(http)
    got = http.post("/v1/batch?strict=true", json={"batch": sent})
    assert got.status_code == 200
    told = [(each["status"], each["code"], each["field"]) for each in got.json()["results"]]
    assert told == [
        ("accepted", "revenue_differs", "properties.revenue"), ("accepted", "no_amount", "properties"),
        ("duplicate", None, None), ("accepted", None, None),
    ]  # fmt: skip
    assert "15.50" in got.json()["results"][0]["message"]
    alone = http.post("/v1/track", json=order | {"messageId": "noted-alone"})
    assert (alone.status_code, alone.json()["results"][0]["code"]) == (200, "no_amount")
    assert counted(http) == before + 2


def test_a_revenue_that_is_no_amount_is_refused_beside_products_too(http: TestClient) -> None:
    properties = {"revenue": "12,50", "products": [TEA]}
    got = http.post(
        "/v1/track",
        json={"userId": "7", "messageId": "noted-comma", "event": "Order Completed", "properties": properties},
    )
    assert (got.status_code, error_of(got)["code"], error_of(got)["field"]) == (422, "bad_amount", "properties.revenue")
