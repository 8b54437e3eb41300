"""How often each item is bought, by everybody."""

from __future__ import annotations

import polars as pl

from features.events.knowledge import known_events
from features.lake import Lake


def line_counts(lake: Lake, *, as_of: int) -> dict[str, int]:
    """The number of order lines of each item up to ``as_of``, by everybody."""
    orders = known_events(lake.scan("events"), as_of).filter(pl.col("kind") == "order")
    counts = orders.filter(pl.col("item_id").is_not_null()).group_by("item_id").len().collect()
    return dict(zip(counts["item_id"], counts["len"], strict=True))
