"""What becomes of customers: how many do something again, and how soon; how many leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from features.arrays import Ints, Mask
from features.config.sections.insights.metrics import Leave, MetricSettings
from features.units import DAY
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate, proportion, survival, time_until
from insights.metrics.cells import Cells
from insights.metrics.columns import Unit
from insights.metrics.courses.leaving import lapses, subscription_ends
from insights.people import Audience
from insights.periods import Periods

FIRST: Final = "first "  # begins the kind of an event where only each customer's first one is meant


@dataclass(frozen=True)
class Course:
    """Of those with an event ``after`` in a period, how many have the event ``then`` ``within`` a time (µs).

    Without ``within`` it is how long half of them take. With ``each`` it is told of each interval of that length that
    follows, and of the first one otherwise. With ``leave`` it is how many of those there at the beginning of a month
    have left at its end.
    """

    name: str
    after: str | None = None
    then: str = ""
    within: int | None = None
    each: int | None = None
    leave: Leave | None = None
    grace: int = 0
    target: float | None = None
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of(cls, name: str, settings: MetricSettings) -> Self:
        """A course as declared.

        >>> Course.of("second", MetricSettings.model_validate({"after": "order", "then": "order", "within": "9d"})).unit
        'share'
        """
        better = settings.better == "higher"
        return cls(
            name, settings.after, settings.then or "", settings.within or settings.each, settings.each, settings.leave,
            settings.grace, settings.target, better, settings.text,
        )  # fmt: skip

    @property
    def unit(self) -> Unit:
        """What it is told in: a share, or days."""
        return "days" if self.leave is None and self.within is None else "share"

    @property
    def kinds(self) -> set[str]:
        """None: it looks at events in a way of its own."""
        return set()

    def open(self, estimate: Estimate, periods: Periods, *, as_of: int) -> Mask:
        """``[period, group]``: whose figures later events may still move, as their customers were not watched enough.

        How long half of them take is open while the interval reaches beyond what all of them were watched.
        """
        if self.unit == "days":
            watched = (as_of - periods.ends[:, None]) / DAY
            return np.asarray(~(estimate.high <= watched))
        over = periods.open(as_of=as_of, matures=self.within or 0)
        return np.broadcast_to(over[:, None], estimate.value.shape)

    def told_by(self, grain: str) -> bool:
        """Whether it is told in periods of a grain."""
        return grain == "month" if self.leave is not None else grain != "day"


def rows_of(course: Course, audience: Audience, periods: Periods) -> pl.DataFrame:
    """``customer_id, period, days, ended``: of each customer and period whether it ended, and after how long.

    Of those for whom it has not, ``days`` is how long they have been watched.
    """
    if course.leave == "lapse":
        return lapses(audience, periods)
    if course.leave == "subscription":
        return subscription_ends(audience, periods, grace=course.grace)
    return _waits(course, audience, periods)


def _waits(course: Course, audience: Audience, periods: Periods) -> pl.DataFrame:
    begun, then = events_of(course, audience, periods)
    told = begun.join_asof(
        then.with_columns(time="came"), on="time", by="customer_id", strategy="forward", allow_exact_matches=False,
        check_sortedness=False,
    )  # fmt: skip
    until = pl.col("came").fill_null(audience.as_of)
    days = (until - pl.col("time")) / DAY
    return told.select("customer_id", "period", days=days, ended=pl.col("came").is_not_null())


def events_of(course: Course, audience: Audience, periods: Periods) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``customer_id, time, period`` of the events that begin a course, and ``customer_id, came`` of what is to follow.

    Of each customer the first event of a period begins one; both are in the order of time.
    """
    after, first = (course.after or "").removeprefix(FIRST), (course.after or "").startswith(FIRST)
    events = audience.events().filter(pl.col("kind").is_in([after, course.then])).select("customer_id", "time", "kind")
    known = events.unique().sort("time").collect(engine="streaming")
    begun = known.filter(pl.col("kind") == after).drop("kind").sort("customer_id", "time")
    begun = begun.unique("customer_id", keep="first", maintain_order=True) if first else begun
    place = pl.Series("period", periods.place(begun["time"].to_numpy()))
    begun = begun.with_columns(place).unique(["customer_id", "period"], keep="first", maintain_order=True).sort("time")
    return begun, known.filter(pl.col("kind") == course.then).select("customer_id", came="time")


def course_cells(
    audience: Audience, rows: pl.DataFrame, course: Course, periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """The cells of a course: of all, and by what the tables of customers say."""
    known = rows.join(audience.customers().collect(), on="customer_id", how="left", maintain_order="left")
    period = rows["period"].to_numpy().astype(np.int64)
    for dimension in (None, *(each for each in dimensions if each.of_customers)):
        groups = 1 if dimension is None else len(dimension.labels)
        cell = period * groups + (0 if dimension is None else dimension.places(known))
        shape = (len(periods), groups)
        customers = np.bincount(cell, minlength=len(periods) * groups).reshape(shape)
        yield Cells(course, dimension, 0, _estimate(course, rows, cell, customers.size).reshape(shape), customers)


def _estimate(course: Course, rows: pl.DataFrame, cell: Ints, cells: int) -> Estimate:
    days, ended = rows["days"].to_numpy(), rows["ended"].to_numpy()
    if course.leave is not None:
        n, left = (np.bincount(cell, weights, cells) for weights in (np.ones(len(cell)), ended))
        return proportion(np.where(n > 0, left / np.maximum(n, 1), np.nan), n)
    if course.within is None:
        return time_until(days, ended, cell, cells)
    kept = survival(days, ended, cell, cells, at=[course.within / DAY])
    return Estimate(1 - kept.value[:, 0], 1 - kept.high[:, 0], 1 - kept.low[:, 0], kept.n[:, 0])
