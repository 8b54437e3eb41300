"""What each customer spent between two moments, looked up for many customers and moments at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats, Ints

BANDS: Final = 4  # of value, of about as many customers each


@dataclass(frozen=True)
class Spending:
    """The orders of customers, sorted by customer and time, with running totals."""

    moments: Ints  # distinct moments of orders, in µs
    keys: Ints  # customer and place of the order's moment, in one number
    totals: Floats  # [0, …]: what the orders before this one brought together

    @classmethod
    def of(cls, customers: Ints, times: Ints, values: Floats) -> Self:
        """Orders by the number of their customer, in any order; refunds are orders of negative value."""
        moments = np.unique(times)
        keys = customers * (len(moments) + 1) + np.searchsorted(moments, times, side="right")
        order = np.argsort(keys, kind="stable")
        return cls(moments, keys[order], np.concatenate([[0.0], np.cumsum(values[order])]))

    def between(self, customers: Ints, after: Ints, until: Ints) -> tuple[Floats, Floats]:
        """What each customer spent in ``(after, until]``, and in how many orders.

        >>> spending = Spending.of(np.array([1, 0, 1]), np.array([20, 10, 30]), np.array([5.0, 7.0, 9.0]))
        >>> [found.tolist() for found in spending.between(np.array([0, 1]), np.array([10, 10]), np.array([40, 30]))]
        [[0.0, 14.0], [0.0, 2.0]]
        """
        first, last = (self._place(customers, moment) for moment in (after, until))
        return self.totals[last] - self.totals[first], np.asarray(last - first, dtype=np.float64)

    def _place(self, customers: Ints, moment: Ints) -> Ints:
        """Before which order a customer stands just after a moment."""
        known = np.searchsorted(self.moments, moment, side="right")
        return np.searchsorted(self.keys, customers * (len(self.moments) + 1) + known, side="right")


def bands(values: Floats) -> Ints:
    """Which quarter of the customers each belongs to, by value; equal values are in the same one.

    >>> bands(np.array([0.0, 0, 0, 5, 9, 7])).tolist()
    [0, 0, 0, 2, 3, 3]
    """
    edges = np.unique(np.quantile(values, np.arange(1, BANDS) / BANDS))
    return np.searchsorted(edges, values, side="left")
