from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from training.metrics.bootstrap import RESAMPLES, level_interval, resample_weights, weighted_auc, weighted_gini
from training.metrics.probability import auc


def test_the_weighted_auc_is_the_auc_of_the_rows_repeated() -> None:
    y = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
    scores = np.array([0.9, 0.9, 0.3, 0.2, 0.3])
    weights = np.array([[1, 1, 1, 1, 1], [2, 0, 1, 3, 1], [0, 2, 2, 0, 1]])
    aucs = weighted_auc(y, scores, weights.astype(np.float64))
    assert aucs.tolist() == pytest.approx([auc(np.repeat(y, w), np.repeat(scores, w)) for w in weights])


def test_the_weighted_gini_orders_as_that_of_the_rows_repeated() -> None:
    """The covariance of amounts with the middles of their places, over all rows."""
    y = np.array([5.0, 0.0, 2.0, 0.0, 7.0])
    scores = np.array([0.9, 0.9, 0.3, 0.2, 0.3])
    weights = np.array([[1, 1, 1, 1, 1], [2, 0, 1, 3, 1], [0, 2, 2, 0, 1]])
    found = weighted_gini(y, scores, weights.astype(np.float64))
    for gini, w in zip(found, weights, strict=True):
        amounts, places = np.repeat(y, w), (rankdata(np.repeat(scores, w)) - 0.5) / w.sum()
        assert gini == pytest.approx(float(np.sum((places - 0.5) * amounts)))


def test_resamples_come_some_at_a_time_and_are_the_same_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    customers = np.arange(50).astype(np.str_)
    (whole,) = resample_weights(customers)
    monkeypatch.setattr("training.metrics.bootstrap.AT_ONCE", 7 * len(customers))
    parts = list(resample_weights(customers))
    assert max(len(part) for part in parts) == 7
    assert np.concatenate(parts).tolist() == whole.tolist()
    assert len(whole) == RESAMPLES


def test_the_interval_of_a_level_covers_it_and_is_as_wide_as_the_outcomes_are_few() -> None:
    y = np.tile([0.0, 0.0, 0.0, 1.0], 100)
    low, high = level_interval(y, np.full(400, 0.25), np.arange(400).astype(np.str_))
    assert low < 1 < high
    assert high - low == pytest.approx(2 * 1.645 * np.sqrt(0.75 / 100), rel=0.15)  # of a share: √((1 − p) / (n p))
