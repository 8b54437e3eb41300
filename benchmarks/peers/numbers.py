"""What each column and condition of the feature language means, once more, as expressions of Polars."""

from __future__ import annotations

import polars as pl

from features.language.terms import HIGHEST, LOWEST, Condition
from features.units import DAY, HOUR

FEW = ("channel", "category")  # texts of few values, told apart by numbers
FINE = {"rating": 1_000, "quantity": 1_000, "latitude": 10_000, "longitude": 10_000}  # parts of one, as integers
NET = pl.when(pl.col("kind").is_in(["cancel", "refund"])).then(-pl.col("value")).otherwise("value")
OPENING, HOUR_OF_DAY = pl.col("order_line") == 1, pl.col("time") // HOUR % 24
NUMBERS = {
    "opening": OPENING,
    "morning": OPENING & (HOUR_OF_DAY < 12),
    "evening": OPENING & (HOUR_OF_DAY >= 18),
    "weekend": OPENING & ((pl.col("time") // DAY + 3) % 7 >= 5),
    "day": pl.col("time") // DAY,
    "week": (pl.col("time") // DAY + 3) // 7,
    "gap_squared": pl.col("gap") ** 2,
    "order_id": pl.col("order_id").rank("dense"),
    **{name: pl.col(name).to_physical() for name in FEW},
}


def plain_name(column: str) -> str:
    """The column whose values are counted or squared."""
    for suffix in ("_known", "_squared", "_square_high", "_square_low"):
        column = column.removesuffix(suffix)
    return column


def source(column: str) -> str:
    """The event's column that a measured one is made of."""
    plain = plain_name(column)
    return "time" if plain in {*NUMBERS, "gap", "one"} - {*FEW, "order_id"} else plain


def number(column: str) -> pl.Expr:
    """The whole number that is measured."""
    plain = pl.col(plain_name(column))
    if column.endswith("_known"):
        expression = plain.is_not_null()
    elif column.endswith("_squared") and column not in NUMBERS:
        expression = plain**2
    elif column.endswith("_square_high"):
        expression = plain**2 // 2**40
    elif column.endswith("_square_low"):
        expression = plain**2 % 2**40
    else:
        expression = NUMBERS.get(column, plain)
    return expression.cast(pl.Int64)


def meets(condition: Condition) -> pl.Expr:
    """Whether an event meets a condition; null where it holds nothing."""
    column, values = pl.col(condition.column), condition.values
    if values:
        among = column == values[0] if len(values) == 1 else column.is_in(values)
        return ~among if condition.negated else among
    low = column >= condition.low if condition.low > LOWEST else column.is_not_null()
    return low & (column < condition.high) if condition.high < HIGHEST else low
