"""What an engine hands over of a scan, per customer, case and pane; and the terms that are read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Ints
from features.evaluate.scans import Scan, span_of
from features.language.terms import NEVER, UNBORN, Op

NEAR = 2**20  # numbers this near to each other are told apart as they are
EMPTY: Mapping[Op, int] = {"sum": 0, "min": UNBORN, "max": NEVER, "first": NEVER, "last": NEVER, "distinct": 0}


@dataclass(frozen=True)
class Cells:
    """The aggregates of a scan: each row's customer, its cell (case and pane as one number), and its values.

    A value that is missing is what the aggregate of nothing is. Of ``distinct``, whatever the column, the value is the
    pane in which what was seen is seen next.
    """

    scan: Scan
    edges: Ints
    customer: Ints
    cell: Ints
    values: Mapping[tuple[Op, str], Ints]

    def of(self, start: int, end: int) -> Self:
        """The cells of some customers, counted from the first of them."""
        ours = (self.customer >= start) & (self.customer < end)
        values = {key: found[ours] for key, found in self.values.items()}
        return type(self)(self.scan, self.edges, self.customer[ours] - start, self.cell[ours], values)

    def read(self, terms: Mapping[int, Ints]) -> None:
        """Fill in the terms ``[term, customer]`` of each moment."""
        for op, column in self.scan.aggregates:
            if op == "distinct":
                for as_of, out in terms.items():
                    self._sum(op, column, self._latest(as_of, out.shape[1]), as_of, out)
                continue
            dense = self._dense(op, self.values[op, column], next(iter(terms.values())).shape[1])
            for as_of, out in terms.items():
                fill = self._sum if op == "sum" else self._extreme
                fill(op, column, dense, as_of, out)

    def _dense(self, op: Op, values: Ints, customers: int) -> Ints:
        """``[case, pane, customer]``; of sums the running ones, over everything up to each pane's edge."""
        cases, panes = len(self.scan.cases), len(self.edges)
        flat = np.full((cases * panes, customers), EMPTY[op], dtype=np.int64)
        flat[self.cell, self.customer] = values
        dense = flat.reshape(cases, panes, customers)
        return np.add.accumulate(dense, axis=1, out=dense) if op == "sum" else dense

    def _latest(self, as_of: int, customers: int) -> Ints:
        """The same, counting what was seen for the last time up to a moment."""
        now, cases, panes = int(np.searchsorted(self.edges, as_of)), len(self.scan.cases), len(self.edges)
        pane = self.cell % panes
        last = (pane <= now) & (self.values["distinct", ""] > now)
        counts = np.bincount(self.cell[last] * customers + self.customer[last], minlength=cases * panes * customers)
        dense = counts.reshape(cases, panes, customers)
        return np.add.accumulate(dense, axis=1, out=dense)

    def _sum(self, op: Op, column: str, running: Ints, as_of: int, out: Ints) -> None:
        for wanted in self.scan.wanted:
            if (wanted.measure.op, wanted.measure.column) == (op, column):
                start, end = span_of(wanted, self.edges, as_of)
                case = running[wanted.case]
                if start:
                    np.subtract(case[end - 1], case[start - 1], out=out[wanted.at])
                else:
                    out[wanted.at] = case[end - 1]

    def _extreme(self, op: Op, column: str, dense: Ints, as_of: int, out: Ints) -> None:
        for wanted in self.scan.wanted:
            if (wanted.measure.op, wanted.measure.column) == (op, column):
                start, end = span_of(wanted, self.edges, as_of)
                panes = dense[wanted.case, start:end]
                if op == "min":
                    np.minimum.reduce(panes, axis=0, out=out[wanted.at])
                elif op == "max":
                    np.maximum.reduce(panes, axis=0, out=out[wanted.at])
                else:
                    out[wanted.at] = _found(panes if op == "last" else panes[::-1])


def _found(panes: Ints) -> Ints:
    """For each customer the value of the last pane that has one."""
    found: Ints = panes[0].copy()
    for pane in panes[1:]:
        np.copyto(found, pane, where=pane != NEVER)
    return found
