"""Quantiles over customers: of what each comes to in a period, the amount that a share of them stays below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.config.sections.insights.metrics import MetricSettings, Target
from features.language.terms import Where
from insights.dimensions.dimension import Dimension
from insights.intervals import quantile
from insights.metrics.cells import Cells, places_of
from insights.metrics.chunks import Chunk, chunks
from insights.metrics.definitions.columns import Unit, amount, meets, needed, sources, unit
from insights.metrics.definitions.metric import Metric
from insights.people import Audience
from insights.periods import Periods


@dataclass(frozen=True)
class Quantile:
    """The quantile ``at`` a share of customers' sums of a column, over the events that meet conditions."""

    name: str
    column: str
    where: Where
    at: float
    unit: Unit
    scale: float
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of(cls, name: str, settings: MetricSettings, minor_units: int) -> Self:
        """A quantile as declared.

        >>> half = Quantile.of("half", MetricSettings(take="quantile", at=0.5, kind="order", of="value"), 2)
        >>> half.at, half.unit, half.scale
        (0.5, 'money', 100)
        """
        assert settings.at is not None  # noqa: S101
        where = Metric.of(name, settings, minor_units).top.where
        told, scale = unit(settings.of, minor_units)
        better = settings.better == "higher"
        return cls(name, settings.of, where, settings.at, told, scale, settings.target, better, settings.text)

    @property
    def kinds(self) -> set[str]:
        """The kinds of events that it looks at."""
        return {kind for test in self.where if test.column == "kind" for kind in test.values}


def quantile_cells(
    audience: Audience, metrics: Sequence[Quantile], periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """All cells of quantiles, some periods at a time."""
    kinds = sorted({kind for metric in metrics for kind in metric.kinds})
    own = {name for metric in metrics for name in (*sources(metric.column), *needed(metric.where))}
    columns = sorted(own | {name for dimension in dimensions for name in dimension.columns})
    for chunk in chunks(audience, periods, kinds, columns) if metrics else ():
        for metric in metrics:
            for dimension in (None, *(each for each in dimensions if each.is_of(metric.kinds))):
                yield _cells(chunk, metric, dimension)


def _cells(chunk: Chunk, metric: Quantile, dimension: Dimension | None) -> Cells:
    rows = chunk.events.select(meets(metric.where).arg_true()).to_series().to_numpy().astype(np.int64)
    value = chunk.events.select(amount(metric.column)).to_series()[rows]
    groups = 1 if dimension is None else len(dimension.labels)
    group = np.zeros(len(rows), np.int64) if dimension is None else places_of(dimension, chunk)[rows]
    cell, everybody = chunk.period[rows] * groups + group, len(chunk.customers) + 1
    keys, place = np.unique(cell * everybody + chunk.customer[rows], return_inverse=True)
    sums = np.bincount(place, value.fill_null(0).to_numpy(), len(keys)) / metric.scale
    known = np.bincount(place, value.is_not_null().to_numpy(), len(keys)) > 0
    shape, cells = (chunk.periods, groups), chunk.periods * groups
    own = keys // everybody
    told = quantile(sums[known], own[known], cells, at=metric.at)
    return Cells(metric, dimension, chunk.first, told.reshape(shape), np.bincount(own, minlength=cells).reshape(shape))
