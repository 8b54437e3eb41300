"""A quantile of each cell's numbers, between two of them that hold it (order statistics)."""

from __future__ import annotations

import numpy as np
from scipy.special import bdtr, bdtrik

from features.arrays import Floats, Ints
from insights.intervals.estimate import LEVEL, Estimate


def quantile(values: Floats, cells: Ints, size: int, *, at: float, level: float = LEVEL) -> Estimate:
    """The quantile of the ``values`` of each of ``size`` cells; an end is NaN where too few numbers bound it.

    >>> numbers = np.arange(1.0, 101.0)
    >>> quantile(numbers, np.zeros(100, dtype=np.int64), 1, at=0.5)[0]
    Estimate(50.5, 40 to 61, n=100)
    >>> quantile(np.array([7.0]), np.array([1]), 2, at=0.5).value.tolist()
    [nan, 7.0]
    """
    order = np.lexsort((values, cells))
    ordered, n = values[order], np.bincount(cells, minlength=size)
    start = np.concatenate([[0], np.cumsum(n)[:-1]])
    place = at * (n - 1)
    below, above = np.floor(place).astype(np.int64), np.ceil(place).astype(np.int64)
    lower, upper = _taken(ordered, start, below, n), _taken(ordered, start, above, n)
    # P(the k-th smallest ≤ quantile) = P(B ≥ k), where B ~ Binomial(n, at) counts those that are not above it.
    tries = np.maximum(n, 1)
    first = _binomial((1 - level) / 2, tries, at) - 1
    last = _binomial((1 + level) / 2, tries, at)
    low, high = _taken(ordered, start, first, n), _taken(ordered, start, last, n)
    return Estimate(lower + (place - below) * (upper - lower), low, high, n)


def _binomial(probability: float, n: Ints, at: float) -> Floats:
    """The smallest count of ``n`` that is not exceeded with this probability, each of the n happening with ``at``."""
    count = np.maximum(np.ceil(bdtrik(probability, n, at)), 0.0)
    before = np.maximum(count - 1, 0.0)  # the root is not exact: the count below may be enough
    return np.where(bdtr(before, n, at) >= probability, before, count)


def _taken(ordered: Floats, start: Ints, place: Ints | Floats, n: Ints) -> Floats:
    """The number at a place of each cell, NaN where the cell has none there."""
    inside = (place >= 0) & (place < n)
    taken = np.full(len(n), np.nan)
    taken[inside] = ordered[start[inside] + np.asarray(place, dtype=np.int64)[inside]]
    return taken
