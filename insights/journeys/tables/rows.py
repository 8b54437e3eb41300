"""The entries of a journey, and the cell of each: its month, and its group of a dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Floats, Ints, Mask
from insights.dimensions.dimension import OF_EVENTS, Dimension
from insights.journeys.funnel import entry_table
from insights.journeys.journey import Journey
from insights.people import Audience
from insights.periods import Periods

ALL = ""  # the dimension of everybody together
LEAST = 5  # customers: with fewer behind it a figure is not told


@dataclass(frozen=True)
class Layout:
    """Cells ``[period, group]`` of a dimension, or of everybody together; one period stands for all of history."""

    dimension: Dimension | None
    over: Periods | None = None

    @property
    def periods(self) -> tuple[str | None, ...]:
        """The names of the periods."""
        return (None,) if self.over is None else self.over.labels

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The groups."""
        return (None,) if self.dimension is None else self.dimension.labels

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.periods) * len(self.labels)

    def cells(self, rows: pl.DataFrame) -> Ints:
        """The cell of each entry, by its ``period`` and group."""
        place = rows["period"].to_numpy()
        ends = None if self.over is None else self.over.ends[place]
        group = np.zeros(len(rows), dtype=np.int64) if self.dimension is None else self.dimension.places(rows, ends)
        return place * len(self.labels) + group

    def columns(self, journey: Journey, width: int) -> dict[str, object]:
        """What names each cell, ``width`` rows a cell."""
        size = self.size * width
        groups = np.tile(np.array(self.labels, dtype=object), len(self.periods))
        return {
            "journey": [journey.name] * size,
            "period": np.repeat(np.array(self.periods, dtype=object), len(self.labels) * width),
            "dimension": [self.dimension.name if self.dimension else ALL] * size,
            "group": np.repeat(groups, width),
        }


def entries_by(
    audience: Audience, journey: Journey, by: list[Dimension], periods: Periods | None = None
) -> pl.DataFrame:
    """The entries, with what their first event and their customer's attributes tell them apart by.

    Each has the place of its ``period``, and ``as_of`` (µs), when people and attributes are told. With periods a
    customer counts anew in each, and is who they were known to be when the time of its last entry was over.
    """
    of_events = [column for each in by if each.name in OF_EVENTS for column in ("kind", each.column)]
    closed = _closed(journey, periods, audience.as_of)
    moments = np.unique(closed).tolist()
    people, events = audience.events_by_version(moments)
    edges = None if periods is None else periods.edges
    rows = entry_table(events, journey, as_of=audience.as_of, by=of_events, periods=edges)
    place = np.zeros(len(rows), dtype=np.int64) if periods is None else periods.place(rows["entered"].to_numpy())
    rows = rows.with_columns(period=place, as_of=closed[place])
    rows = audience.over_then(people.told(rows).lazy(), "as_of").collect()
    own = [each.column for each in by if each.name not in OF_EVENTS]
    return audience.known(moments).beside(rows).select(*rows.columns, *own) if own else rows


def _closed(journey: Journey, periods: Periods | None, as_of: int) -> Ints:
    """Of each period when the time of its last entry is over; now where that is not yet, or where there is no such."""
    if periods is None or journey.rules.within is None:
        return np.full(1 if periods is None else len(periods), as_of)
    return np.minimum(periods.ends + journey.rules.within, as_of)


def known(values: Floats | Ints, hidden: Mask) -> pa.Array:
    """Values as a column, null where they are hidden or not a number."""
    return pa.array(values.ravel(), mask=(hidden | np.isnan(values)).ravel())
