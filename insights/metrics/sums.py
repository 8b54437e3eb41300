"""The kernel: what customers come to in each cell of period and group, and how much they differ."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Ints


@dataclass(frozen=True)
class Rows:
    """Events in runs of one period and customer: ``period`` and ``start`` of each run, ``run`` of each event."""

    order: Ints  # the places of the events, in the order of the runs
    run: Ints
    period: Ints

    @classmethod
    def of(cls, period: Ints, customer: Ints) -> Rows:
        """Events, each of a ``period`` and a ``customer`` (whole numbers from 0), in any order.

        >>> Rows.of(np.array([1, 0, 1]), np.array([5, 7, 5])).run.tolist()
        [0, 1, 1]
        """
        key = period * (int(customer.max(initial=0)) + 1) + customer
        order = np.argsort(key, kind="stable")
        starts = _starts(key[order])
        run = np.zeros(len(key), dtype=np.int64)
        run[starts[1:]] = 1
        return cls(order, np.cumsum(run), period[order][starts])


@dataclass(frozen=True)
class Sums:
    """``totals[cell, column]`` over customers, and of some pairs of columns the products of each customer's sums.

    Cells are numbered ``period * groups + group``.
    """

    totals: Floats
    products: Floats  # [cell, column, column]


def sums(
    rows: Rows,
    group: Ints,
    columns: Sequence[Ints],
    pairs: Sequence[tuple[int, int]],
    *,
    once: Collection[int] = (),
    periods: int,
    groups: int,
) -> Sums:
    """What ``columns`` (whole numbers) come to; of which pairs of columns products are added up, ``pairs`` tell.

    In columns of ``once`` a customer counts 1 in a cell, however often they are there.

    >>> rows, spent = Rows.of(np.zeros(3, int), np.array([1, 2, 1])), np.array([3, 4, 5])
    >>> found = sums(rows, np.array([0, 1, 0]), [spent, spent], [(0, 0)], once=[1], periods=1, groups=2)
    >>> found.totals.tolist(), found.products[:, 0, 0].tolist()
    ([[8.0, 1.0], [4.0, 1.0]], [64.0, 16.0])
    """
    key, order = rows.run * groups + group[rows.order], rows.order
    if groups > 1:
        within = np.argsort(key, kind="stable")
        key, order = key[within], order[within]
    starts = _starts(key)
    cell = rows.period[key[starts] // groups] * groups + key[starts] % groups
    cells, n = periods * groups, len(columns)
    totals, products = np.zeros((cells, n)), np.zeros((cells, n, n))
    own = list[Floats]()
    for place, column in enumerate(columns):
        each = (np.add.reduceat(column[order], starts) if len(starts) else column[:0]).astype(np.float64)
        own.append((each > 0).astype(np.float64) if place in once else each)
        totals[:, place] = np.bincount(cell, own[place], cells)
    for a, b in pairs:
        products[:, a, b] = products[:, b, a] = np.bincount(cell, own[a] * own[b], cells)
    return Sums(totals, products)


def _starts(key: Ints) -> Ints:
    """Where a new value begins in sorted ones."""
    return np.flatnonzero(np.diff(key, prepend=key[:1] - 1))
