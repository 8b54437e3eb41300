"""The total of an order on each of its lines: mapped as the value of a line, it counts once a line."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from features import sql
from features.config.source import Source
from features.doctor.doubts.remedies import operand, setting
from features.doctor.findings.finding import Finding, quantity
from features.ingest.mapping.validation import CODE
from features.ingest.sources.formats.places import ROW

_NEARLY: Final = 0.9  # of the orders
_FEWEST: Final = 10  # orders of several lines: fewer say little
_MOST_COLUMNS: Final = 20  # that are tried as amounts of lines


@dataclass(frozen=True)
class LineTotals:
    """Of the orders with several lines: how many, how many have one value on all of them, and how many such values.

    ``line_amounts`` are the unmapped columns that add up to the value over the lines of nearly every order,
    ``order_totals`` those that are what the mapped values add up to.
    """

    orders: int
    alike: int
    values: int
    line_amounts: tuple[str, ...]
    order_totals: tuple[str, ...]


def line_totals(connection: duckdb.DuckDBPyConnection, unused: Sequence[str]) -> LineTotals | None:
    """The counts of the tables ``rows`` and ``staged``; None where no lines of orders have values."""
    staged = sql.describe(connection, "staged")
    if not {"id", "order_id", "value"} <= staged.keys():
        return None
    columns = list(unused)[:_MOST_COLUMNS]
    numbers = "".join(f", TRY_CAST(rows.{sql.name(c)} AS DOUBLE) AS c{n}" for n, c in enumerate(columns))
    of_kind = "AND staged.kind = 'order'" if "kind" in staged else ""
    sums = "".join(f", sum(c{n}) AS s{n}, min(c{n}) AS low{n}, max(c{n}) AS high{n}" for n in range(len(columns)))
    # Amounts of lines are compared by ratio, for values are minor units here.
    checks = "".join(
        f", count(*) FILTER (low = high AND {_same(f's{n}', 'low')} AND low{n} <> s{n})"
        f", count(*) FILTER (low{n} = high{n} AND {_same(f'low{n}', 'total')} AND low <> total)"
        for n in range(len(columns))
    )
    row = connection.execute(
        f"""
        WITH lines AS (
            SELECT staged.id, staged.order_id, staged.value{numbers} FROM staged JOIN rows USING ({ROW})
            WHERE {CODE} IS NULL AND staged.order_id IS NOT NULL AND staged.value IS NOT NULL {of_kind}
        ),
        orders AS (
            SELECT min(value) AS low, max(value) AS high, sum(value) AS total{sums}
            FROM lines GROUP BY id, order_id HAVING count(*) > 1
        )
        SELECT count(*), count(*) FILTER (low = high), count(DISTINCT low) FILTER (low = high){checks} FROM orders
        """
    ).fetchone()
    orders, alike, values, *counts = map(int, row or (0, 0, 0))
    amounts, totals = (
        tuple(
            column for column, count in zip(columns, counts[at::2], strict=True) if orders and count >= _NEARLY * orders
        )
        for at in (0, 1)
    )
    return LineTotals(orders, alike, values, amounts, totals)


def _same(units: str, minor_units: str) -> str:
    """Whether an amount in units is one in minor units, whatever decimals the currency has."""
    return f"(abs({units} * 100 - {minor_units}) < 1.5 OR abs({units} - {minor_units}) < 0.5)"


def repeated_totals(name: str, source: Source, columns: Sequence[str], totals: LineTotals | None) -> Iterator[Finding]:
    """A value that is the same on all lines of nearly every order, unless another column has what these add up to."""
    if totals is None or totals.orders < _FEWEST or totals.alike < _NEARLY * totals.orders or totals.order_totals:
        return
    text = f"{name}: the value is the same on all lines in {totals.alike:,} of {quantity(totals.orders, 'order')}"
    if totals.line_amounts:
        text += f", and {totals.line_amounts[0]} adds up to it: it is the order's total, and counts once a line."
        step = f"Write `{setting('value', totals.line_amounts[0])}` under the columns of {name}."
        yield Finding("amounts", "problem", text, step)
    elif totals.values > 2:
        value, order = (operand(source.columns[each], columns) for each in ("value", "order_id"))
        once = f"if(row_number() OVER (PARTITION BY {order}) = 1, {value}, 0)"
        step = f"If it is the order's total, write `{setting('value', once)}` under the columns of {name}."
        yield Finding("amounts", "warning", f"{text}: is it the order's total?", step)
