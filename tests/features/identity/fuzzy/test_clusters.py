"""Merges by the mean weight between groups, with numbers checkable by hand."""

from __future__ import annotations

import numpy as np
import pytest

from features.arrays import Floats
from features.identity.fuzzy.clusters import FIRM, best_cut, joining_weights, merges_of
from features.identity.fuzzy.model import PRIOR, prior_shift, probabilities


def matrix(*weights: float) -> Floats:
    """The weights of all pairs of three records: first and second, first and third, second and third."""
    ab, ac, bc = weights
    return np.array([[0, ab, ac], [ab, 0, bc], [ac, bc, 0]], dtype=np.float64)


def told(weights: Floats) -> list[tuple[float, list[int], list[int], tuple[int, int]]]:
    merges = merges_of(weights, np.array([10, 11, 12]))
    return [(merge.weight, sorted(merge.left), sorted(merge.right), merge.pair) for merge in merges]


@pytest.mark.parametrize(
    ("weights", "merges"),
    [
        # The third is like the second alone: on average of both pairs, (4 − 16) / 2.
        (matrix(8, -16, 4), [(8, [10], [11], (10, 11)), (-6, [12], [10, 11], (12, 11))]),
        (matrix(8, 4, 6), [(8, [10], [11], (10, 11)), (5, [12], [10, 11], (12, 11))]),
        # What is surer than a million to one counts as that: (20 − 20) / 2.
        (matrix(50, 90, -70), [(FIRM, [10], [11], (10, 11)), (0, [12], [10, 11], (12, 10))]),
    ],
)
def test_groups_are_joined_by_the_mean_of_all_pairs_between_them(weights: Floats, merges: list[object]) -> None:
    assert told(weights) == merges


def test_a_chain_of_likely_pairs_does_not_collapse() -> None:
    """Each is like its neighbours, and unlike all others: as connected components all would be one."""
    chain = np.full((12, 12), -15.0)
    for place in range(11):
        chain[place, place + 1] = chain[place + 1, place] = 5.0
    sizes = [len(merge.left) + len(merge.right) for merge in merges_of(chain, np.arange(12)) if merge.weight >= 0]
    assert max(sizes) == 2


def test_a_pair_comes_together_with_its_groups() -> None:
    assert joining_weights(matrix(8, -16, 4)).tolist() == [8, -6, -6]


@pytest.mark.parametrize(
    ("own", "expected", "cut"),
    [
        ([10.0, 10.0, -10.0], 2.0, -5.75),  # two of two are found, and the one at -6 is none
        ([10.0, 10.0, 10.0], 3.0, -6.0),  # the one at -6 is one too
        ([10.0, -10.0, -10.0], 1.0, 0.25),
    ],
)
def test_the_cut_promises_the_highest_f1(own: list[float], expected: float, cut: float) -> None:
    """Three pairs come together at 8, 0 and -6."""
    assert best_cut(np.array([8.0, 0.0, -6.0]), np.array(own), expected) == cut


def test_weights_are_shifted_until_they_say_as_many_pairs_as_they_are_shifted_for() -> None:
    weights = np.array([16.0, 12.0, 9.0, 3.0, -20.0])
    shift = prior_shift(weights, records=20)  # 190 pairs
    share = probabilities(weights + shift).sum() / 190
    assert np.log2(share / (1 - share)) == pytest.approx(np.log2(PRIOR / (1 - PRIOR)) + shift, abs=0.01)
    assert 2.9 < share * 190 < 4
