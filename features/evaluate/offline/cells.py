"""Cells: the aggregates of a scan per customer, case and pane, and the terms that are read from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Ints
from features.evaluate.scans import EMPTY, Scan, panes_of
from features.language.terms import NEVER, Op


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
