"""Traits: what ``identify`` events say of their customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

import orjson

from features.events.columns import order_of


class Traits(NamedTuple):
    """What an ``identify`` event says of the customer, from its time (µs) on."""

    time: int
    event_id: str
    source: str
    values: Mapping[str, object]


def traits_of(event: Mapping[str, object]) -> Traits | None:
    """What an event says of its customer; None unless it is an ``identify`` with properties."""
    properties = event.get("properties")
    if event["kind"] != "identify" or not properties:
        return None
    return Traits(*order_of(event), orjson.loads(cast(str, properties)))
