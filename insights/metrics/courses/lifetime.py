"""What customers are worth: what each brought so far, and what the newest batch of scores says that they will bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from features.arrays import Floats
from features.config.sections.insights.metrics import LifetimeValue, MetricSettings, Target
from features.config.sections.targets.targets import MarginSettings, SpendSettings
from features.config.settings import Settings
from features.events.kinds import RETURNS
from features.scores.table import read_scores
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate, mean
from insights.metrics.cells import Cells
from insights.metrics.courses.course_cells import about
from insights.metrics.courses.so_far import SoFar, by_dimension
from insights.metrics.definitions.columns import Unit, amount
from insights.people import Audience
from insights.periods import Periods


@dataclass(frozen=True)
class Lifetime:
    """The mean over customers of what each brought until a period's end, or will by the last scores of a model.

    With ``within`` (µs) it is of those whose first order lies in the period, and what each brought that long after it:
    customers of one age, whenever they came.
    """

    name: str
    of: LifetimeValue
    scale: float  # of its integers make one of the currency's units
    model: str | None = None
    within: int | None = None
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of_settings(cls, name: str, settings: MetricSettings, minor_units: int) -> Self:
        """As declared.

        >>> Lifetime.of_settings("clv", MetricSettings(lifetime="margin"), 2).scale
        100
        """
        assert settings.lifetime is not None  # noqa: S101
        scale = 1 if settings.lifetime == "predicted" else 10**minor_units
        better = settings.better == "higher"
        form = (settings.lifetime, scale, settings.model, settings.within)
        return cls(name, *form, settings.target, better, settings.text)

    @property
    def unit(self) -> Unit:
        """An amount."""
        return "money"

    @property
    def kinds(self) -> set[str]:
        """None: it looks at events in a way of its own."""
        return set()

    @property
    def ever(self) -> bool:
        """Whether everybody who was ever there is behind each figure."""
        return self.of != "predicted" and self.within is None

    @staticmethod
    def told_by(grain: str) -> bool:
        """Whether it is told in periods of a grain."""
        return grain in ("month", "quarter")


def model_of(settings: Settings) -> str | None:
    """The model that says what customers will spend, the furthest ahead; None where no batch was scored by any."""
    scored = set(read_scores(settings.scores).select(pl.col("model").unique()).collect()["model"])
    found = [
        (target.horizon, name)
        for name, target in settings.targets.items()
        if isinstance(target, SpendSettings | MarginSettings) and name in scored
    ]
    return max(found)[1] if found else None


def worth_of(metric: Lifetime, audience: Audience, periods: Periods) -> pl.DataFrame:
    """``customer_id, period, value``: what each of a cohort brought, or is predicted to bring as of a period's end."""
    return _predicted(metric, audience, periods) if metric.of == "predicted" else _begun(metric, audience, periods)


def _begun(metric: Lifetime, audience: Audience, periods: Periods) -> pl.DataFrame:
    """What customers of each cohort brought ``within`` a time of their first order, itself included.

    They are those known when that time was over for all of the cohort.
    """
    within = metric.within or 0
    closed = np.minimum(periods.ends + within, audience.as_of)
    people, events = audience.events_by_version(np.unique(closed).tolist())
    bought = events.filter(pl.col("kind").is_in(["order", *RETURNS]))
    own = bought.select("customer_id", "time", "kind", value=amount(metric.of))
    first = pl.col("time").filter(pl.col("kind") == "order").min().over("customer_id")
    told = own.with_columns(began=first).filter(pl.col("time") >= first, pl.col("time") <= first + within)
    brought = told.group_by("customer_id", "began").agg(pl.col("value").sum()).collect(engine="streaming")
    place = periods.place(brought["began"].to_numpy())
    known = people.told(brought.with_columns(pl.Series("period", place, pl.Int64), pl.Series("as_of", closed[place])))
    return (
        audience.over_then(known.lazy(), "as_of")
        .select("customer_id", "period", "value")
        .collect()
        .sort("period", "customer_id")
    )


def _predicted(metric: Lifetime, audience: Audience, periods: Periods) -> pl.DataFrame:
    """What the newest batch at each period's end says; nobody is told before the first batch."""
    scores = read_scores(audience.settings.scores, allowed=audience.allowed)
    own = scores.filter(pl.col("model") == metric.model, pl.col("as_of") <= audience.as_of)
    moments = own.select(pl.col("as_of").unique().sort()).collect()["as_of"].to_numpy()
    newest = moments.searchsorted(periods.ends, side="right") - 1
    batches = pl.LazyFrame({
        "period": np.flatnonzero(newest >= 0).astype(np.int64), "as_of": moments[newest[newest >= 0]].astype(np.int64)
    })  # fmt: skip
    last = own.filter(pl.col("version") == pl.col("version").max().over("as_of"))
    told = last.join(batches, on="as_of").select("customer_id", "period", "value")
    return told.collect().sort("period", "customer_id")


def lifetime_cells(
    audience: Audience, metric: Lifetime, periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """The cells: of all, and by what the tables of customers say."""
    if metric.ever:
        every = by_dimension(SoFar.of(audience, metric.of, periods), dimensions, len(periods))
    else:
        every = _by_dimension(worth_of(metric, audience, periods), audience, periods, dimensions)
    for dimension, totals in every:
        n, total, squares = np.moveaxis(totals, 2, 0)
        yield Cells(metric, dimension, 0, _mean(total / metric.scale, squares / metric.scale**2, n), n.astype(np.int64))


def _by_dimension(
    rows: pl.DataFrame, audience: Audience, periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[tuple[Dimension | None, Floats]]:
    """The totals ``[period, group, 3]`` of rows, of all and by what is known of customers."""
    known, value = about(rows, audience, periods), rows["value"].fill_null(0).to_numpy()
    for dimension in (None, *(each for each in dimensions if each.of_customers)):
        groups = 1 if dimension is None else len(dimension.labels)
        cell = rows["period"].to_numpy() * groups + (0 if dimension is None else dimension.places(known))
        sums = [np.bincount(cell, each, len(periods) * groups) for each in (None, value, value**2)]
        yield dimension, np.stack(sums, axis=1).reshape(len(periods), groups, 3).astype(np.float64)


def _mean(total: Floats, squares: Floats, n: Floats) -> Estimate:
    found = mean(total, squares, n)
    return Estimate(np.where(n > 0, found.value, np.nan), found.low, found.high, n)
