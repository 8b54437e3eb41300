"""The fields that an export's columns can show of an order, a product, a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from benchmarks.onboarding.company.people import PRODUCTS, Customer
from benchmarks.onboarding.company.world import Order
from benchmarks.onboarding.writing.texts import Money

Row = Mapping[str, object]
NOBODY = dict.fromkeys(Customer(1).fields, "")


def order_fields(order: Order) -> dict[str, object]:
    """What may be said of an order, its customer's fields among it."""
    person = order.customer.fields if order.customer else NOBODY
    return {
        **person,
        "number": order.number,
        "order_long": 5_400_000_000_000 + order.number * 1_013,
        "receipt": order.receipt,
        "order_hex": f"ch_{order.number * 2_654_435_761 % 2**40:010x}",
        "time": order.time,
        "kind": "order",
        "later": order.time + timedelta(minutes=4),
        "shipped": order.time + timedelta(days=2),
        "refunded_at": order.refunded_at if order.refund else "",
        "cancelled_at": order.time + timedelta(hours=3) if order.status == "cancelled" else "",
        "status": order.status,
        "goods": order.goods,
        "shipping": order.shipping,
        "discount": order.discount,
        "tax": order.tax,
        "total": order.total,
        "refund": order.refund,
        "net": Money(order.total - order.refund),
        "amount": order.total,
        "untaxed": order.untaxed,
        "pieces": sum(line.quantity for line in order.lines),
        "currency": order.currency,
        "fee": Money(-(order.total * 3 // 100 + 30)),
        "payout": Money(order.total - order.total * 3 // 100 - 30),
        "recipient": f"C-{order.number * 3 % 50:05}",
        "channel": ("web", "store")[order.number % 2],
        "items": "; ".join(f"{line.quantity}x {PRODUCTS[line.product][0]}" for line in order.lines),
    }


def product_fields(number: int) -> dict[str, object]:
    """What may be said of a product."""
    name, category, _ = PRODUCTS[number]
    return {
        "sku": f"SKU-{number:03}",
        "product": name,
        "category": category,
        "product_id": 88_000 + number,
        "ean": f"40{number:02}123456789",
    }


def amount_fields(quantity: int, unit: Money) -> dict[str, object]:
    """So many pieces at a price."""
    return {"quantity": quantity, "unit": unit, "amount": Money(unit * quantity)}
