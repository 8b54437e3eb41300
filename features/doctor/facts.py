"""The tables that findings are read from, each counted once in a lake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from features.doctor import event_counts
from features.doctor.doubts import order_counts
from features.doctor.doubts.placeholders import placeholders
from features.doctor.people import customer_counts
from features.identity.people import People
from features.ingest.report import IngestReport
from features.lake import Lake
from features.profiles.fitted.attributes import attributes_at


@dataclass(frozen=True)
class Facts:
    """Counts of the events up to ``as_of`` (µs) and of the other tables, and the number of ``later`` events."""

    report: IngestReport
    as_of: int
    later: int
    visitors: pl.DataFrame
    source_overlap: pl.DataFrame
    kinds: pl.DataFrame
    days: pl.DataFrame
    busiest_customer: pl.DataFrame
    delays: pl.DataFrame
    duplicates: pl.DataFrame
    lines_without_order: pl.DataFrame
    order_days: pl.DataFrame
    order_sources: pl.DataFrame
    repeated_lines: pl.DataFrame
    placeholders: pl.DataFrame
    consents: pl.DataFrame
    ratings: pl.DataFrame
    channels: pl.DataFrame
    attributes: pl.DataFrame
    unused_attributes: Mapping[str, str]
    offers: pl.DataFrame

    @classmethod
    def of(cls, lake: Lake, report: IngestReport, *, as_of: int) -> Self:
        """The counts of a lake."""
        people = People.at(lake, [as_of])
        all_events = people.events()
        events = all_events.filter(pl.col("time") <= as_of)
        return cls(
            report=report,
            as_of=as_of,
            later=int(all_events.filter(pl.col("time") > as_of).select(pl.len()).collect().item()),
            visitors=customer_counts.visitors(events),
            source_overlap=customer_counts.source_overlap(events),
            kinds=event_counts.kinds(events),
            days=event_counts.days(events, as_of=as_of),
            busiest_customer=customer_counts.busiest_customer(events),
            delays=event_counts.delays(events),
            duplicates=event_counts.duplicates(events),
            lines_without_order=order_counts.lines_without_order(events),
            order_days=order_counts.days_of_orders(events),
            order_sources=order_counts.sources_of_orders(events),
            repeated_lines=order_counts.repeated_lines(events),
            placeholders=placeholders(events),
            consents=customer_counts.consents(events),
            ratings=event_counts.ratings(events),
            channels=event_counts.channels(events),
            attributes=customer_counts.attributes(people.about("customers"), events),
            unused_attributes=attributes_at(lake, as_of=as_of).left_out,
            offers=event_counts.offers(lake.scan("offers"), as_of=as_of),
        )

    @property
    def order_lines(self) -> int:
        """The number of order lines."""
        return int(self.kinds.filter(pl.col("kind") == "order")["events"].sum())

    @property
    def customers(self) -> int:
        """The number of customers with events."""
        return int(self.busiest_customer["customers"].sum())
