"""Orders that may be counted wrong: lines without an order id, ids used again, orders and lines that are told twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from features.doctor.doubts.remedies import operand, setting
from features.doctor.doubts.source_facts import SourceFacts
from features.doctor.findings.finding import Finding, Severity, percent, quantity
from features.moments import minute

_FEWEST: Final = 10  # lines or orders: fewer say little
Sources = Mapping[str, SourceFacts]


def baskets_without_id(lines: pl.DataFrame, sources: Sources) -> Iterator[Finding]:
    """Lines that name no order, most of them at the same moment as another one of their customer's."""
    for row in lines.filter(pl.col("lines") >= _FEWEST, pl.col("together") >= 0.5 * pl.col("lines")).iter_rows(
        named=True
    ):
        text = (
            f"{row['source']}: {row['together']:,} of {quantity(row['lines'], 'order line')} share customer and moment "
            f"with another one and name no order: they count as {row['lines']:,} orders, not as {row['moments']:,}."
        )
        yield Finding(
            "orders", "warning", text, _mapped(sources.get(row["source"]), "order_id", "{id} || '-' || {time}")
        )


def restarting_ids(days: pl.DataFrame, sources: Sources) -> Iterator[Finding]:
    """Order ids with lines on several days, as where they start anew each day."""
    for row in days.filter(pl.col("orders") >= _FEWEST, pl.col("spanning") >= 0.2 * pl.col("orders")).iter_rows(
        named=True
    ):
        text = (
            f"{row['source']}: {row['spanning']:,} of {quantity(row['orders'], 'order')} have lines on several days: "
            "do their ids start anew, and each counts as one order?"
        )
        remedy = _mapped(sources.get(row["source"]), "order_id", "{order_id} || '-' || CAST({time} AS DATE)")
        yield Finding("orders", "warning", text, remedy)


def orders_by_two_roads(orders: pl.DataFrame, sources: Sources) -> Iterator[Finding]:
    """Orders that are in more than one source."""
    total = int(orders["orders"].sum())
    for row in orders.filter(pl.col("sources").list.len() > 1).iter_rows(named=True):
        told_by = sorted(
            row["sources"], key=lambda name: list(sources).index(name) if name in sources else len(sources)
        )
        first, *others = told_by
        count = f"{quantity(row['orders'], 'order')} ({percent(row['orders'], total)})"
        text = f"Told by {' and '.join(told_by)}, so that their value counts twice: {count}."
        step = f"Write `{setting('same_as', [first])}` in the source {' and '.join(others)}: then its rows give way."
        yield Finding("duplicates", "problem", text, step)


def lines_told_twice(repeated: pl.DataFrame, *, lines: int, minor_units: int) -> Iterator[Finding]:
    """Order lines that are there more than once with the same order, item, time and amount."""
    if repeated.is_empty():
        return
    more = int((repeated["times"] - 1).sum())
    example = _line(repeated.row(0, named=True), minor_units)
    text = f"Told again with the same order, item, time and amount: {quantity(more, 'order line')}; {example}."
    step = "If they were delivered twice, map a row's own id to `event_id`: then each counts once."
    level: Severity = "note" if more <= 0.01 * lines else "warning"
    yield Finding("duplicates", level, text, step)


def _line(row: Mapping[str, Any], minor_units: int) -> str:
    amount = "" if row["value"] is None else f" for {row['value'] / 10**minor_units:,.{minor_units}f}"
    order = f"order {row['order_id']} of " if row["order_id"] else ""
    item = f" {row['item_id']}" if row["item_id"] else ""
    return f"{row['source']}: {order}{row['id']}, {minute(row['time'])}{item}{amount}, {row['times']} times"


def _mapped(facts: SourceFacts | None, column: str, expression: str) -> str:
    """The remedy that maps a column by an expression of others of the source."""
    if facts is None:  # what comes over HTTP
        return f"Send `{column}`."
    operands = {name: operand(text, facts.columns) for name, text in facts.source.columns.items()}
    return f"Write `{setting(column, expression.format(**operands))}` under the columns of {facts.name}."
