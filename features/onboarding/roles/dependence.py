"""Whether the values of a column decide those of another."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterable

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table

CONSISTENT = 0.99  # of the values of one column have only one value of another


def decides(table: Table, one: Column, other: Column) -> bool:
    """Whether each value of one column goes with only one value of another, nearly always."""
    return dependence(table, [table.text(one)], table.text(other)) >= CONSISTENT


def decides_daily(table: Table, one: Column, other: Column) -> bool:
    """Whether each value of one column goes with one value of another, at least on each day."""
    days = [f"CAST({table.moment(column)} AS DATE)" for column in table.columns.values() if column.is_time]
    keys = [[table.text(one)], *([table.text(one), day] for day in days)]
    return any(dependence(table, some, table.text(other)) >= CONSISTENT for some in keys)


def dependence(table: Table, keys: Iterable[str], value: str) -> float:
    """The share of the values of some expressions together that go with at most one value of another expression."""
    selected = [f"{key} AS k{place}" for place, key in enumerate(keys)]
    names = [f"k{place}" for place in range(len(selected))]
    rows = f"SELECT {', '.join(selected)}, {value} AS v FROM {table.relation}"
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    groups = f"(SELECT count(DISTINCT v) AS n FROM ({rows}) WHERE {present} GROUP BY {', '.join(names)})"
    return table.share("n <= 1", of=groups)
