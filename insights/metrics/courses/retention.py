"""Retention: of the customers of a cohort, how many come back in each of the intervals that follow."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from insights.dimensions.dimension import Dimension
from insights.intervals import proportion
from insights.metrics.cells import Cells
from insights.metrics.courses.course import Course
from insights.metrics.courses.waits import events_of
from insights.metrics.questions import INTERVAL
from insights.people import Audience
from insights.periods import Periods

MOST: Final = 12  # intervals that are told


def intervals(periods: Periods, each: int, *, as_of: int) -> Dimension:
    """The intervals of ``each`` so many µs that anybody has behind them, as groups 01, 02 and so on."""
    over = (as_of - int(periods.ends[0])) // each
    names = tuple(f"{place:02}" for place in range(1, min(max(over, 0), MOST) + 1))
    return Dimension(INTERVAL, INTERVAL, names, rest=False, of_customers=True)


def retention_cells(audience: Audience, course: Course, periods: Periods) -> Cells:
    """The share of each period's customers who came back in each interval, where all of them have it behind them."""
    each = course.each or 1
    told = intervals(periods, each, as_of=audience.as_of)
    shape = (len(periods), len(told.labels))
    begun, then = events_of(course, audience, periods)
    back = begun.rename({"time": "began"}).join(then, on="version").filter(pl.col("came") > pl.col("began"))
    place = (pl.col("came") - pl.col("began") - 1) // each + 1  # an interval holds its end, as `within` does
    seen = back.select("version", "period", place=place).filter(pl.col("place") < shape[1]).unique()
    customers = _over(begun["period"].to_numpy(), periods, told, each, audience.as_of)
    cell = seen["period"].to_numpy() * shape[1] + seen["place"].to_numpy()
    came = np.bincount(cell, minlength=customers.size).reshape(shape)
    share: Floats = np.where(customers > 0, came / np.maximum(customers, 1), np.nan)
    return Cells(course, told, 0, proportion(share, customers), customers)


def _over(period: Ints, periods: Periods, told: Dimension, each: int, as_of: int) -> Ints:
    """``[period, interval]``: the customers of the period, 0 where not all of them have the interval behind them."""
    size = np.bincount(period, minlength=len(periods))[:, None]
    place = np.arange(len(told.labels))
    over = (place > 0) & (periods.ends[:, None] + place * each <= as_of)
    return np.asarray(np.where(over, size, 0), dtype=np.int64)
