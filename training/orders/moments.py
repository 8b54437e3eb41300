"""When customers ordered, from a lake as known at a moment, and the histories that these make."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from features.arrays import Floats, Mask
from features.events.kinds import RETURNS
from features.events.knowledge import known_events
from features.events.local_time import clock_of
from features.identity.people import customer_events_at
from features.lake import Lake
from features.privacy.gatekeeper import Gatekeeper
from features.units import DAY
from training.btyd import Histories
from training.orders.model import histories_from


def order_moments(
    lake: Lake,
    timezone: str,
    *,
    as_of: int,
    keeper: Gatekeeper | None = None,
    without: Collection[str] = (),
    most: int | None = None,
) -> pl.DataFrame:
    """When those who allow training ``ordered`` or brought back, as known at a moment: a row a customer and time.

    ``day`` is the company's, ``orders`` how many there were, ``net`` what they brought (minor units). Of more than
    ``most`` customers that many are drawn by a hash.
    """
    events = known_events(customer_events_at(lake, as_of=as_of), as_of)
    events = events.filter(pl.col("kind").is_in(["order", *RETURNS]), ~pl.col("customer_id").is_in(list(without)))
    if keeper is not None:
        events = keeper.passes("training", as_of=as_of).over(events)
    if most is not None:
        events = events.join(_drawn(events, most).lazy(), on="customer_id", how="semi")
    ordered, value = pl.col("kind") == "order", pl.col("value").fill_null(0)
    opening = ordered & (pl.col("order_line").fill_null(1) < 2)
    moments = events.group_by("customer_id", "time").agg(
        ordered=ordered.any(), orders=opening.sum(), net=pl.when(ordered).then(value).otherwise(-value).sum()
    )
    table = moments.collect(engine="streaming")
    return table.with_columns(day=pl.Series(clock_of(timezone).local(table["time"].to_numpy()) // DAY))


def _drawn(events: pl.LazyFrame, most: int) -> pl.DataFrame:
    """The customers of events, or those of them whose hashes come first."""
    customers = events.select(pl.col("customer_id").unique()).collect(engine="streaming")
    if customers.height <= most:
        return customers
    return customers.sort(pl.col("customer_id").hash(seed=0), "customer_id").head(most)


def customers_of(moments: pl.DataFrame, *, as_of: int) -> pl.DataFrame:
    """A row for each customer who had ordered by a moment: ``orders``, ``order_days``, ``first`` and ``last`` (µs).

    ``net_value`` is what the orders brought, ``log_gaps`` the sum of the logarithms of the days between them.
    """
    days, time = pl.col("day").filter("ordered").unique().sort(), pl.col("time").filter("ordered")
    return (
        moments.filter(pl.col("time") <= as_of).group_by("customer_id")
        .agg(
            orders=pl.col("orders").sum(),
            order_days=days.len(),
            first=time.min(),
            last=time.max(),
            net_value=pl.col("net").sum(),
            log_gaps=days.diff().drop_nulls().cast(pl.Float64).log().sum(),
        )
        .filter(pl.col("order_days") > 0).sort("customer_id")
    )  # fmt: skip


def histories_at(customers: pl.DataFrame, *, as_of: int) -> Histories:
    """The histories of customers (:func:`customers_of`) as a moment (µs) sees them."""
    days, log_gaps = (customers[name].cast(pl.Float64).to_numpy() for name in ("order_days", "log_gaps"))
    since_first, since_last = ((as_of - customers[name].to_numpy()) / DAY for name in ("first", "last"))
    return replace(histories_from(days, since_first, since_last), log_gaps=log_gaps)


def next_orders(customers: pl.DataFrame, moments: pl.DataFrame, *, as_of: int, until: int) -> tuple[Floats, Mask]:
    """The days from a moment to each customer's next order, or to the end; and whether it came by then."""
    after = moments.filter("ordered", pl.col("time").is_between(as_of, until, closed="right"))
    following = after.group_by("customer_id").agg(next=pl.col("time").min())
    times = customers.join(following, on="customer_id", how="left", maintain_order="left")["next"]
    return (times.fill_null(until) - as_of).to_numpy() / DAY, times.is_not_null().to_numpy()
