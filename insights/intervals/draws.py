"""Intervals of any figure of sums: customers are drawn again and again, each a Poisson number of times.

How often a customer is drawn depends on who she is and on the draw alone, so that neither the order of rows nor
the machine that holds her changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from features.arrays import Floats, Ints
from insights.intervals.estimate import LEVEL, Estimate

DRAWS: Final = 500
# P(Poisson(1) ≤ k) for k = 0 … 9, drawn more often than that is nobody.
_STEPS: Final = np.cumsum([np.exp(-1.0), *np.exp(-1.0) / np.cumprod(np.arange(1.0, 10.0))])


def bootstrap(
    figure: Callable[[Floats], Floats],
    sums: Floats,
    drawn: Floats,
    n: npt.ArrayLike,
    *,
    level: float = LEVEL,
) -> Estimate:
    """A ``figure`` of sums with the interval that its draws lie in.

    Args:
        figure: From ``[…, column, cell]`` sums to ``[…, cell]``.
        sums: ``[column, cell]``, of the customers as they are.
        drawn: ``[draw, column, cell]``, from ``drawn_sums``.
        n: How many customers each cell has.
        level: How often the interval holds the true figure.

    >>> spent, orders = np.array([[30.0, 10, 20, 40], [1, 1, 1, 1]]), np.zeros(4, int)
    >>> drawn = drawn_sums(spent, np.arange(4, dtype=np.uint64), orders, 1)
    >>> bootstrap(lambda sums: sums[..., 0, :] / sums[..., 1, :], spent.sum(axis=1)[:, None], drawn, n=4)[0]
    Estimate(25, 10 to 36.6667, n=4)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        draws, value = figure(drawn), figure(sums)
    tail = (1 - level) / 2
    empty = np.isnan(draws).all(axis=0)
    low, high = np.nanquantile(np.where(empty, 0.0, draws), [tail, 1 - tail], axis=0)
    return Estimate(value, np.where(empty, np.nan, low), np.where(empty, np.nan, high), n)


def drawn_sums(
    columns: Floats, customers: npt.NDArray[np.uint64], cells: Ints, size: int, *, draws: int = DRAWS
) -> Floats:
    """``[draw, column, cell]``: the sums of ``columns[column, row]`` as customers are drawn.

    ``customers`` has a stable 64-bit number (a hash) of each row's customer.
    """
    order = np.argsort(cells, kind="stable")
    columns, customers, cells = columns[:, order], customers[order], cells[order]
    filled, starts = np.unique(cells, return_index=True)
    sums = np.zeros((draws, len(columns), size))
    for draw in range(draws if len(cells) else 0):
        sums[draw][:, filled] = np.add.reduceat(columns * times_drawn(customers, draw), starts, axis=1)
    return sums


def times_drawn(customers: npt.NDArray[np.uint64], draw: int) -> Ints:
    """How often each customer is drawn: Poisson with mean 1, from a mix of her number and the draw's (SplitMix64).

    >>> times_drawn(np.arange(8, dtype=np.uint64), draw=0).tolist()
    [2, 1, 1, 0, 1, 1, 2, 1]
    """
    mixed = customers + np.uint64((draw + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return np.searchsorted(_STEPS, mixed / 2.0**64, side="right")
