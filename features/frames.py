"""The evaluator over frames: one pass over the events for any number of moments, on any engine Narwhals speaks.

Every edge of every span of every ``as_of`` cuts time into panes. The engine adds up each column per customer, pane and
the columns that conditions ask about; running sums over the panes then give every span of every moment by one
subtraction. What the engine hands over is integers, so every engine gives the same profiles, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, cast

import narwhals as nw
import numpy as np
import pyarrow as pa

from features.entries import Entries, column_of, entries_of, next_pane
from features.formulas import Ints
from features.language import COLUMNS, GAP_COLUMNS, Arithmetic, Measure, Op
from features.panes import FramePanes, distinct_at
from features.plan import Plan
from features.units import MINUTE

__all__ = ["BLOCK_CUSTOMERS", "BLOCK_EVENTS", "FramePanes", "accumulate", "blocks", "columns", "distinct_at"]

Events = nw.LazyFrame[Any]
Grouping = tuple[bool, tuple[str, ...], tuple[Measure, ...]]

BLOCK_CUSTOMERS = 50_000  # at a time leave the engine: what NumPy holds of them is some hundred MB
BLOCK_EVENTS = 1_000_000  # at a time are held in memory by Polars; other engines manage theirs


def columns(plan: Plan) -> tuple[str, ...]:
    """The event columns that a plan reads, sorted."""
    needed = {"customer_id", "time"}

    def asked(name: str) -> Arithmetic:
        needed.add(name)
        return cast(Arithmetic, nw.col(name))

    for measure in _measures(plan):
        needed |= {name for name, _ in measure.where}
        if measure.column in COLUMNS:
            COLUMNS[measure.column](asked)
        else:
            needed |= {"event_id", "kind", "order_line"} if measure.column in GAP_COLUMNS else {measure.column}
    return tuple(sorted(needed))


def accumulate(events: Events, plan: Plan, *, as_of: Sequence[int]) -> FramePanes:
    """The aggregates of each measure in every pane of every ``as_of``, for all customers at once.

    Rows without a customer and rows after the last moment are left out; the order of rows does not matter.
    """
    known, edges = _known(events, plan, as_of)
    return _panes(known, plan, edges, _census(known))


def blocks(events: Events, plan: Plan, *, as_of: Sequence[int]) -> Iterator[FramePanes]:
    """As :func:`accumulate`, some customers at a time, in their order, so that memory stays bounded; at least one."""
    known, edges = _known(events, plan, as_of)
    census = _census(known)
    in_memory = known.implementation.is_polars()
    cuts = _cuts(census["events"].to_numpy(), BLOCK_EVENTS if in_memory else None)
    for start, end in pairwise(cuts):
        block = known
        if start:
            block = block.filter(nw.col("customer_id") >= census["customer_id"][start].as_py())
        if end < len(census):
            block = block.filter(nw.col("customer_id") < census["customer_id"][end].as_py())
        if in_memory:  # read once, though several aggregations follow
            block = block.collect("polars", engine="streaming").lazy()
        yield _panes(block, plan, edges, census.slice(start, end - start))


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


def _measures(plan: Plan) -> tuple[Measure, ...]:
    return (*plan.sums, *plan.firsts, *plan.lasts, *plan.distinct)


def _known(events: Events, plan: Plan, as_of: Sequence[int]) -> tuple[Events, Ints]:
    edges = np.unique(np.concatenate([plan.edges(t) for t in as_of]))
    known = events.filter(~nw.col("customer_id").is_null(), nw.col("time") <= int(edges[-1]))
    return known.select(*columns(plan), pane=_pane(edges, 0, len(edges) - 1)), edges


def _census(known: Events) -> pa.Table:
    """Every customer in order, the time of the first event, and how many there are."""
    counted = known.group_by("customer_id").agg(first=nw.col("time").min(), events=nw.len().cast(nw.Int64))
    return _collected(counted).sort_by("customer_id").combine_chunks()


def _panes(cut: Events, plan: Plan, edges: Ints, census: pa.Table) -> FramePanes:
    customers = census["customer_id"].combine_chunks()
    found: dict[Op, list[Entries]] = {op: [] for op in ("sum", "min", "max", "distinct")}
    aggregated = [*plan.sums, *plan.firsts, *plan.lasts]
    for gaps, by, measures in _groupings(aggregated):
        table = _aggregate(_with_gaps(cut) if gaps else cut, by, measures)
        for op, told in entries_of(table, by, measures, plan, customers):
            found[op].append(told)
    for _, by, measures in _groupings(plan.distinct, apart=True):
        table = _sightings(cut, by, measures)
        found["distinct"] += [told for _, told in entries_of(table, by, measures, plan, customers)]
    entries = {op: Entries.joined(parts) for op, parts in found.items()}
    return FramePanes(plan, customers, census["first"].to_numpy(), edges, entries)


def _pane(edges: Ints, low: int, high: int) -> nw.Expr:
    """How many edges lie before an event's time, by halving."""
    if low == high:
        return nw.lit(low, nw.Int64)
    middle = (low + high) // 2
    later = nw.col("time") > int(edges[middle])
    return nw.when(later).then(_pane(edges, middle + 1, high)).otherwise(_pane(edges, low, middle))


def _groupings(measures: Iterable[Measure], *, apart: bool = False) -> Iterator[Grouping]:
    """Measures that one aggregation serves: whether over gaps, the columns of their conditions, the measures.

    ``apart`` keeps different columns apart too. Conditions that contradict themselves are never met.
    """
    groups: dict[tuple[bool, tuple[str, ...], str], list[Measure]] = {}
    for measure in measures:
        if len(dict(measure.where)) == len(set(measure.where)):
            by = tuple(sorted(dict(measure.where)))
            key = measure.column in GAP_COLUMNS, by, measure.column if apart else ""
            groups.setdefault(key, []).append(measure)
    for (gaps, by, _), chosen in groups.items():
        yield gaps, by, tuple(chosen)


def _integer(column: str) -> nw.Expr:
    compute = COLUMNS.get(column) or GAP_COLUMNS[column]
    expression = cast(nw.Expr, compute(cast(Callable[[str], Arithmetic], nw.col)))
    return expression.cast(nw.Int64)


def _chosen(events: Events, by: Sequence[str], measures: Sequence[Measure]) -> Events:
    """Only the rows that meet some measure's condition, nearly."""
    values = {name: sorted({dict(m.where)[name] for m in measures}) for name in by}
    return events.filter(*(nw.col(name).is_in(asked) for name, asked in values.items())) if by else events


def _aggregate(events: Events, by: Sequence[str], measures: Sequence[Measure]) -> pa.Table:
    wanted = sorted({(m.op, m.column) for m in measures})
    named = {column_of(op, column): getattr(_integer(column), op)() for op, column in wanted}
    chosen = _chosen(events, by, measures)
    return _collected(chosen.group_by("customer_id", "pane", *by).agg(**named))


def _collected(frame: Events) -> pa.Table:
    if frame.implementation.is_polars():  # half the time, and less memory
        return frame.collect("pyarrow", engine="streaming").to_arrow()
    return frame.collect("pyarrow").to_arrow()


def _with_gaps(events: Events) -> Events:
    orders = events.filter(nw.col("kind") == "order", nw.col("order_line") == 1)
    previous = nw.col("time").shift(1).over("customer_id", order_by=["time", "event_id"])
    return orders.with_columns(gap=(nw.col("time") - previous) // MINUTE)


def _sightings(events: Events, by: Sequence[str], measures: Sequence[Measure]) -> pa.Table:
    """Per customer and pane the values that occur, and the pane in which each occurs next."""
    column = measures[0].column
    value = _integer(column) if column in COLUMNS else nw.col(column)
    seen = _chosen(events, by, measures).with_columns(seen=value).filter(~nw.col("seen").is_null())
    table = _collected(seen.group_by("customer_id", "pane", *by, "seen").agg(times=nw.len()))
    return table.append_column(column_of("distinct", column), pa.array(next_pane(table, by)))
