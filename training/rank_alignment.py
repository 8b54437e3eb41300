"""Drift: what moves with time for everybody, and how past rows are told in the terms of another moment.

Features that look back far grow while the history does: ten orders so far are many after two months and few after two
years. Trees that learnt from both would split on the age of the history. What lasts is where customers stand among
their peers, and that is what past rows keep when they are aligned.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from features.arrays import Floats
from features.profiles.feature_set import FeatureSet
from training.targets.targets import Target


def drifting(feature_set: FeatureSet, target: Target) -> tuple[int, ...]:
    """The places of the features to align: all but codes, which have no order.

    None for redemption: its rows of a moment are the customers whom a campaign chose, no peers of those of another.
    """
    if target.type == "redemption":
        return ()
    return tuple(place for place, feature in enumerate(feature_set.features) if feature.unit != "code")


def aligned(x: Floats, peers: Floats) -> Floats:
    """The values that customers of the same standing have among ``peers``, column by column; ``x`` is of one moment.

    Equal values share their middle place; what is undefined stays so. Rows do not change when they are the peers.

    >>> aligned(np.array([[2.0], [1.0], [np.nan], [2.0]]), np.array([[10.0], [20.0], [20.0], [30.0]])).ravel()
    array([20., 10., nan, 20.])
    """
    undefined = np.isnan(x)
    ranks = rankdata(np.where(undefined, np.inf, x), axis=0)
    standing = (ranks - 0.5) / np.maximum((~undefined).sum(axis=0), 1)
    places = (standing * (~np.isnan(peers)).sum(axis=0)).astype(np.int64)
    values = np.take_along_axis(np.sort(peers, axis=0), np.minimum(places, len(peers) - 1), axis=0)
    return np.where(undefined, np.nan, values)
