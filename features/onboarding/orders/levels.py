"""At which level an amount is told: of a row, or of the whole order on each of its rows or on one of them."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from typing import Literal

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.orders.order_ids import Orders

Level = Literal["row", "order", "first"]  # of a row; of the order, on each row; of the order, on one row only

_NEARLY_ALL = 0.97
_CENT = "0.011"


def level(table: Table, orders: Orders, column: Column) -> Level:
    """The level of a column's values, by the orders that have several rows."""
    if not orders.lines:
        return "row"
    value = table.text(column)
    several = (
        f"(SELECT count(*) AS n, count({value}) AS filled, count(DISTINCT {value}) AS different "
        f"FROM {table.relation} GROUP BY {orders.key} HAVING n > 1 AND filled > 0)"
    )
    if table.share("filled = 1", of=several) >= _NEARLY_ALL:
        return "first"
    if column.is_constant:
        return "row"
    return "order" if table.share("different = 1", of=several) >= _NEARLY_ALL else "row"


def adds_up(table: Table, orders: Orders, value: str, total: str) -> float:
    """The share of the orders in which an amount of the rows adds up to a total, an aggregate of the rows."""
    sums = (
        f"(SELECT sum({value}) AS s, {total} AS w, count(*) AS n FROM {table.relation} "
        f"GROUP BY {orders.key or 'rowid'} HAVING s IS NOT NULL AND w IS NOT NULL)"
    )
    return table.share(f"abs(s - w) <= {_CENT} * n", of=sums)


def equal(table: Table, one: str, other: str) -> float:
    """The share of the rows in which two amounts are the same."""
    return table.share(f"abs(({one}) - ({other})) <= {_CENT}", among=f"({one}) IS NOT NULL AND ({other}) IS NOT NULL")
