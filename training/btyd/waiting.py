"""How long a living customer has waited since the last order: orders come each after ``k`` steps of a Poisson process.

With ``k = 1`` the times between orders are exponential; with ``k > 1`` they are Erlang distributed, more regular.
Customers' rates are Gamma(``shape``, ``scale``): shape ``r + k·x`` after ``x`` repeat orders.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from features.arrays import Floats


class Waiting(NamedTuple):
    """The logarithm of the chance to wait from ``recency`` to ``age``, and its derivatives by shape and by scale."""

    log: Floats
    by_shape: Floats
    by_scale: Floats


def log_waiting(shape: Floats, alpha: float, recency: Floats, age: Floats, k: int) -> Floats:
    """The logarithm of the integral over the rates of ``rate**shape · exp(−rate·age)`` times the waiting chance.

    Up to what does not depend on ``age``: with ``k = 1`` it is ``−shape · log(alpha + age)``.

    >>> log_waiting(np.array([2.0]), 1.0, np.array([0.0]), np.array([9.0]), k=1).round(4).tolist()
    [-4.6052]
    """
    return _log_base(shape, alpha, age) + (np.log(sum(stages(shape, alpha, recency, age, k))) if k > 1 else 0.0)


def waiting(shape: Floats, alpha: float, recency: Floats, age: Floats, k: int) -> Waiting:
    """:func:`log_waiting` with its derivatives."""
    base, end = _log_base(shape, alpha, age), alpha + age
    if k == 1:
        return Waiting(base, -np.log(end), -shape / end)
    total, by_shape, by_scale = np.ones_like(age), np.zeros_like(age), np.zeros_like(age)
    term, slope = np.ones_like(age), np.zeros_like(age)
    for j in range(k - 1):
        factor = (age - recency) / end / (j + 1)
        term, slope = term * factor * (shape + j), (slope * (shape + j) + term) * factor
        total, by_shape, by_scale = total + term, by_shape + slope, by_scale - term * (j + 1) / end
    return Waiting(base + np.log(total), by_shape / total - np.log(end), by_scale / total - shape / end)


def stages(shape: Floats, alpha: float, recency: Floats, age: Floats, k: int) -> list[Floats]:
    """How likely, relative to stage 0, it is that 0, 1, … ``k − 1`` of the steps to the next order are done."""
    terms = [np.ones_like(age)]
    for j in range(k - 1):
        terms.append(terms[-1] * (age - recency) / (alpha + age) * (shape + j) / (j + 1))
    return terms


def _log_base(shape: Floats, alpha: float, age: Floats) -> Floats:
    return np.asarray(-shape * np.log(alpha + age), dtype=np.float64)
