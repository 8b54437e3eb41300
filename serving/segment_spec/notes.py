"""What an accepted message says that is taken otherwise than its sender may have meant."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import cast

from features.errors import StamkundError
from features.events.kinds import KINDS
from features.events.money import amount_text
from serving.segment_spec.event.amounts import minor
from serving.segment_spec.event.event_builder import Event
from serving.segment_spec.event.fields import Message, is_given, object_of
from serving.segment_spec.orders import has_products
from serving.segment_spec.properties import AMOUNTS


def note_of(message: Message, events: Sequence[Event], decimals: int) -> StamkundError | None:
    """What there is to tell of the events that a message was read as; None of most.

    Of an order, that it has no amount; of it and of what comes back of one, that the products come to another amount
    than the revenue, which the Spec has without shipping and tax, and senders have before the discount or after it.
    A revenue that is no amount is an error.
    """
    if not (kind := KINDS.get(str(events[0]["kind"]))) or not kind.lines:
        return None
    values = [event.get("value") for event in events]
    if None in values:
        return StamkundError("no_amount", names=list(AMOUNTS), field="properties")
    properties = object_of(message, "properties")
    if not (has_products(properties) and is_given(properties, "revenue")):
        return None
    revenue = abs(minor(properties["revenue"], "properties.revenue", decimals))
    net = sum(cast(list[int], values))
    gross = net + sum(cast(int, event["discount"]) for event in events)
    cents = sum(max(ceil(cast(float, event["quantity"])), 1) for event in events)  # prices of pieces are rounded
    if min(abs(revenue - gross), abs(revenue - net)) <= cents:
        return None
    told = {"revenue": amount_text(revenue, decimals), "products": amount_text(gross, decimals)}
    return StamkundError("revenue_differs", **told, field="properties.revenue")
