"""Rows that tell of orders: by order, by line, with refunds among them or apart."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.onboarding.company.fields import NOBODY, Row, amount_fields, order_fields, product_fields
from benchmarks.onboarding.company.world import World
from benchmarks.onboarding.writing.texts import Moment, Money


def orders(world: World) -> Iterator[Row]:
    """A row an order."""
    return (order_fields(order) for order in world.orders)


def lines(world: World) -> Iterator[Row]:
    """A row a line of an order."""
    for order in world.orders:
        whole = order_fields(order)
        for place, line in enumerate(order.lines):
            yield {
                **whole,
                **product_fields(line.product),
                **amount_fields(line.quantity, line.unit),
                "place": place + 1,
                "first": whole["first"],
                "line": order.number * 100 + place,
            }


def refunds(world: World) -> Iterator[Row]:
    """A row a refund; ``amount`` is what is given back."""
    for order in world.orders:
        if order.refund and order.counts:
            yield {
                **order_fields(order),
                "refund_number": f"R{order.number}",
                "amount": order.refund,
                "time": order.refunded_at,
                "kind": "refund",
            }


def movements(world: World) -> Iterator[Row]:
    """A row an order and a row a refund, by time; the ``amount`` of a refund is negative."""
    taken = ({**order_fields(o), "kind": "order", "amount": o.total, "movement": o.number * 10} for o in world.orders)
    given = (
        {
            **row,
            "amount": Money(-_money(row["amount"])),
            "total": Money(-_money(row["amount"])),
            "movement": _int(row["number"]) * 10 + 1,
        }
        for row in refunds(world)
    )
    return iter(sorted([*taken, *given], key=lambda row: str(row["time"])))


def line_movements(world: World) -> Iterator[Row]:
    """A row a line, and a row a line that came back, its quantity and amount negative."""
    rows: list[Row] = [{**row, "kind": "order"} for row in lines(world)]
    for order in world.orders:
        if order.refund and order.counts:
            back = order.lines if order.status == "refunded" else order.lines[:1]
            for line in back:
                pieces = -(line.quantity if order.status == "refunded" else 1)
                rows.append(
                    {
                        **order_fields(order),
                        **product_fields(line.product),
                        **amount_fields(pieces, line.unit),
                        "time": order.refunded_at,
                        "kind": "refund",
                        "place": 1,
                    }
                )
    return iter(sorted(rows, key=lambda row: str(row["time"])))


def ledger(world: World) -> Iterator[Row]:
    """Movements of money, and among them what is no sale: payouts to the bank and monthly fees."""
    rows = list(movements(world))
    for month in range(1, world.plan.months + 1):
        time = Moment(2024, month, 27, 23, 30, tzinfo=world.orders[0].time.tzinfo)
        for kind, amount in (("payout", -150_000), ("fee", -2_900)):
            rows.append(
                {
                    **rows[0],
                    **NOBODY,
                    "kind": kind,
                    "time": time,
                    "amount": Money(amount),
                    "fee": Money(0),
                    "total": Money(amount),
                    "number": "",
                    "movement": 900_000 + month,
                    "status": "paid",
                }
            )
    return iter(sorted(rows, key=lambda row: str(row["time"])))


def _money(value: object) -> Money:
    """A field that is an amount."""
    assert isinstance(value, Money)
    return value


def _int(value: object) -> int:
    """A field that is a whole number."""
    assert isinstance(value, int)
    return value
