"""The columns of events that metrics add up: integers, 0 where an event has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_
from typing import Final, Literal

import polars as pl

from features.events.columns import MULTIPLIERS, scaled
from features.events.kinds import RETURNS
from features.language.conditions import unit_size
from features.language.terms import Condition, Where

Unit = Literal["money", "count", "points", "ratio", "share", "customers", "days"]
_SIGN: Final = pl.when(pl.col("kind").is_in(RETURNS)).then(-1).otherwise(1)
_COMPUTED: Final[Mapping[str, pl.Expr]] = {
    "lines": pl.lit(1, pl.Int64),
    "orders": (pl.col("order_line").fill_null(1) < 2).cast(pl.Int64) * (pl.col("kind") == "order"),
    "net_value": pl.col("value") * _SIGN,
    "margin": (pl.col("value") - pl.col("cost")) * _SIGN,
}
_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "lines": (), "orders": ("order_line", "kind"), "net_value": ("value", "kind"), "margin": ("value", "cost", "kind"),
    "customer": (),
}  # fmt: skip


def amount(name: str) -> pl.Expr:
    """The integers of a column; null where an event has none.

    >>> pl.DataFrame({"kind": ["order", "refund"], "value": [5, 2]}).select(amount("net_value"))["net_value"].to_list()
    [5, -2]
    """
    if name in _COMPUTED:
        return _COMPUTED[name].alias(name)
    column = pl.col(name)
    return (scaled(name, column).cast(pl.Int64) if name in MULTIPLIERS else column).alias(name)


def sources(name: str) -> tuple[str, ...]:
    """The canonical columns that one is made of."""
    return _SOURCES.get(name, (name,))


def unit(name: str, minor_units: int) -> tuple[Unit, int]:
    """The unit that a column is told in, and how many of its integers make one."""
    if name in ("lines", "orders"):
        return "count", 1
    if name == "customer":
        return "customers", 1
    if name in MULTIPLIERS:
        return ("points" if name == "rating" else "count"), MULTIPLIERS[name]
    return "money", 10**minor_units if name == "margin" else unit_size(name, minor_units)


def meets(where: Where) -> pl.Expr:
    """Whether an event meets all conditions."""
    return reduce(and_, map(_meets, where), pl.lit(value=True))


def needed(where: Where) -> Iterable[str]:
    """The columns that conditions look at."""
    return (condition.column for condition in where)


def _meets(condition: Condition) -> pl.Expr:
    if condition.values:
        among = pl.col(condition.column).is_in(condition.values)
        return (~among if condition.negated else among).fill_null(value=False)
    column = amount(condition.column)
    return ((column >= condition.low) & (column < condition.high)).fill_null(value=False)
