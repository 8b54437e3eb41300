"""Totals of customers' numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insights.intervals.estimate import LEVEL, Estimate, z_score


def total(total: npt.ArrayLike, squares: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Σa over ``n`` customers, with the interval that drawing customers anew gives (the limit of a Poisson bootstrap).

    ``squares`` is Σa² of each customer's own a; how many customers come is as uncertain as what each brings.

    >>> total(total=6, squares=14, n=3)  # of 1, 2 and 3
    Estimate(6, -1.33351 to 13.3335, n=3)
    >>> total(total=100, squares=100, n=100)  # so many came
    Estimate(100, 80.4004 to 119.6, n=100)
    """
    value = np.asarray(total, dtype=np.float64)
    half = z_score(level) * np.sqrt(np.asarray(squares, dtype=np.float64))
    return Estimate(value, value - half, value + half, n)
