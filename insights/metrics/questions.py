"""Questions about metrics, answered from the tables of a refresh without any engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from features import compute as pc
from features.errors import StamkundError
from features.texts.catalogue import texts_in
from insights.contrasts import contrasts
from insights.metrics.lists import LISTED, Whose, people_of
from insights.periods import GRAINS, check_period
from insights.tables import Manifest, Tables

ALL: Final = ""  # the dimension of everybody together
INTERVAL: Final = "interval"  # the dimension of retention: which of the intervals after a customer's first event
IDENTIFIED: Final = "identified"  # the dimension of those whom we know, and those whom we do not
_OF_REFRESH: Final = ("as_of", "build", "list", "cohorts")


@dataclass(frozen=True)
class Question:
    """Which ``metrics`` (none: all), ``by`` which dimension (None: of all together), in how many ``last`` periods.

    ``compare`` are two groups of the dimension whose difference is told too.
    """

    metrics: tuple[str, ...] = ()
    by: str | None = None
    grain: str = "month"
    last: int = 24
    compare: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Metrics and their cells, by metric, period and group; amounts are in units of the currency, times in µs."""

    manifest: Manifest
    dimensions: list[str]
    metrics: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    overlapping: list[str]  # the dimensions of which a customer may be in several groups
    differences: list[dict[str, Any]]


def told(tables: Tables, question: Question, language: str = "en") -> Answer:
    """What the last refresh found; raises :class:`StamkundError` for names that it does not know."""
    manifest, every = tables.manifest, tables.read("metrics").to_pylist()
    names = [row["metric"] for row in every]
    for name in question.metrics:
        _check("unknown_metric", "metric", name, names)
    _check("unknown_grain", "grain", question.grain, GRAINS)
    by = tables.read("dimensions").to_pylist()
    dimensions = [row["dimension"] for row in by]
    if question.by is not None:
        _check("unknown_dimension", "by", question.by, dimensions)
    wanted = [row for row in every if not question.metrics or row["metric"] in question.metrics]
    cells = _cells(tables, question)
    metrics = [
        {name: value for name, value in row.items() if name not in _OF_REFRESH}
        | {"text": text_of(row["metric"], row["text"], language)}
        for row in wanted
    ]
    rows = [row | {"dimension": row["dimension"] or None} for row in cells.drop_columns(["grain"]).to_pylist()]
    overlapping = [row["dimension"] for row in by if row["overlaps"]]
    cohorts = {row["metric"] for row in wanted if row["cohorts"]}
    differences = contrasts(rows, _pair(tables, question), cohorts) if question.compare else []
    return Answer(manifest, dimensions, metrics, rows, overlapping, differences)


def _pair(tables: Tables, question: Question) -> tuple[str, str]:
    """The two groups to compare."""
    groups = question.compare
    if question.by is None:
        raise StamkundError("group_of_nothing", group=groups[0], field="compare")
    filters = [("dimension", "=", question.by), ("grain", "=", question.grain)]
    known = set(tables.read("cells", columns=["group"], filters=filters)["group"].to_pylist()) - {None}
    for group in groups:
        _check("unknown_group", "group", group, known, field="compare")
    if len(groups) != 2 or groups[0] == groups[1]:
        raise StamkundError("two_groups_needed", field="compare")
    return groups[0], groups[1]


@dataclass(frozen=True)
class Figure:
    """A figure of a month or quarter, such as ``2024-03`` or ``2024-Q1``: of all, or of one group of a dimension."""

    metric: str
    period: str
    by: str | None = None
    group: str | None = None


def people_behind(tables: Tables, figure: Figure) -> list[str]:
    """The customers behind a figure, none of a suppressed one; raises :class:`StamkundError` for unknown names."""
    metric, period, by, group = figure.metric, figure.period, figure.by, figure.group
    metrics = {row["metric"]: row for row in tables.read("metrics").to_pylist()}
    _check("unknown_metric", "metric", metric, metrics)
    if by is not None:
        _check("unknown_dimension", "by", by, tables.read("dimensions")["dimension"].to_pylist())
    filters = [("metric", "=", metric), ("dimension", "=", by or ALL), ("grain", "in", list(LISTED))]
    cells = tables.read(
        "cells", columns=["period", "group", "grain", "start", "suppressed"], filters=filters
    ).to_pylist()
    check_period(period, {cell["period"] for cell in cells})
    if group is not None:
        if by is None:
            raise StamkundError("group_of_nothing", group=group, field="group")
        _check("unknown_group", "group", group, {cell["group"] for cell in cells if cell["group"] is not None})
    own = [cell for cell in cells if cell["period"] == period and (by is None or cell["group"] == group)]
    if not own or own[0]["suppressed"]:
        return []
    if by == IDENTIFIED and group != "yes":
        return []  # who is not known has no name
    if metrics[metric]["missing"]:
        return []
    of_group = None if by in (INTERVAL, IDENTIFIED) else by  # an interval's share is one of the whole cohort
    whose = Whose(metrics[metric]["list"], own[0]["grain"], own[0]["start"])
    return people_of(tables, whose, by=of_group, group=group)


def text_of(name: str, own: str | None, language: str) -> str:
    """A metric in words: its own where it is declared with some, else those of the catalogue, else its name."""
    return own or texts_in(language).get(f"metric.{name}", name.replace("_", " "))


def _cells(tables: Tables, question: Question) -> pa.Table:
    filters: list[tuple[str, str, object]] = [("grain", "=", question.grain), ("dimension", "=", question.by or ALL)]
    if question.metrics:
        filters.append(("metric", "in", list(question.metrics)))
    cells = tables.read("cells", filters=filters).drop_columns(["as_of", "build"])
    starts = sorted(set(cells["start"].to_pylist()))[-question.last :]
    if starts:
        cells = cells.filter(pc.greater_equal(cells["start"], starts[0]))
    return cells


def _check(code: str, what: str, name: str, known: Collection[str], *, field: str | None = None) -> None:
    if name not in known:
        raise StamkundError.unknown(code, what, name, known, field=field or what)
