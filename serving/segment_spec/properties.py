"""The properties of an event that become columns."""

from __future__ import annotations

from typing import Final

import orjson

from features.errors import StamkundError
from serving.segment_spec.event.amounts import minor
from serving.segment_spec.event.event_builder import EventBuilder
from serving.segment_spec.event.fields import Message, first_given, number_of, text_of
from serving.segment_spec.event.numerals import Numeral

# Canonical column: the properties it is taken from, the first one given.
TEXTS: Final = {
    "order_id": ("order_id",),
    "item_id": ("item_id", "product_id"),
    "category": ("category",),
    "campaign_id": ("campaign_id",),
    "offer_id": ("offer_id", "promotion_id", "coupon_id"),
    "decision_id": ("decision_id",),
    "text": ("text", "query"),
    "session_id": ("session_id",),
    "subscription_id": ("subscription_id",),
    "purpose": ("purpose",),
    "status": ("status",),
    "currency": ("currency",),
}
AMOUNTS: Final = ("revenue", "total", "value")


def put_properties(builder: EventBuilder, properties: Message, decimals: int, *, amounts: bool) -> None:
    """Fill the columns that the properties of any event may hold, ``amounts`` among them.

    Numbers are read in the order of the columns: of several mistakes files and HTTP tell the same one.
    """
    builder.put("properties", to_json(properties), "properties")
    for column, names in TEXTS.items():
        name = first_given(properties, names)
        if name is not None:
            builder.put(column, text_of(properties, name, at="properties."), f"properties.{name}")
    _put_number(builder, properties, "quantity")
    if amounts:
        _put_amount(builder, properties, "value", AMOUNTS, decimals)
        _put_amount(builder, properties, "discount", ("discount",), decimals)
    if builder.columns["kind"] == "survey":
        builder.put("scale", text_of(properties, "scale", at="properties."), "properties.scale")
        builder.put("rating", number_of(properties.get("rating"), "properties.rating"), "properties.rating")
    _put_number(builder, properties, "latitude")
    _put_number(builder, properties, "longitude")


def _put_number(builder: EventBuilder, properties: Message, column: str) -> None:
    if first_given(properties, (column,)):
        builder.put(column, number_of(properties[column], f"properties.{column}"), f"properties.{column}")


def _put_amount(builder: EventBuilder, properties: Message, column: str, names: tuple[str, ...], decimals: int) -> None:
    name = first_given(properties, names)
    if name is not None:
        builder.put(column, minor(properties[name], f"properties.{name}", decimals), f"properties.{name}")


def _as_written(value: object) -> orjson.Fragment:
    if not isinstance(value, Numeral):
        raise TypeError
    return orjson.Fragment(str(value))


def to_json(properties: Message) -> str:
    """The properties as JSON."""
    try:
        return orjson.dumps(properties, default=_as_written).decode()
    except orjson.JSONEncodeError as error:
        text = f"The properties cannot be kept: {error}."
        raise StamkundError("bad_properties", text, field="properties") from None
