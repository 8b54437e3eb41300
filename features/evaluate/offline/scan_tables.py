"""Every scan's table, some customers at a time: events are read block by block, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Ints
from features.evaluate.offline.aggregate import Events, aggregate, collected
from features.evaluate.offline.checkpoint import Fold
from features.evaluate.offline.labels import Asked
from features.evaluate.plan import Plan
from features.evaluate.scans import scans

BLOCK_CUSTOMERS = 50_000  # at a time leave the engine
BLOCK_EVENTS = 500_000  # at a time are held in memory by Polars; other engines manage theirs


Told = tuple[pa.Array, Ints, tuple[pa.Table, ...]]


@dataclass(frozen=True)
class Tables:
    """Some customers in order, ``of`` how many, the time of each one's first event, and a table a scan."""

    of: int
    customers: pa.Array
    first: Ints
    tables: tuple[pa.Table, ...]


def tabulated(
    events: Events, plan: Plan, edges: Sequence[Ints], *, until: int, fold: Fold | None = None
) -> Iterator[Tables]:
    """What the engine says of each scan, its time cut at ``edges``, customers in their order; at least one part.

    Rows without a customer and rows later than ``until`` are left out. What a ``fold`` holds is taken from it.
    """
    known = events.filter(~nw.col("customer_id").is_null(), nw.col("time") <= until)
    known = known if fold is None else known.filter(nw.col("time") > fold.until)
    census = _census(known, fold)
    in_memory = known.implementation.is_polars()
    cuts = _cuts(census["events"].to_numpy(), BLOCK_EVENTS if in_memory else None)
    for start, end in pairwise(cuts):
        block = known
        if start:
            block = block.filter(nw.col("customer_id") >= census["customer_id"][start].as_py())
        if end < len(census):
            block = block.filter(nw.col("customer_id") < census["customer_id"][end].as_py())
        some = census.slice(start, end - start).combine_chunks()
        yield Tables(len(census), *_tables(block, plan, edges, some, fold))


def _tables(block: Events, plan: Plan, edges: Sequence[Ints], census: pa.Table, fold: Fold | None) -> Told:
    customers, wanted = census["customer_id"].combine_chunks(), scans(plan)
    asked = Asked.of(wanted)
    read = asked.columns(plan.measures)
    events = _held(block.select(*read), customers)
    since = events
    if fold is not None and any(scan.between for scan in wanted):
        openings = nw.from_native(fold.openings(customers, block.collect_schema().to_polars()).lazy())
        since = nw.concat([events, _held(openings.select(*read), customers)])
    tables = []
    for i, (scan, each) in enumerate(zip(wanted, edges, strict=True)):
        table = aggregate(since if scan.between else events, scan, asked, customers, each)
        tables.append(table if fold is None else pa.concat_tables([table, fold.table(i, customers, table.schema)]))
    return customers, census["first"].to_numpy(), tuple(tables)


def _held(events: Events, customers: pa.Array) -> Events:
    """Where Polars computes, the events in memory, read once for all scans; customers as their places."""
    if not events.implementation.is_polars():
        return events
    names = pl.Enum(cast(pl.Series, pl.from_arrow(customers)).cast(pl.String))
    frame = nw.to_native(events).with_columns(pl.col("customer_id").cast(names).to_physical().cast(pl.Int64))
    held: Events = nw.from_native(frame.collect(engine="streaming").lazy())
    return held


def _census(known: Events, fold: Fold | None) -> pa.Table:
    """Every customer in order, the time of the first event, and how many there are to read."""
    counted = known.group_by("customer_id").agg(first=nw.col("time").min(), events=nw.len().cast(nw.Int64))
    census = collected(counted)
    if fold is not None:
        both = pa.concat_tables([census, fold.census(census.schema)])
        least = both.group_by("customer_id").aggregate([("first", "min"), ("events", "sum")])
        census = least.rename_columns(["customer_id", "first", "events"])
    return census.sort_by("customer_id").combine_chunks()


def _cuts(events: Ints, most: int | None) -> list[int]:
    """Where to cut a row of customers so that each block has few enough customers and events.

    >>> _cuts(np.array([3, 3, 1, 1, 9, 1]), 4)
    [0, 1, 3, 4, 5, 6]
    """
    cuts, upto = [0], np.concatenate([[0], np.cumsum(events)])
    while cuts[-1] < len(events):
        end = min(cuts[-1] + BLOCK_CUSTOMERS, len(events))
        if most is not None:
            end = min(end, int(np.searchsorted(upto, upto[cuts[-1]] + most, side="right")) - 1)
        cuts.append(max(end, cuts[-1] + 1))
    return cuts if len(cuts) > 1 else [0, 0]
