"""What an export must come to: orders, customers, net money, the span of its times, and events of other kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.onboarding.company.fields import Row
from benchmarks.onboarding.company.world import Order
from benchmarks.onboarding.export import Export
from benchmarks.onboarding.writing.table import rows_of
from benchmarks.onboarding.writing.texts import Money

SLACK = timedelta(hours=36)  # a day, and the zones of the earth
WITHOUT_CENTS = {"JPY": 100}  # their files show amounts of the company's cents as whole units
# Rows that tell of orders; the others are events of their own kind, or none.
ORDERS = frozenset({"orders", "lines", "movements", "line_movements", "ledger", "visits"})
ALIASES = {"view": ("page_view", "view_item", "visit"), "cart": ("add_to_cart",)}
KINDS = {"surveys": "survey", "tickets": "support"}


@dataclass(frozen=True)
class Outcome:
    """Figures of a lake.

    ``money`` is that of orders less that of refunds, in hundredths of the currency; ``kinds`` counts the other events.
    """

    orders: int
    customers: int
    money: int
    first: datetime
    last: datetime
    kinds: Mapping[str, int]

    def differences(self, right: Outcome) -> list[str]:
        """In what it differs from the right one."""
        same = {"orders": self.orders == right.orders, "customers": self.customers == right.customers,
                "money": self.money == right.money,
                "times": abs(self.first - right.first) <= SLACK and abs(self.last - right.last) <= SLACK,
                "kinds": all(self.count(kind) == count for kind, count in right.kinds.items())}  # fmt: skip
        return [name for name, fits in same.items() if not fits]

    def count(self, kind: str) -> int:
        """How many events of a kind there are, under any of its names."""
        return sum(self.kinds.get(name, 0) for name in (kind, *ALIASES.get(kind, ())))

    def __str__(self) -> str:
        kinds = "".join(f", {count} {kind}" for kind, count in sorted(self.kinds.items()))
        span = f"{self.first:%Y-%m-%d}–{self.last:%Y-%m-%d}"
        return f"{self.orders} orders, {self.customers} customers, {self.money / 100:.2f}, {span}{kinds}"


def right_outcomes(export: Export) -> list[Outcome]:
    """The outcomes that a careful reader may come to; the first is the one most would.

    Cancelled and failed orders, and orders of nobody, do not count; refunds reduce.
    """
    every = [order for order in export.world.orders if order.counts]
    kept = [order for order in every if order.status != "refunded"]
    choices = [every, kept] if export.refunded == "either" else [every]
    if not any(node["rows"] in ORDERS for node in export.files.values()):
        return [_outcome(export, [], "total")]
    return [_outcome(export, orders, measure) for orders in choices for measure in export.money]


def _outcome(export: Export, orders: list[Order], measure: str) -> Outcome:
    events = list(_events(export))
    kinds = Counter(kind for kind, _ in events)
    told = [row for _, row in events]
    people: list[Row] = [order.customer.fields for order in orders if order.customer] or told
    times: list[object] = [order.time for order in orders] if orders else [row["time"] for row in told]
    moments = [time for time in times if isinstance(time, datetime)]
    money = sum(_brought(order, measure) for order in orders) * WITHOUT_CENTS.get(export.plan.currency, 1)
    return Outcome(
        len(orders), len({person["customer"] for person in people}), money, min(moments), max(moments), kinds
    )


def _brought(order: Order, measure: str) -> int:
    """What an order brings: an amount of it, less what is given back; ``gross`` where the files tell of no refunds."""
    amount: Money = getattr(order, "total" if measure == "gross" else measure)
    if measure == "gross":
        return amount
    return amount - (amount if order.status == "refunded" else order.refund)


def _events(export: Export) -> Iterator[tuple[str, Row]]:
    for node in export.files.values():
        for row in rows_of(export.world, node):
            if row.get("email") == "":
                continue
            match node["rows"]:
                case "surveys" | "tickets" as name:
                    yield KINDS[name], row
                case "mails":
                    yield str(row["kind"]), row
                case "visits" if row["kind"] != "order":
                    yield str(row["kind"]), row
                case "subscriptions":
                    yield "subscription_start", row
                    if row["end"]:
                        yield "subscription_end", {**row, "time": row["end"]}
