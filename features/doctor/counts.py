"""The small tables that findings are read from, each from one pass over the lake's events, in bounded memory."""

from __future__ import annotations

import polars as pl

from features.units import DAY

KNOWN = pl.col("customer_id").is_not_null()
# What an event says: which row said it and when it was loaded is no part of that.
_NOT_CONTENT = ("event_id", "received_at", "order_line")
_STATED = ("channel", "value", "cost", "item_id", "category", "campaign_id", "rating", "text")


def visitors(events: pl.LazyFrame) -> pl.DataFrame:
    """By type of identifier: how many there are, how many are identified, their events, and those of known ones."""
    each = events.group_by("id_type", "id").agg(known=KNOWN.any(), events=pl.len(), known_events=KNOWN.sum())
    return (
        each.group_by("id_type")
        .agg(
            pl.len().alias("visitors"),
            pl.col("known").sum().alias("identified"),
            pl.col("events", "known_events").sum(),
        )
        .sort("visitors", "id_type", descending=[True, False])
        .collect(engine="streaming")
    )


def meeting(events: pl.LazyFrame) -> pl.DataFrame:
    """By source: its identified customers, and how many of them another source knows too."""
    pairs = events.select("source", "customer_id").unique().collect(engine="streaming")
    sources = pairs.filter(KNOWN).group_by("customer_id").agg(pl.len().alias("sources"))
    return (
        pairs.join(sources, on="customer_id", how="left")
        .group_by("source")
        .agg(KNOWN.sum().alias("customers"), (pl.col("sources") > 1).sum().alias("shared"))
        .sort("source")
    )


def kinds(events: pl.LazyFrame) -> pl.DataFrame:
    """By kind, the commonest first: its events, customers, first and last moment, and what its rows state."""
    whole = (pl.col("time") % DAY).is_in([0, DAY - 1])
    return (
        events.group_by("kind")
        .agg(
            pl.len().alias("events"),
            pl.col("customer_id").drop_nulls().n_unique().alias("customers"),
            pl.col("time").min().alias("first"),
            pl.col("time").max().alias("last"),
            whole.sum().alias("whole_days"),
            *(pl.col(name).count().alias(f"with_{name}") for name in _STATED),
        )
        .sort("events", "kind", descending=[True, False])
        .collect(engine="streaming")
    )


def days(events: pl.LazyFrame, *, as_of: int) -> pl.DataFrame:
    """By kind and day: its events, days counted back from ``as_of`` (0 is the last one)."""
    back = ((as_of - pl.col("time")) // DAY).alias("day")
    return events.group_by("kind", back).agg(pl.len().alias("events")).sort("kind", "day").collect(engine="streaming")


def busiest(events: pl.LazyFrame) -> pl.DataFrame:
    """One row: the customer with the most events, how many, how many a middling one has, and all events of all."""
    counted = events.filter(KNOWN).group_by("customer_id").agg(pl.len().alias("events"))
    top = pl.col("customer_id").sort_by("events", "customer_id", descending=[True, False]).first()
    return counted.select(
        top.alias("customer_id"),
        pl.col("events").max().alias("most"),
        pl.col("events").median().alias("median"),
        pl.col("events").sum().alias("events"),
        pl.len().alias("customers"),
    ).collect(engine="streaming")


def delays(events: pl.LazyFrame) -> pl.DataFrame:
    """One row: events, those with a time of receipt, those received too early; the median and ninth decile of delay."""
    delay = pl.col("received_at") - pl.col("time")
    return events.select(
        pl.len().alias("events"),
        delay.count().alias("known"),
        (delay < 0).sum().alias("early"),
        delay.median().alias("median"),
        delay.quantile(0.9).alias("ninth"),
    ).collect(engine="streaming")


def repeats(events: pl.LazyFrame) -> pl.DataFrame:
    """One row: the events that say what another of their source says, and the orders that two sources tell."""
    content = pl.struct(pl.exclude(_NOT_CONTENT)).hash()
    ordered = events.filter(pl.col("kind") == "order", pl.col("order_id").is_not_null())
    told = ordered.group_by("id", "order_id").agg(pl.col("source").n_unique().alias("sources"))
    twice = told.select((pl.col("sources") > 1).sum().alias("orders_twice"), pl.len().alias("orders"))
    counted = events.select(pl.len().alias("events"), (pl.len() - content.n_unique()).alias("repeated"))
    return pl.concat([counted.collect(engine="streaming"), twice.collect(engine="streaming")], how="horizontal")


def consents(events: pl.LazyFrame) -> pl.DataFrame:
    """By purpose and latest status: the customers who have said so; and the customers who said anything, in all."""
    said = events.filter(KNOWN, pl.col("kind") == "consent").select(
        "customer_id", "purpose", "status", "time", "event_id"
    )
    latest = said.sort("time", "event_id").unique(["customer_id", "purpose"], keep="last", maintain_order=True)
    anyone = pl.col("customer_id").n_unique()
    by_status = latest.group_by("purpose", "status").agg(anyone.alias("customers"))
    total = said.select(
        pl.lit(None, dtype=pl.String).alias("purpose"), pl.lit("any").alias("status"), anyone.alias("customers")
    )
    return pl.concat(
        [total.unique().collect(engine="streaming"), by_status.sort("purpose", "status").collect(engine="streaming")]
    )


def ratings(events: pl.LazyFrame) -> pl.DataFrame:
    """By scale: the answers, the customers who gave one, their mean, and the answers with a text."""
    rated = events.filter(pl.col("rating").is_not_null())
    return (
        rated.group_by("scale")
        .agg(
            pl.len().alias("answers"),
            pl.col("customer_id").drop_nulls().n_unique().alias("customers"),
            pl.col("rating").mean().alias("mean"),
            pl.col("text").count().alias("texts"),
        )
        .sort("answers", "scale", descending=[True, False])
        .collect(engine="streaming")
    )


def channels(events: pl.LazyFrame) -> pl.DataFrame:
    """By channel, null too: its events."""
    return (
        events.group_by("channel")
        .agg(pl.len().alias("events"))
        .sort("events", "channel", descending=True)
        .collect(engine="streaming")
    )


def attributes(customers: pl.LazyFrame, events: pl.LazyFrame) -> pl.DataFrame:
    """One row: the customers with attributes, those of them who did anything, and the attributes' names."""
    table = customers.collect(engine="streaming")
    names = [name for name in table.columns if name != "customer_id"]
    active = events.filter(KNOWN).select("customer_id").unique().collect(engine="streaming")
    known = table.join(active, on="customer_id", how="semi").height
    return pl.DataFrame(
        {"customers": [table.height], "active": [known], "names": [names]},
        schema_overrides={"names": pl.List(pl.String)},
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
