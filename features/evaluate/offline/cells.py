"""Cells: the aggregates of a scan per customer, case and pane, and the terms that are read from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.evaluate.offline.aggregate import DISTINCT, column_of
from features.evaluate.scans import EMPTY, Scan, panes_of
from features.language.terms import NEVER, Op

DENSE_RANGE = 2**20  # integers within it are their own codes
_NO_LATER_PANE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Cells:
    """The aggregates of a scan, a place a cell that holds anything.

    ``customer`` is the customer's place in the block, ``cell`` is ``case · panes + pane``, ``values`` has an array for
    each operation and column. Of ``distinct`` scans, whatever the column, the value is the pane in which the distinct
    value occurs next.
    """

    scan: Scan
    edges: Ints
    customer: Ints
    cell: Ints
    values: Mapping[tuple[Op, str], Ints]

    def slice(self, start: int, end: int) -> Self:
        """The cells of the customers from place ``start`` up to ``end``, whose places then begin with 0."""
        inside = (self.customer >= start) & (self.customer < end)
        values = {key: array[inside] for key, array in self.values.items()}
        return type(self)(self.scan, self.edges, self.customer[inside] - start, self.cell[inside], values)

    def fill(self, terms: Mapping[int, Ints]) -> None:
        """Write this scan's terms into the arrays ``[term, customer]`` of each moment."""
        for op, column in self.scan.aggregates:
            if op == "distinct":
                for as_of, out in terms.items():
                    self._fill_sums(op, column, self._distinct_counts(as_of, out.shape[1]), as_of, out)
                continue
            dense = self._dense(op, self.values[op, column], next(iter(terms.values())).shape[1])
            for as_of, out in terms.items():
                fill = self._fill_sums if op == "sum" else self._fill_extremes
                fill(op, column, dense, as_of, out)

    def _dense(self, op: Op, values: Ints, customers: int) -> Ints:
        """``[case, pane, customer]``; of sums the running total over all panes up to each one."""
        cases, panes = len(self.scan.cases), len(self.edges)
        flat = np.full((cases * panes, customers), EMPTY[op], dtype=np.int64)
        flat[self.cell, self.customer] = values
        dense = flat.reshape(cases, panes, customers)
        return np.add.accumulate(dense, axis=1, out=dense) if op == "sum" else dense

    def _distinct_counts(self, as_of: int, customers: int) -> Ints:
        """``[case, pane, customer]``: the running count of values that occur for the last time before ``as_of``."""
        now, cases, panes = int(np.searchsorted(self.edges, as_of)), len(self.scan.cases), len(self.edges)
        pane = self.cell % panes
        last = (pane <= now) & (self.values["distinct", ""] > now)
        counts = np.bincount(self.cell[last] * customers + self.customer[last], minlength=cases * panes * customers)
        dense = counts.reshape(cases, panes, customers)
        return np.add.accumulate(dense, axis=1, out=dense)

    def _fill_sums(self, op: Op, column: str, running: Ints, as_of: int, out: Ints) -> None:
        for term in self.scan.terms:
            if (term.measure.op, term.measure.column) == (op, column):
                start, end = panes_of(term, self.edges, as_of)
                case = running[term.case]
                if start:
                    np.subtract(case[end - 1], case[start - 1], out=out[term.at])
                else:
                    out[term.at] = case[end - 1]

    def _fill_extremes(self, op: Op, column: str, dense: Ints, as_of: int, out: Ints) -> None:
        for term in self.scan.terms:
            if (term.measure.op, term.measure.column) == (op, column):
                start, end = panes_of(term, self.edges, as_of)
                panes = dense[term.case, start:end]
                if op == "min":
                    np.minimum.reduce(panes, axis=0, out=out[term.at])
                elif op == "max":
                    np.maximum.reduce(panes, axis=0, out=out[term.at])
                else:
                    out[term.at] = _last_existing(panes if op == "last" else panes[::-1])


def _last_existing(panes: Ints) -> Ints:
    """``[customer]``: the value of the last pane that holds one."""
    values: Ints = panes[0].copy()
    for pane in panes[1:]:
        np.copyto(values, pane, where=pane != NEVER)
    return values


def cells_of(scan: Scan, table: pa.Table, edges: Ints) -> Cells:
    """The table of a scan, from :func:`aggregate`, as cells."""
    customer, cell = table["customer"].to_numpy(), table["case"].to_numpy() * len(edges) + table["pane"].to_numpy()
    if scan.rows == "distinct":
        return Cells(scan, edges, *_distinct_cells(customer, cell, _dense_codes(table[DISTINCT]), len(edges)))
    values = {(o, c): table[column_of(o, c)].fill_null(EMPTY[o]).to_numpy() for o, c in scan.aggregates}
    return Cells(scan, edges, customer, cell, values)


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
