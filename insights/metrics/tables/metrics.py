"""The tables of metrics: what each is, and its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from features import compute as pc
from insights.dimensions.dimension import Dimension, dimensions
from insights.metrics.answers.score_cells import score_cells
from insights.metrics.answers.scores import Score
from insights.metrics.cells import Cells, Summed, Told, cells
from insights.metrics.courses.backlog import Backlog, backlog_cells
from insights.metrics.courses.course import Course
from insights.metrics.courses.course_cells import course_cells, rows_of
from insights.metrics.courses.lifetime import Lifetime, lifetime_cells
from insights.metrics.courses.retention import retention_cells
from insights.metrics.exchange.identification import Identification, identification_cells
from insights.metrics.exchange.permission import Permission, permission_cells
from insights.metrics.lists import LISTED
from insights.metrics.lists import TABLE as BEHIND
from insights.metrics.quantiles import Quantile, quantile_cells
from insights.metrics.questions import ALL, IDENTIFIED, INTERVAL
from insights.metrics.regrouped import regrouped
from insights.metrics.standings import standing_dimensions
from insights.metrics.tables.behind import AnyMetric, base_of, lists, lists_of
from insights.metrics.tables.declared import metrics_of, missing_parts
from insights.metrics.tables.figures import CELLS, began, figures
from insights.metrics.tables.strangers import strangers
from insights.metrics.tables.targets import targets_of
from insights.metrics.windows import window_cells
from insights.people import Audience
from insights.periods import GRAINS, Grain, Periods
from insights.tables import Draft


def write_metrics(audience: Audience, draft: Draft) -> None:
    """Write the tables ``metrics``, ``dimensions`` and ``cells``."""
    metrics = metrics_of(audience)
    by = dimensions(audience, sorted({kind for metric in metrics for kind in metric.kinds}))
    months = _periods(audience, "month")
    moments = [] if months is None else [*(int(end) for end in months.ends if end < audience.as_of), audience.as_of]
    own = audience.settings.dimensions
    by = [each for each in by if each.name not in own] + regrouped(own, audience.settings.minor_units)
    by += standing_dimensions(audience, moments, {each.name for each in by})
    by = [each for each in by if each.name not in (INTERVAL, IDENTIFIED)]
    overlaps = {each.name: each.overlaps for each in by}
    if any(_is_retention(metric) for metric in metrics):
        overlaps[INTERVAL] = True
    if any(isinstance(metric, Identification) for metric in metrics):
        overlaps[IDENTIFIED] = False
    draft.write("dimensions", pa.table({"dimension": [*overlaps], "overlaps": [*overlaps.values()]}, _DIMENSIONS))
    numbers = lists_of(metrics)
    told = [{**_told(metric, months), "list": numbers[base_of(metric)]} for metric in metrics]
    unheld = strangers(audience)
    told = [{**row, "nobody_has": unheld.get(str(row["metric"]), [])} for row in told]
    missing = sorted(missing_parts(audience).items())
    told += [{"metric": name, "missing": part, "nobody_has": []} for name, part in missing]
    draft.write("metrics", pa.Table.from_pylist(told, _METRICS))
    found = [table for grain in GRAINS for table in _of_grain(audience, metrics, [] if grain == "day" else by, grain)]
    if months is not None and metrics:
        draft.write(BEHIND, pa.concat_tables(_behind(audience, metrics, by)).sort_by("list"))
    table = pa.concat_tables([CELLS.empty_table(), *found])
    draft.write(
        "cells", table.sort_by([(name, "ascending") for name in ("metric", "grain", "dimension", "start", "group")])
    )


_DIMENSIONS: Final = pa.schema([("dimension", pa.string()), ("overlaps", pa.bool_())])
_METRICS: Final = pa.schema([
    ("metric", pa.string()), ("text", pa.string()), ("unit", pa.string()), ("target", pa.float64()),
    ("better", pa.string()), ("cohorts", pa.bool_()), ("list", pa.int32()), ("missing", pa.string()),
    ("nobody_has", pa.list_(pa.struct([(name, pa.string()) for name in ("name", "text", "near")]))),
])  # fmt: skip


def _is_retention(metric: Told) -> bool:
    return isinstance(metric, Course) and metric.each is not None


def _is_of_cohorts(metric: Told) -> bool:
    """Whether each customer is in one period alone."""
    return (isinstance(metric, Lifetime) and metric.within is not None) or (
        isinstance(metric, Course) and metric.of_first
    )


def _told(metric: Told, months: Periods | None) -> dict[str, object]:
    better = "higher" if metric.higher_is_better else "lower"
    now = float("nan") if months is None else float(targets_of(metric.target, months)[-1])
    target = None if np.isnan(now) else now
    facts = {"metric": metric.name, "text": metric.text, "unit": metric.unit, "target": target, "better": better}
    return {**facts, "cohorts": _is_of_cohorts(metric)}


def _of_grain(
    audience: Audience, metrics: Sequence[AnyMetric], by: Sequence[Dimension], grain: Grain
) -> Iterator[pa.Table]:
    """The cells of all metrics in periods of a grain."""
    periods = _periods(audience, grain)
    if periods is None or not metrics:
        return
    parts: dict[tuple[str, str], list[Cells]] = {}
    takes = [metric for metric in metrics if isinstance(metric, Summed) and metric.window is None]
    windows = [each for each in metrics if isinstance(each, Summed) and each.window and each.told_by(grain)]
    scores = [each for each in metrics if isinstance(each, Score) and each.told_by(grain)]
    courses = [each for each in metrics if isinstance(each, Course) and each.told_by(grain)]
    backlogs = [each for each in metrics if isinstance(each, Backlog) and each.told_by(grain)]
    worths = [each for each in metrics if isinstance(each, Lifetime) and each.told_by(grain)]
    known = [each for each in metrics if isinstance(each, Identification) and each.told_by(grain)]
    allowing = [each for each in metrics if isinstance(each, Permission) and each.told_by(grain)]
    quantiles = [metric for metric in metrics if isinstance(metric, Quantile)]
    every = chain(
        quantile_cells(audience, quantiles, periods, by), window_cells(audience, windows, periods, by),
        cells(audience, takes, periods, by), score_cells(audience, scores, periods, by),
        *(_of_course(audience, course, periods, by) for course in courses),
        *(backlog_cells(audience, backlog, periods, by) for backlog in backlogs),
        *(lifetime_cells(audience, worth, periods, by) for worth in worths),
        *(identification_cells(audience, metric, periods) for metric in known),
        *(permission_cells(audience, metric, periods, by) for metric in allowing),
    )  # fmt: skip
    for part in every:
        parts.setdefault((part.metric.name, part.dimension.name if part.dimension else ALL), []).append(part)
    starts = {name: began(together) for (name, dimension), together in parts.items() if dimension == ALL}
    for (name, _), together in parts.items():
        table = figures(together, periods, as_of=audience.as_of)
        yield table.filter(pc.greater_equal(table["start"], int(periods.edges[starts[name]])))


def _of_course(audience: Audience, course: Course, periods: Periods, by: Sequence[Dimension]) -> Iterator[Cells]:
    yield from course_cells(audience, rows_of(course, audience, periods), course, periods, by)
    if course.each is not None:
        yield retention_cells(audience, course, periods)


def _behind(audience: Audience, metrics: Sequence[AnyMetric], by: Sequence[Dimension]) -> Iterator[pa.Table]:
    for grain in LISTED:
        if (periods := _periods(audience, grain)) is not None:
            yield from lists(audience, metrics, by, periods)


def _periods(audience: Audience, grain: Grain) -> Periods | None:
    """The periods from the first event on; None where there is none."""
    first = audience.events().select(pl.col("time").min()).collect().item()
    return None if first is None else Periods.of(grain, first, audience.as_of, audience.settings.timezone)
