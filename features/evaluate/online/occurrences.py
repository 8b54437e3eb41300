"""The last of equal values, among the events of a group."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints, Mask

DENSE_RANGE = 2**20  # integers within it are their own codes


def last_occurrences(group: Ints, values: Ints, filled: Mask) -> Mask:
    """``[event]``: whether no later event of its group has the same value; never where the value is empty.

    >>> zeros, yes = np.zeros(4, dtype=np.int64), np.ones(4, dtype=np.bool_)
    >>> last_occurrences(zeros, np.array([7, 8, 7, 9]), yes)
    array([False,  True,  True,  True])
    """
    last, at = np.zeros(len(values), dtype=np.bool_), filled.nonzero()[0]
    if not len(at):
        return last
    codes = values[at]
    codes -= codes.min()
    size = int(codes.max()) + 1
    if size * (int(group[-1]) + 1) >= DENSE_RANGE:
        codes = np.unique(codes, return_inverse=True)[1]
        size = len(codes)
    key = group[at] * size + codes
    place = np.empty(int(key.max()) + 1, dtype=np.int64)
    place[key] = -1  # only places that are read: the array may be long
    np.maximum.at(place, key, at)  # of places assigned twice, NumPy does not promise to keep the last
    last[at] = place[key] == at
    return last
