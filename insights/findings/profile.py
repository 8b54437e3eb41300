"""What findings look at: a few numbers of each customer of the last year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from features.arrays import Floats, Ints
from features.events.kinds import RETURNS
from features.units import DAY
from insights.people import Audience

YEAR_DAYS: Final = 365
WINDOW_DAYS: Final = 84  # twelve weeks: as many of each weekday
_NET: Final = pl.when(pl.col("kind").is_in(RETURNS)).then(-pl.col("value")).otherwise(pl.col("value"))
_RECEIVED: Final = ("redeem", "click", "open")


@dataclass(frozen=True)
class Customers:
    """Columns with a row for each customer who had an event in the last year; money is in minor units."""

    ids: npt.NDArray[np.object_]
    spent: Floats  # in the year
    recent: Floats  # in the last window
    before: Floats  # in the window before it
    since: Ints  # days since the first event that is known at all
    order_days: Ints  # on how many days of the year they ordered
    silent: Floats  # days since the last order; NaN without one
    rhythm: Floats  # mean days between orders; NaN of fewer than two
    contacts: Ints  # how often they were contacted in the year
    answers: Ints  # how often they redeemed, clicked or opened in the year


def customers_at(audience: Audience) -> Customers:
    """The customers as they are known at the audience's moment."""
    as_of = audience.as_of
    year = pl.col("time") > as_of - YEAR_DAYS * DAY
    recent = pl.col("time") > as_of - WINDOW_DAYS * DAY
    before = (pl.col("time") > as_of - 2 * WINDOW_DAYS * DAY) & ~recent
    paid, order = pl.col("kind").is_in(["order", *RETURNS]), (pl.col("kind") == "order") & year
    day = pl.col("time").filter(order) // DAY
    table = (
        audience.events()
        .group_by("customer_id")
        .agg(
            spent=_NET.filter(paid & year).sum(),
            recent=_NET.filter(paid & recent).sum(),
            before=_NET.filter(paid & before).sum(),
            since=(as_of - pl.col("time").min()) // DAY,
            order_days=day.n_unique(),
            last=day.max(),
            first=day.min(),
            contacts=(year & (pl.col("kind") == "contact")).sum(),
            answers=(year & pl.col("kind").is_in(_RECEIVED)).sum(),
            seen=year.any(),
        )
        .filter("seen")
        .sort("customer_id")
        .collect(engine="streaming")
    )
    last, first = (table[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("last", "first"))
    money = {name: table[name].to_numpy().astype(np.float64) for name in ("spent", "recent", "before")}
    names = ("order_days", "since", "contacts", "answers")
    counts = {name: table[name].to_numpy().astype(np.int64) for name in names}
    order_days = counts["order_days"]
    with np.errstate(divide="ignore", invalid="ignore"):
        rhythm = np.where(order_days > 1, (last - first) / (order_days - 1), np.nan)
    return Customers(
        ids=table["customer_id"].to_numpy(),
        silent=as_of // DAY - last,
        rhythm=rhythm,
        order_days=order_days,
        spent=money["spent"],
        recent=money["recent"],
        before=money["before"],
        since=counts["since"],
        contacts=counts["contacts"],
        answers=counts["answers"],
    )
