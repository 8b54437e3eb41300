"""Which touchpoint is worth mending first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Ints
from insights.intervals import Estimate
from insights.intervals.estimate import z_score


@dataclass(frozen=True)
class Ranking:
    """Touchpoints by what a point at each is worth in a year, the best first."""

    order: Ints  # places of the touchpoints
    shrunken: Estimate  # [touchpoint]: what a point is worth, each drawn to the common mean as far as it is unsure
    yearly: Estimate  # [touchpoint]: for all who pass it in a year


def ranked(worth: Estimate, passing: Floats) -> Ranking:
    """Touchpoints by shrunken worth times how many pass each in a year (DerSimonian & Laird 1986).

    A touchpoint without a worth (NaN) comes last.

    >>> worth = Estimate([9.0, 4.0, 5.0], [-9.0, 3.0, 4.0], [27.0, 5.0, 6.0], [40, 900, 900])
    >>> ranking = ranked(worth, passing=np.array([100.0, 1000.0, 1000.0]))
    >>> ranking.order.tolist(), ranking.shrunken.value.round(1).tolist()  # 9 ± 18 says next to nothing
    ([2, 1, 0], [4.5, 4.4, 4.6])
    """
    known = ~np.isnan(worth.value)
    error = (worth.high - worth.low) / 2 / z_score(0.95)
    precision = np.where(known, 1 / np.where(known, np.maximum(error, 1e-12), 1) ** 2, 0)
    values = np.where(known, worth.value, 0)
    between = _between(values, precision, int(known.sum()))
    weight = np.where(known, 1 / (1 / np.where(known, precision, 1) + between), 0)
    centre = float(weight @ values / weight.sum()) if known.any() else 0.0
    trust = np.where(known, between * np.where(known, precision, 1) / (1 + between * precision), 0)
    shrunken = np.where(known, centre + trust * (values - centre), np.nan)
    # Of what is left of its own error, and of the error of the common mean.
    left = np.sqrt(trust * error**2 + (1 - trust) ** 2 / max(float(weight.sum()), 1e-300))
    half = z_score(0.95) * np.where(known, left, np.nan)
    estimate = Estimate(shrunken, shrunken - half, shrunken + half, worth.n)
    yearly = Estimate(estimate.value * passing, estimate.low * passing, estimate.high * passing, worth.n)
    return Ranking(np.argsort(-np.nan_to_num(yearly.value, nan=-np.inf), kind="stable"), estimate, yearly)


def _between(values: Floats, precision: Floats, count: int) -> float:
    """The variance of true worths between touchpoints, beyond their errors."""
    if count < 2:
        return 0.0
    total = float(precision.sum())
    centre = float(precision @ values) / total
    excess = float(precision @ (values - centre) ** 2) - (count - 1)
    return max(excess / (total - float(precision @ precision) / total), 0.0)
