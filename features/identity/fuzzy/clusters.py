"""Clusters: who is one person when all pairs are looked at together.

Chains of likely pairs would join everybody (connected components). So groups are joined by the mean weight of *all*
pairs between them, and all of them are scored: no pair is missing, and none needs a penalty that somebody chose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.cluster.hierarchy import average, cophenet
from scipy.spatial.distance import squareform

from features.arrays import Floats, Ints
from features.identity.fuzzy.model import probabilities

FIRM: Final = 20.0  # bits: a pair that is surer, one to a million, does not outvote the others by more
CUTS: Final = np.arange(-6.0, 6.25, 0.25)  # mean weights that are tried as the least for a merge


@dataclass(frozen=True)
class Merge:
    """Two groups of records (places) that were joined, the mean weight between them, and their surest pair."""

    weight: float
    left: Ints
    right: Ints
    pair: tuple[int, int]


def merges_of(weights: Floats, members: Ints) -> Iterator[Merge]:
    """The merges of records by the mean weight between groups, the surest first, down to one group.

    ``weights`` holds that of each pair, [record, record]; ``members`` the records' places.
    """
    clipped = _clipped(weights)
    groups = [np.array([place]) for place in range(len(members))]
    for left, right, distance, _ in _tree(clipped):
        one, other = groups[int(left)], groups[int(right)]
        between = clipped[np.ix_(one, other)]
        row, column = divmod(int(between.argmax()), len(other))
        pair = (int(members[one[row]]), int(members[other[column]]))
        groups.append(np.concatenate([one, other]))
        yield Merge(FIRM - float(distance), members[one], members[other], pair)


def joining_weights(weights: Floats) -> Floats:
    """The mean weight at which the groups of each two records are joined, as scipy condenses a matrix of pairs."""
    distances: Floats = cophenet(_tree(_clipped(weights)))
    return FIRM - distances


def best_cut(inside: Floats, inside_weights: Floats, expected: float) -> float:
    """The least mean weight for a merge that promises the highest F1.

    ``inside`` is the mean weight at which each scored pair comes into one group, ``inside_weights`` the pair's own;
    ``expected`` is how many pairs of one person the model counts in all. The model's probability of a pair leaves out
    what third records say, so that the precision is higher than it promises.
    """
    likely = probabilities(inside_weights)
    scores = [2 * likely[inside >= cut].sum() / ((inside >= cut).sum() + expected) for cut in CUTS]
    return float(CUTS[int(np.argmax(scores))])


def _clipped(weights: Floats) -> Floats:
    clipped = np.clip(weights, -FIRM, FIRM)
    np.fill_diagonal(clipped, FIRM)
    return clipped


def _tree(clipped: Floats) -> Floats:
    tree: Floats = average(squareform(FIRM - clipped, checks=False))
    return tree
