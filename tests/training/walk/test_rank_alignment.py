from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.arrays import Floats
from features.language.defaults import Vocabulary, default_features
from features.language.feature import code
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.lapse import Lapse
from training.targets.redemption import Redemption
from training.walk.dataset import Dataset
from training.walk.rank_alignment import align_ranks

NAN = float("nan")
NUMBERS = st.sampled_from([NAN, -1.0, 0.0, 0.5, 1.0, 2.0, 7.0])


def columns(rows: int) -> st.SearchStrategy[Floats]:
    return arrays(np.float64, (rows, 2), elements=NUMBERS)


def test_a_value_becomes_that_of_the_peer_in_the_same_place() -> None:
    then = np.array([[1.0, 5.0], [2.0, NAN], [3.0, 5.0], [4.0, 6.0]])
    now = np.array([[40.0, 8.0], [10.0, 8.0], [30.0, 9.0], [20.0, NAN]])
    # column 0: the first of four becomes the first of four; column 1: places 2/3 and 5/6 of the three that have a value
    assert np.array_equal(align_ranks(then, now), [[10.0, 8.0], [20.0, NAN], [30.0, 8.0], [40.0, 9.0]], equal_nan=True)


def test_what_no_peer_has_is_undefined() -> None:
    assert np.isnan(align_ranks(np.array([[1.0], [2.0]]), np.array([[NAN]]))).all()


@given(columns(9))
def test_among_themselves_rows_stay_as_they_are(x: Floats) -> None:
    assert np.array_equal(align_ranks(x, x), x, equal_nan=True)


@given(columns(9), columns(5))
def test_values_are_those_of_peers_in_the_same_order_and_growth_for_all_changes_nothing(
    x: Floats, peers: Floats
) -> None:
    aligned = align_ranks(x, peers)
    assert np.array_equal(aligned, align_ranks(3 * x + 100, peers), equal_nan=True)
    for column, before, values in zip(aligned.T, x.T, peers.T, strict=True):
        assert set(column[~np.isnan(column)]) <= set(values)
        order = np.argsort(before[~np.isnan(before)], kind="stable")
        assert (np.diff(column[~np.isnan(before)][order]) >= 0).all() or np.isnan(values).all()


def test_past_rows_are_in_the_terms_of_the_moment_and_all_others_stay() -> None:
    """Two customers at days 1, 2 and 3; column 0 grows for both, column 1 is a code."""
    x = np.array([[1.0, 0.0], [2.0, 1.0], [10.0, 0.0], [20.0, 1.0], [100.0, 0.0], [200.0, 1.0]])
    as_of = np.repeat(np.array([1, 2, 3], dtype=np.int64), 2)
    rows = Dataset(
        x.copy(), np.arange(6.0), as_of, as_of + 1, np.tile(["ann", "bob"], 3), np.ones(6, dtype=np.bool_), (0,)
    )
    aligned = rows.aligned_to(3)
    assert aligned.x.tolist() == [[100.0, 0.0], [200.0, 1.0], [100.0, 0.0], [200.0, 1.0]]
    assert aligned.y.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert rows.aligned_to(2).x.tolist() == [[10.0, 0.0], [20.0, 1.0]]
    assert rows.x.tolist() == x.tolist()
    assert replace(rows, aligned=()).aligned_to(3).x.tolist() == x[:4].tolist()


def test_all_but_codes_are_aligned_and_nothing_of_those_whom_a_campaign_chose() -> None:
    plain = default_features(Vocabulary(("visit",), (), ()))
    feature_set = FeatureSet((code("age", ("19-24", "25-34")), *plain), fitted_at=0)
    lapse = Lapse("lapse", event="visit", horizon_us=28 * DAY, active_us=56 * DAY)
    assert lapse.aligned_features(feature_set) == tuple(range(1, len(plain) + 1))
    assert Redemption("offer", "contact", "redeem", horizon_us=28 * DAY).aligned_features(feature_set) == ()
