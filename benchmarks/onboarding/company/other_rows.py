"""Rows that tell of other things than orders: people, products, answers, tickets, mails, contracts, visits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from benchmarks.onboarding.company.fields import Row, order_fields, product_fields
from benchmarks.onboarding.company.people import PRODUCTS
from benchmarks.onboarding.company.world import Order, World
from benchmarks.onboarding.writing.texts import Moment, Money


def customers(world: World) -> Iterator[Row]:
    """A row a customer."""
    for person in world.people:
        joined = world.orders[0].time - timedelta(days=30 + person.number)
        mine = [order for order in world.orders if order.customer == person and order.counts]
        yield {
            **person.fields,
            "time": joined,
            "orders": len(mine),
            "spent": Money(sum(o.total for o in mine)),
            "newsletter": "yes" if person.number % 3 else "no",
            "group": "Wholesale" if person.number % 5 == 0 else "Retail",
        }


def products(world: World) -> Iterator[Row]:  # noqa: ARG001  (every kind of row is made of a world)
    """A row a product."""
    for number, (_, _, price) in enumerate(PRODUCTS):
        yield {**product_fields(number), "unit": Money(price), "cost": Money(price * 6 // 10), "stock": 10 + number}


def surveys(world: World) -> Iterator[Row]:
    """A row an answer, from 0 to 10."""
    random = Random(world.plan.seed + 1)  # noqa: S311
    for n, order in enumerate(_told(world)):
        yield {
            **order_fields(order),
            "answer": f"a{n:06x}",
            "time": order.time + timedelta(days=3, minutes=n),
            "started": order.time + timedelta(days=3, minutes=n - 2),
            "rating": random.choice((10, 9, 9, 8, 7, 6, 3, 0)),
            "comment": random.choice(
                ("", "Very good; quick!", "Schön, aber teuer", 'They said "soon".\nNothing came.')
            ),
        }


def tickets(world: World) -> Iterator[Row]:
    """A row a ticket of the support."""
    for n, order in enumerate(_told(world)):
        opened = order.time + timedelta(days=1, minutes=7 * n)
        yield {
            **order_fields(order),
            "ticket": 5001 + n,
            "time": opened,
            "solved": opened + timedelta(hours=5 + n % 40),
            "subject": ("Where is my parcel?", "Wrong size", "Invoice, please")[n % 3],
            "state": ("solved", "closed", "open")[n % 3],
            "priority": ("normal", "high")[n % 2],
            "tag": ("delivery", "return")[n % 2],
        }


def mails(world: World) -> Iterator[Row]:
    """A row a mail that was sent, was opened, or whose link was clicked."""
    random = Random(world.plan.seed + 2)  # noqa: S311
    zone = world.orders[0].time.tzinfo
    for campaign in range(1, 4):
        sent = Moment(2024, campaign * 2 - 1, 13, 9, tzinfo=zone)
        for person in world.people:
            steps = ("contact", "open", "click")[: random.choice((1, 1, 2, 3))]
            for step, kind in enumerate(steps):
                yield {
                    **person.fields,
                    "kind": kind,
                    "time": sent + timedelta(minutes=step * 47 + person.number),
                    "campaign": f"Newsletter {campaign}",
                    "campaign_id": 880_000 + campaign,
                    "event": f"{campaign}-{person.number}-{step}",
                }


def subscriptions(world: World) -> Iterator[Row]:
    """A row a contract; ``end`` is empty while it runs."""
    for person in world.people:
        start = world.orders[0].time + timedelta(days=person.number, hours=1)
        ends = person.number % 3 == 0
        yield {
            **person.fields,
            "contract": f"sub_{person.number:06}",
            "plan": ("Basic", "Plus")[person.number % 2],
            "price": Money((990, 1990)[person.number % 2]),
            "time": start,
            "started": start,
            "currency": world.plan.currency,
            "end": start + timedelta(days=60 + person.number % 30) if ends else "",
            "state": "canceled" if ends else "active",
        }


def visits(world: World) -> Iterator[Row]:
    """What happens on the web pages: views, products put into the cart, and orders."""
    for order in world.orders:
        order_row = order_fields(order)
        for step, kind in enumerate(("view", "view", "cart", "order")):
            first = product_fields(order.lines[0].product)
            yield {
                **order_row,
                **first,
                "kind": kind,
                "time": order.time - timedelta(minutes=9 - step * 3),
                "total": order.total if kind == "order" else "",
                "number": order.number if kind == "order" else "",
                "event": f"{order.number}{step}",
                "session": f"s{order.number}",
            }


def _told(world: World) -> list[Order]:
    """The orders that somebody answers about: those of a known customer."""
    return [order for order in world.orders if order.customer]
