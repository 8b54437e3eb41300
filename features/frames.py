"""The evaluator over frames: one pass over the events for any number of moments, on any engine Narwhals speaks.

The edges of all spans of all moments cut time into panes. For each scan the engine adds up columns per customer, case
and pane; every span of every moment is a range of panes. What the engine hands over is integers, so every engine gives
the same profiles, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa

from features.aggregation import aggregate, collected
from features.asked import Asked, extra
from features.cells import EMPTY, Cells
from features.columns import sources
from features.formulas import Ints
from features.plan import Plan
from features.scans import Scan, scans

Events = nw.LazyFrame[Any]

BLOCK_CUSTOMERS = 50_000  # at a time leave the engine
BLOCK_EVENTS = 1_000_000  # at a time are held in memory by Polars; other engines manage theirs
PART_CELLS = 8_000_000  # at a time are dense: 64 MB


@dataclass(frozen=True)
class Block:
    """Some customers in order, the time of each one's first event, and what the engine says of each scan."""

    plan: Plan
    customers: pa.Array
    first: Ints
    cells: tuple[Cells, ...]

    def parts(self, moments: int) -> Iterator[Block]:
        """The same in parts that are small enough to make dense for so many moments; at least one."""
        dense = max((len(c.scan.cases) * len(c.edges) for c in self.cells), default=0)
        step = max(1, PART_CELLS // (dense + moments * len(self.plan.terms) + 1))
        for start in range(0, max(len(self.customers), 1), step):
            end = min(start + step, len(self.customers))
            cells = tuple(c.of(start, end) for c in self.cells) if step < len(self.customers) else self.cells
            yield Block(self.plan, self.customers[start:end], self.first[start:end], cells)

    def terms(self, as_of: Sequence[int]) -> dict[int, Ints]:
        """``[term, customer]`` at each moment."""
        empty = np.array([EMPTY[t.measure.op] for t in self.plan.terms], dtype=np.int64).reshape(-1, 1)
        terms = {moment: np.repeat(empty, len(self.customers), axis=1) for moment in as_of}
        for cells in self.cells:
            cells.read(terms)
        return terms


def columns(plan: Plan) -> tuple[str, ...]:
    """The event columns that a plan reads, sorted."""
    needed = {"customer_id", "time"}
    for measure in plan.measures:
        needed |= {condition.column for condition in measure.where}
        needed |= set(sources(measure.column)) | extra(measure)
    return tuple(sorted(needed))


def accumulate(events: Events, plan: Plan, *, as_of: Sequence[int]) -> Block:
    """What every scan gives for all customers at once.

    Rows without a customer and rows after the last moment are left out; the order of rows does not matter.
    """
    known = _known(events, plan, max(as_of))
    return _block(known, scans(plan), plan, _census(known), as_of)


def blocks(events: Events, plan: Plan, *, as_of: Sequence[int]) -> Iterator[Block]:
    """As :func:`accumulate`, some customers at a time, in their order, so that memory stays bounded; at least one."""
    known, wanted = _known(events, plan, max(as_of)), scans(plan)
    census = _census(known)
    in_memory = known.implementation.is_polars()
    cuts = _cuts(census["events"].to_numpy(), BLOCK_EVENTS if in_memory else None)
    for start, end in pairwise(cuts):
        block = known
        if start:
            block = block.filter(nw.col("customer_id") >= census["customer_id"][start].as_py())
        if end < len(census):
            block = block.filter(nw.col("customer_id") < census["customer_id"][end].as_py())
        yield _block(block, wanted, plan, census.slice(start, end - start), as_of)


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


def _known(events: Events, plan: Plan, last: int) -> Events:
    known = events.filter(~nw.col("customer_id").is_null(), nw.col("time") <= last)
    return known.select(*columns(plan))


def _census(known: Events) -> pa.Table:
    """Every customer in order, the time of the first event, and how many there are."""
    counted = known.group_by("customer_id").agg(first=nw.col("time").min(), events=nw.len().cast(nw.Int64))
    return collected(counted).sort_by("customer_id").combine_chunks()


def _block(known: Events, wanted: Sequence[Scan], plan: Plan, census: pa.Table, as_of: Sequence[int]) -> Block:
    customers = census["customer_id"].combine_chunks()
    asked = Asked.of(wanted)
    labelled = known.select(*asked.columns(plan.measures))
    if known.implementation.is_polars():
        labelled = _numbered(labelled, customers)
    cells = tuple(aggregate(labelled, scan, asked, customers, scan.edges(as_of)) for scan in wanted)
    return Block(plan, customers, census["first"].to_numpy(), cells)


def _numbered(events: Events, customers: pa.Array) -> Events:
    """The events in memory, read once though several aggregations follow; customers as their places."""
    names = pl.Enum(cast(pl.Series, pl.from_arrow(customers)).cast(pl.String))
    frame = nw.to_native(events).with_columns(pl.col("customer_id").cast(names).to_physical().cast(pl.Int64))
    numbered: Events = nw.from_native(frame.collect(engine="streaming").lazy())
    return numbered
