"""What customers are worth: what each brought so far, and what the newest batch of scores says that they will bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from features.config.sections.insights.metrics import LifetimeValue, MetricSettings, Target
from features.config.sections.targets.targets import MarginSettings, SpendSettings
from features.config.settings import Settings
from features.events.kinds import RETURNS
from features.scores.table import read_scores
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate, mean
from insights.metrics.cells import Cells
from insights.metrics.columns import Unit, amount
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
    """``customer_id, period, value``: what each brought in a period; or, of predictions, is to bring as of its end."""
    if metric.of == "predicted":
        return _predicted(metric, audience, periods)
    return _brought(metric, audience, periods) if metric.within is None else _begun(metric, audience, periods)


def _brought(metric: Lifetime, audience: Audience, periods: Periods) -> pl.DataFrame:
    events = audience.events().filter(pl.col("kind").is_in(["order", *RETURNS]))
    told = events.select("customer_id", "time", value=amount(metric.of)).collect(engine="streaming")
    place = pl.Series("period", periods.place(told["time"].to_numpy()), dtype=pl.Int64)
    of_period = told.with_columns(place).group_by("customer_id", "period").agg(pl.col("value").sum())
    return of_period.sort("period", "customer_id")


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
    return audience.over(known.lazy()).select("customer_id", "period", "value").collect().sort("period", "customer_id")


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
    rows = worth_of(metric, audience, periods)
    customers = rows.select(pl.col("customer_id").unique().sort())
    known = customers.join(audience.attributes().collect(), on="customer_id", how="left", maintain_order="left")
    customer = customers["customer_id"].search_sorted(rows["customer_id"]).to_numpy().astype(np.int64)
    period, value = rows["period"].to_numpy(), rows["value"].fill_null(0).to_numpy() / metric.scale
    for dimension in (None, *(each for each in dimensions if each.of_customers)):
        groups = 1 if dimension is None else len(dimension.labels)
        group = np.zeros(customers.height, np.int64) if dimension is None else dimension.places(known)
        sums = np.zeros((len(periods), groups, 3))  # customers, their sum, and of squares
        brought, there = np.zeros(customers.height), np.zeros(customers.height, dtype=np.bool_)
        for place in range(len(periods)):
            now = slice(*period.searchsorted([place, place + 1]))
            if not metric.ever:
                brought[:], there[:] = 0, False
            brought[customer[now]] += value[now]
            there[customer[now]] = True
            sums[place] = _sums(group[there], brought[there], groups)
        n, total, squares = np.moveaxis(sums, 2, 0)
        yield Cells(metric, dimension, 0, _mean(total, squares, n), n.astype(np.int64))


def _sums(group: Ints, value: Floats, groups: int) -> Floats:
    weights = (None, value, value**2)
    return np.stack([np.bincount(group, each, groups) for each in weights], axis=1)


def _mean(total: Floats, squares: Floats, n: Floats) -> Estimate:
    found = mean(total, squares, n)
    return Estimate(np.where(n > 0, found.value, np.nan), found.low, found.high, n)
