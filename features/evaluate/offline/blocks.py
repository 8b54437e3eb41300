"""The evaluator over frames: one pass over the events for any number of moments, on any engine Narwhals speaks.

The edges of all spans of all moments cut time into panes. For each scan the engine aggregates columns per customer,
case and pane; every span of every moment is a range of panes. The engine hands over integers, so every engine gives the
same profiles, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Ints
from features.evaluate.offline.cells import Cells, cells_of
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.interchange import ColumnKind, read_frame
from features.evaluate.offline.labels import Events, ordering_columns
from features.evaluate.offline.native_frames import narwhals_frame
from features.evaluate.offline.scan_tables import scan_tables
from features.evaluate.plan import Plan
from features.evaluate.scans import EMPTY, scans
from features.events.columns import EVENT_ORDER, MULTIPLIERS
from features.events.computed_columns import NET, NET_COLUMNS, canonical_sources
from features.events.kinds import RETURNS
from features.events.tables import EVENTS, sql_type
from features.lake import Lake

DENSE_CELLS = 8_000_000  # at a time: 64 MB


@dataclass(frozen=True)
class Block:
    """Some customers and the cells of every scan.

    ``total`` is the number of customers in all blocks, ``customers`` the ids of this block in order, ``first``
    ``[customer]`` the time of each one's first event (µs).
    """

    plan: Plan
    total: int
    customers: pa.Array
    first: Ints
    cells: tuple[Cells, ...]

    def split(self, moments: int) -> Iterator[Block]:
        """The block in parts whose terms at so many moments fit in memory; at least one part."""
        dense = max((len(c.scan.cases) * len(c.edges) for c in self.cells), default=0)
        step = max(1, DENSE_CELLS // (dense + moments * len(self.plan.terms) + 1))
        for start in range(0, max(len(self.customers), 1), step):
            end = min(start + step, len(self.customers))
            cells = tuple(c.slice(start, end) for c in self.cells) if step < len(self.customers) else self.cells
            yield Block(self.plan, self.total, self.customers[start:end], self.first[start:end], cells)

    def terms(self, as_of: Sequence[int]) -> dict[int, Ints]:
        """``[term, customer]`` at each moment."""
        empty = np.array([EMPTY[t.measure.op] for t in self.plan.terms], dtype=np.int64).reshape(-1, 1)
        terms = {moment: np.repeat(empty, len(self.customers), axis=1) for moment in as_of}
        for cells in self.cells:
            cells.fill(terms)
        return terms


def event_columns(plan: Plan) -> tuple[str, ...]:
    """The event columns that a plan reads, sorted."""
    names = {"customer_id", "time"}
    for measure in plan.measures:
        names |= {condition.column for condition in measure.where}
        names |= set(canonical_sources(measure.column)) | ordering_columns(measure)
    if any(feature.attribute and feature.attribute.origin == "traits" for feature in plan.attribute_features):
        names |= {"kind", "properties", *EVENT_ORDER}
    return tuple(sorted(names | ({"kind"} if "order_line" in names else set())))


def lake_columns(plan: Plan, lake: Lake) -> tuple[str, ...]:
    """The event columns of a lake that :func:`read_events` reads for a plan: all that it needs of events known late."""
    late = lake.scan("events").select(pl.col("known_at").is_not_null().any()).collect().item()
    return tuple(sorted({*event_columns(plan), *(("known_at", *EVENT_ORDER, "order_id") if late else ())}))


def read_events(events: object, plan: Plan) -> Events:
    """The columns that a plan reads of a frame of events of any kind, lazily, as integers and texts.

    An order row without a line number is the only line of its order; events need not say their source. Of a frame that
    says when its rows became known (``known_at``), that is read too. What a return is worth is negative in the column
    :data:`NET`.
    """
    names = event_columns(plan)
    if "known_at" in narwhals_frame(events, what="events").collect_schema().names():
        names += ("known_at", *EVENT_ORDER, "order_id") if "order_line" in names else ("known_at",)
    kinds = {name: _column_kind(name) for name in names}
    optional = [name for name in kinds if name == "source"]
    frame = read_frame(events, kinds, what="events", optional=optional)
    if any(measure.column in NET_COLUMNS for measure in plan.measures):
        value, returned = nw.col("value"), nw.col("kind").is_in(RETURNS)
        frame = frame.with_columns(nw.when(returned).then(value * -1).otherwise(value).alias(NET))
    if "order_line" not in kinds:
        return frame
    line, unnumbered = nw.col("order_line"), (nw.col("kind") == "order") & nw.col("order_line").is_null()
    return frame.with_columns(order_line=nw.when(unnumbered).then(nw.lit(1, nw.Int64)).otherwise(line))


def _column_kind(column: str) -> ColumnKind:
    if column in ("time", "known_at"):
        return "time"
    if column in MULTIPLIERS:
        return "decimal"
    if column == "customer_id":
        return "text"
    return "integer" if sql_type(EVENTS[column]) == "BIGINT" else "text"


def blocks(
    events: Events, plan: Plan, *, as_of: Sequence[int], checkpoint: Checkpoint | None = None
) -> Iterator[Block]:
    """The cells of every scan, some customers at a time in the order of their ids; at least one block.

    Rows without a customer and rows after the last moment are left out; the order of rows does not matter. Events that
    the ``checkpoint`` holds are not read again; a ``ValueError`` is raised when it cannot serve.
    """
    every_scan = scans(plan)
    edges = [scan.edges(as_of) for scan in every_scan]
    if checkpoint is not None:
        _check(checkpoint, plan, edges)
        edges = [np.concatenate([[checkpoint.until], scan_edges]) for scan_edges in edges]
    for part in scan_tables(events, plan, edges, until=max(as_of), checkpoint=checkpoint):
        cells = tuple(starmap(cells_of, zip(every_scan, part.tables, edges, strict=True)))
        yield Block(plan, part.total, part.customers, part.first, cells)


def _check(checkpoint: Checkpoint, plan: Plan, edges: Sequence[Ints]) -> None:
    """Refuse a checkpoint of other terms, or one that reaches into a window."""
    first = min((int(scan_edges[0]) for scan_edges in edges), default=checkpoint.until)
    if checkpoint.plan != plan.fingerprint or checkpoint.until > first:
        message = (
            f"The checkpoint at {checkpoint.path} does not serve: it was made of other features, or reaches into their "
            "windows."
        )
        raise ValueError(message)
