"""What happened to customers without their being asked: how long support let them wait, what orders went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from features.units import DAY

MOST_DAYS: Final = 28  # a wait counts up to here; who still waits then has waited so long
WAITS: Final = ("support_answered", "support_resolved")
FAILURES: Final = ("delivery_late", "delivery_failed", "cancel")


def waits(events: pl.LazyFrame, *, as_of: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """For each kind that ends a wait ``customer, time, rating``: when each ticket was opened, and the days until then.

    ``events`` hold ``customer, time, kind, ticket_id``. A ticket that is open for less than :data:`MOST_DAYS` is left
    out, for how long it will wait is not known.
    """
    ticket = ["customer", "ticket_id"]
    own = events.filter(pl.col("ticket_id").is_not_null(), pl.col("kind").is_in(["support", *WAITS]))
    known = own.select(*ticket, "time", "kind").collect(engine="streaming")
    opened = known.filter(pl.col("kind") == "support").group_by(ticket).agg(pl.col("time").min())
    for kind in WAITS:
        came = known.filter(pl.col("kind") == kind).join(opened.select(*ticket, opened="time"), on=ticket)
        first = came.filter(pl.col("time") >= pl.col("opened")).group_by(ticket).agg(came=pl.col("time").min())
        if first.is_empty():
            continue
        told = opened.join(first, on=ticket, how="left")
        days = (pl.col("came").fill_null(as_of) - pl.col("time")) / DAY
        settled = told.filter(pl.col("came").is_not_null() | (days >= MOST_DAYS))
        rows = settled.select("customer", "time", rating=pl.min_horizontal(days, pl.lit(float(MOST_DAYS))))
        yield kind, rows.sort("time", "customer", "rating")


def failures(events: pl.LazyFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """For each kind of failure that there is ``customer, time, rating`` of all orders: 1 where it befell the order.

    ``events`` hold ``customer, time, kind, order_id``.
    """
    order = ["customer", "order_id"]
    own = events.filter(pl.col("order_id").is_not_null(), pl.col("kind").is_in(["order", *FAILURES]))
    known = own.select(*order, "time", "kind").collect(engine="streaming")
    placed = known.filter(pl.col("kind") == "order").group_by(order).agg(pl.col("time").min())
    for kind in FAILURES:
        failed = known.filter(pl.col("kind") == kind).select(order).unique().with_columns(rating=pl.lit(1.0))
        told = placed.join(failed, on=order, how="left").with_columns(pl.col("rating").fill_null(0.0))
        if told["rating"].sum():
            yield kind, told.select("customer", "time", "rating").sort("time", "customer", "rating")
