"""The tables of metrics: what each is, and its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Floats, Ints, Mask
from features.config.sections.insights.metrics import MetricSettings
from insights.dimensions import Dimension, dimensions, standing_dimensions
from insights.intervals import Estimate, benjamini_hochberg, difference, p_value
from insights.metrics.behind import AnyMetric, base_of, lists_of, write_behind
from insights.metrics.cells import Cells, Told, cells
from insights.metrics.courses.course import Course, course_cells, rows_of
from insights.metrics.courses.lifetime import Lifetime, lifetime_cells, model_of
from insights.metrics.courses.retention import retention_cells
from insights.metrics.defaults import default_metrics
from insights.metrics.lists import TABLE as BEHIND
from insights.metrics.metric import Metric
from insights.metrics.quantiles import Quantile, quantile_cells
from insights.metrics.questions import ALL, INTERVAL
from insights.metrics.scores import Score, score_cells
from insights.people import Audience
from insights.periods import GRAINS, Grain, Periods
from insights.tables import Draft

LEAST: Final = 5  # customers: with fewer behind it a figure is not told
CELLS: Final = pa.schema([
    ("metric", pa.string()), ("grain", pa.string()), ("dimension", pa.string()), ("group", pa.string()),
    ("period", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("value", pa.float64()), ("low", pa.float64()),
    ("high", pa.float64()), ("n", pa.float64()), ("customers", pa.int64()), ("open", pa.bool_()),
    ("suppressed", pa.bool_()), ("change", pa.float64()), ("change_low", pa.float64()), ("change_high", pa.float64()),
    ("change_stands", pa.bool_()), ("compared", pa.int64()),
])  # fmt: skip


def write_metrics(audience: Audience, draft: Draft) -> None:
    """Write the tables ``metrics``, ``dimensions`` and ``cells``."""
    metrics = metrics_of(audience)
    by = dimensions(audience, sorted({kind for metric in metrics for kind in metric.kinds}))
    months = _periods(audience, "month")
    moments = [] if months is None else [*(int(end) for end in months.ends if end < audience.as_of), audience.as_of]
    by += standing_dimensions(audience, moments, {each.name for each in by})
    by = [each for each in by if each.name != INTERVAL]
    overlaps = {each.name: each.overlaps for each in by}
    if any(_is_retention(metric) for metric in metrics):
        overlaps[INTERVAL] = True
    draft.write("dimensions", pa.table({"dimension": [*overlaps], "overlaps": [*overlaps.values()]}, _DIMENSIONS))
    lists = lists_of(metrics)
    told = [{**_told(metric), "list": lists[base_of(metric)], "ever": _is_ever(metric)} for metric in metrics]
    draft.write("metrics", pa.Table.from_pylist(told, _METRICS))
    found = [table for grain in GRAINS for table in _of_grain(audience, metrics, [] if grain == "day" else by, grain)]
    if months is not None and metrics:
        draft.write(BEHIND, pa.concat_tables(write_behind(audience, metrics, by, months)).sort_by("list"))
    table = pa.concat_tables([CELLS.empty_table(), *found])
    draft.write(
        "cells", table.sort_by([(name, "ascending") for name in ("metric", "grain", "dimension", "start", "group")])
    )


_DIMENSIONS: Final = pa.schema([("dimension", pa.string()), ("overlaps", pa.bool_())])
_METRICS: Final = pa.schema([
    ("metric", pa.string()), ("text", pa.string()), ("unit", pa.string()), ("target", pa.float64()),
    ("better", pa.string()), ("list", pa.int32()), ("ever", pa.bool_()),
])  # fmt: skip


def metrics_of(audience: Audience) -> list[AnyMetric]:
    """Every metric: the default ones, and those that are declared, which count where names are the same."""
    every = {**default_metrics(audience.lake, model_of(audience.settings)), **audience.settings.metrics}
    decimals = audience.settings.minor_units
    return [_metric(name, each, decimals) for name, each in sorted(every.items())]


def _metric(name: str, settings: MetricSettings, decimals: int) -> AnyMetric:
    if settings.take == "quantile":
        return Quantile.of(name, settings, decimals)
    if settings.take is not None:
        return Metric.of(name, settings, decimals)
    if settings.lifetime is not None:
        return Lifetime.of_settings(name, settings, decimals)
    return Course.of(name, settings) if settings.score is None else Score.of(name, settings, decimals)


def _is_retention(metric: Told) -> bool:
    return isinstance(metric, Course) and metric.each is not None


def _is_ever(metric: Told) -> bool:
    return isinstance(metric, Lifetime) and metric.ever


def _told(metric: Told) -> dict[str, object]:
    better = "higher" if metric.higher_is_better else "lower"
    return {"metric": metric.name, "text": metric.text, "unit": metric.unit, "target": metric.target, "better": better}


def _of_grain(
    audience: Audience, metrics: Sequence[AnyMetric], by: Sequence[Dimension], grain: Grain
) -> Iterator[pa.Table]:
    """The cells of all metrics in periods of a grain."""
    periods = _periods(audience, grain)
    if periods is None or not metrics:
        return
    parts: dict[tuple[str, str], list[Cells]] = {}
    takes, scores = (
        [metric for metric in metrics if isinstance(metric, Metric)],
        [metric for metric in metrics if isinstance(metric, Score)],
    )
    courses = [each for each in metrics if isinstance(each, Course) and each.told_by(grain)]
    worths = [each for each in metrics if isinstance(each, Lifetime) and each.told_by(grain)]
    quantiles = [metric for metric in metrics if isinstance(metric, Quantile)]
    every = chain(
        quantile_cells(audience, quantiles, periods, by),
        cells(audience, takes, periods, by), score_cells(audience, scores, periods, by),
        *(_of_course(audience, course, periods, by) for course in courses),
        *(lifetime_cells(audience, worth, periods, by) for worth in worths),
    )  # fmt: skip
    for part in every:
        parts.setdefault((part.metric.name, part.dimension.name if part.dimension else ALL), []).append(part)
    began = {name: _began(together) for (name, dimension), together in parts.items() if dimension == ALL}
    for (name, _), together in parts.items():
        table = _table(together, periods, as_of=audience.as_of)
        yield table.filter(pc.greater_equal(table["start"], int(periods.edges[began[name]])))


def _of_course(audience: Audience, course: Course, periods: Periods, by: Sequence[Dimension]) -> Iterator[Cells]:
    yield from course_cells(audience, rows_of(course, audience, periods), course, periods, by)
    if course.each is not None:
        yield retention_cells(audience, course, periods)


def _periods(audience: Audience, grain: Grain) -> Periods | None:
    """The periods from the first event on; None where there is none."""
    first = audience.events().select(pl.col("time").min()).collect().item()
    return None if first is None else Periods.of(grain, first, audience.as_of, audience.settings.timezone)


def _began(parts: Sequence[Cells]) -> int:
    """The first period in which anybody is behind a metric; before it there is nothing to tell."""
    there = np.concatenate([part.customers for part in parts]).any(axis=1)
    return int(there.argmax())


def _table(parts: Sequence[Cells], periods: Periods, *, as_of: int) -> pa.Table:
    """The cells of one metric and dimension, with the change of each since the period before."""
    metric, dimension = parts[0].metric, parts[0].dimension
    labels = dimension.labels if dimension else (None,)
    estimate = Estimate(*(
        np.concatenate([getattr(part.estimate, name) for part in parts]) for name in ("value", "low", "high", "n")
    ))  # fmt: skip
    customers = np.concatenate([part.customers for part in parts])
    hidden, shape = (customers > 0) & (customers < LEAST), estimate.value.shape
    if isinstance(metric, Course):
        open_ = metric.open(estimate, periods, as_of=as_of)
    else:
        open_ = np.broadcast_to(periods.open(as_of=as_of)[:, None], shape)
    same = isinstance(metric, Lifetime)  # period after period of the same customers: none is compared
    change, stands, compared = _changes(estimate, customers, hidden | open_ | same)
    columns = {
        "metric": [metric.name] * estimate.value.size,
        "grain": [periods.grain] * estimate.value.size,
        "dimension": [dimension.name if dimension else ALL] * estimate.value.size,
        "group": [*labels] * len(periods),
        "period": np.repeat(np.array(periods.labels), shape[1]),
        "start": np.repeat(periods.edges[:-1], shape[1]),
        "end": np.repeat(periods.edges[1:], shape[1]),
        **{name: _shown(getattr(estimate, name), hidden) for name in ("value", "low", "high", "n")},
        "customers": pa.array(customers.ravel(), mask=hidden.ravel()),
        "open": open_.ravel(),
        "suppressed": hidden.ravel(),
        "change": _shown(change.value), "change_low": _shown(change.low), "change_high": _shown(change.high),
        "change_stands": stands.ravel(),
        "compared": np.full(estimate.value.size, compared),
    }  # fmt: skip
    table = pa.table(columns, schema=CELLS)
    return table.filter(pa.array((customers > 0).ravel() | (dimension is None)))


def _changes(estimate: Estimate, customers: Ints, untold: Mask) -> tuple[Estimate, Mask, int]:
    """What each period adds to the one before, which of these changes stand, and how many were compared."""
    before, now = estimate[:-1], estimate[1:]
    since = difference(now, before)
    nobody = ~np.logical_or.accumulate(customers > 0)  # the figure has not begun
    untold = untold[1:] | untold[:-1] | nobody[:-1]
    parts = (np.where(untold, np.nan, part) for part in (since.value, since.low, since.high))
    first = np.full((1, estimate.value.shape[1]), np.nan)
    value, low, high = (np.concatenate([first, part]) for part in parts)
    change = Estimate(value, low, high, estimate.n)
    found = benjamini_hochberg(p_value(change).ravel())
    return change, found.stands.reshape(value.shape), found.compared


def _shown(values: Floats, hidden: Mask | None = None) -> pa.Array:
    """Numbers; null where they are not known or hidden."""
    mask = np.isnan(values) if hidden is None else np.isnan(values) | hidden
    return pa.array(values.ravel(), mask=mask.ravel())
