"""One scan of an engine as Narwhals expressions, and its result as cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from features import compute as pc
from features.arrays import Ints
from features.evaluate.offline.labels import Events, LabelCodes
from features.evaluate.scans import Scan
from features.events.columns import EVENT_ORDER
from features.events.computed_columns import ALL_COLUMNS, GAP
from features.events.local_time import Clock
from features.language.terms import Op
from features.units import MINUTE

DISTINCT = "value"  # the column that holds the distinct values of a scan


def aggregate(events: Events, scan: Scan, codes: LabelCodes, customers: pa.Array, edges: Ints) -> pa.Table:
    """The result of a scan as a table.

    Args:
        events: the columns of :meth:`LabelCodes.columns`; ``customer_id`` is the place among ``customers`` where Polars
            computes, else the id.
        scan: which rows are aggregated, and how.
        codes: the values behind the labels' codes.
        customers: the ids of the block's customers, in order.
        edges: µs, ascending; time is cut into panes at them.

    Returns:
        ``customer`` (place), ``case``, ``pane``, and a column for each aggregate (see :func:`column_of`); of
        ``distinct`` scans a row for each value instead, in the column ``value``.
    """
    panes, by_place = len(edges), events.implementation.is_polars()
    number, numbers = codes.combined(scan)
    key, keys = number * panes + pane_of(edges), numbers * panes
    keyed = _rows(events, scan, codes).with_columns(key=nw.col("customer_id") * keys + key if by_place else key)
    by = ["key"] if by_place else ["customer_id", "key"]
    table = collect(_distinct_values(keyed, scan, by) if scan.rows == "distinct" else _aggregates(keyed, scan, by))
    key_values = table["key"].to_numpy()
    customer = key_values // keys if by_place else pc.index_in(table["customer_id"], value_set=customers).to_numpy()
    case = codes.cases(scan)[key_values % keys // panes]
    places = {"customer": customer.astype(np.int64), "case": case, "pane": key_values % panes}
    values = {name: table[name] for name in table.column_names if name not in ("customer_id", "key")}
    result = pa.table({**places, **values})
    return result if (case >= 0).all() else result.filter(pa.array(case >= 0))


def collect(frame: Events) -> pa.Table:
    """A lazy frame as a table in memory, whatever engine computes it."""
    if frame.implementation.is_polars():  # half the time, and less memory
        return frame.collect("pyarrow", engine="streaming").to_arrow()
    return frame.collect("pyarrow").to_arrow()


def pane_of(edges: Ints) -> nw.Expr:
    """The pane of an event: the number of edges before its time, found by halving."""
    if len(edges) == 1:
        return nw.lit(0, nw.Int64)
    return _pane_between(edges, 0, len(edges) - 1)


def _pane_between(edges: Ints, low: int, high: int) -> nw.Expr:
    if low == high:
        return nw.lit(low, nw.Int64)
    middle = (low + high) // 2
    later = nw.col("time") > int(edges[middle])
    return nw.when(later).then(_pane_between(edges, middle + 1, high)).otherwise(_pane_between(edges, low, middle))


def local_time(clock: Clock) -> nw.Expr:
    """The local time of an event, by how far the clock is ahead then, found by halving."""
    return _ahead(clock, 0, len(clock.changes)) if clock.ahead.any() else nw.col("time")


def _ahead(clock: Clock, low: int, high: int) -> nw.Expr:
    if low == high:
        return nw.col("time") + int(clock.ahead[low])
    middle = (low + high) // 2
    later = nw.col("time") >= int(clock.changes[middle])
    return nw.when(later).then(_ahead(clock, middle + 1, high)).otherwise(_ahead(clock, low, middle))


def _rows(events: Events, scan: Scan, codes: LabelCodes) -> Events:
    """The rows that a scan aggregates; gaps reach back to the previous event of the kind, whatever its labels."""
    if not scan.reads_gaps:
        return codes.filter(events, scan, scan.labels)
    kinds = [label for label in scan.labels if label == "kind"]
    openings = codes.filter(events, scan, kinds).filter(nw.col("order_line").fill_null(1) == 1)
    before = nw.col("time").shift(1).over("customer_id", "kind", order_by=EVENT_ORDER)
    gap = (nw.col("time") - before) // MINUTE
    after = openings.with_columns(gap.alias(GAP)).filter(~nw.col(GAP).is_null())
    return codes.filter(after, scan, [label for label in scan.labels if label != "kind"])


def _aggregates(keyed: Events, scan: Scan, by: Sequence[str]) -> Events:
    """A row for each customer, case and pane."""
    rows = keyed
    if scan.rows in ("first", "last"):
        filled = keyed.filter(~_integer(scan.column).is_null())
        beyond = nw.col("time").shift(-1 if scan.rows == "last" else 1).over(*by, order_by=EVENT_ORDER)
        rows = filled.with_columns(beyond=beyond).filter(nw.col("beyond").is_null())
    return rows.group_by(*by).agg(**{column_of(op, column): _aggregate(op, column) for op, column in scan.aggregates})


def _distinct_values(keyed: Events, scan: Scan, by: Sequence[str]) -> Events:
    """A row for each value in each customer's cases and panes; Polars leaves equal ones for NumPy to drop."""
    value = _integer(scan.column) if scan.column in ALL_COLUMNS else nw.col(scan.column)
    values = keyed.select(*by, **{DISTINCT: value}).filter(~nw.col(DISTINCT).is_null())
    return values if keyed.implementation.is_polars() else values.unique()  # what NumPy sorts needs no hashing before


def _aggregate(op: Op, column: str) -> nw.Expr:
    # Of first and last rows there is one a cell, so that its greatest value is its only one.
    expression: nw.Expr = getattr(_integer(column), "max" if op in ("first", "last") else op)()
    return expression


def _integer(column: str) -> nw.Expr:
    value: Any = ALL_COLUMNS[column].compute(*(nw.col(source) for source in ALL_COLUMNS[column].sources))
    integer: nw.Expr = value.cast(nw.Int64)
    return integer


def column_of(op: Op, column: str) -> str:
    """The name of an aggregate's column.

    >>> column_of("sum", "value")
    'sum of value'
    """
    return f"{op} of {column}"
