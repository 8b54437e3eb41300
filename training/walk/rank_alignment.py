"""Rank alignment: past rows in the terms of another moment, free of what grows with time for everybody.

Features that look back far grow while the history does: ten orders so far are many after two months and few after two
years. Trees that learnt from both would split on the age of the history. What lasts is where customers stand among
their peers, and that is what past rows keep when they are aligned.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from features.arrays import Floats, Ints


def align_ranks(x: Floats, peers: Floats, moments: Ints | None = None) -> Floats:
    """The values that customers of the same place have among ``peers``, column by column.

    ``x`` is of one moment, or each row is of its own among ``moments``, and has a place among those of the same one.
    Equal values share their middle place; what is undefined stays so. Rows do not change when they are the peers.

    >>> align_ranks(np.array([[2.0], [1.0], [np.nan], [2.0]]), np.array([[10.0], [20.0], [20.0], [30.0]])).ravel()
    array([20., 10., nan, 20.])
    """
    in_order, present, aligned = np.sort(peers, axis=0), (~np.isnan(peers)).sum(axis=0), np.empty_like(x)
    places = np.zeros(len(x), dtype=np.int64) if moments is None else moments
    for moment in np.unique(places):
        here = places == moment
        positions = (_shares_below(x[here]) * present).astype(np.int64)
        aligned[here] = np.take_along_axis(in_order, np.minimum(positions, len(peers) - 1), axis=0)
    aligned[np.isnan(x)] = np.nan
    return aligned


def _shares_below(x: Floats) -> Floats:
    """How much of a column lies below each value of it, half of its equals with that."""
    undefined = np.isnan(x)
    ranks = rankdata(np.where(undefined, np.inf, x), axis=0)
    return np.asarray((ranks - 0.5) / np.maximum((~undefined).sum(axis=0), 1))
