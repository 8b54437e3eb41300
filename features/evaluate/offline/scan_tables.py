"""The tables of all scans, block by block of customers, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Ints
from features.evaluate.offline.aggregate import aggregate, collect, local_time
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.labels import Events, LabelCodes
from features.evaluate.plan import Plan
from features.evaluate.scans import Scan, scans
from features.events.local_time import LOCAL, clock_of

BLOCK_CUSTOMERS = 50_000  # at a time leave the engine
BLOCK_EVENTS = 500_000  # at a time are held in memory by Polars; other engines manage theirs


@dataclass(frozen=True)
class ScanTables:
    """The tables of all scans over a block of customers.

    ``total`` is the number of customers in all blocks, ``customers`` the ids of this block in order, ``first``
    ``[customer]`` the time of each one's first event (µs), ``tables`` a table for each scan: see
    :func:`features.evaluate.offline.aggregate.aggregate`.
    """

    total: int
    customers: pa.Array
    first: Ints
    tables: tuple[pa.Table, ...]


def scan_tables(
    events: Events, plan: Plan, edges: Sequence[Ints], *, until: int, checkpoint: Checkpoint | None = None
) -> Iterator[ScanTables]:
    """The tables of a plan's scans, some customers at a time, in the order of their ids; at least one block.

    Args:
        events: rows without a customer and rows later than ``until`` are left out.
        plan: the features.
        edges: the edges between panes, µs, for each scan.
        until: µs.
        checkpoint: its aggregates stand for the events that it holds, which are not read again.
    """
    past = events.filter(~nw.col("customer_id").is_null(), nw.col("time") <= until)
    past = past if checkpoint is None else past.filter(nw.col("time") > checkpoint.until)
    census, edges_of = _census(past, checkpoint), dict(zip(scans(plan), edges, strict=True))
    earliest = min(census["first"].to_numpy(), default=0) if checkpoint is None else checkpoint.until
    past = past.with_columns(local_time(clock_of(plan.timezone).between(earliest, until)).alias(LOCAL))
    in_memory = past.implementation.is_polars()
    cuts = _cuts(census["events"].to_numpy(), BLOCK_EVENTS if in_memory else None)
    for start, end in pairwise(cuts):
        block = past
        if start:
            block = block.filter(nw.col("customer_id") >= census["customer_id"][start].as_py())
        if end < len(census):
            block = block.filter(nw.col("customer_id") < census["customer_id"][end].as_py())
        rows = census.slice(start, end - start).combine_chunks()
        customers = rows["customer_id"].combine_chunks()
        tables = _tables(block, plan, edges_of, customers, checkpoint)
        yield ScanTables(len(census), customers, rows["first"].to_numpy(), tables)


def _tables(
    block: Events, plan: Plan, edges: Mapping[Scan, Ints], customers: pa.Array, checkpoint: Checkpoint | None
) -> tuple[pa.Table, ...]:
    codes = LabelCodes.of(edges)
    columns = codes.columns(plan.measures)
    events = _in_memory(block.select(*columns), customers)
    with_openings = events
    if checkpoint is not None and any(scan.reads_gaps for scan in edges):
        openings = nw.from_native(checkpoint.openings(customers, block.collect_schema().to_polars()).lazy())
        with_openings = nw.concat([events, _in_memory(openings.select(*columns), customers)])
    tables = []
    for scan, scan_edges in edges.items():
        table = aggregate(with_openings if scan.reads_gaps else events, scan, codes, customers, scan_edges)
        if checkpoint is not None:
            table = pa.concat_tables([table, checkpoint.table(scan, customers, table.schema)])
        tables.append(table)
    return tuple(tables)


def _in_memory(events: Events, customers: pa.Array) -> Events:
    """Where Polars computes: the events in memory, read once for all scans, customers as their places."""
    if not events.implementation.is_polars():
        return events
    names = pl.Enum(cast(pl.Series, pl.from_arrow(customers)).cast(pl.String))
    frame = nw.to_native(events).with_columns(pl.col("customer_id").cast(names).to_physical().cast(pl.Int64))
    collected: Events = nw.from_native(frame.collect(engine="streaming").rechunk().lazy())
    return collected


def _census(events: Events, checkpoint: Checkpoint | None) -> pa.Table:
    """``customer_id`` in order, ``first`` (the time of the first event) and ``events`` (how many are left to scan)."""
    counts = events.group_by("customer_id").agg(first=nw.col("time").min(), events=nw.len().cast(nw.Int64))
    census = collect(counts)
    if checkpoint is not None:
        rows = pa.concat_tables([census, checkpoint.census(census.schema)])
        by_customer = rows.group_by("customer_id").aggregate([("first", "min"), ("events", "sum")])
        census = by_customer.rename_columns(["customer_id", "first", "events"])
    return census.sort_by("customer_id").combine_chunks()


def _cuts(events: Ints, most: int | None) -> list[int]:
    """The places at which a row of customers is cut, so that each block has few enough customers and events.

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
