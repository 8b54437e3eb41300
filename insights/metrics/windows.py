"""Metrics whose windows reach back from each period's end: to the year's beginning, or so many days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from features.arrays import Ints
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate
from insights.metrics.cells import Cells, Summed, cells
from insights.metrics.definitions.metric import Window
from insights.people import Audience
from insights.periods import Periods


def window_cells(
    audience: Audience, metrics: Sequence[Summed], periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """All cells, from the events of each period's window: customers are known as they are at its end."""
    whole: dict[tuple[str, str | None], Cells] = {}
    for window in dict.fromkeys(metric.window for metric in metrics):
        own = [metric for metric in metrics if metric.window == window]
        for span, places in disjoint(periods, window):
            for part in cells(audience, own, span, dimensions):
                key = (part.metric.name, part.dimension.name if part.dimension else None)
                told = whole.setdefault(key, _empty(part, len(periods)))
                for row, place in enumerate(range(part.first, part.first + len(part.customers))):
                    if places[place] >= 0:
                        _put(told, int(places[place]), part, row)
    yield from whole.values()


def disjoint(periods: Periods, window: Window) -> Iterator[tuple[Periods, Ints]]:
    """Windows that do not overlap, as periods, and which period each is that of; -1 for what lies between two.

    Together they are the windows of all periods.

    >>> from datetime import date
    >>> from features.moments import micros
    >>> months = Periods.of("month", micros(date(2024, 1, 1)), micros(date(2024, 3, 1)))
    >>> [places.tolist() for _, places in disjoint(months, "year")]
    [[0], [1], [2]]
    >>> [places.tolist() for _, places in disjoint(months, 28 * 86_400_000_000)]
    [[0, -1, 1, -1, 2]]
    """
    runs: list[list[int]] = []
    starts = _starts(periods, window)
    for place, start in enumerate(starts):
        run = next((each for each in runs if periods.edges[each[-1] + 1] <= start), None)
        if run is None:
            runs.append([place])
        else:
            run.append(place)
    for own in runs:
        edges = [int(edge) for place in own for edge in (starts[place], periods.edges[place + 1])]
        places = np.full(len(edges) - 1, -1)
        places[::2] = own
        yield Periods(periods.grain, ("",) * len(places), np.array(edges, np.int64), periods.timezone), places


def _starts(periods: Periods, window: Window) -> Ints:
    """When (µs) the window of each period begins."""
    if window is None:
        return periods.edges[:-1]
    if window != "year":
        return periods.edges[1:] - window
    years = [month[:4] for month in periods.months]
    return periods.edges[[years.index(year) for year in years]]


def _empty(part: Cells, count: int) -> Cells:
    groups = part.customers.shape[1]
    estimate = Estimate(*(np.full((count, groups), np.nan) for _ in range(4)))
    return Cells(part.metric, part.dimension, 0, estimate, np.zeros((count, groups), dtype=np.int64))


def _put(whole: Cells, place: int, part: Cells, row: int) -> None:
    for name in ("value", "low", "high", "n"):
        getattr(whole.estimate, name)[place] = getattr(part.estimate, name)[row]
    whole.customers[place] = part.customers[row]
