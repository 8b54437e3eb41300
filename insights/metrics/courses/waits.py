"""What follows an event: of the same customer, or of the same ticket or order."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from features.units import DAY
from insights.dimensions.dimension import OF_EVENTS
from insights.metrics.courses.course import KEYS, Course
from insights.people import Audience
from insights.periods import Periods

TOLD: Final = sorted(set(OF_EVENTS.values()))  # the columns of the event that begins which tell courses apart


def waits(course: Course, audience: Audience, periods: Periods) -> pl.DataFrame:
    """``customer_id, period, days, ended`` and what the event that begins says in the columns of dimensions."""
    begun, then = events_of(course, audience, periods)
    told = begun.join_asof(
        then.with_columns(time="came"), on="time", by=_whose(course), strategy="forward", check_sortedness=False,
        allow_exact_matches=course.per != "customer" and course.after != course.then,
    )  # fmt: skip
    until = pl.col("came").fill_null(audience.as_of)
    days = (until - pl.col("time")) / DAY
    kind = pl.lit(course.begins)
    return told.select("customer_id", "period", *TOLD, kind=kind, days=days, ended=pl.col("came").is_not_null())


def events_of(course: Course, audience: Audience, periods: Periods) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``customer_id, version, time, period`` of the events that begin a course, and ``version, came`` of what follows.

    Of each customer (ticket, order) the first event of a period begins one; both are in the order of time. Of an order
    whose lines differ in a column of a dimension it is not known. People are those known when the figure of the period
    was no longer open: at its end, and ``within`` later.
    """
    after, first = course.begins, course.of_first
    whose = _whose(course)
    closed = np.minimum(periods.ends + (course.within or 0), audience.as_of)
    people, events = audience.events_by_version(np.unique(closed).tolist())
    known = (
        events.rename({"customer_id": "version"})
        .filter(pl.col("kind").is_in([after, course.then]))
        .with_columns(pl.col(whose).fill_null(""))
        .group_by(*whose, "time", "kind")
        .agg(pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name) for name in TOLD)
        .sort("time", *whose)
        .collect(engine="streaming")
    )
    begun = known.filter(pl.col("kind") == after).drop("kind").sort(*whose, "time")
    begun = begun.unique(whose, keep="first", maintain_order=True) if first else begun
    place = periods.place(begun["time"].to_numpy())
    begun = begun.with_columns(pl.Series("period", place), pl.Series("as_of", closed[place]), customer_id="version")
    begun = begun.unique([*whose, "period"], keep="first", maintain_order=True)
    own = audience.over_then(people.told(begun).lazy(), "as_of").drop("as_of").collect()
    return own.sort("time", *whose), known.filter(pl.col("kind") == course.then).select(*whose, came="time")


def _whose(course: Course) -> list[str]:
    """By which columns what follows belongs to what began; those of a customer that name no ticket are one."""
    return ["version", *([KEYS[course.per]] if course.per in KEYS else [])]
