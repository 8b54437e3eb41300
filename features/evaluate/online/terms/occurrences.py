"""The last of equal values, among the events of a group."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints, Mask

DENSE = 2**20  # integers of all groups that are their own codes


def last_occurrences(group: Ints, values: Ints, filled: Mask) -> Mask:
    """``[event]``: whether no later event of its group has the same value; never where the value is empty.

    The events of a group stand together.

    >>> zeros, yes = np.zeros(4, dtype=np.int64), np.ones(4, dtype=np.bool_)
    >>> last_occurrences(zeros, np.array([7, 8, 7, 9]), yes)
    array([False,  True,  True,  True])
    """
    last, at = np.zeros(len(values), dtype=np.bool_), filled.nonzero()[0]
    if not len(at):
        return last
    key = _keys(group[at], values[at])
    place = np.empty(int(key.max()) + 1, dtype=np.int64)
    place[key] = -1  # only places that are read: the array may be long
    np.maximum.at(place, key, at)  # of places assigned twice, NumPy does not promise to keep the last
    last[at] = place[key] == at
    return last


def _keys(group: Ints, values: Ints) -> Ints:
    """A number for each value of each group; few where the values of a group lie near each other."""
    starts = np.diff(group, prepend=-1).nonzero()[0]
    low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    if float((high.astype(np.float64) - low).sum()) + len(starts) < DENSE:
        sizes = high - low + 1
        key: Ints = values - (low - (sizes.cumsum() - sizes)).repeat(np.diff(starts, append=len(group)))
        return key
    codes = np.unique(values, return_inverse=True)[1]
    ranks: Ints = np.unique(group * len(codes) + codes, return_inverse=True)[1]
    return ranks
