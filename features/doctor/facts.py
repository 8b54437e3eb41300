"""Everything that findings are read from, counted once in a lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import polars as pl

from features.doctor import counts
from features.ingest.report import IngestReport
from features.lake import Lake


@dataclass(frozen=True)
class Facts:
    """What was counted in the events up to ``as_of``, in the events after it (``later``) and in the other tables."""

    report: IngestReport
    as_of: int
    later: int
    visitors: pl.DataFrame
    meeting: pl.DataFrame
    kinds: pl.DataFrame
    days: pl.DataFrame
    busiest: pl.DataFrame
    delays: pl.DataFrame
    repeats: pl.DataFrame
    consents: pl.DataFrame
    ratings: pl.DataFrame
    channels: pl.DataFrame
    attributes: pl.DataFrame
    offers: pl.DataFrame

    @classmethod
    def of(cls, lake: Lake, report: IngestReport, *, as_of: int) -> Self:
        """Everything counted in a lake."""
        every = lake.scan("events")
        events = every.filter(pl.col("time") <= as_of)
        return cls(
            report=report,
            as_of=as_of,
            later=int(every.filter(pl.col("time") > as_of).select(pl.len()).collect().item()),
            visitors=counts.visitors(events),
            meeting=counts.meeting(events),
            kinds=counts.kinds(events),
            days=counts.days(events, as_of=as_of),
            busiest=counts.busiest(events),
            delays=counts.delays(events),
            repeats=counts.repeats(events),
            consents=counts.consents(events),
            ratings=counts.ratings(events),
            channels=counts.channels(events),
            attributes=counts.attributes(lake.scan("customers"), events),
            offers=counts.offers(lake.scan("offers"), as_of=as_of),
        )

    @property
    def customers(self) -> int:
        """The number of customers who did anything."""
        return int(self.busiest["customers"].sum())
