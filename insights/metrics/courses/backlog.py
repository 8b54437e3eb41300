"""The backlog of support: how many tickets are open when a period ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from features.config.sections.insights.metrics import MetricSettings, Target
from insights.dimensions.dimension import Dimension
from insights.intervals import total
from insights.metrics.cells import Cells
from insights.metrics.courses.course_cells import about, tells
from insights.metrics.courses.waits import TOLD
from insights.metrics.definitions.columns import Unit
from insights.people import Audience
from insights.periods import Periods

_STEPS: Final = ("support", "support_resolved", "support_reopened")  # of one moment, in this order
_NEVER: Final = 2**62


@dataclass(frozen=True)
class Backlog:
    """How many tickets are open when a period ends."""

    name: str
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of(cls, name: str, settings: MetricSettings) -> Self:
        """As declared."""
        return cls(name, settings.target, settings.better == "higher", settings.text)

    @property
    def unit(self) -> Unit:
        """A count, of tickets."""
        return "count"

    @property
    def kinds(self) -> set[str]:
        """None: it looks at events in a way of its own."""
        return set()

    @staticmethod
    def told_by(grain: str) -> bool:
        """Whether it is told in periods of a grain."""
        return grain != "day"


def open_tickets(audience: Audience, periods: Periods) -> pl.DataFrame:
    """``customer_id, period``, and what the opening said in the columns of dimensions, of each ticket that is open.

    A ticket is a customer's of one ``ticket_id``; it is open from when it was opened, or opened again, until solved.
    People are those known when the period ends.
    """
    order = pl.col("kind").replace_strict({step: place for place, step in enumerate(_STEPS)}, return_dtype=pl.Int64)
    ends = np.minimum(periods.ends, audience.as_of)
    people, every = audience.events_by_version(np.unique(ends).tolist())
    events = every.filter(pl.col("kind").is_in(_STEPS), pl.col("ticket_id").is_not_null())
    known = events.select("customer_id", "ticket_id", "time", "kind", *TOLD).collect(engine="streaming")
    ticket = ["customer_id", "ticket_id"]
    steps = known.sort(*ticket, "time", order)
    until = pl.col("time").shift(-1).over(ticket).fill_null(_NEVER)
    said = (pl.col(name).first().over(ticket) for name in TOLD)
    spans = steps.with_columns(*said, until=until).filter(pl.col("kind") != "support_resolved")
    first, last = (np.searchsorted(ends, spans[name].to_numpy()) for name in ("time", "until"))
    told = spans.with_columns(period=pl.int_ranges(pl.Series(first), pl.Series(last))).explode("period")
    told = told.filter(pl.col("period").is_not_null()).with_columns(
        pl.col("period").cast(pl.Int64), kind=pl.lit("support")
    )
    told = told.with_columns(as_of=pl.Series(ends[told["period"].to_numpy()], dtype=pl.Int64))
    theirs = people.told(told.select("customer_id", "as_of", "period", "kind", *TOLD))
    own = audience.over_then(theirs.lazy(), "as_of").collect()
    return own.drop("as_of").sort("period", "customer_id")


def backlog_cells(
    audience: Audience, metric: Backlog, periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """The cells: of all, by what the tables of customers say, and by what opened the ticket."""
    rows = open_tickets(audience, periods)
    known = about(rows, audience, periods)
    customer = rows["customer_id"].rank("dense").to_numpy().astype(np.int64)
    everybody = int(customer.max(initial=0)) + 1
    for dimension in (None, *(each for each in dimensions if tells(each, rows))):
        groups = 1 if dimension is None else len(dimension.labels)
        shape, size = (len(periods), groups), len(periods) * groups
        cell = rows["period"].to_numpy() * groups + (0 if dimension is None else dimension.places(known))
        pairs, tickets = np.unique(cell * everybody + customer, return_counts=True)
        own = pairs // everybody
        customers = np.bincount(own, minlength=size)
        found = total(np.bincount(own, tickets, size), np.bincount(own, tickets**2, size), customers)
        yield Cells(metric, dimension, 0, found.reshape(shape), customers.reshape(shape))
