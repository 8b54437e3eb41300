"""What is known of a customer from some time on: traits, which ``identify`` events give, and snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

import orjson

from features.events.columns import order_of


class Traits(NamedTuple):
    """What an ``identify`` event says of the customer, from its time on, or from ``known_at`` on if later (µs)."""

    time: int
    event_id: str
    source: str
    values: Mapping[str, object]
    known_at: int = 0


class Snapshot(NamedTuple):
    """The attributes of a customer that are true from a time (µs) on, until the next snapshot."""

    time: int
    values: Mapping[str, object]


def traits_of(event: Mapping[str, object]) -> Traits | None:
    """What an event says of its customer; None unless it is an ``identify`` with properties."""
    properties = event.get("properties")
    if event["kind"] != "identify" or not properties:
        return None
    known_at = cast(int, event.get("known_at") or 0)
    return Traits(*order_of(event), orjson.loads(cast(str, properties)), known_at)
