"""How soon customers come to each step, of all who entered: who has not come by now may come yet (Kaplan–Meier).

An entry is watched until its window ends, or until now; one that something ended is watched as long, for it will not
come. A median of those who came alone would call a journey quick that hardly anybody ends.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Floats, Ints, Mask
from features.units import DAY, HOUR
from insights.intervals import Estimate, survival, time_until
from insights.journeys.journey import Journey
from insights.journeys.tables.rows import LEAST, Layout, known

_MOMENTS: Final = (HOUR, 6 * HOUR, *(days * DAY for days in (1, 3, 7, 14, 28, 56, 84, 182, 365)))
_NUMBERS: Final = ("share", "low", "high", "watched")
TIMES: Final = pa.schema([
    ("journey", pa.string()), ("period", pa.string()), ("dimension", pa.string()), ("group", pa.string()),
    ("place", pa.int64()), ("step", pa.string()), ("hours", pa.float64()), ("suppressed", pa.bool_()),
    *((name, pa.float64()) for name in _NUMBERS),
])  # fmt: skip


def time_cells(journey: Journey, rows: pl.DataFrame, layout: Layout, *, as_of: int) -> pa.Table:
    """The share of all who entered that had come to each step but the first after some hours, of each cell."""
    cell, within = layout.cells(rows), journey.rules.within
    longest = within if within is not None else int(_watched(journey, rows, as_of).max(initial=0) * HOUR)
    hours = np.array([*(moment for moment in _MOMENTS if moment < longest), longest]) / HOUR
    entered = np.bincount(cell, minlength=layout.size)
    tables = [TIMES.empty_table()]
    for place in range(1, len(journey.steps)):
        durations, came = _durations(journey, rows, place, as_of)
        left = survival(durations, came, cell, layout.size, at=hours)
        hidden = np.broadcast_to((entered < LEAST)[:, None], left.value.shape)
        numbers = (1 - left.value, 1 - left.high, 1 - left.low, left.n)
        columns = layout.columns(journey, len(hours)) | {
            "place": [place] * left.value.size, "step": [journey.names[place]] * left.value.size,
            "hours": np.tile(hours, layout.size), "suppressed": hidden.ravel(),
            **{name: known(values, hidden) for name, values in zip(_NUMBERS, numbers, strict=True)},
        }  # fmt: skip
        tables.append(pa.table(columns, schema=TIMES).filter(pa.array(np.repeat(entered > 0, len(hours)))))
    return pa.concat_tables(tables)


def half_came(journey: Journey, rows: pl.DataFrame, cell: Ints, cells: int, *, as_of: int) -> Estimate:
    """``[cell, step]``: after how many hours half of all who entered had come; NaN where fewer ever do."""
    found = [
        time_until(*_durations(journey, rows, place, as_of), cell, cells) for place in range(len(journey.steps))
    ]  # fmt: skip
    return Estimate(
        *(np.stack([getattr(one, name) for one in found], axis=1) for name in ("value", "low", "high", "n"))
    )


def _durations(journey: Journey, rows: pl.DataFrame, place: int, as_of: int) -> tuple[Floats, Mask]:
    """For how many hours each entry was watched on its way to a step, and whether it came there."""
    came = rows[f"step_{place + 1}"].is_not_null().to_numpy()
    since = ((rows[f"step_{place + 1}"] - rows["entered"]).fill_null(0) / HOUR).to_numpy()
    return np.where(came, since, _watched(journey, rows, as_of)), came


def _watched(journey: Journey, rows: pl.DataFrame, as_of: int) -> Floats:
    until_now: Floats = (as_of - rows["entered"].to_numpy()) / HOUR
    within = journey.rules.within
    return until_now if within is None else np.minimum(until_now, within / HOUR)
