"""Sources that tell of the same orders: ``same_as`` names those that a source gives way to."""

from __future__ import annotations

from collections.abc import Mapping

from features.config.source import Source
from features.errors import StamkundError
from features.events.kinds import KINDS
from features.events.tables import HTTP

KINDS_OF_ORDERS = tuple(name for name, kind in KINDS.items() if kind.lines)


def check_same_as(name: str, sources: Mapping[str, Source]) -> None:
    """Refuse what names no other source of events, has no order ids to meet by, or goes round in a circle."""
    source, field = sources[name], f"{name}.same_as"
    others = [other for other, each in sources.items() if each.table == "events" and other != name]
    for other in source.same_as:
        if other not in (*others, HTTP):
            raise StamkundError.unknown("unknown_source", "source of events", other, (*others, HTTP), field=field)
    if source.same_as and (source.table != "events" or "order_id" not in source.columns):
        msg = "Sources meet by the ids of their orders: map `order_id` under columns, or take `same_as` away."
        raise StamkundError("missing_column", msg, field=field)
    if source.same_as and source.kind is not None and source.kind not in KINDS_OF_ORDERS:
        msg = f"Events of the kind {source.kind} tell of no orders: `same_as` is for {', '.join(KINDS_OF_ORDERS)}."
        raise StamkundError("no_orders", msg, field=field)
    if name in all_same_as(name, sources):
        msg = (
            f"The orders of {name} would give way to themselves by way of {', '.join(source.same_as)}: end the circle."
        )
        raise StamkundError("same_as_circle", msg, field=field)


def all_same_as(name: str, sources: Mapping[str, Source]) -> list[str]:
    """The sources that a source gives way to, and those that these give way to."""
    found: list[str] = []
    left = list(sources[name].same_as)
    while left:
        other = left.pop(0)
        if other not in found:
            found.append(other)
            left += sources[other].same_as if other in sources else []
    return found


def reading_order(sources: Mapping[str, Source]) -> list[str]:
    """The names of sources in their order, but each after those that it gives way to.

    >>> columns = {"id": "id", "time": "at", "order_id": "order"}
    >>> shop = Source.model_validate({"from": "shop.csv", "kind": "order", "columns": columns})
    >>> reading_order({"crm": shop.model_copy(update={"same_as": ["shop", "http"]}), "shop": shop})
    ['shop', 'crm']
    """
    order: dict[str, None] = {}

    def add(name: str) -> None:
        for other in sources[name].same_as:
            if other != HTTP:
                add(other)
        order.setdefault(name)

    for name in sources:
        add(name)
    return list(order)
