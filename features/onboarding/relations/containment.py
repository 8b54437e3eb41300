"""Values that two tables have in common."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table


def contained(table: Table, column: Column, other: Table, key: Column) -> float:
    """The share of the different values of a column that another table's column has, too, in whatever letter case."""
    own = f"(SELECT DISTINCT lower({table.text(column)}) AS v FROM {table.relation} WHERE v IS NOT NULL)"
    others = f"(SELECT lower({other.text(key)}) FROM {other.relation})"
    return table.share(f"v IN {others}", of=own)
