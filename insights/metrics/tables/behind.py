"""Who is behind each number: the customers of each metric, month and group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
import pyarrow as pa

from features.language.terms import Where
from insights.dimensions.dimension import Dimension
from insights.metrics.answers.scores import Score
from insights.metrics.cells import places_of
from insights.metrics.chunks import chunks
from insights.metrics.columns import meets, needed
from insights.metrics.courses.backlog import Backlog, open_tickets
from insights.metrics.courses.course import Course
from insights.metrics.courses.course_cells import about, rows_of, tells
from insights.metrics.courses.lifetime import Lifetime, worth_of
from insights.metrics.exchange.identification import Identification, people_there
from insights.metrics.exchange.permission import Permission, permission_rows
from insights.metrics.lists import BY
from insights.metrics.metric import Metric
from insights.metrics.quantiles import Quantile
from insights.people import Audience
from insights.periods import Periods

Own = Course | Backlog | Lifetime | Identification | Permission  # those whose rows are made in a way of their own
AnyMetric = Metric | Quantile | Score | Own


def write_behind(
    audience: Audience, metrics: Sequence[AnyMetric], by: Sequence[Dimension], periods: Periods
) -> Iterator[pa.Table]:
    """``list, start, customer_id``, and the group of each dimension: a row for each of those who are in a month.

    The metrics that look at the same events have one list.
    """
    every = lists_of(metrics)
    lists = {base: number for base, number in every.items() if not isinstance(base, Own)}
    for base, number in every.items():
        if isinstance(base, Course):
            yield _of_rows(audience, rows_of(base, audience, periods), number, by, periods)
        if isinstance(base, Backlog):
            yield _of_rows(audience, open_tickets(audience, periods), number, by, periods)
        if isinstance(base, Lifetime):
            worth = worth_of(base, audience, periods)
            once = worth.unique("customer_id", keep="first", maintain_order=True) if base.ever else worth
            yield _of_rows(audience, once, number, by, periods)
        if isinstance(base, Identification):
            yield _of_rows(audience, people_there(audience, periods).drop_nulls("customer_id"), number, by, periods)
        if isinstance(base, Permission):
            yield _of_rows(audience, permission_rows(base, audience, periods), number, by, periods)
    asked = {name for where in lists for name in needed(where)}
    columns = asked.union(*(dimension.columns for dimension in by))
    kinds = sorted({kind for metric in metrics for kind in metric.kinds})
    for chunk in chunks(audience, periods, kinds, sorted(columns | {"rating"})) if lists else ():
        groups = pl.DataFrame({
            BY + each.name: pl.Series(each.labels, dtype=pl.String).gather(places_of(each, chunk)) for each in by
        })  # fmt: skip
        ids = chunk.customers["customer_id"].gather(chunk.customer)
        start = pl.Series("start", periods.edges[chunk.first + chunk.period])
        rows = pl.DataFrame([start, ids]).hstack(groups).with_row_index("row")
        for where, number in lists.items():
            answered = pl.col("rating").is_not_null() if _is_of_scores(where) else True
            told = chunk.events.select((meets(where) & answered).arg_true()).to_series()
            own = rows[told].drop("row").unique().sort("start", "customer_id", *groups.columns, nulls_last=False)
            yield _small(own.select(pl.lit(number, pl.Int32).alias("list"), pl.all()).to_arrow())


def _of_rows(
    audience: Audience, rows: pl.DataFrame, number: int, by: Sequence[Dimension], periods: Periods
) -> pa.Table:
    known = about(rows, audience)
    groups = {
        BY + each.name: pl.Series(each.labels, dtype=pl.String).gather(each.places(known))
        if tells(each, rows)
        else pl.Series([None] * rows.height, dtype=pl.String)
        for each in by
    }
    start = pl.Series("start", periods.edges[rows["period"].to_numpy()])
    told = rows.select(pl.lit(number, pl.Int32).alias("list"), start, "customer_id").with_columns(**groups).unique()
    return _small(told.sort("start", "customer_id", *groups, nulls_last=False).to_arrow())


def lists_of(metrics: Sequence[AnyMetric]) -> dict[Where | Own, int]:
    """The number of each list of customers: one for all metrics that look at the same events, else one each."""
    return {base: number for number, base in enumerate(dict.fromkeys(base_of(metric) for metric in metrics))}


def base_of(metric: AnyMetric) -> Where | Own:
    """Whose customers are behind a metric: the conditions of their events, or the metric itself."""
    if isinstance(metric, Own):
        return metric
    return metric.where if isinstance(metric, Score | Quantile) else (metric.bottom or metric.top).where


def _is_of_scores(where: Where) -> bool:
    return any(test.column == "scale" for test in where)


def _small(table: pa.Table) -> pa.Table:
    """With texts in Arrow's usual type."""
    kinds = [(one.name, pa.string() if pa.types.is_large_string(one.type) or pa.types.is_string_view(one.type)
              else one.type) for one in table.schema]  # fmt: skip
    return table.cast(pa.schema(kinds))
