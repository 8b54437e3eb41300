"""Events of a frame that became known later than they happened: whom they concern, and how the others look without."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl

from features.evaluate.offline.aggregate import collect
from features.evaluate.offline.labels import Events
from features.events.columns import EVENT_ORDER


def unaware(events: Events, as_of: Sequence[int]) -> dict[int, list[str]]:
    """The customers by moment (µs) of whom something had happened by then that was not known yet.

    Moments without any are left out. A frame without the column ``known_at`` is one of events known at their times.
    """
    if "known_at" not in events.collect_schema().names() or not as_of:
        return {}
    late = events.filter(
        ~nw.col("customer_id").is_null(), nw.col("known_at") > min(as_of), nw.col("time") <= max(as_of)
    )
    rows = pl.DataFrame(collect(late.select("customer_id", "time", "known_at")))
    between = {m: rows.filter(pl.col("time") <= m, pl.col("known_at") > m) for m in (as_of if len(rows) else ())}
    return {m: sorted(each["customer_id"].unique().to_list()) for m, each in between.items() if len(each)}


def known_by(events: Events, as_of: int) -> Events:
    """The events that are known at a moment, the lines of their orders numbered as if there were no others."""
    unknown = nw.col("known_at") > as_of
    known = events if "order_line" not in events.collect_schema().names() else _numbered(events, unknown)
    return known.filter(~unknown.fill_null(value=False))


def _numbered(events: Events, unknown: nw.Expr) -> Events:
    """The events with each line of an order moved up by the lines before it that are not known."""
    gap = nw.when(unknown & (nw.col("kind") == "order")).then(1).otherwise(0)
    before = gap.cum_sum().over("customer_id", "source", "order_id", order_by=EVENT_ORDER)
    of_order = (nw.col("kind") == "order") & ~nw.col("order_id").is_null()
    line = nw.when(of_order).then(nw.col("order_line") - before).otherwise(nw.col("order_line"))
    return events.with_columns(order_line=line)
