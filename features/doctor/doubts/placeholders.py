"""Customers that stand for nobody: a guest, a test, an empty field that some tool filled in."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from features.doctor.findings.finding import Finding, enumeration, quantity
from features.reading.ids import STAND_INS


def placeholders(events: pl.LazyFrame) -> pl.DataFrame:
    """The customers whose id is a usual word for nobody, and their events; the busiest first."""
    named = events.filter(pl.col("customer_id").str.strip_chars().str.to_lowercase().is_in(STAND_INS))
    by_id = named.group_by("customer_id").agg(pl.len().alias("events"))
    return by_id.sort("events", "customer_id", descending=[True, False]).collect(engine="streaming")


def placeholder_customers(table: pl.DataFrame) -> Iterator[Finding]:
    """Customers that seem to stand for nobody."""
    if table.is_empty():
        return
    names = [f"'{row['customer_id']}' {row['events']:,}" for row in table.iter_rows(named=True)]
    events = quantity(int(table["events"].sum()), "event")
    text = f"Customers whose ids seem to stand for nobody, with {events}: {enumeration(names, 8)}."
    step = "Add them to `missing_ids:`; their rows are then rejected as `missing_id`."
    yield Finding("identity", "warning", text, step)
