"""Write the tables of journeys."""

from __future__ import annotations

from typing import Final

import polars as pl
import pyarrow as pa

from insights.dimensions.dimension import dimensions
from insights.journeys.tables.declared import journeys_at
from insights.journeys.tables.rows import Layout, entries_by
from insights.journeys.tables.steps import STEPS, step_cells
from insights.journeys.tables.times import TIMES, time_cells
from insights.people import Audience
from insights.periods import Periods
from insights.tables import Draft

_TOLD: Final = ("customer_id", "entered", "last", "reached", "open", "ended", "next")
ENTRIES: Final = pa.schema([
    ("journey", pa.string()), ("customer_id", pa.string()), ("entered", pa.int64()), ("last", pa.int64()),
    ("reached", pa.int64()), ("open", pa.bool_()), ("ended", pa.bool_()), ("next", pa.string()),
])  # fmt: skip


def write_journeys(audience: Audience, draft: Draft) -> None:
    """Write four tables of what customers do on their journeys.

    ``journeys`` has a row a step, ``journey_months`` one of each month's entries, ``journey_times`` how many came by
    when, ``journey_entries`` who is behind the first.
    """
    steps, months, times, entries = [], [], [], [ENTRIES.empty_table()]
    periods = _months(audience)
    for journey in journeys_at(audience):
        by = dimensions(audience, journey.kinds)
        rows = entries_by(audience, journey, by)
        layouts = [Layout(dimension) for dimension in (None, *by)]
        steps += [step_cells(journey, rows, layout, as_of=audience.as_of) for layout in layouts]
        times += [time_cells(journey, rows, layout, as_of=audience.as_of) for layout in layouts]
        told = rows.select(*_TOLD).with_columns(journey=pl.lit(journey.name))
        in_order = told.select("journey", *_TOLD).sort("reached", "entered", "customer_id", descending=True)
        entries.append(in_order.to_arrow().cast(ENTRIES))
        if periods is not None:
            rows = entries_by(audience, journey, by, periods)
            layouts = [Layout(dimension, periods) for dimension in (None, *by)]
            months += [step_cells(journey, rows, layout, as_of=audience.as_of) for layout in layouts]
    draft.write("journeys", pa.concat_tables([STEPS.empty_table(), *steps]))
    draft.write("journey_months", pa.concat_tables([STEPS.empty_table(), *months]))
    draft.write("journey_times", pa.concat_tables([TIMES.empty_table(), *times]))
    draft.write("journey_entries", pa.concat_tables(entries))


def _months(audience: Audience) -> Periods | None:
    """The months from the first event on, as whoever counts by a later entry may have entered before; None without."""
    first = audience.lake.scan("events").select(pl.col("time").min()).collect().item()
    if first is None or first > audience.as_of:
        return None
    return Periods.of("month", first, audience.as_of, audience.settings.timezone)
