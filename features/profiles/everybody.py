"""Everybody's profiles at one moment, some customers at a time, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import polars as pl

from features.evaluate.offline.blocks import lake_columns, read_events
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.knowledge import known_by, unaware
from features.identity.people import People
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.parts import parts_without_events, profile_parts


@dataclass(frozen=True)
class Some:
    """The profiles of some customers: ``silent`` ones have no event so far.

    ``done`` is how many of the ``total`` customers with events are told so far.
    """

    profiles: pl.DataFrame
    silent: bool
    done: int
    total: int


def _no_ids() -> pl.Series:
    return pl.Series("customer_id", [], pl.String)


@dataclass(frozen=True)
class Told:
    """The ids of those whose profiles were told before: the first ones with events, then the first ``silent`` ones."""

    with_events: pl.Series = field(default_factory=_no_ids)
    silent: pl.Series = field(default_factory=_no_ids)


def everybody(
    lake: Lake,
    feature_set: FeatureSet,
    *,
    as_of: int,
    customers: Collection[str] | None = None,
    checkpoint: Checkpoint | None = None,
    told: Told | None = None,
) -> Iterator[Some]:
    """The profiles of all customers or of these, in the order of their ids; then those that attributes alone tell of.

    Events that the ``checkpoint`` aggregates are not read from the lake. Who was ``told`` before is left out.
    """
    told = told or Told()
    people, plan = People.at(lake, [as_of]), feature_set.plan
    among = pl.lit(value=True) if customers is None else pl.col("customer_id").is_in(list(customers))
    attributes, snapshots = (people.about(table).filter(among).collect() for table in ("customers", "snapshots"))
    done, total, seen = 0, 0, [told.with_events, told.silent]
    with people.sorted_events(lake_columns(plan, lake), customers) as every:
        events = read_events(_after(every, told), plan)
        events = known_by(events, as_of) if unaware(events, [as_of]) else events
        parts = profile_parts(events, plan, [as_of], attributes=attributes, snapshots=snapshots, checkpoint=checkpoint)
        for part, frame in parts:
            done, total = done + len(part.customers), part.total
            seen.append(frame["customer_id"])
            yield Some(frame, silent=False, done=done, total=total)
    for frame in parts_without_events(plan, attributes, snapshots, seen, as_of=as_of):
        yield Some(frame, silent=True, done=done, total=total)


def _after(events: pl.LazyFrame, told: Told) -> pl.LazyFrame:
    """The events of those who were not told before; no more when it was the turn of the silent."""
    if len(told.silent):
        return events.clear()
    last = told.with_events.max()
    return events if last is None else events.filter(pl.col("customer_id") > last)
