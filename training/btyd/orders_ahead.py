"""How many orders a living customer is expected to make, where each order may be the last."""

from __future__ import annotations

from typing import Final

import numpy as np

from features.arrays import Floats, Ints

NEGLIGIBLE: Final = 1e-11  # of the sum
BLOCK: Final = 16_384  # rows at a time
FEW, MANY = 16, 128  # orders at a time, at first and at most


def orders_ahead(
    shape: Floats, scale: Floats, a: float, b: Floats, *, first: Ints, step: int, horizon: float
) -> Floats:
    """Expected orders within ``horizon``, by a sum of positive terms that neither overflows nor cancels.

    The customer's rate is Gamma(``shape``, ``scale``). The next order takes ``first`` steps of that rate, 1 to ``step``
    of them, and each further one ``step``; after each order the customer leaves with a chance that is Beta(``a``,
    ``b``). The n-th order is made by those who stayed n − 1 times and take enough steps, a negative binomial number.

    >>> one = np.array([1.0])
    >>> orders_ahead(one, 10 * one, 1.0, 1e9 * one, first=np.array([1]), step=1, horizon=5.0).round(6).tolist()
    [0.5]
    """
    expected = np.zeros_like(shape)
    for start in range(0, len(shape) if horizon > 0 else 0, BLOCK):
        rows = slice(start, start + BLOCK)
        expected[rows] = _block(shape[rows], scale[rows], a, b[rows], first=first[rows], step=step, horizon=horizon)
    return expected


def _block(shape: Floats, scale: Floats, a: float, b: Floats, *, first: Ints, step: int, horizon: float) -> Floats:
    expected, rows = np.zeros_like(shape), np.arange(len(shape))
    log_q, log_mass = np.log(horizon / (horizon + scale)), -shape * np.log1p(horizon / scale)
    steps, tail, stayed = np.zeros_like(shape), np.ones_like(shape), np.ones_like(shape)
    for done in range(step):  # to where the next order is due; from there on, so many orders a pass
        more = done < first
        tail = np.where(more, -np.expm1(log_mass) if done == 0 else tail - np.exp(log_mass), tail)
        log_mass = np.where(more, log_mass + np.log((shape + done) / (done + 1)) + log_q, log_mass)
        steps += more
    orders, count = 0, FEW
    while len(rows):
        at, n = steps[:, None] + np.arange(count * step), orders + np.arange(count) + b[:, None]
        logs = _onwards(log_mass, np.log((shape[:, None] + at) / (at + 1)) + log_q[:, None])
        tails = np.maximum(_onwards(tail, -np.exp(logs[:, :-1])), 0.0)
        stays = np.cumprod(np.concatenate([stayed[:, None], n / (a + n)], axis=1), axis=1)
        expected[rows] += np.cumsum(stays[:, :-1] * tails[:, :-1:step], axis=1)[:, -1]
        steps, orders = steps + count * step, orders + count
        log_mass, tail, stayed = logs[:, -1], tails[:, -1], stays[:, -1]
        # From the mode on, each mass is at most `ratio` times the one before: what is left is at most a geometric sum.
        ratio = np.exp(log_q) * np.maximum((shape + steps) / (steps + 1), 1.0)
        more = (ratio >= 1) | (stayed * np.exp(log_mass) > NEGLIGIBLE * (1 - ratio) ** 2 * expected[rows])
        rows = rows[more]
        shape, b, log_q, log_mass, steps, tail, stayed = (
            column[more] for column in (shape, b, log_q, log_mass, steps, tail, stayed)
        )
        count = min(2 * count, MANY)
    return expected


def _onwards(start: Floats, changes: Floats) -> Floats:
    """``[row, n]`` where each row's start has come after so many of its changes."""
    return np.cumsum(np.concatenate([start[:, None], changes], axis=1), axis=1)
