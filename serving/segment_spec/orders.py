"""The lines of orders and of what comes back of them: a row a product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, cast

from features.errors import StamkundError
from features.events.kinds import RETURNS
from serving.segment_spec.event.amounts import exact, minor, share_out, to_minor_units
from serving.segment_spec.event.event_builder import Event, EventBuilder
from serving.segment_spec.event.fields import Message, display, first_given, is_given, number_of, text_of
from serving.segment_spec.properties import AMOUNTS, put_coupon

_OF_PRODUCTS: Final = ("item_id", "category", "quantity")  # an order has none where it has products
_TEXTS: Final = {"item_id": ("product_id", "item_id", "productId", "sku", "id"), "category": ("category",)}


def has_products(properties: Message) -> bool:
    """Whether an order tells its lines: an empty list beside the order's amount tells none.

    >>> [has_products(told) for told in ({"products": [{}]}, {"products": []}, {"products": [], "revenue": 5}, {})]
    [True, True, False, False]
    """
    products = properties.get("products")
    return products is not None and (products != [] or first_given(properties, AMOUNTS) is None)


def lines(head: EventBuilder, properties: Message, decimals: int) -> Iterator[EventBuilder]:
    """A builder for each product; the order's discount is shared out in proportion to the products' amounts.

    Products without a price share what is left of the order's amount, by their quantities.
    """
    products = properties["products"]
    if not isinstance(products, Sequence) or isinstance(products, str) or not products:
        raise StamkundError("bad_products", value=display(products), field="properties.products")
    bare = head.line({}, {})
    for column in _OF_PRODUCTS:
        bare.columns.pop(column, None)
    builders = [_product(bare, product, f"properties.products[{i}]", decimals) for i, product in enumerate(products)]
    _price_the_rest(builders, properties, decimals, signed=_is_return(head))
    gross = [cast(int, builder.columns["value"]) for builder in builders]
    discount = _discount(properties, sum(gross), decimals, signed=_is_return(head))
    for place, (builder, value, share) in enumerate(zip(builders, gross, share_out(discount, gross), strict=True)):
        builder.columns |= {"value": value - share, "discount": share}
        if place:
            builder.columns.pop("properties")  # once a message
        yield builder


def _is_return(head: EventBuilder) -> bool:
    """Whether a minus only says once more that something went back."""
    return head.columns["kind"] in RETURNS


def _price_the_rest(builders: Sequence[EventBuilder], properties: Message, decimals: int, *, signed: bool) -> None:
    """Give products without a price what the order's amount, before its discount, leaves of the others."""
    rest = [builder for builder in builders if builder.columns["value"] is None]
    if not rest:
        return
    name = first_given(properties, AMOUNTS)
    if name is None:
        at = f"{rest[0].fields['value']}.price"
        raise StamkundError("bad_amount.missing", at=at, names=list(AMOUNTS), field=at)
    told = [
        minor(properties[each], f"properties.{each}", decimals) for each in (name, "discount") if properties.get(each)
    ]
    whole = sum(map(abs, told)) if signed else sum(told)
    left = max(whole - sum(cast(int, builder.columns["value"] or 0) for builder in builders), 0)
    weights = [round(1000 * cast(float, builder.columns["quantity"])) for builder in rest]
    for builder, value in zip(rest, share_out(left, weights), strict=True):
        builder.columns["value"] = value


def _discount(properties: Message, gross: int, decimals: int, *, signed: bool) -> int:
    """The order's discount in minor units, of products that come to ``gross``."""
    total = Decimal(gross).scaleb(-decimals)
    to_minor_units(total, "properties.products", decimals)
    if not is_given(properties, "discount"):
        return 0
    discount = minor(properties["discount"], "properties.discount", decimals)
    discount = abs(discount) if signed else discount
    if not 0 <= discount <= gross:
        told = {"value": str(properties["discount"]), "total": str(total)}
        raise StamkundError("bad_discount", **told, field="properties.discount")
    return discount


def _product(head: EventBuilder, product: object, at: str, decimals: int) -> EventBuilder:
    """The line of a product; its value is None where it has no price."""
    if not isinstance(product, Mapping):
        raise StamkundError("bad_products.product", value=display(product), field=at)
    told = product["quantity"] if is_given(product, "quantity") else 1
    quantity = number_of(told, f"{at}.quantity")
    price = exact(product["price"], f"{at}.price") if is_given(product, "price") else None
    if _is_return(head):
        quantity, price = abs(quantity), None if price is None else abs(price)
    if quantity < 0 or (price is not None and price < 0):
        told = {"price": str(price), "quantity": f"{quantity:g}"}
        raise StamkundError("bad_amount.negative", at=at, **told, field=at)
    value = None if price is None else to_minor_units(price * abs(exact(told, at)), at, decimals)
    builder = head.line({"quantity": quantity, "value": value}, {"quantity": f"{at}.quantity", "value": at})
    for column, names in _TEXTS.items():
        name = first_given(product, names)
        if name is not None:
            builder.put(column, text_of(product, name, at=f"{at}."), f"{at}.{name}")
    if head.columns["kind"] == "order":
        put_coupon(builder, product, f"{at}.")
    return builder


def number_lines(events: Sequence[Event], *, is_order: bool) -> list[Event]:
    """The lines with their ids; the first has the message's own, by which a repeated delivery is known.

    The others' hold a control character, which no message's does; so does the order's where the message tells none.
    """
    order_id = f"{events[0]['event_id']}\x1f"
    for n, event in enumerate(events, 1):
        if is_order and len(events) > 1:
            event.setdefault("order_id", order_id)
        if n > 1:
            event["event_id"] = f"{event['event_id']}\x1f{n:04d}"
        if is_order:
            event["order_line"] = n
    return list(events)
