"""The evaluator over frames: one pass over the events for any number of moments, on any engine Narwhals speaks.

The edges of all spans of all moments cut time into panes. For each scan the engine adds up columns per customer, case
and pane; every span of every moment is a range of panes. What the engine hands over is integers, so every engine gives
the same profiles, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.evaluate.offline import interchange as native
from features.evaluate.offline.aggregate import Events, cells_of
from features.evaluate.offline.cells import EMPTY, Cells
from features.evaluate.offline.checkpoint import Fold
from features.evaluate.offline.labels import extra
from features.evaluate.offline.scan_tables import tabulated
from features.evaluate.plan import Plan
from features.evaluate.scans import scans
from features.events.columns import SCALES, sources
from features.events.tables import EVENTS, sql_type

PART_CELLS = 8_000_000  # at a time are dense: 64 MB


@dataclass(frozen=True)
class Block:
    """Some customers in order, ``of`` how many, the time of each one's first event, and what is said of each scan."""

    plan: Plan
    of: int
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
            yield Block(self.plan, self.of, self.customers[start:end], self.first[start:end], cells)

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
    return tuple(sorted(needed | ({"kind"} if "order_line" in needed else set())))


def admit_events(events: object, plan: Plan) -> Events:
    """The columns of a frame of events that a plan reads, as integers and texts; frames of any kind.

    An order whose lines are not numbered is an order of one line.
    """
    kinds = {name: _kind(name) for name in columns(plan)}
    admitted = native.admit(events, kinds, what="events")
    if "order_line" not in kinds:
        return admitted
    line, unnumbered = nw.col("order_line"), (nw.col("kind") == "order") & nw.col("order_line").is_null()
    return admitted.with_columns(order_line=nw.when(unnumbered).then(nw.lit(1, nw.Int64)).otherwise(line))


def _kind(column: str) -> native.Kind:
    if column == "time":
        return "time"
    if column in SCALES:
        return "decimal"
    return "integer" if sql_type(EVENTS[column]) == "BIGINT" else "text"


def blocks(events: Events, plan: Plan, *, as_of: Sequence[int], fold: Fold | None = None) -> Iterator[Block]:
    """What every scan gives, some customers at a time, in their order, so that memory stays bounded; at least one.

    Rows without a customer and rows after the last moment are left out; the order of rows does not matter. With a
    ``fold`` the events that it holds are not read again.
    """
    wanted = scans(plan)
    edges = [scan.edges(as_of) for scan in wanted]
    if fold is not None:
        _check(fold, plan, edges)
        edges = [np.concatenate([[fold.until], each]) for each in edges]
    for part in tabulated(events, plan, edges, until=max(as_of), fold=fold):
        cells = (cells_of(scan, table, each) for scan, table, each in zip(wanted, part.tables, edges, strict=True))
        yield Block(plan, part.of, part.customers, part.first, tuple(cells))


def _check(fold: Fold, plan: Plan, edges: Sequence[Ints]) -> None:
    """Refuse a fold of other terms, or one that reaches into a window."""
    first = min((int(each[0]) for each in edges), default=fold.until)
    if fold.plan != plan.fingerprint or fold.until > first:
        message = (
            f"The fold at {fold.path} does not serve: it was made of other features, or reaches into their windows."
        )
        raise ValueError(message)
