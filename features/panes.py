"""Aggregates per customer and pane: sparse as the engine hands them over, dense some customers at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.entries import Entries
from features.formulas import NEVER, UNBORN, Floats, Ints
from features.language import Op
from features.plan import Panes, Plan

PART_CELLS = 4_000_000  # at a time are dense: 32 MB
_EMPTY = {"sum": 0, "min": UNBORN, "max": NEVER}
_RUNNING = {"sum": np.add, "min": np.minimum, "max": np.maximum}


@dataclass(frozen=True)
class FramePanes:
    """The aggregates of some customers, in order, over the panes of all moments.

    ``first`` is the time of each one's first event; ``entries`` are the values of each kind of measure. Of
    ``distinct`` ones the value is the pane in which what was seen is seen again.
    """

    plan: Plan
    customers: pa.Array
    first: Ints
    edges: Ints
    entries: Mapping[Op, Entries]

    def parts(self) -> Iterator[FramePanes]:
        """The same in parts that are small enough to make dense; at least one."""
        plan = self.plan
        cells = len(self.edges) * (len(plan.sums) + len(plan.firsts) + len(plan.lasts) + len(plan.distinct))
        step = max(1, PART_CELLS // max(cells, 1))
        for start in range(0, max(len(self.customers), 1), step):
            end = min(start + step, len(self.customers))
            entries = {op: found.of(start, end) for op, found in self.entries.items()}
            yield FramePanes(plan, self.customers[start:end], self.first[start:end], self.edges, entries)

    def running(self, op: Op) -> Ints:
        """``[customer, measure, edge]``: the aggregate over everything up to each edge."""
        found = self.entries[op]
        shape = len(self.customers), len(self.plan.measures(op)), len(self.edges)
        dense = np.full(shape, _EMPTY[op], dtype=np.int64)
        dense[found.customer, found.measure, found.pane] = found.value
        return _RUNNING[op].accumulate(dense, axis=2, out=dense)


def distinct_at(panes: FramePanes, edges: Ints) -> Ints:
    """``[customer, measure, 1 + edge]``: how many values there were ever, then how many were last seen after each edge.

    A value counts once: at its last occurrence up to the last edge, the one whose next occurrence lies beyond it.
    """
    at = np.searchsorted(panes.edges, edges)
    found, now = panes.entries["distinct"], at[-1]
    last = (found.pane <= now) & (found.value > now)
    shape = len(panes.customers), len(panes.plan.distinct), len(edges)
    place = np.ravel_multi_index(
        (found.customer[last], found.measure[last], np.searchsorted(at, found.pane[last])), shape
    )
    counts = np.bincount(place, minlength=int(np.prod(shape))).reshape(shape)
    after = counts[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]  # in this span or a later one
    return np.concatenate([after, np.zeros((*shape[:2], 1), dtype=np.int64)], axis=2)


def moments(panes: FramePanes, codes: Floats, as_of: Sequence[int]) -> Iterator[tuple[int, Ints, Panes]]:
    """At each moment, which customers are there, and what the features are finished from."""
    sums, firsts, lasts = (panes.running(op) for op in ("sum", "min", "max"))
    for moment in as_of:
        edges = panes.plan.edges(moment)
        at = np.searchsorted(panes.edges, edges)
        here = np.flatnonzero(panes.first <= moment)
        yield (
            moment,
            here,
            Panes(
                sums=sums[np.ix_(here, np.arange(sums.shape[1]), at)],
                firsts=firsts[here, :, at[-1]],
                lasts=lasts[here, :, at[-1]],
                distinct=distinct_at(panes, edges)[here],
                codes=codes[here],
            ),
        )
