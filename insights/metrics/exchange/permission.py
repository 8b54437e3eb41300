"""How many of the customers who are there allow a purpose of consent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from features.config.sections.insights.metrics import MetricSettings, Target
from features.profiles.consent import gatekeeper_of
from insights.dimensions.dimension import Dimension
from insights.intervals import proportion
from insights.metrics.cells import Cells
from insights.metrics.courses.course_cells import about
from insights.metrics.definitions.columns import Unit
from insights.metrics.exchange.identification import people_there
from insights.people import Audience
from insights.periods import Periods


@dataclass(frozen=True)
class Permission:
    """The share of customers who did anything in a period that allowed a purpose at its end."""

    name: str
    purpose: str
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of(cls, name: str, settings: MetricSettings) -> Self:
        """As declared."""
        assert settings.allow is not None  # noqa: S101
        return cls(name, settings.allow, settings.target, settings.better == "higher", settings.text)

    @property
    def unit(self) -> Unit:
        """A share."""
        return "share"

    @property
    def kinds(self) -> set[str]:
        """None: it looks at events in a way of its own."""
        return set()

    @staticmethod
    def told_by(grain: str) -> bool:
        """Whether it is told in periods of a grain."""
        return grain in ("month", "quarter")


def permission_rows(metric: Permission, audience: Audience, periods: Periods) -> pl.DataFrame:
    """``customer_id, period, allowed``: whether each customer who did anything in a period allowed the purpose then."""
    keeper = gatekeeper_of(audience.settings, audience.lake)
    there = people_there(audience, periods).drop_nulls("customer_id")
    parts = [there.select("customer_id", "period", allowed=pl.lit(value=False)).clear()]
    if keeper is None:
        return parts[0]
    for (period,), own in there.group_by("period", maintain_order=True):
        moment = min(int(periods.ends[int(str(period))]), audience.as_of)
        allowing = keeper.allowed_then(metric.purpose, as_of=moment).over(own.lazy()).collect()["customer_id"]
        parts.append(own.select("customer_id", "period", allowed=pl.col("customer_id").is_in(allowing.implode())))
    return pl.concat(parts)


def permission_cells(
    audience: Audience, metric: Permission, periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """The cells: of all, and by what the tables of customers say."""
    rows = permission_rows(metric, audience, periods)
    known = about(rows, audience, periods)
    period, allowed = rows["period"].to_numpy(), rows["allowed"].to_numpy()
    for dimension in (None, *(each for each in dimensions if each.of_customers)):
        groups = 1 if dimension is None else len(dimension.labels)
        shape = (len(periods), groups)
        cell = period * groups + (0 if dimension is None else dimension.places(known))
        n = np.bincount(cell, minlength=len(periods) * groups)
        share = np.bincount(cell, allowed, n.size) / np.maximum(n, 1)
        yield Cells(
            metric, dimension, 0, proportion(np.where(n > 0, share, np.nan), n).reshape(shape), n.reshape(shape)
        )
