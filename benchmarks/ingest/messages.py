"""Messages as pages send them through Segment's libraries: in batches without end, each message of an id of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any, Final
from uuid import uuid4

import orjson

Message = Mapping[str, Any]
BATCH: Final = 100  # messages of a request
CONTEXT: Final = {
    "ip": "203.0.113.9",
    "library": {"name": "analytics.js", "version": "next-1.81.0"},
    "locale": "sv-SE",
    "page": {"path": "/tea", "referrer": "https://shop.example/", "title": "Tea", "url": "https://shop.example/tea"},
    "timezone": "Europe/Stockholm",
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
}
# Of twenty messages of a shop about so many are of each event: most look, one buys.
EVENTS: Final = (
    *["Page"] * 8,
    *["Product Viewed"] * 7,
    *["Product Added"] * 2,
    "Products Searched",
    "Identify",
    "Order",
)


def batches(customers: Sequence[str], items: Sequence[str], *, run: str | None = None) -> Iterator[bytes]:
    """The bodies of requests; ``run`` begins all ids of their messages, and makes them differ from other runs'."""
    name, numbers = run or uuid4().hex[:8], count()
    while True:
        some = islice(numbers, BATCH)
        messages = [_message(f"{name}-{number}", number, customers, items) for number in some]
        yield orjson.dumps({"batch": messages})


def ids(body: bytes) -> list[str]:
    """The ids of a request's messages."""
    return [message["messageId"] for message in orjson.loads(body)["batch"]]


def _message(id_: str, number: int, customers: Sequence[str], items: Sequence[str]) -> Message:
    message = {
        "messageId": id_,
        "userId": customers[number * 7 % len(customers)],
        "anonymousId": None,
        "context": CONTEXT,
        "integrations": {},
    }
    product = {"product_id": items[number % len(items)], "price": 4.5, "quantity": 1 + number % 3}
    match EVENTS[number % len(EVENTS)]:
        case "Page":
            return message | {"type": "page", "name": "Tea", "properties": CONTEXT["page"]}
        case "Identify":
            return message | {"type": "identify", "traits": {"plan": "gold", "city": "Lund"}}
        case "Products Searched":
            return _track(message, "Products Searched", {"query": "green tea"})
        case "Order":
            other = {"product_id": items[number * 3 % len(items)], "price": 12, "quantity": 1}
            bought = {"order_id": f"o-{id_}", "total": 30, "currency": "USD", "products": [product, other]}
            return _track(message, "Order Completed", bought)
        case event:
            return _track(message, event, product)


def _track(message: Message, event: str, properties: Message) -> Message:
    return {**message, "type": "track", "event": event, "properties": properties}
