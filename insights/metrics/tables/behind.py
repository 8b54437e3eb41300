"""Who is behind each number: the customers of each metric, month and group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Ints
from features.language.terms import Where
from insights.dimensions.dimension import Dimension
from insights.metrics.answers.scores import Score
from insights.metrics.cells import places_of
from insights.metrics.chunks import Chunk, chunks
from insights.metrics.courses.backlog import Backlog, open_tickets
from insights.metrics.courses.course import Course
from insights.metrics.courses.course_cells import about, rows_of, tells
from insights.metrics.courses.lifetime import Lifetime, worth_of
from insights.metrics.courses.so_far import SoFar
from insights.metrics.definitions.columns import meets, needed
from insights.metrics.definitions.formula import Formula
from insights.metrics.definitions.metric import Metric, Window
from insights.metrics.exchange.identification import Identification, people_there
from insights.metrics.exchange.permission import Permission, permission_rows
from insights.metrics.lists import BY
from insights.metrics.quantiles import Quantile
from insights.metrics.windows import disjoint
from insights.people import Audience
from insights.periods import Periods

Own = Course | Backlog | Lifetime | Identification | Permission  # those whose rows are made in a way of their own
AnyMetric = Metric | Formula | Quantile | Score | Own


@dataclass(frozen=True)
class Met:
    """Whoever has an event that meets any of some conditions in a period's window."""

    wheres: tuple[Where, ...]
    window: Window = None


Base = Met | Own


def lists(
    audience: Audience, metrics: Sequence[AnyMetric], by: Sequence[Dimension], periods: Periods
) -> Iterator[pa.Table]:
    """``list, grain, start, end, customer_id``, and the group of each dimension: who is behind the figures of periods.

    A row is of the periods that begin in ``[start, end)``. The metrics that look at the same events have one list.
    """
    every = lists_of(metrics)
    for base, number in every.items():
        if not isinstance(base, Met) and base.told_by(periods.grain):
            yield _list(number, _rows(base, audience, periods), by, periods)
    met = {base: number for base, number in every.items() if isinstance(base, Met)}
    kinds = sorted({kind for metric in metrics for kind in metric.kinds})
    asked = {name for base in met for where in base.wheres for name in needed(where)}
    columns = sorted({"rating"} | asked.union(*(dimension.columns for dimension in by)))
    for window in dict.fromkeys(base.window for base in met):
        own = {base.wheres: number for base, number in met.items() if base.window == window}
        for span, places in disjoint(periods, window):
            for chunk in chunks(audience, span, kinds, columns):
                yield from _met(chunk, own, by, periods, places[chunk.first + chunk.period])


def _rows(base: Own, audience: Audience, periods: Periods) -> pl.DataFrame:
    """``customer_id, start, until`` (places of periods), and what is known of each then."""
    if isinstance(base, Lifetime) and base.ever:
        return SoFar.of(audience, base.of, periods).spells.drop("version")
    rows = _of_periods(base, audience, periods)
    return about(rows, audience, periods).with_columns(start=pl.col("period"), until=pl.col("period") + 1)


def _of_periods(base: Own, audience: Audience, periods: Periods) -> pl.DataFrame:
    if isinstance(base, Course):
        return rows_of(base, audience, periods)
    if isinstance(base, Backlog):
        return open_tickets(audience, periods)
    if isinstance(base, Lifetime):
        return worth_of(base, audience, periods)
    if isinstance(base, Identification):
        return people_there(audience, periods).drop_nulls("customer_id")
    return permission_rows(base, audience, periods)


def _list(number: int, rows: pl.DataFrame, by: Sequence[Dimension], periods: Periods) -> pa.Table:
    groups = {
        BY + each.name: pl.Series(each.labels, dtype=pl.String).gather(each.places(rows))
        if tells(each, rows)
        else pl.Series([None] * rows.height, dtype=pl.String)
        for each in by
    }
    start, end = (pl.Series(name, periods.edges[rows[own].to_numpy()])
                  for name, own in (("start", "start"), ("end", "until")))  # fmt: skip
    told = rows.select(*_head(number, periods), start, end, "customer_id").with_columns(**groups).unique()
    return _small(told.sort("start", "customer_id", *groups, nulls_last=False).to_arrow())


def _met(
    chunk: Chunk, own: Mapping[tuple[Where, ...], int], by: Sequence[Dimension], periods: Periods, place: Ints
) -> Iterator[pa.Table]:
    """The lists of conditions, from events of which ``place`` is the period whose window holds each; -1 for none."""
    groups = pl.DataFrame({
        BY + each.name: pl.Series(each.labels, dtype=pl.String).gather(places_of(each, chunk)) for each in by
    })  # fmt: skip
    ids, at = chunk.customers.gather(chunk.customer), np.maximum(place, 0)
    start, end = pl.Series("start", periods.edges[at]), pl.Series("end", periods.edges[at + 1])
    rows = pl.DataFrame([start, end, ids]).hstack(groups)
    for wheres, number in own.items():
        answered = pl.col("rating").is_not_null() if any(map(_is_of_scores, wheres)) else True
        told = chunk.events.select(pl.any_horizontal(*map(meets, wheres)) & answered).to_series() & pl.Series(
            place >= 0
        )
        found = rows.filter(told).unique().sort("start", "customer_id", *groups.columns, nulls_last=False)
        yield _small(found.select(*_head(number, periods), pl.all()).to_arrow())


def _head(number: int, periods: Periods) -> tuple[pl.Expr, pl.Expr]:
    return pl.lit(number, pl.Int32).alias("list"), pl.lit(periods.grain).alias("grain")


def lists_of(metrics: Sequence[AnyMetric]) -> dict[Base, int]:
    """The number of each list of customers: one for all metrics that look at the same events, else one each."""
    return {base: number for number, base in enumerate(dict.fromkeys(base_of(metric) for metric in metrics))}


def base_of(metric: AnyMetric) -> Base:
    """Whose customers are behind a metric: those who meet the conditions of its events, or its own."""
    if isinstance(metric, Formula):
        return Met(tuple(sorted({measure.where for measure in metric.measures})), metric.window)
    if isinstance(metric, Metric):
        return Met(((metric.bottom or metric.top).where,), metric.window)
    return Met((metric.where,)) if isinstance(metric, Score | Quantile) else metric


def _is_of_scores(where: Where) -> bool:
    return any(test.column == "scale" for test in where)


def _small(table: pa.Table) -> pa.Table:
    """With texts in Arrow's usual type."""
    kinds = [(one.name, pa.string() if pa.types.is_large_string(one.type) or pa.types.is_string_view(one.type)
              else one.type) for one in table.schema]  # fmt: skip
    return table.cast(pa.schema(kinds))
