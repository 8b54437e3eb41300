"""The share of those who did something: the score interval of Wilson (1927)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insights.intervals.estimate import LEVEL, Estimate, z_score


def proportion(
    share: npt.ArrayLike, n: npt.ArrayLike, *, effective: npt.ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """A share of ``n`` with its interval; ``effective`` is how many the n are worth where they are weighted (Kish).

    >>> proportion(8 / 10, 10)
    Estimate(0.8, 0.490162 to 0.943318, n=10)
    >>> proportion([0.0, 1.0], [20, 0]).high.round(3).tolist()  # nobody of none: no share
    [0.161, nan]
    """
    share, n = np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64)
    worth = n if effective is None else np.asarray(effective, dtype=np.float64)
    z = z_score(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        shrink = 1 / (1 + z * z / worth)
        centre = shrink * (share + z * z / (2 * worth))
        half = shrink * z * np.sqrt(share * (1 - share) / worth + (z / (2 * worth)) ** 2)
    seen = worth > 0
    low = np.where(seen, np.maximum(np.where(share == 0, 0, centre - half), 0), np.nan)
    high = np.where(seen, np.minimum(np.where(share == 1, 1, centre + half), 1), np.nan)
    return Estimate(np.where(seen, share, np.nan), low, high, n)
