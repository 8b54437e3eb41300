"""When an event is known: from its own time on, or from ``known_at`` on where that is later."""

from __future__ import annotations

import polars as pl

KNOWN_AT = pl.max_horizontal("time", "known_at").alias("known_at")  # never empty


def known_events(events: pl.LazyFrame, as_of: int) -> pl.LazyFrame:
    """The lake's events that are known at a moment (µs).

    >>> events = pl.LazyFrame({"event_id": ["a", "b"], "time": [1, 2], "known_at": [None, 9]})
    >>> [known_events(events, as_of).collect()["event_id"].to_list() for as_of in (8, 9)]
    [['a'], ['a', 'b']]
    """
    return events.filter(pl.col("time") <= as_of, pl.col("known_at").is_null() | (pl.col("known_at") <= as_of))
