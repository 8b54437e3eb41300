"""The properties of an event that become columns."""

from __future__ import annotations

from typing import Final

import orjson

from features.errors import StamkundError
from features.events.kinds import KINDS
from serving.segment_spec.event.amounts import minor
from serving.segment_spec.event.event_builder import EventBuilder
from serving.segment_spec.event.fields import Message, first_given, is_given, number_of, text_of
from serving.segment_spec.event.numerals import Numeral

# Canonical column: the properties it is taken from, the first one given.
TEXTS: Final = {
    "order_id": ("order_id", "orderId"),
    "item_id": ("item_id", "product_id", "productId", "sku"),
    "category": ("category",),
    "campaign_id": ("campaign_id",),
    "offer_id": ("offer_id", "promotion_id", "coupon_id"),
    "decision_id": ("decision_id",),
    "text": ("text", "query"),
    "session_id": ("session_id",),
    "subscription_id": ("subscription_id",),
    "ticket_id": ("ticket_id", "ticketId", "case_id"),
    "purpose": ("purpose",),
    "status": ("status",),
    "currency": ("currency",),
}
AMOUNTS: Final = ("revenue", "total", "value")
_NUMBERS: Final = frozenset({*AMOUNTS, "discount", "quantity", "latitude", "longitude"})
# Kinds whose ``coupon`` was used; of others it may only be one that would be good for a product.
_USE: Final = frozenset({"order", "redeem", "coupon_applied", "coupon_entered", "coupon_denied", "coupon_removed"})
_OF_SURVEYS: Final = {"rating": ("rating", "score"), "text": ("comment", "feedback", "answer")}


def put_properties(builder: EventBuilder, properties: Message, decimals: int, *, amounts: bool) -> None:
    """Fill the columns that the properties of any event may hold, ``amounts`` among them where they are the event's.

    Numbers are read in the order of the columns: of several mistakes files and HTTP tell the same one. A kind of a
    company's own may use their names for what else it likes, which is kept as it is.
    """
    if builder.columns["kind"] not in KINDS:
        properties = {name: value for name, value in properties.items() if _may_be_column(name, value)}
    for column, names in TEXTS.items():
        name = first_given(properties, names)
        if name is not None:
            builder.put(column, text_of(properties, name, at="properties."), f"properties.{name}")
    if builder.columns["kind"] in _USE and "offer_id" not in builder.columns:
        put_coupon(builder, properties, "properties.")
    _put_number(builder, properties, "quantity")
    if amounts:
        _put_amount(builder, properties, "value", AMOUNTS, decimals)
        _put_amount(builder, properties, "discount", ("discount",), decimals)
    if builder.columns["kind"] == "survey":
        _put_answer(builder, properties)
    _put_number(builder, properties, "latitude")
    _put_number(builder, properties, "longitude")


def _may_be_column(name: str, value: object) -> bool:
    """Whether a property may mean the column of its name.

    >>> [_may_be_column("value", told) for told in (5, "5.00", "$5", "red", True, {"label": 5})]
    [True, True, True, False, False, False]
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        return False
    return name not in _NUMBERS or not isinstance(value, str) or any(map(str.isdigit, value))


def put_coupon(builder: EventBuilder, properties: Message, at: str) -> None:
    """Take a coupon's code for the offer; several codes, or what else it may be, are kept as they are."""
    code = properties.get("coupon")
    if isinstance(code, str | int) and not isinstance(code, bool) and is_given(properties, "coupon"):
        builder.put("offer_id", text_of(properties, "coupon", at=at), f"{at}coupon")


def _put_answer(builder: EventBuilder, properties: Message) -> None:
    """Fill what a survey was answered: a rating on its scale, and perhaps words."""
    builder.put("scale", text_of(properties, "scale", at="properties."), "properties.scale")
    rating, text = (first_given(properties, names) for names in _OF_SURVEYS.values())
    at = rating or "rating"
    builder.put("rating", number_of(properties.get(at), f"properties.{at}"), f"properties.{at}")
    if text is not None and "text" not in builder.columns and isinstance(properties[text], str):
        builder.put("text", properties[text], f"properties.{text}")


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


def put_kept(builder: EventBuilder, properties: Message, context: Message) -> None:
    """Keep the properties as JSON, the context among them unless one of these is called so."""
    kept = {"context": context, **properties} if context else properties
    try:
        builder.put("properties", orjson.dumps(kept, default=_as_written).decode(), "properties")
    except orjson.JSONEncodeError as error:
        raise StamkundError("bad_properties", reason=str(error), field="properties") from None
