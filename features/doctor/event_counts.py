"""Counts of events and offers: small tables for the findings, each from one pass over the lake in bounded memory."""

from __future__ import annotations

import polars as pl

from features.units import DAY

# Columns that are no part of what an event says: which row it was, and when it was received or known.
_NOT_CONTENT = ("event_id", "received_at", "known_at", "order_line")
_COLUMNS = ("value", "cost", "item_id", "category", "campaign_id", "text")


def kinds(events: pl.LazyFrame) -> pl.DataFrame:
    """By kind, the commonest first: its events, customers, first and last moment, and its rows by filled column."""
    whole = (pl.col("time") % DAY).is_in([0, DAY - 1])
    return (
        events.group_by("kind")
        .agg(
            pl.len().alias("events"),
            pl.col("customer_id").drop_nulls().n_unique().alias("customers"),
            pl.col("time").min().alias("first"),
            pl.col("time").max().alias("last"),
            whole.sum().alias("whole_days"),
            *(pl.col(name).count().alias(f"with_{name}") for name in _COLUMNS),
        )
        .sort("events", "kind", descending=[True, False])
        .collect(engine="streaming")
    )


def days(events: pl.LazyFrame, *, as_of: int) -> pl.DataFrame:
    """By kind and day: its events; days are counted back from ``as_of`` (0 is the last one)."""
    days_ago = ((as_of - pl.col("time")) // DAY).alias("day")
    return (
        events.group_by("kind", days_ago).agg(pl.len().alias("events")).sort("kind", "day").collect(engine="streaming")
    )


def delays(events: pl.LazyFrame) -> pl.DataFrame:
    """One row: events, those with a time of receipt, those received too early; median and ninth decile of delay, µs.

    Beside them those said to be known later than they happened, and those ``late``: received more than a day after they
    happened, and not said to be known later.
    """
    delay = pl.col("received_at") - pl.col("time")
    return events.select(
        pl.len().alias("events"),
        delay.count().alias("with_receipt"),
        (delay < 0).sum().alias("early"),
        delay.median().alias("median"),
        delay.quantile(0.9).alias("ninth"),
        pl.col("known_at").count().alias("known_later"),
        ((delay > DAY) & pl.col("known_at").is_null()).sum().alias("late"),
    ).collect(engine="streaming")


def duplicates(events: pl.LazyFrame) -> pl.DataFrame:
    """One row: events, and those equal to another of their source."""
    content = pl.struct(pl.exclude(_NOT_CONTENT)).hash()
    counts = events.select(pl.len().alias("events"), (pl.len() - content.n_unique()).alias("repeated"))
    return counts.collect(engine="streaming")


def ratings(events: pl.LazyFrame) -> pl.DataFrame:
    """By scale: its answers, their customers and their mean."""
    answers = events.filter(pl.col("rating").is_not_null())
    return (
        answers.group_by("scale")
        .agg(
            pl.len().alias("answers"),
            pl.col("customer_id").drop_nulls().n_unique().alias("customers"),
            pl.col("rating").mean().alias("mean"),
        )
        .sort("answers", "scale", descending=[True, False])
        .collect(engine="streaming")
    )


def channels(events: pl.LazyFrame) -> pl.DataFrame:
    """By channel, null included: its events."""
    return (
        events.group_by("channel")
        .agg(pl.len().alias("events"))
        .sort("events", "channel", descending=True)
        .collect(engine="streaming")
    )


def offers(table: pl.LazyFrame, *, as_of: int) -> pl.DataFrame:
    """One row: the offers, those valid at ``as_of``, and those of them with a value or a cost of their own."""
    starts, ends = pl.col("starts"), pl.col("ends")
    valid = (starts.is_null() | (starts <= as_of)) & (ends.is_null() | (ends >= as_of))
    return table.select(
        pl.len().alias("offers"),
        valid.sum().alias("valid"),
        (valid & pl.col("value").is_not_null()).sum().alias("with_value"),
        (valid & pl.col("cost").is_not_null()).sum().alias("with_cost"),
    ).collect(engine="streaming")
