"""How many orders a living customer is expected to make, where each order may be the last."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Ints

NEGLIGIBLE = 1e-11  # of the sum


def orders_ahead(shape: Floats, scale: Floats, a: float, b: Floats, *, first: int, step: int, horizon: float) -> Floats:
    """Expected orders within ``horizon``, by a sum of positive terms that neither overflows nor cancels.

    The customer's rate is Gamma(``shape``, ``scale``). The next order takes ``first`` steps of that rate, each further
    one ``step``; after each order the customer leaves with a chance that is Beta(``a``, ``b``). The n-th order is made
    by those who stayed n − 1 times and take enough steps, a negative binomial number.

    >>> one = np.array([1.0])
    >>> orders_ahead(one, 10 * one, 1.0, 1e9 * one, first=1, step=1, horizon=5.0).round(6).tolist()  # none leaves
    [0.5]
    """
    expected = np.zeros_like(shape)
    if horizon <= 0:
        return expected
    rows: Ints = np.arange(len(shape))
    log_q, log_none = np.log(horizon / (horizon + scale)), -shape * np.log1p(horizon / scale)
    log_mass, tail, stayed, s = log_none, np.ones_like(shape), np.ones_like(shape), shape
    steps = n = 0
    while len(rows):
        for _ in range(first if n == 0 else step):
            tail = -np.expm1(log_none) if steps == 0 else np.maximum(tail - np.exp(log_mass), 0.0)
            log_mass = log_mass + np.log((s + steps) / (steps + 1)) + log_q
            steps += 1
        expected[rows] += stayed * tail
        stayed = stayed * (b + n) / (a + b + n)
        n += 1
        # From the mode on, each mass is at most `ratio` times the one before: what is left is at most a geometric sum.
        ratio = np.exp(log_q) * np.maximum((s + steps) / (steps + 1), 1.0)
        more = (ratio >= 1) | (stayed * np.exp(log_mass) > NEGLIGIBLE * (1 - ratio) ** 2 * expected[rows])
        if not more.all():
            rows = rows[more]
            tail, stayed, s, b, log_q, log_mass, log_none = (
                column[more] for column in (tail, stayed, s, b, log_q, log_mass, log_none)
            )
    return expected
