"""Segment Spec messages as canonical events: each is taken, or refused with a code and the field to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeVar, cast

import orjson

from features.errors import StamkundError
from features.events.kinds import KINDS, Kind, canonical_kind
from features.events.tables import RATING_SCALES
from features.moments import parse
from features.units import DAY
from serving.segment_spec.amounts import minor, rounded, shared
from serving.segment_spec.fields import LONGEST, Message, needed_text, number_of, object_of, shown, text_of

Event = dict[str, object]
Number = TypeVar("Number", int, float)

TYPES: Final = ("track", "identify", "page", "screen", "group", "alias")
LIFTED: Final = {  # canonical column: the properties it is taken from, the first one given
    "order_id": ("order_id",),
    "item_id": ("item_id", "product_id"),
    "category": ("category",),
    "campaign_id": ("campaign_id",),
    "offer_id": ("offer_id", "promotion_id", "coupon_id"),
    "decision_id": ("decision_id",),
    "scale": ("scale",),
    "text": ("text", "query"),
    "session_id": ("session_id",),
    "subscription_id": ("subscription_id",),
    "purpose": ("purpose",),
    "status": ("status",),
}
LIMITS: Final = {"latitude": 90, "longitude": 180}


@dataclass(frozen=True)
class Door:
    """What messages are read with: the reporting currency, the moment of receipt, the items' categories."""

    currency: str
    minor_units: int
    now: int
    categories: Mapping[str, str] = field(default_factory=dict)


def events_of(message: object, door: Door) -> list[Event]:
    """The canonical events of one message: one, or a line each for the products of an order.

    >>> door = Door("USD", 2, now=0)
    >>> sent = {"type": "track", "messageId": "m", "userId": "7", "event": "Product Viewed",
    ...         "timestamp": "1970-01-01T00:00:01Z", "properties": {"product_id": "tea"}}
    >>> [(e["kind"], e["item_id"], e["time"]) for e in events_of(sent, door)]
    [('view', 'tea', 1000000)]
    """
    if not isinstance(message, Mapping):
        raise StamkundError("bad_message", f"A message must be an object, not {shown(message)}.")
    kind, properties = _kind(message)
    head = _head(message, door) | {"kind": kind}
    _check_currency(properties, door)
    head |= {"currency": door.currency, "properties": _json(properties)} | _lift(properties, kind)
    if KINDS.get(kind, Kind(kind)).lines and properties.get("products") is not None:
        return _lines(head, properties, door)
    head |= _amounts(properties, kind, door)
    if kind == "order":
        head["order_line"] = 1
    return [_categorised(head, door)]


def _head(message: Message, door: Door) -> Event:
    user, anonymous = text_of(message, "userId"), text_of(message, "anonymousId")
    if user is None and anonymous is None:
        raise StamkundError("missing_user", "A message needs a userId or an anonymousId.", field="userId")
    context = object_of(message, "context")
    return {
        "event_id": message_id(message),
        "source": "http",
        "id_type": "user_id" if user is not None else "anonymous_id",
        "id": user if user is not None else anonymous,
        "customer_id": user,
        "time": _time(message, door.now),
        "received_at": door.now,
        "channel": text_of(context, "channel", at="context.") or text_of(message, "channel"),
    }


def message_id(message: Message) -> str:
    """The message's id: without one, a repeated delivery could not be told from a second event."""
    given = text_of(message, "messageId")
    if given is None:
        raise StamkundError("missing_message_id", "A message needs a messageId (any unique text).", field="messageId")
    return given


def _kind(message: Message) -> tuple[str, Message]:
    """The event's kind and what it carries, by the message's type."""
    type_ = message.get("type")
    if type_ not in TYPES:
        raise StamkundError.unknown("unknown_type", "message type", str(type_), TYPES, field="type")
    if type_ == "track":
        name = text_of(message, "event")
        if name is None:
            raise StamkundError("missing_event", "A track message needs the name of its event.", field="event")
        kind = canonical_kind(name)
        if not kind:
            raise StamkundError("bad_event", f"The event name {name!r} has no letters in it.", field="event")
        return kind, object_of(message, "properties")
    if type_ in ("page", "screen"):
        return "visit", {"name": message.get("name")} | dict(object_of(message, "properties"))
    if type_ == "alias":
        return "alias", {"previous_id": needed_text(message, "previousId"), "user_id": needed_text(message, "userId")}
    traits = dict(object_of(message, "traits"))
    return "identify", traits if type_ == "identify" else traits | {"group_id": needed_text(message, "groupId")}


def _time(message: Message, now: int) -> int:
    name = "timestamp" if message.get("timestamp") is not None else "originalTimestamp"
    given = message.get(name)
    if given is None:
        return now
    time = parse(given, field=name, day_ends=True)
    if time < 0:
        raise StamkundError("bad_time", f"{given!r} is before 1970.", field=name)
    if time > now + DAY:
        raise StamkundError("future_time", f"{given!r} is more than a day after the clock of this service.", field=name)
    return time


def _lift(properties: Message, kind: str) -> Event:
    out: Event = {}
    for column, names in LIFTED.items():
        name = next((n for n in names if properties.get(n) is not None), None)
        if name is not None:
            longest = None if column == "text" else LONGEST
            out[column] = text_of(properties, name, at="properties.", longest=longest)
    for name in (*LIMITS, "quantity"):
        if properties.get(name) is not None:
            out[name] = _within(number_of(properties[name], f"properties.{name}"), name, kind)
    return out | (_survey(properties) if kind == "survey" else {})


def _within(number: float, name: str, kind: str) -> float:
    """A place on this planet; an order's quantity that is not negative."""
    if abs(number) > LIMITS.get(name, abs(number)):
        message = f"A {name} is from −{LIMITS[name]} to {LIMITS[name]}, not {number:g}."
        raise StamkundError("bad_location", message, field=f"properties.{name}")
    return _not_negative(number, name, kind, f"properties.{name}") if name == "quantity" else number


def _not_negative(number: Number, name: str, kind: str, at: str) -> Number:
    if kind == "order" and number < 0:
        text = f"An order cannot have a negative {name}; what comes back is an Order Refunded."
        raise StamkundError(f"negative_{name}", text, field=at)
    return number


def _survey(properties: Message) -> Event:
    scale = str(text_of(properties, "scale", at="properties."))
    if scale not in RATING_SCALES:
        raise StamkundError.unknown("unknown_scale", "scale", scale, RATING_SCALES, field="properties.scale")
    rating, (low, high) = number_of(properties.get("rating"), "properties.rating"), RATING_SCALES[scale]
    if not low <= rating <= high:
        message = f"A rating on the scale {scale} is from {low} to {high}, not {rating:g}."
        raise StamkundError("bad_rating", message, field="properties.rating")
    return {"rating": rating}


def _check_currency(properties: Message, door: Door) -> None:
    given = text_of(properties, "currency", at="properties.")
    if given is not None and given.upper() != door.currency:
        message = f"Amounts are kept in {door.currency}; convert {given} before sending."
        raise StamkundError("wrong_currency", message, field="properties.currency")


def _amounts(properties: Message, kind: str, door: Door) -> Event:
    """The amounts of a message without products."""
    name = next((n for n in ("revenue", "total", "value") if properties.get(n) is not None), None)
    out: Event = {}
    if name is not None:
        amount = minor(properties[name], f"properties.{name}", door.minor_units)
        out["value"] = _not_negative(amount, "value", kind, f"properties.{name}")
    elif KINDS.get(kind, Kind(kind)).lines:
        text = (
            "An order needs its products, or its revenue." if kind == "order" else "A refund needs products or a total."
        )
        raise StamkundError("missing_amount", text, field="properties.products")
    if properties.get("discount") is not None:
        out["discount"] = minor(properties["discount"], "properties.discount", door.minor_units)
    return out


def _lines(head: Event, properties: Message, door: Door) -> list[Event]:
    """A row a product; the order's discount is shared out in proportion to the products' amounts."""
    products = properties["products"]
    if not isinstance(products, Sequence) or isinstance(products, str) or not products:
        raise StamkundError(
            "bad_products", "products must be a list of at least one product.", field="properties.products"
        )
    lines = [_product(product, f"properties.products[{i}]", door) for i, product in enumerate(products)]
    total = properties.get("discount")
    discount = 0 if total is None else minor(total, "properties.discount", door.minor_units)
    gross = [cast(int, line["value"]) for line in lines]
    rounded(Decimal(sum(gross)).scaleb(-door.minor_units), "properties.products", door.minor_units)
    if not 0 <= discount <= sum(gross):
        text = f"A discount of {total} on products of {Decimal(sum(gross)).scaleb(-door.minor_units)} is not possible."
        raise StamkundError("bad_discount", text, field="properties.discount")
    rest = {key: value for key, value in head.items() if key not in ("item_id", "category", "quantity", "properties")}
    rows = []
    for n, (line, share) in enumerate(zip(lines, shared(discount, gross), strict=True), 1):
        row = rest | line | {"value": cast(int, line["value"]) - share}
        if n > 1:  # the first line has the message's own id, by which a repeated delivery is known
            row["event_id"] = f"{head['event_id']}#{n:03d}"
        row |= {"discount": share} | ({"order_line": n} if head["kind"] == "order" else {})
        rows.append(_categorised(row, door))
    rows[0]["properties"] = _json({k: v for k, v in properties.items() if k != "products"})
    return rows


def _product(product: object, at: str, door: Door) -> Event:
    if not isinstance(product, Mapping):
        raise StamkundError("bad_products", f"A product must be an object, not {shown(product)}.", field=at)
    quantity = number_of(product.get("quantity", 1), f"{at}.quantity")
    price = number_of(product.get("price"), f"{at}.price")
    if quantity < 0 or price < 0:
        raise StamkundError("bad_amount", "Price and quantity of a product are not negative.", field=at)
    exact = Decimal(str(product["price"])) * Decimal(str(product.get("quantity", 1)))
    row: Event = {"quantity": quantity, "value": rounded(exact, at, door.minor_units)}
    for column, names in (("item_id", ("product_id", "item_id", "sku")), ("category", ("category",))):
        name = next((n for n in names if product.get(n) is not None), None)
        if name is not None:
            row[column] = text_of(product, name, at=f"{at}.")
    return row


def _categorised(event: Event, door: Door) -> Event:
    """The item's own category where the message gives none, as the lake fills it."""
    if event.get("category") is None and (known := door.categories.get(str(event.get("item_id")))) is not None:
        event["category"] = known
    return event


def _json(properties: Message) -> str:
    try:
        return orjson.dumps(properties).decode()
    except orjson.JSONEncodeError as error:
        text = f"The properties cannot be kept: {error}."
        raise StamkundError("bad_properties", text, field="properties") from None
