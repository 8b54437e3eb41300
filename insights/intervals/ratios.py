"""Means, and ratios of two sums, whose unit is a customer: what one does several times is not seen several times."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from insights.intervals.estimate import LEVEL, Estimate


def mean(total: npt.ArrayLike, squares: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL) -> Estimate:
    """The mean of ``n`` numbers from their sum and the sum of their squares, by Student's t.

    >>> mean(total=6, squares=14, n=3)  # of 1, 2 and 3
    Estimate(2, -0.484138 to 4.48414, n=3)
    """
    return ratio(total, n, top_squares=squares, products=total, bottom_squares=n, n=n, level=level)


def ratio(
    top: npt.ArrayLike,
    bottom: npt.ArrayLike,
    *,
    top_squares: npt.ArrayLike,
    products: npt.ArrayLike,
    bottom_squares: npt.ArrayLike,
    n: npt.ArrayLike,
    level: float = LEVEL,
) -> Estimate:
    """Σa / Σb over ``n`` customers, from Σa, Σb, Σa², Σab, Σb² of each customer's own a and b, by linearisation.

    A mean of what one customer may do several times is one of these, clustered by customer: a is the sum of her
    values, b how many there were. Weighted means likewise: a is Σ weight · value, b is Σ weight.

    >>> spent, orders = np.array([300.0, 50, 50]), np.array([3.0, 1, 1])
    >>> squares = {"top_squares": spent @ spent, "products": spent @ orders, "bottom_squares": orders @ orders}
    >>> ratio(400, 5, **squares, n=3)  # 80 an order
    Estimate(80, 2.55225 to 157.448, n=3)
    """
    a, b, aa, ab, bb, n = (
        np.asarray(part, dtype=np.float64) for part in (top, bottom, top_squares, products, bottom_squares, n)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(b == 0, np.nan, a / b)
        residual = np.maximum(aa - 2 * value * ab + value * value * bb, 0)
        error = np.sqrt(residual * n / (n - 1)) / np.abs(b)
        half = np.where(n > 1, stdtrit(np.maximum(n - 1, 1), (1 + level) / 2) * error, np.nan)
    return Estimate(value, value - half, value + half, n)
