"""One scan of an engine as Narwhals expressions, and its result as cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Ints
from features.evaluate.offline.cells import Cells
from features.evaluate.offline.labels import Events, LabelCodes
from features.evaluate.scans import EMPTY, Scan
from features.events.columns import EVERY, GAP
from features.language.terms import Op
from features.units import MINUTE

IN_TIME = ["time", "event_id"]
DISTINCT = "value"  # the column that holds the distinct values of a scan
DENSE_RANGE = 2**20  # integers within it are their own codes
_NO_LATER_PANE = np.iinfo(np.int64).max


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


def cells_of(scan: Scan, table: pa.Table, edges: Ints) -> Cells:
    """The table of a scan, from :func:`aggregate`, as cells."""
    customer, cell = table["customer"].to_numpy(), table["case"].to_numpy() * len(edges) + table["pane"].to_numpy()
    if scan.rows == "distinct":
        return Cells(scan, edges, *_distinct_cells(customer, cell, _dense_codes(table[DISTINCT]), len(edges)))
    values = {(o, c): table[column_of(o, c)].fill_null(EMPTY[o]).to_numpy() for o, c in scan.aggregates}
    return Cells(scan, edges, customer, cell, values)


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


def _rows(events: Events, scan: Scan, codes: LabelCodes) -> Events:
    """The rows that a scan aggregates; gaps reach back to the previous event of the kind, whatever its labels."""
    if not scan.reads_gaps:
        return codes.filter(events, scan, scan.labels)
    kinds = [label for label in scan.labels if label == "kind"]
    openings = codes.filter(events, scan, kinds).filter(nw.col("order_line").fill_null(1) == 1)
    before = nw.col("time").shift(1).over("customer_id", "kind", order_by=IN_TIME)
    gap = (nw.col("time") - before) // MINUTE
    after = openings.with_columns(gap.alias(GAP)).filter(~nw.col(GAP).is_null())
    return codes.filter(after, scan, [label for label in scan.labels if label != "kind"])


def _aggregates(keyed: Events, scan: Scan, by: Sequence[str]) -> Events:
    """A row for each customer, case and pane."""
    rows = keyed
    if scan.rows in ("first", "last"):
        filled = keyed.filter(~_integer(scan.column).is_null())
        beyond = nw.col("time").shift(-1 if scan.rows == "last" else 1).over(*by, order_by=IN_TIME)
        rows = filled.with_columns(beyond=beyond).filter(nw.col("beyond").is_null())
    return rows.group_by(*by).agg(**{column_of(op, column): _aggregate(op, column) for op, column in scan.aggregates})


def _distinct_values(keyed: Events, scan: Scan, by: Sequence[str]) -> Events:
    """A row for each value in each customer's cases and panes; Polars leaves equal ones for NumPy to drop."""
    value = _integer(scan.column) if scan.column in EVERY else nw.col(scan.column)
    values = keyed.select(*by, **{DISTINCT: value}).filter(~nw.col(DISTINCT).is_null())
    return values if keyed.implementation.is_polars() else values.unique()  # what NumPy sorts needs no hashing before


def _aggregate(op: Op, column: str) -> nw.Expr:
    # Of first and last rows there is one a cell, so that its greatest value is its only one.
    expression: nw.Expr = getattr(_integer(column), "max" if op in ("first", "last") else op)()
    return expression


def _integer(column: str) -> nw.Expr:
    value: Any = EVERY[column].compute(*(nw.col(source) for source in EVERY[column].sources))
    integer: nw.Expr = value.cast(nw.Int64)
    return integer


def column_of(op: Op, column: str) -> str:
    """The name of an aggregate's column.

    >>> column_of("sum", "value")
    'sum of value'
    """
    return f"{op} of {column}"


def _dense_codes(values: pa.ChunkedArray) -> Ints:
    """Values as numbers from 0, the same number for equal values."""
    if pa.types.is_integer(values.type):
        integers: Ints = values.to_numpy()
        from_zero: Ints = integers - integers.min(initial=0)
        if from_zero.max(initial=0) < DENSE_RANGE:
            return from_zero
    codes: Ints = values.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes


def _distinct_cells(
    customer: Ints, cell: Ints, value: Ints, panes: int
) -> tuple[Ints, Ints, dict[tuple[Op, str], Ints]]:
    """Each value of each customer and case once a pane: the customers, the cells, and the pane of the next occurrence.

    The arguments are arrays of one length, a place an occurrence.
    """
    case, pane = np.divmod(cell, panes)
    values, cases = int(value.max(initial=0)) + 1, int(case.max(initial=0)) + 1
    occurrence = np.sort((((customer * cases + case) * values) + value) * panes + pane)
    occurrence = occurrence[np.diff(occurrence, prepend=-1) > 0]  # several times as fast as np.unique, which hashes
    owner, pane = np.divmod(occurrence, panes)
    next_pane = np.full(len(occurrence), _NO_LATER_PANE)
    np.copyto(next_pane[:-1], pane[1:], where=owner[1:] == owner[:-1])
    customers, case = np.divmod(owner // values, cases)
    return customers, case * panes + pane, {("distinct", ""): next_pane}
