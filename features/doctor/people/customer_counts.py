"""Counts of customers: small tables for the findings, each from one pass over the lake in bounded memory."""

from __future__ import annotations

import polars as pl

from features.events.columns import EVENT_ORDER
from features.events.statements.statement import CONSENT, KINDS_OF_STATEMENTS, SAYS

HAS_CUSTOMER = pl.col("customer_id").is_not_null()


def visitors(events: pl.LazyFrame) -> pl.DataFrame:
    """By type of identifier: its visitors, the identified ones among them, all events and those of known customers."""
    by_visitor = events.group_by("id_type", "id").agg(
        known=HAS_CUSTOMER.any(), events=pl.len(), known_events=HAS_CUSTOMER.sum()
    )
    return (
        by_visitor.group_by("id_type")
        .agg(
            pl.len().alias("visitors"),
            pl.col("known").sum().alias("identified"),
            pl.col("events", "known_events").sum(),
        )
        .sort("visitors", "id_type", descending=[True, False])
        .collect(engine="streaming")
    )


def source_overlap(events: pl.LazyFrame) -> pl.DataFrame:
    """By source: its identified customers, and how many of them are customers of another source too."""
    pairs = events.select("source", "customer_id").unique().collect(engine="streaming")
    sources = pairs.filter(HAS_CUSTOMER).group_by("customer_id").agg(pl.len().alias("sources"))
    return (
        pairs.join(sources, on="customer_id", how="left")
        .group_by("source")
        .agg(HAS_CUSTOMER.sum().alias("customers"), (pl.col("sources") > 1).sum().alias("shared"))
        .sort("source")
    )


def busiest_customer(events: pl.LazyFrame) -> pl.DataFrame:
    """One row: the customer with the most events, their number, the median customer's, all events and all customers."""
    by_customer = events.filter(HAS_CUSTOMER).group_by("customer_id").agg(pl.len().alias("events"))
    top = pl.col("customer_id").sort_by("events", "customer_id", descending=[True, False]).first()
    return by_customer.select(
        top.alias("customer_id"),
        pl.col("events").max().alias("most"),
        pl.col("events").median().alias("median"),
        pl.col("events").sum().alias("events"),
        pl.len().alias("customers"),
    ).collect(engine="streaming")


def consents(events: pl.LazyFrame) -> pl.DataFrame:
    """By purpose and latest status: its customers; and with the status `any` all customers who said anything.

    What joins or leaves a channel as a whole counts under the channel's name, and with its kind where it has no status.
    """
    of_consent = events.filter(HAS_CUSTOMER, SAYS, pl.col("kind") != "bounce")
    of_channel = pl.col("kind") != CONSENT
    told = of_consent.filter(pl.col("kind").is_in(KINDS_OF_STATEMENTS)).select(
        "customer_id",
        pl.coalesce("purpose", "channel", pl.when(of_channel).then(pl.lit("email"))).alias("purpose"),
        pl.coalesce("status", pl.when(of_channel).then("kind")).alias("status"),
        *EVENT_ORDER,
    )
    latest = told.sort(EVENT_ORDER).unique(["customer_id", "purpose"], keep="last", maintain_order=True)
    distinct = pl.col("customer_id").n_unique()
    by_status = latest.group_by("purpose", "status").agg(distinct.alias("customers"))
    total = of_consent.select(
        pl.lit(None, dtype=pl.String).alias("purpose"), pl.lit("any").alias("status"), distinct.alias("customers")
    )
    return pl.concat(
        [total.unique().collect(engine="streaming"), by_status.sort("purpose", "status").collect(engine="streaming")]
    )


def attributes(customers: pl.LazyFrame, events: pl.LazyFrame) -> pl.DataFrame:
    """One row: the customers with attributes, those of them with events, and the attributes' names."""
    table = customers.collect(engine="streaming")
    names = [name for name in table.columns if name != "customer_id"]
    active = events.filter(HAS_CUSTOMER).select("customer_id").unique().collect(engine="streaming")
    with_events = table.join(active, on="customer_id", how="semi").height
    return pl.DataFrame(
        {"customers": [table.height], "active": [with_events], "names": [names]},
        schema_overrides={"names": pl.List(pl.String)},
    )
