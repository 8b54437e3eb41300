"""A small company whose every order is known: what an export is written from, and what it must come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.onboarding.company.people import PRODUCTS, Customer
from benchmarks.onboarding.company.plan import Plan
from benchmarks.onboarding.writing.texts import Moment, Money


@dataclass(frozen=True)
class Line:
    """So many pieces of a product, at its price."""

    product: int
    quantity: int
    unit: Money

    @property
    def amount(self) -> Money:
        """What the pieces cost together."""
        return Money(self.unit * self.quantity)


@dataclass(frozen=True)
class Order:
    """An order, and what became of it: paid, refunded, returned (in part), cancelled or failed."""

    number: int
    time: Moment
    customer: Customer | None
    lines: tuple[Line, ...]
    shipping: Money
    discount: Money
    tax: Money
    status: str
    refunded_at: Moment
    receipt: int  # its number on its day
    currency: str

    @property
    def goods(self) -> Money:
        """What its lines cost together."""
        return Money(sum(line.amount for line in self.lines))

    @property
    def total(self) -> Money:
        """What is paid."""
        return Money(self.goods - self.discount + self.shipping + self.tax)

    @property
    def untaxed(self) -> Money:
        """What is paid, without the tax on it."""
        return Money(self.total - self.tax)

    @property
    def refund(self) -> Money:
        """What is given back: all, or the first piece of the first line."""
        return {"refunded": self.total, "returned": self.lines[0].unit}.get(self.status, Money(0))

    @property
    def counts(self) -> bool:
        """Whether it came about, and is somebody's."""
        return self.status not in {"cancelled", "failed"} and self.customer is not None


@dataclass(frozen=True)
class World:
    """All orders of a company, in the order of their times."""

    plan: Plan
    people: tuple[Customer, ...]
    orders: tuple[Order, ...] = field(repr=False)

    @classmethod
    def of(cls, plan: Plan) -> World:
        """What happens by a plan; the same every time.

        >>> world = World.of(Plan(orders=3))
        >>> [(order.number, f"{order.time:%Y-%m-%d}", int(order.total)) for order in world.orders]
        [(1001, '2024-01-09', 900), (1002, '2024-02-19', 7092), (1003, '2024-04-16', 13715)]
        """
        random = Random(plan.seed)  # noqa: S311 (no secret)
        people = tuple(Customer(n + 1) for n in range(plan.customers))
        times = sorted(_moment(random, plan) for _ in range(plan.orders))
        receipts: dict[str, int] = {}
        orders = []
        for n, time in enumerate(times):
            receipts[f"{time:%Y%m%d}"] = receipt = receipts.get(f"{time:%Y%m%d}", 0) + 1
            orders.append(_order(random, plan, time, people, number=1001 + n, receipt=receipt))
        return cls(plan, people, tuple(orders))


def _moment(random: Random, plan: Plan) -> Moment:
    month, day = 1 + random.randrange(plan.months), 1 + random.randrange(min(plan.days, 28))
    if day == 28 and plan.days > 28 and month != 2:
        day = random.randint(28, 30)
    if plan.daily:
        month, day = 3, 10 + day % 14
    clock = {"hour": random.randrange(7, 22), "minute": random.randrange(60), "second": random.randrange(60)}
    return Moment(2024, month, day, **clock, tzinfo=ZoneInfo(plan.zone))


def _order(
    random: Random, plan: Plan, time: Moment, people: tuple[Customer, ...], *, number: int, receipt: int
) -> Order:
    products = random.sample(range(len(PRODUCTS)), random.randint(1, plan.lines))
    lines = tuple(Line(p, random.randint(1, plan.most), Money(PRODUCTS[p][2])) for p in products)
    goods = sum(line.amount for line in lines)
    discount = goods // 10 if plan.discounts and random.random() < 0.3 else 0
    shipping = 490 if plan.shipping and random.random() < 0.7 else 0
    return Order(
        number=number,
        time=time,
        customer=None if random.random() < plan.guests else random.choice(people),
        lines=lines,
        shipping=Money(shipping),
        discount=Money(discount),
        tax=Money(round((goods - discount + shipping) * plan.tax)),
        status=_status(random.random(), plan),
        refunded_at=time + timedelta(days=random.randint(2, 9), minutes=random.randrange(600)),
        receipt=receipt,
        currency=random.choice(plan.currencies) if plan.currencies else plan.currency,
    )


def _status(drawn: float, plan: Plan) -> str:
    for status in ("refunded", "returned", "cancelled", "failed"):
        drawn -= getattr(plan, status)
        if drawn < 0:
            return status
    return "paid"
