"""By how much a result rises with a score, among those who were asked in the same month."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from features.arrays import Floats, Ints
from insights.intervals import LEVEL, Estimate


def slope(score: Floats, result: Floats, *, months: Ints, customers: Ints, weights: Floats) -> Estimate:
    """The least-squares slope with a level for each month, clustered by customer (CR1; Cameron & Miller 2015).

    ``n`` is how many rows it rests on. NaN where the score is the same for all of a month.

    >>> score, same = np.array([0.0, 1, 2, 0, 1, 2]), np.zeros(6, int)
    >>> slope(score, 3 * score + [1, -1, 0, -1, 1, 0], months=same, customers=np.arange(6), weights=np.ones(6))
    Estimate(3, 2.00442 to 3.99558, n=6)
    """
    x, y = (_within(column, months, weights) for column in (score, result))
    spread = float(weights @ (x * x))
    _, place = np.unique(customers, return_inverse=True)
    clusters = int(place.max(initial=-1)) + 1
    if spread <= 1e-12 * max(float(weights @ (score * score)), 1e-300) or clusters < 2:
        return Estimate(np.nan, np.nan, np.nan, len(score))
    value = float(weights @ (x * y)) / spread
    pull = np.bincount(place, weights * x * (y - value * x))
    error = np.sqrt(clusters / (clusters - 1) * (pull @ pull)) / spread
    half = float(stdtrit(clusters - 1, (1 + LEVEL) / 2)) * error
    return Estimate(value, value - half, value + half, len(score))


def _within(column: Floats, months: Ints, weights: Floats) -> Floats:
    """A column less its mean of the month."""
    total = np.bincount(months, weights)
    mean = np.bincount(months, weights * column) / np.where(total == 0, 1, total)
    return np.asarray(column - mean[months])
