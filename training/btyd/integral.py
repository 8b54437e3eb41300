"""The integral that the Pareto/NBD needs, and means under its integrand, by Gauss–Legendre quadrature.

The textbooks write it as a difference of two hypergeometric functions, which cancels and overflows for busy customers.
Over the logarithm of time the integrand is smooth and positive, so that 32 nodes give it to some ten digits.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from features.arrays import Floats

NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)
NEGLIGIBLE: Final = 40.0  # e-folds below the first value
BLOCK: Final = 16_384  # rows at a time: 4 MB an array


class Moments(NamedTuple):
    """The logarithm of the integral, and the means of four functions of the time under its integrand."""

    log: Floats
    log_first: Floats  # of log(first offset + t)
    log_second: Floats  # of log(second offset + t)
    first: Floats  # of 1 / (first offset + t)
    second: Floats  # of 1 / (second offset + t)


class Power(NamedTuple):
    """The function ``(offset + t)**−exponent`` of the time ``t``, one a row."""

    offset: Floats
    exponent: Floats

    def at(self, rows: slice) -> Power:
        """The same of some rows, as a column."""
        return Power(self.offset[rows, None], self.exponent[rows, None])


def moments(first: Power, second: Power, low: Floats, high: Floats) -> Moments:
    """The integral of the product of two powers over the time from ``low`` to ``high``, one a row.

    >>> one = np.array([1.0])
    >>> float(moments(Power(one, one), Power(one, one), 0 * one, one).log[0])  # of 1 / (1 + t)²: 1/2
    -0.6931
    """
    blocks = [slice(start, start + BLOCK) for start in range(0, max(len(low), 1), BLOCK)]
    parts = [_moments(first.at(rows), second.at(rows), low[rows, None], high[rows, None]) for rows in blocks]
    return Moments(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _moments(first: Power, second: Power, low: Floats, high: Floats) -> Moments:
    a, b = first.offset + low, second.offset + low
    least = np.minimum(a, b)
    span = _span(first._replace(offset=a), second._replace(offset=b), np.log1p((high - low) / least))
    v = span * (NODES + 1) / 2
    gone = least * np.expm1(v)
    log_a, log_b = np.log(a + gone), np.log(b + gone)
    start = -first.exponent * np.log(a) - second.exponent * np.log(b)
    mass = WEIGHTS * np.exp(v - first.exponent * log_a - second.exponent * log_b - start)
    total = mass.sum(axis=1)
    with np.errstate(divide="ignore"):  # over no time at all it is 0
        log = (start + np.log(least * span / 2))[:, 0] + np.log(total)
    means = [(mass * f).sum(axis=1) / total for f in (log_a, log_b, 1 / (a + gone), 1 / (b + gone))]
    return Moments(log, *means)


def _span(first: Power, second: Power, span: Floats) -> Floats:
    """The span of log-time beyond which nothing counts; the integrand's logarithm is concave: Newton from above."""
    least = np.minimum(first.offset, second.offset)
    for _ in range(8):
        a, b = (power.offset + least * np.expm1(span) for power in (first, second))
        drop = first.exponent * np.log(a / first.offset) + second.exponent * np.log(b / second.offset) - span
        slope = (first.exponent / a + second.exponent / b) * least * np.exp(span) - 1
        step = np.divide(drop - NEGLIGIBLE, slope, out=np.zeros_like(span), where=drop > NEGLIGIBLE)
        if not step.any():
            break
        span = span - step
    return span
