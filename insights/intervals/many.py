"""Many comparisons at once: which of them stand, and how many of those are chance (Benjamini–Hochberg 1995)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Floats, Mask

FALSE_SHARE: Final = 0.1  # of what is found, how much may be chance


@dataclass(frozen=True)
class Comparisons:
    """What many comparisons found."""

    stands: Mask  # [comparison]
    compared: int
    found: int
    expected_false: float  # at most so many of those found, on average


def benjamini_hochberg(p: Floats, *, false_share: float = FALSE_SHARE) -> Comparisons:
    """The comparisons that stand, of which on average at most ``false_share`` are chance; NaN was not compared.

    >>> benjamini_hochberg(np.array([0.5, 0.01, 0.04, np.nan]))
    Comparisons(stands=array([False,  True,  True, False]), compared=3, found=2, expected_false=0.2)
    """
    compared = int(np.count_nonzero(~np.isnan(p)))
    ordered = np.sort(p)[:compared]
    under = np.flatnonzero(ordered <= false_share * np.arange(1, compared + 1) / max(compared, 1))
    stands = p <= ordered[under[-1]] if len(under) else np.zeros(p.shape, dtype=np.bool_)
    found = int(np.count_nonzero(stands))
    return Comparisons(stands, compared, found, round(false_share * found, 2))
