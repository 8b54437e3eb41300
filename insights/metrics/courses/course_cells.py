"""The cells of courses, and the rows of customers behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from features.arrays import Ints
from features.units import DAY
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate, proportion, survival, time_until
from insights.metrics.cells import Cells
from insights.metrics.courses.course import Course
from insights.metrics.courses.leaving import lapses, subscription_ends
from insights.metrics.courses.waits import waits
from insights.people import Audience
from insights.periods import Periods


def rows_of(course: Course, audience: Audience, periods: Periods) -> pl.DataFrame:
    """``customer_id, period, days, ended``: of each customer and period whether it ended, and after how long.

    Of those for whom it has not, ``days`` is how long they have been watched.
    """
    if course.leave == "lapse":
        return lapses(audience, periods)
    if course.leave == "subscription":
        return subscription_ends(audience, periods, grace=course.grace)
    return waits(course, audience, periods)


def about(rows: pl.DataFrame, audience: Audience, periods: Periods) -> pl.DataFrame:
    """Rows with what was known of their customers when the period ended, beside what the event that begins says."""
    ends = np.minimum(periods.ends, audience.as_of)
    moments = pl.Series("as_of", ends[rows["period"].to_numpy()], dtype=pl.Int64)
    return audience.known(ends.tolist()).beside(rows.with_columns(moments)).drop("as_of")


def tells(dimension: Dimension, rows: pl.DataFrame) -> bool:
    """Whether a dimension tells the rows of a course apart."""
    if dimension.of_customers or not {"kind", dimension.column} <= set(rows.columns):
        return dimension.of_customers
    return dimension.is_of(set(rows["kind"].unique()))


def course_cells(
    audience: Audience, rows: pl.DataFrame, course: Course, periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """The cells of a course: of all, by what the tables of customers say, and by the event that begins it."""
    known = about(rows, audience, periods)
    customer = rows["customer_id"].rank("dense").to_numpy().astype(np.int64) - 1
    period = rows["period"].to_numpy().astype(np.int64)
    for dimension in (None, *(each for each in dimensions if tells(each, rows))):
        groups = 1 if dimension is None else len(dimension.labels)
        cell = period * groups + (0 if dimension is None else dimension.places(known))
        shape, size = (len(periods), groups), len(periods) * groups
        pairs = np.unique(cell * (int(customer.max(initial=0)) + 1) + customer)
        customers = np.bincount(pairs // (int(customer.max(initial=0)) + 1), minlength=size)
        estimate = _estimate(course, rows, cell, size, customer)
        yield Cells(course, dimension, 0, estimate.reshape(shape), customers.reshape(shape))


def _estimate(course: Course, rows: pl.DataFrame, cell: Ints, cells: int, customer: Ints) -> Estimate:
    days, ended = rows["days"].to_numpy(), rows["ended"].to_numpy()
    if course.leave is not None:
        n, left = (np.bincount(cell, weights, cells) for weights in (np.ones(len(cell)), ended))
        return proportion(np.where(n > 0, left / np.maximum(n, 1), np.nan), n)
    clusters = None if course.per == "customer" else customer
    if course.within is None:
        return time_until(days, ended, cell, cells, clusters=clusters)
    kept = survival(days, ended, cell, cells, at=[course.within / DAY], clusters=clusters)
    return Estimate(1 - kept.value[:, 0], 1 - kept.high[:, 0], 1 - kept.low[:, 0], kept.n[:, 0])
