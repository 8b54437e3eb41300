"""The Net Promoter Score: the share of promoters less that of detractors, in points from −100 to 100."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from features.arrays import Floats
from insights.intervals.estimate import LEVEL, Estimate, z_score

HALVINGS: Final = 50  # of an interval two wide: the ends are exact to 2e-15


def nps(
    promoters: npt.ArrayLike,
    detractors: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    effective: npt.ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The score of shares of ``n`` answers, by the score interval of Tango (1998), which never leaves −100 to 100.

    ``effective`` is how many the n answers are worth where they are weighted (Kish).

    >>> nps(40 / 160, 20 / 160, 160)
    Estimate(12.5, 3.08645 to 21.8064, n=160)
    >>> nps(1.0, 0.0, 10)
    Estimate(100, 44.4934 to 100, n=10)
    """
    p, d, n = (np.asarray(part, dtype=np.float64) for part in (promoters, detractors, n))
    worth = n if effective is None else np.asarray(effective, dtype=np.float64)
    p, d, worth = np.broadcast_arrays(p, d, worth)
    z, seen = z_score(level), worth > 0
    ends = (np.where(p - d == edge, edge, _crossing(p, d, worth, z=side * z)) for edge, side in ((-1.0, 1), (1.0, -1)))
    low, high = (np.where(seen, 100 * end, np.nan) for end in ends)
    return Estimate(np.where(seen, 100 * (p - d), np.nan), low, high, n)


def detractors_given(delta: Floats, p: Floats, d: Floats) -> Floats:
    """The likeliest share of detractors if promoters lead by ``delta``, given the shares seen (Tango 1998, eq. 3).

    >>> float(detractors_given(np.array(0.1), p=np.array(0.5), d=np.array(0.4)))  # what was seen leads by just that
    0.4
    """
    b = -(p + d) + (2 - p + d) * delta
    c = -d * delta * (1 - delta)
    root = np.sqrt(np.maximum(b * b - 8 * c, 0))
    # Where b > 0 the two terms cancel; the other form of the same root does not.
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(b > 0, -2 * c / (b + root), (root - b) / 4)
    return np.asarray(np.clip(np.nan_to_num(share), np.maximum(-delta, 0), (1 - delta) / 2))


def _crossing(p: Floats, d: Floats, n: Floats, *, z: float) -> Floats:
    """The lead at which the score statistic is z; it falls as the lead grows."""
    low, high = np.full(p.shape, -1.0), np.full(p.shape, 1.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        variance = 2 * detractors_given(middle, p, d) + middle * (1 - middle)
        above = np.sqrt(n) * (p - d - middle) > z * np.sqrt(np.maximum(variance, 0))
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray((low + high) / 2)
