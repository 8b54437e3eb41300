"""Whom we know of those who are there, and what people bring whom we know, and whom we do not: the value exchange."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from features.config.sections.insights.metrics import Identified, MetricSettings, Target
from features.events.identifiers import visitors
from features.events.kinds import QUESTIONS, RETURNS
from features.events.knowledge import known_events
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate, mean, proportion
from insights.metrics.cells import Cells
from insights.metrics.definitions.columns import Unit, amount
from insights.metrics.questions import IDENTIFIED
from insights.people import Audience, end_of
from insights.periods import Periods

KNOWN, VISITORS = "yes", "no"
BY_IDENTIFICATION: Final = Dimension(IDENTIFIED, IDENTIFIED, (KNOWN, VISITORS), rest=False, of_customers=True)
NOT_THERE: Final = (
    *QUESTIONS,
    "decision",
    "holdout",
    "bounce",
    "support_answered",
    "support_resolved",
)  # not the customer is there


@dataclass(frozen=True)
class Identification:
    """The share of those who did anything in a period whom we know by its end, or the mean that each brought in it.

    A visitor counts by the id of a browser or device: whoever has several, or clears one, is several visitors.
    """

    name: str
    of: Identified
    scale: float  # of its integers make one of the currency's units
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of_settings(cls, name: str, settings: MetricSettings, minor_units: int) -> Self:
        """As declared.

        >>> Identification.of_settings("known", MetricSettings(identified="share"), 2).unit
        'share'
        """
        assert settings.identified is not None  # noqa: S101
        better = settings.better == "higher"
        return cls(name, settings.identified, 10**minor_units, settings.target, better, settings.text)

    @property
    def unit(self) -> Unit:
        """A share, or an amount."""
        return "share" if self.of == "share" else "money"

    @property
    def kinds(self) -> set[str]:
        """None: it looks at events in a way of its own."""
        return set()

    @staticmethod
    def told_by(grain: str) -> bool:
        """Whether it is told in periods of a grain."""
        return grain != "day"


def people_there(audience: Audience, periods: Periods) -> pl.DataFrame:
    """``period, customer_id, value``: who did anything in each period and what it brought; visitors have no id.

    Nobody, where only those who said yes may be told of: visitors never did.
    """
    if not audience.allowed.others:
        return pl.DataFrame(schema={"period": pl.Int64, "customer_id": pl.String, "value": pl.Int64})
    events = known_events(audience.lake.scan("events"), audience.as_of)
    events = events.filter(pl.col("time") >= int(periods.edges[0]), ~pl.col("kind").is_in(NOT_THERE))
    paid = pl.when(pl.col("kind").is_in(["order", *RETURNS])).then(amount("net_value")).otherwise(0).fill_null(0)
    of_fragments = (
        events.select("fragment", "time", end=end_of(periods), value=paid)
        .group_by("fragment", "end")
        .agg(pl.col("value").sum(), pl.col("time").max())
        .collect(engine="streaming")
    )
    everybody = audience.assigned(of_fragments.lazy())
    known = audience.over_then(everybody, "end").collect()
    nobody = (
        of_fragments.lazy().filter(visitors(pl.col("fragment"))).join(everybody, on=["fragment", "end"], how="anti")
    )
    unknown = nobody.collect()  # who is known and does not allow it is no visitor
    theirs = known.group_by("end", "customer_id").agg(pl.col("value").sum())
    told = pl.concat([theirs, unknown.select("end", pl.lit(None, pl.String).alias("customer_id"), "value")])
    place = pl.Series("period", np.searchsorted(periods.ends, told["end"].to_numpy()))
    return told.with_columns(place).select("period", "customer_id", "value").sort("period", "customer_id", "value")


def identification_cells(audience: Audience, metric: Identification, periods: Periods) -> Iterator[Cells]:
    """The cells: of all; and of what is brought, by those whom we know and those whom we do not."""
    rows = people_there(audience, periods)
    period, value = rows["period"].to_numpy(), rows["value"].to_numpy() / metric.scale
    known = rows["customer_id"].is_not_null().to_numpy()
    groups = np.where(known, 1, 2)
    for dimension in (None, *([BY_IDENTIFICATION] if metric.of == "net_value" else [])):
        shape = (len(periods), 1 if dimension is None else len(dimension.labels))
        cell = period * shape[1] + (0 if dimension is None else groups)
        n = np.bincount(cell, minlength=shape[0] * shape[1])
        if metric.of == "share":
            share = np.where(n > 0, np.bincount(cell, known, n.size) / np.maximum(n, 1), np.nan)
            told = proportion(share, n)
        else:
            total, squares = (np.bincount(cell, each, n.size).astype(np.float64) for each in (value, value**2))
            told = _mean(total, squares, n)
        yield Cells(metric, dimension, 0, told.reshape(shape), n.reshape(shape))


def _mean(total: Floats, squares: Floats, n: Ints) -> Estimate:
    found = mean(total, squares, n)
    return Estimate(np.where(n > 0, found.value, np.nan), found.low, found.high, n)
