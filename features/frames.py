"""The evaluator over frames: one pass over the events for any number of moments, on any engine Narwhals speaks.

Every edge of every span of every ``as_of`` cuts time into panes. The engine adds up each measure per customer and pane;
running sums over the panes then give every span of every moment by one subtraction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import narwhals as nw
import numpy as np
import pyarrow as pa

from features.formulas import NEVER, UNBORN, Ints
from features.language import COLUMNS, GAP_COLUMNS, Arithmetic, Measure, Where
from features.plan import Plan
from features.units import MINUTE

Events = nw.LazyFrame[Any]


class FramePanes:
    """The running aggregates of every customer over the panes of all moments.

    ``sums`` maps each measure to ``[customer, edge]``; see :func:`accumulate`.
    """

    def __init__(self, customers: list[str], edges: Ints) -> None:
        self.customers, self.edges = customers, edges
        self.sums: dict[Measure, Ints] = {}
        self.firsts: dict[Measure, Ints] = {}
        self.lasts: dict[Measure, Ints] = {}
        self.distinct: dict[Measure, tuple[Ints, Ints, Ints]] = {}


def accumulate(events: Events, plan: Plan, *, as_of: Sequence[int]) -> FramePanes:
    """Running aggregates of each measure at every edge of every ``as_of``.

    Rows without a customer and rows after the last moment are left out; the order of rows does not matter.
    """
    edges = np.unique(np.concatenate([plan.edges(t) for t in as_of]))
    known = events.filter(~nw.col("customer_id").is_null(), nw.col("time") <= int(edges[-1]))
    cut = known.with_columns(pane=_pane(edges))
    measures = [*plan.sums, *plan.firsts, *plan.lasts]
    plain = [m for m in measures if m.column in COLUMNS]
    gaps = [m for m in measures if m.column in GAP_COLUMNS]
    everyone = Measure("sum", "one")
    table = _aggregate(cut, [everyone, *plain])
    out = FramePanes(sorted(set(cast(list[str], table["customer_id"].to_pylist()))), edges)
    _scatter(out, table, [everyone, *plain])
    if gaps:
        _scatter(out, _aggregate(_with_gaps(cut), gaps), gaps)
    for measure in plan.distinct:
        out.distinct[measure] = _sightings(out, cut, measure)
    return out


def _pane(edges: Ints) -> nw.Expr:
    return nw.sum_horizontal(*((nw.col("time") > int(e)).cast(nw.Int64) for e in edges[:-1]))


def _condition(where: Where) -> nw.Expr | None:
    return nw.all_horizontal(*(nw.col(c) == v for c, v in where), ignore_nulls=False) if where else None


def _integer(column: str) -> nw.Expr:
    compute = COLUMNS.get(column) or GAP_COLUMNS[column]
    expression = cast(nw.Expr, compute(cast(Callable[[str], Arithmetic], nw.col)))
    return expression.cast(nw.Int64)


def _aggregation(measure: Measure, name: str) -> nw.Expr:
    value, condition = _integer(measure.column), _condition(measure.where)
    chosen = value if condition is None else nw.when(condition).then(value)
    return cast(nw.Expr, getattr(chosen, measure.op)()).alias(name)


def _aggregate(events: Events, measures: Sequence[Measure]) -> pa.Table:
    aggregations = [_aggregation(m, f"m{i}") for i, m in enumerate(measures)]
    return events.group_by("customer_id", "pane").agg(*aggregations).collect("pyarrow").to_arrow()


def _with_gaps(events: Events) -> Events:
    orders = events.filter(nw.col("kind") == "order", nw.col("order_line") == 1)
    previous = nw.col("time").shift(1).over("customer_id", order_by=["time", "event_id"])
    return orders.with_columns(gap=(nw.col("time") - previous) // MINUTE)


def _place(out: FramePanes, table: pa.Table) -> tuple[Ints, Ints]:
    coded = table["customer_id"].combine_chunks().dictionary_encode()
    rows = np.searchsorted(np.array(out.customers, dtype=object), np.array(coded.dictionary.to_pylist(), dtype=object))
    return rows[coded.indices.to_numpy()], table["pane"].to_numpy().astype(np.int64)


def _scatter(out: FramePanes, table: pa.Table, measures: Sequence[Measure]) -> None:
    row, pane = _place(out, table)
    shape = len(out.customers), len(out.edges)
    for i, measure in enumerate(measures):
        empty = {"sum": 0, "min": UNBORN, "max": NEVER}[measure.op]
        dense = np.full(shape, empty, dtype=np.int64)
        dense[row, pane] = table[f"m{i}"].fill_null(empty).to_numpy()
        if measure.op == "sum":
            out.sums[measure] = np.cumsum(dense, axis=1)
        elif measure.op == "min":
            out.firsts[measure] = np.minimum.accumulate(dense, axis=1)
        else:
            out.lasts[measure] = np.maximum.accumulate(dense, axis=1)


def _sightings(out: FramePanes, events: Events, measure: Measure) -> tuple[Ints, Ints, Ints]:
    """Per customer, value and pane where the value occurs: customer, pane, and the pane of its next occurrence."""
    condition = _condition(measure.where)
    seen = events if condition is None else events.filter(condition)
    value = _integer(measure.column) if measure.column in COLUMNS else nw.col(measure.column)
    pairs = seen.select("customer_id", "pane", value=value).filter(~nw.col("value").is_null()).unique()
    later = nw.col("pane").shift(-1).over("customer_id", "value", order_by="pane")
    table = pairs.with_columns(next=later).collect("pyarrow").to_arrow()
    row, pane = _place(out, table)
    return row, pane, table["next"].fill_null(len(out.edges)).to_numpy().astype(np.int64)


def distinct_at(out: FramePanes, measure: Measure, edges: Ints) -> Ints:
    """``[customer, 1 + edge]``: how many values there were ever, then how many were last seen after each edge.

    A value counts once: at its last occurrence up to the moment, the one whose next occurrence lies beyond it.
    """
    row, pane, later = out.distinct[measure]
    now = int(np.searchsorted(out.edges, edges[-1]))
    last = (pane <= now) & (later > now)
    counts = np.zeros((len(out.customers), now + 1), dtype=np.int64)
    np.add.at(counts, (row[last], pane[last]), 1)
    after = counts[:, ::-1].cumsum(axis=1)[:, ::-1]  # in this pane or a later one
    at = np.searchsorted(out.edges, edges)
    beyond = np.concatenate([after, np.zeros((len(after), 1), dtype=np.int64)], axis=1)[:, at + 1]
    return np.concatenate([after[:, :1], beyond], axis=1)
