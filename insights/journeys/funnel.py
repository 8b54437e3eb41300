"""Who entered a journey, how far each came, and where those went who came no further."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Ints
from insights.journeys.entries import Entries, Tally
from insights.journeys.histories import Occurrences
from insights.journeys.journey import Journey
from insights.journeys.reach import NEVER, reach
from insights.journeys.runs import Run, blocks, run_of

NEXT: Final = "next"


def tally(events: pl.LazyFrame, journey: Journey, *, as_of: int) -> Tally:
    """The counts of a journey's entries; ``events`` hold ``customer_id`` and are known at ``as_of`` (µs).

    >>> from features.config.sections.insights.journeys import JourneySettings
    >>> declared = JourneySettings.model_validate({"steps": ["view", "order"]})
    >>> events = pl.LazyFrame({"customer_id": ["a", "a", "b"], "time": [1, 2, 3], "kind": ["view", "order", "view"]})
    >>> tally(events, Journey.of("checkout", declared, minor_units=2), as_of=9).reached.tolist()
    [[2, 1]]
    """
    total = Tally.none(len(journey.steps))
    for part in blocks(events):
        entries = entries_of(run_of(part, journey), journey, as_of)
        total += Tally.of(entries, np.zeros_like(entries.customer), 1)
    return total


def entry_table(
    events: pl.LazyFrame, journey: Journey, *, as_of: int, by: Sequence[str] = (), periods: Ints | None = None
) -> pl.DataFrame:
    """A row an entry: ``customer_id``, when it ``entered`` and came to its ``last`` step (µs), and how many it reached.

    ``step_…`` are the moments of its steps, ``open``, ``ended`` and ``tied`` as in :class:`Entries`; ``next`` is the
    kind of the first event after the last step, within the window, of those who did not convert; ``by`` are columns of
    the event that it began with. With ``periods``, their edges, a customer counts anew in each.
    """
    beside = tuple(dict.fromkeys(["kind", *by]))
    parts = [_rows(run_of(part, journey, beside), journey, as_of, by, periods) for part in blocks(events)]
    return pl.concat(parts)


def entries_of(run: Run, journey: Journey, as_of: int, periods: Ints | None = None) -> Entries:
    """The entries of a run that count, as they stand at ``as_of`` (µs)."""
    within = journey.rules.within
    reached = reach(run.histories, run.steps(journey), run.unless(journey), journey.rules)
    entries = Entries.of(run.histories, reached, within=within, as_of=as_of)
    period = None if periods is None else periods.searchsorted(entries.entered, side="right")
    return entries.counted(journey.by, period)


def _rows(run: Run, journey: Journey, as_of: int, by: Sequence[str], periods: Ints | None) -> pl.DataFrame:
    entries = entries_of(run, journey, as_of, periods)
    told = {
        "customer_id": run.customers.gather(entries.customer),
        "entered": entries.entered,
        "last": entries.last,
        "reached": entries.count,
        **{f"step_{place}": pl.Series(time).replace(-1, None) for place, time in enumerate(entries.time, 1)},
        "open": entries.open,
        "ended": entries.ended & (entries.count < len(journey.steps)),
        "tied": entries.tied,
        NEXT: next_kinds(run, entries, journey),
    }
    return pl.DataFrame(told | {name: run.columns[name].gather(entries.row) for name in by if name != NEXT})


def next_kinds(run: Run, entries: Entries, journey: Journey) -> pl.Series:
    """The kind of the event after the last step of each entry, null where none came in time, or all steps did."""
    histories, within = run.histories, journey.rules.within
    found = Occurrences(np.ones(len(histories.time), dtype=np.bool_)).from_row(histories.after[entries.last_row])
    inside = (found < histories.ends[entries.customer]) & (entries.count < len(journey.steps))
    until = entries.entered + within if within is not None else np.full(len(entries), NEVER)
    inside &= histories.time[np.where(inside, found, 0)] <= until
    kinds = run.columns["kind"].gather(np.where(inside, found, 0)) if len(run.columns) else run.columns["kind"]
    return pl.select(pl.when(pl.Series(inside)).then(kinds)).to_series()
