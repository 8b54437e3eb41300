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
from serving.segment_spec.properties import to_json

OF_PRODUCTS: Final = ("item_id", "category", "quantity", "properties")  # an order has none where it has products
_TEXTS: Final = {"item_id": ("product_id", "item_id", "sku"), "category": ("category",)}


def lines(head: EventBuilder, properties: Message, decimals: int) -> Iterator[EventBuilder]:
    """A builder for each product; the order's discount is shared out in proportion to the products' amounts."""
    products = properties["products"]
    if not isinstance(products, Sequence) or isinstance(products, str) or not products:
        text = f"products must be a list of at least one product, not {display(products)}."
        raise StamkundError("bad_products", text, field="properties.products")
    builders = [_product(head, product, f"properties.products[{i}]", decimals) for i, product in enumerate(products)]
    gross = [cast(int, builder.columns["value"]) for builder in builders]
    discount = _discount(properties, sum(gross), decimals, signed=_is_return(head))
    for builder, value, share in zip(builders, gross, share_out(discount, gross), strict=True):
        builder.columns |= {"value": value - share, "discount": share}
        yield builder


def _is_return(head: EventBuilder) -> bool:
    """Whether a minus only says once more that something went back."""
    return head.columns["kind"] in RETURNS


def _discount(properties: Message, gross: int, decimals: int, *, signed: bool) -> int:
    """The order's discount in minor units, of products that come to ``gross``."""
    total = Decimal(gross).scaleb(-decimals)
    to_minor_units(total, "properties.products", decimals)
    if not is_given(properties, "discount"):
        return 0
    discount = minor(properties["discount"], "properties.discount", decimals)
    discount = abs(discount) if signed else discount
    if not 0 <= discount <= gross:
        text = f"The discount is {properties['discount']}; of products of {total} it must be from 0 to {total}."
        raise StamkundError("bad_discount", text, field="properties.discount")
    return discount


def _product(head: EventBuilder, product: object, at: str, decimals: int) -> EventBuilder:
    if not isinstance(product, Mapping):
        raise StamkundError("bad_products", f"A product must be an object, not {display(product)}.", field=at)
    quantity = number_of(product.get("quantity", 1), f"{at}.quantity")
    price = exact(product.get("price"), f"{at}.price")
    if _is_return(head):
        quantity, price = abs(quantity), abs(price)
    if quantity < 0 or price < 0:
        text = f"{at} has the price {price} and the quantity {quantity:g}; neither may be negative."
        raise StamkundError("bad_amount", text, field=at)
    value = to_minor_units(price * abs(exact(product.get("quantity", 1), at)), at, decimals)
    builder = head.line({"quantity": quantity, "value": value}, {"quantity": f"{at}.quantity", "value": at})
    for column, names in _TEXTS.items():
        name = first_given(product, names)
        if name is not None:
            builder.put(column, text_of(product, name, at=f"{at}."), f"{at}.{name}")
    return builder


def number_lines(events: Sequence[Event], *, is_order: bool, properties: Message) -> list[Event]:
    """The lines with their ids; the first has the message's own, by which a repeated delivery is known.

    The others' hold a control character, which no message's does.
    """
    for n, event in enumerate(events, 1):
        if n > 1:
            event["event_id"] = f"{event['event_id']}\x1f{n:04d}"
        if is_order:
            event["order_line"] = n
    events[0]["properties"] = to_json({key: value for key, value in properties.items() if key != "products"})
    return list(events)
