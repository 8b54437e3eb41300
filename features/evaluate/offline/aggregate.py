"""One scan of an engine as Narwhals expressions, and what comes back of it as cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Ints
from features.evaluate.offline.cells import EMPTY, NEAR, Cells
from features.evaluate.offline.labels import Asked
from features.evaluate.scans import Scan
from features.events.columns import EVERY, GAP
from features.language.terms import Op
from features.units import MINUTE

Events = nw.LazyFrame[Any]
IN_TIME = ["time", "event_id"]
_NEVER_AGAIN = np.iinfo(np.int64).max  # a pane beyond all panes


def aggregate(events: Events, scan: Scan, asked: Asked, customers: pa.Array, edges: Ints) -> pa.Table:
    """What the engine says of a scan: ``customer`` (the place), ``case``, ``pane``, and a column an aggregate.

    Of ``distinct`` scans it is a row for each value ``seen``. Customers are named in the events or, where Polars
    computes, told by their places.
    """
    panes, numbered = len(edges), events.implementation.is_polars()
    number, numbers = asked.combined(scan)
    key, keys = number * panes + pane_of(edges), numbers * panes
    keyed = _rows(events, scan, asked).with_columns(key=nw.col("customer_id") * keys + key if numbered else key)
    by = ["key"] if numbered else ["customer_id", "key"]
    table = collected(_seen(keyed, scan, by) if scan.rows == "distinct" else _aggregates(keyed, scan, by))
    found = table["key"].to_numpy()
    customer = found // keys if numbered else pc.index_in(table["customer_id"], value_set=customers).to_numpy()
    case = asked.cases(scan)[found % keys // panes]
    places = {"customer": customer.astype(np.int64), "case": case, "pane": found % panes}
    made = pa.table(
        {**places, **{name: table[name] for name in table.column_names if name not in ("customer_id", "key")}}
    )
    return made if (case >= 0).all() else made.filter(pa.array(case >= 0))


def cells_of(scan: Scan, table: pa.Table, edges: Ints) -> Cells:
    """A scan's table as cells."""
    customer, cell = table["customer"].to_numpy(), table["case"].to_numpy() * len(edges) + table["pane"].to_numpy()
    if scan.rows == "distinct":
        return Cells(scan, edges, *_again(customer, cell, _codes(table["seen"]), len(edges)))
    values = {(o, c): table[column_of(o, c)].fill_null(EMPTY[o]).to_numpy() for o, c in scan.aggregates}
    return Cells(scan, edges, customer, cell, values)


def collected(frame: Events) -> pa.Table:
    """A frame in memory, by whatever engine holds it."""
    if frame.implementation.is_polars():  # half the time, and less memory
        return frame.collect("pyarrow", engine="streaming").to_arrow()
    return frame.collect("pyarrow").to_arrow()


def pane_of(edges: Ints) -> nw.Expr:
    """How many edges lie before an event's time, by halving."""
    if len(edges) == 1:
        return nw.lit(0, nw.Int64)
    return _halved(edges, 0, len(edges) - 1)


def _halved(edges: Ints, low: int, high: int) -> nw.Expr:
    if low == high:
        return nw.lit(low, nw.Int64)
    middle = (low + high) // 2
    later = nw.col("time") > int(edges[middle])
    return nw.when(later).then(_halved(edges, middle + 1, high)).otherwise(_halved(edges, low, middle))


def _rows(events: Events, scan: Scan, asked: Asked) -> Events:
    """The rows that a scan looks at; gaps are those since the previous event of the same kind, whatever else it was."""
    if not scan.between:
        return asked.chosen(events, scan, scan.labels)
    kinds = [label for label in scan.labels if label == "kind"]
    opening = asked.chosen(events, scan, kinds).filter(nw.col("order_line").fill_null(1) == 1)
    before = nw.col("time").shift(1).over("customer_id", "kind", order_by=IN_TIME)
    gap = (nw.col("time") - before) // MINUTE
    after = opening.with_columns(gap.alias(GAP)).filter(~nw.col(GAP).is_null())
    return asked.chosen(after, scan, [label for label in scan.labels if label != "kind"])


def _aggregates(keyed: Events, scan: Scan, by: Sequence[str]) -> Events:
    """A row per customer, case and pane."""
    rows = keyed
    if scan.rows in ("first", "last"):
        held = keyed.filter(~_integer(scan.column).is_null())
        beyond = nw.col("time").shift(-1 if scan.rows == "last" else 1).over(*by, order_by=IN_TIME)
        rows = held.with_columns(beyond=beyond).filter(nw.col("beyond").is_null())
    return rows.group_by(*by).agg(**{column_of(op, column): _aggregated(op, column) for op, column in scan.aggregates})


def _seen(keyed: Events, scan: Scan, by: Sequence[str]) -> Events:
    """Each value that a customer met, in each case and pane."""
    value = _integer(scan.column) if scan.column in EVERY else nw.col(scan.column)
    seen = keyed.select(*by, seen=value).filter(~nw.col("seen").is_null())
    return seen if keyed.implementation.is_polars() else seen.unique()  # what NumPy sorts needs no hashing before


def _aggregated(op: Op, column: str) -> nw.Expr:
    integer = _integer(column)
    found: nw.Expr = getattr(integer, "max" if op in ("first", "last") else op)()  # there is one row of each end
    return found


def _integer(column: str) -> nw.Expr:
    made: Any = EVERY[column].compute(*(nw.col(source) for source in EVERY[column].sources))
    integer: nw.Expr = made.cast(nw.Int64)
    return integer


def column_of(op: Op, column: str) -> str:
    """What an aggregate is called.

    >>> column_of("sum", "value")
    'sum of value'
    """
    return f"{op} of {column}"


def _codes(seen: pa.ChunkedArray) -> Ints:
    """Values as numbers from 0, equal ones alike."""
    if pa.types.is_integer(seen.type):
        values: Ints = seen.to_numpy()
        least = values.min(initial=0)
        near: Ints = values - least
        if near.max(initial=0) < NEAR:
            return near
    codes: Ints = seen.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes


def _again(customer: Ints, cell: Ints, seen: Ints, panes: int) -> tuple[Ints, Ints, dict[tuple[Op, str], Ints]]:
    """Each customer's meetings with each value, once a pane: their customers, their cells, and the next one's pane."""
    case, pane = np.divmod(cell, panes)
    values, cases = int(seen.max(initial=0)) + 1, int(case.max(initial=0)) + 1
    met = np.sort((((customer * cases + case) * values) + seen) * panes + pane)
    met = met[np.diff(met, prepend=-1) > 0]  # several times as fast as np.unique, which hashes
    what, pane = np.divmod(met, panes)
    again = np.full(len(met), _NEVER_AGAIN)
    np.copyto(again[:-1], pane[1:], where=what[1:] == what[:-1])
    who, case = np.divmod(what // values, cases)
    return who, case * panes + pane, {("distinct", ""): again}
