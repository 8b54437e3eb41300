"""Metrics of all of a year until a period's end: each period holds what those before it in the year hold too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate
from insights.metrics.cells import Cells, cells
from insights.metrics.metric import Metric
from insights.people import Audience
from insights.periods import Periods


def year_to_date_cells(
    audience: Audience, metrics: Sequence[Metric], periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """All cells, from the events of each year until each of its periods' ends: customers are known as they are then."""
    whole: dict[tuple[str, str | None], Cells] = {}
    for span, places in _spans(periods) if metrics else ():
        for part in cells(audience, metrics, span, dimensions):
            key = (part.metric.name, part.dimension.name if part.dimension else None)
            told = whole.setdefault(key, _empty(part, len(periods)))
            for row, place in enumerate(range(part.first, part.first + len(part.customers))):
                if place % 2 == 0:  # the others are what lies between the end and the next year
                    _put(told, places[place // 2], part, row)
    yield from whole.values()


def _spans(periods: Periods) -> Iterator[tuple[Periods, list[int]]]:
    """For the first, second, … period of all years: from each year's beginning to its end, and what lies between."""
    years = [month[:4] for month in periods.months]
    starts = [place for place, year in enumerate(years) if place == 0 or years[place - 1] != year]
    for length in range(1, max(map(years.count, years)) + 1):
        own = [start for start in starts if years.count(years[start]) >= length]
        edges = [edge for start in own for edge in (periods.edges[start], periods.edges[start + length])]
        places = [start + length - 1 for start in own]
        labels = tuple(label for place in places for label in (periods.labels[place], ""))[:-1]
        yield Periods(periods.grain, labels, np.array(edges, dtype=np.int64), periods.timezone), places


def _empty(part: Cells, count: int) -> Cells:
    groups = part.customers.shape[1]
    estimate = Estimate(*(np.full((count, groups), np.nan) for _ in range(4)))
    return Cells(part.metric, part.dimension, 0, estimate, np.zeros((count, groups), dtype=np.int64))


def _put(whole: Cells, place: int, part: Cells, row: int) -> None:
    for name in ("value", "low", "high", "n"):
        getattr(whole.estimate, name)[place] = getattr(part.estimate, name)[row]
    whole.customers[place] = part.customers[row]
