"""The difference of two estimates, whatever they are of."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from features.arrays import Floats
from insights.intervals.estimate import LEVEL, Estimate, z_score


def difference(a: Estimate, b: Estimate) -> Estimate:
    """``a − b`` of estimates of different customers, from their intervals alone (MOVER; Zou & Donner 2008).

    >>> difference(Estimate(0.5, 0.4, 0.6, 90), Estimate(0.4, 0.3, 0.5, 60))
    Estimate(0.1, -0.0414214 to 0.241421, n=150)
    """
    value = a.value - b.value
    low = value - np.hypot(a.value - a.low, b.high - b.value)
    high = value + np.hypot(a.high - a.value, b.value - b.low)
    return Estimate(value, low, high, a.n + b.n)


def p_value(difference: Estimate, *, level: float = LEVEL) -> Floats:
    """How likely a difference at least this far from 0 is if there is none, by the side of its interval towards 0.

    >>> float(p_value(Estimate(1.0, 0.0, 2.0, 100)).round(3))  # the interval just touches 0
    0.05
    """
    value = difference.value
    reach = np.where(value > 0, value - difference.low, difference.high - value)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * ndtr(-np.abs(value) / reach * z_score(level))
    return np.where((value == 0) & ~np.isnan(reach), 1.0, p)
