"""Counts of order lines, by source: without an order id, in orders over several days or in two sources, told twice."""

from __future__ import annotations

import polars as pl

from features.units import DAY

_LINE = ("source", "id", "order_id", "item_id", "time", "value")


def lines_without_order(events: pl.LazyFrame) -> pl.DataFrame:
    """By source: the order lines that name no order, those at the moment of another one's, and customers' moments."""
    lines = _lines(events).filter(pl.col("order_id").is_null())
    moments = lines.group_by("source", "id_type", "id", "time").agg(pl.len().alias("lines"))
    return (
        moments.group_by("source")
        .agg(
            pl.col("lines").sum(),
            pl.col("lines").filter(pl.col("lines") > 1).sum().alias("together"),
            pl.len().alias("moments"),
        )
        .sort("source")
        .collect(engine="streaming")
    )


def days_of_orders(events: pl.LazyFrame) -> pl.DataFrame:
    """By source: its orders that have an id, and those with lines on more than one day."""
    days = (pl.col("time") // DAY).n_unique()
    orders = _orders(events).agg(days.alias("days"))
    return (
        orders.group_by("source")
        .agg(pl.len().alias("orders"), (pl.col("days") > 1).sum().alias("spanning"))
        .sort("source")
        .collect(engine="streaming")
    )


def sources_of_orders(events: pl.LazyFrame) -> pl.DataFrame:
    """By sources that tell of them, as a sorted list: the orders of a customer by one id."""
    orders = _lines(events).filter(pl.col("order_id").is_not_null())
    by_order = orders.group_by("id", "order_id").agg(pl.col("source").unique().sort().alias("sources"))
    return by_order.group_by("sources").agg(pl.len().alias("orders")).sort("sources").collect(engine="streaming")


def repeated_lines(events: pl.LazyFrame) -> pl.DataFrame:
    """Each order line that its source tells more than once: order, item, time and value, and how often; most first."""
    lines = _lines(events).group_by(_LINE).agg(pl.len().alias("times")).filter(pl.col("times") > 1)
    return lines.sort("times", *_LINE, descending=[True, *[False] * len(_LINE)]).collect(engine="streaming")


def _lines(events: pl.LazyFrame) -> pl.LazyFrame:
    return events.filter(pl.col("kind") == "order")


def _orders(events: pl.LazyFrame) -> pl.lazyframe.group_by.LazyGroupBy:
    return _lines(events).filter(pl.col("order_id").is_not_null()).group_by("source", "id_type", "id", "order_id")
