"""How many came to each step of a journey, what share that is, and after how long half had come."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Ints, Mask
from insights.intervals import proportion
from insights.journeys.entries import Tally
from insights.journeys.journey import Journey
from insights.journeys.tables.rows import LEAST, Layout, known
from insights.journeys.tables.times import half_came

_COUNTS: Final = ("entered", "reached", "dropped", "ended", "open")
_NUMBERS: Final = ("share", "low", "high", "hours", "hours_low", "hours_high", "tied")
STEPS: Final = pa.schema([
    ("journey", pa.string()), ("period", pa.string()), ("dimension", pa.string()), ("group", pa.string()),
    ("place", pa.int64()), ("step", pa.string()), ("suppressed", pa.bool_()),
    *((name, pa.int64()) for name in _COUNTS), *((name, pa.float64()) for name in _NUMBERS),
])  # fmt: skip


def step_cells(journey: Journey, rows: pl.DataFrame, layout: Layout, *, as_of: int) -> pa.Table:
    """A row for each step of each cell that anybody entered, and of everybody together at all times."""
    width, cell = len(journey.steps), layout.cells(rows)
    tally, hours = tally_of(rows, cell, layout.size, width), half_came(journey, rows, cell, layout.size, as_of=as_of)
    entered, reached = tally.entered[:, None], tally.reached
    over = np.broadcast_to(reached[:, :1], reached.shape)
    share = proportion(np.divide(reached, over, out=np.full(reached.shape, np.nan), where=over > 0), over)
    hidden = np.broadcast_to((entered > 0) & (entered < LEAST), reached.shape)
    tied = np.broadcast_to(tally.tied[:, None], reached.shape)
    counts = {
        "entered": np.broadcast_to(entered, reached.shape), "reached": reached,
        "dropped": np.append(tally.dropped, np.zeros_like(entered), axis=1), "ended": tally.ended, "open": tally.open,
    }  # fmt: skip
    numbers = {
        "share": share.value, "low": share.low, "high": share.high, "hours": hours.value, "hours_low": hours.low,
        "hours_high": hours.high, "tied": np.divide(tied, over, out=np.full(reached.shape, np.nan), where=over > 0),
    }  # fmt: skip
    columns = layout.columns(journey, width) | {
        "place": [*range(width)] * layout.size, "step": [*journey.names] * layout.size, "suppressed": hidden.ravel(),
        **{name: known(values, hidden) for name, values in (counts | numbers).items()},
    }  # fmt: skip
    everybody = layout.dimension is None and layout.periods == (None,)
    shown = np.broadcast_to((entered > 0) | everybody, reached.shape)
    return pa.table(columns, schema=STEPS).filter(pa.array(shown.ravel()))


def tally_of(rows: pl.DataFrame, cell: Ints, cells: int, steps: int) -> Tally:
    """The counts of entries in cells."""
    count, going = rows["reached"].to_numpy(), rows["open"].to_numpy()

    def counts(which: Mask) -> Ints:
        places = cell[which] * (steps + 1) + count[which]
        return np.bincount(places, minlength=cells * (steps + 1)).reshape(cells, steps + 1)[:, 1:]

    ended, tied = ~going & rows["ended"].to_numpy(), ~going & rows["tied"].to_numpy()
    return Tally(counts(~going), counts(going), counts(ended), counts(tied).sum(axis=1))
