"""The events of some periods at a time, so that memory holds no more than these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Ints
from features.events.knowledge import known_events
from features.moments import month
from insights.attributes import Attributes
from insights.dimensions.standing import Standing
from insights.people import Audience, end_of
from insights.periods import Periods

AT_A_TIME: Final = 2_000_000  # events


@dataclass(frozen=True)
class Chunk:
    """Events of the periods ``first`` and on: each one's ``period`` counted from it, and its ``customer``'s number.

    ``customers`` are the ids by number.
    """

    first: int
    periods: int
    events: pl.DataFrame
    period: Ints
    customer: Ints
    customers: pl.Series
    ends: Ints  # the last µs of each of its periods
    known: Attributes  # at the ends of the periods

    @cached_property
    def _pairs(self) -> tuple[pl.DataFrame, Ints]:
        """``customer_id, as_of`` of each customer and period's end, and the place of each event's among these."""
        count = max(len(self.customers), 1)
        pairs, place = np.unique(self.period * count + self.customer, return_inverse=True)
        period, customer = np.divmod(pairs, count)
        return pl.DataFrame({"customer_id": self.customers.gather(customer), "as_of": self.ends[period]}), place

    @cached_property
    def attributes(self) -> tuple[pl.DataFrame, Ints]:
        """What was known of each customer when each period ended, and the place of each event's among these."""
        pairs, place = self._pairs
        return self.known.beside(pairs), place

    def standing(self, standing: Standing) -> tuple[pl.Series, Ints]:
        """Where each customer stood when each period ended, and the place of each event's among these."""
        pairs, place = self._pairs
        return standing.at(pairs["as_of"].to_numpy(), pairs["customer_id"]), place


def chunks(audience: Audience, periods: Periods, kinds: Sequence[str], columns: Sequence[str]) -> Iterator[Chunk]:
    """The events of some kinds in all periods, with some columns and ``customer_id`` as known at each period's end."""
    of_events = audience.lake.scan("events").collect_schema().names()
    wanted = [name for name in dict.fromkeys(["fragment", "time", "kind", *columns]) if name in of_events]
    known = audience.known(np.minimum(periods.ends, audience.as_of).tolist())
    for first, last in _spans(audience, periods):
        start, end = int(periods.edges[first]), int(periods.edges[last])
        scanned = known_events(audience.lake.scan("events"), audience.as_of)
        scanned = scanned.filter(pl.col("time") >= start, pl.col("time") < end, pl.col("kind").is_in(kinds))
        theirs = audience.events_of_periods(scanned.select(*wanted, end=end_of(periods)))
        events = theirs.drop("fragment", "end").collect(engine="streaming")
        customers, customer = _numbered(events["customer_id"])
        period = periods.place(events["time"].to_numpy()) - first
        ends = np.minimum(periods.ends[first:last], audience.as_of)
        yield Chunk(first, last - first, events.drop("customer_id"), period, customer, customers, ends, known)


def _numbered(ids: pl.Series) -> tuple[pl.Series, Ints]:
    """Different ids, and the place of each id among them.

    >>> _numbered(pl.Series(["b", "a", "b"]))[1].tolist() in ([0, 1, 0], [1, 0, 1])
    True
    """
    coded = ids.cast(pl.Categorical(pl.Categories.random()))
    names = coded.unique()
    codes = names.to_physical().to_numpy()
    places = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.int64)
    places[codes] = np.arange(len(codes))
    return names.cast(pl.String), places[coded.to_physical().to_numpy()]


def _spans(audience: Audience, periods: Periods) -> Iterator[tuple[int, int]]:
    """Ranges of periods that hold about as many events as are read at a time; at least one period each."""
    entries = audience.lake.manifest.tables.get("events", ())
    rows, first, held = {entry.part: entry.rows for entry in entries}, 0, 0.0
    for place, (start, end) in enumerate(zip(periods.edges[:-1], periods.edges[1:], strict=True)):
        days = max(round((end - start) / 86_400_000_000), 1)
        held += sum(rows.get(month(int(at)), 0) / 30 for at in np.linspace(start, end - 1, days))
        if held >= AT_A_TIME:
            yield first, place + 1
            first, held = place + 1, 0.0
    if first < len(periods):
        yield first, len(periods)
