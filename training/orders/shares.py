"""The model's chances by which a tenth, half and nine tenths of the next orders had come when it was last put to it.

Customers are less steady than any model of them, so that more of their orders come early and late than it says.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from features.arrays import Floats, Mask

Shares = tuple[float, float, float]
SHARES: Final[Shares] = (0.1, 0.5, 0.9)  # of low, median and high
FEWEST: Final = 50  # customers whose order is still to come; of fewer the last is an accident


def shares_of(chance: Floats, came: Mask) -> Shares:
    """The shares to ask a model for, so that those of :data:`SHARES` come; by Kaplan and Meier.

    ``chance`` is the model's of an order by the time when it ``came``, or up to which it had not. A share that is not
    told stays as it is.

    >>> even = np.arange(1000) / 1000
    >>> shares_of(even, even >= 0), shares_of(even**2, even >= 0), shares_of(even, even < 0)
    ((0.1, 0.5, 0.9), (0.01, 0.25, 0.81), (0.1, 0.5, 0.9))
    """
    order = np.lexsort((~came, chance))
    left = np.arange(len(chance), 0, -1)
    have_come = 1 - np.cumprod(1 - came[order] / left)
    places = np.searchsorted(have_come, SHARES)
    told = places <= len(chance) - FEWEST
    values = chance[order][np.minimum(places, len(chance) - 1)] if len(chance) else np.array(SHARES)
    low, median, high = np.maximum.accumulate(np.where(told, values, SHARES)).round(6).tolist()
    return low, median, high


def placed(chance: Floats, shares: Shares) -> Floats:
    """Chances of the model as what they stand for: each of the ``shares`` for that of :data:`SHARES`.

    >>> placed(np.array([0.0, 0.05, 0.6, 0.95, 1.0]), (0.05, 0.6, 0.95)).tolist()
    [0.0, 0.1, 0.5, 0.9, 1.0]
    """
    return np.interp(chance, (0.0, *shares, 1.0), (0.0, *SHARES, 1.0))
