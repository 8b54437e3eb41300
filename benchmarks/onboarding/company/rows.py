"""What a row of an export is about, by the name that header sets give it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from benchmarks.onboarding.company import order_rows, other_rows
from benchmarks.onboarding.company.fields import Row
from benchmarks.onboarding.company.world import World

_ORDERS = (
    order_rows.orders, order_rows.lines, order_rows.refunds, order_rows.movements, order_rows.line_movements,
    order_rows.ledger,
)  # fmt: skip
_OTHERS = (
    other_rows.customers, other_rows.products, other_rows.surveys, other_rows.tickets, other_rows.mails,
    other_rows.subscriptions, other_rows.visits,
)  # fmt: skip
KINDS: Mapping[str, Callable[[World], Iterator[Row]]] = {kind.__name__: kind for kind in (*_ORDERS, *_OTHERS)}
