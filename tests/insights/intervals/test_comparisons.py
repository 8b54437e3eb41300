from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from features.errors import StamkundError
from insights.intervals import (
    Estimate,
    benjamini_hochberg,
    difference,
    effective_size,
    mean,
    p_value,
    proportion,
    response_weights,
)


def test_a_difference_of_shares_is_newcombes() -> None:
    # Newcombe (1998), example (a), method 10: 56/70 less 48/80.
    found = difference(proportion(56 / 70, 70), proportion(48 / 80, 80))
    assert (found.value, found.low, found.high, found.n) == pytest.approx((0.2, 0.0524, 0.3339, 150), abs=5e-5)


def test_p_is_small_where_the_interval_leaves_0_out() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(1, 1, (40, 60)), rng.normal(0.6, 1, (40, 60))
    found = difference(*(mean(x.sum(axis=1), (x**2).sum(axis=1), 60) for x in (a, b)))
    outside = (found.low > 0) | (found.high < 0)
    assert 0 < outside.sum() < 40
    assert (outside == (p_value(found) < 0.05)).all()


def test_what_stands_is_what_the_library_finds() -> None:
    p = np.random.default_rng(5).random(200) ** 3
    found = benjamini_hochberg(p, false_share=0.1)
    assert (found.stands == (false_discovery_control(p) <= 0.1)).all()
    assert (found.compared, found.found) == (200, found.stands.sum())
    assert found.expected_false == pytest.approx(0.1 * found.found)
    assert benjamini_hochberg(np.array([np.nan])).compared == 0


def test_answers_are_spread_as_those_asked_are() -> None:
    rng = np.random.default_rng(6)
    stage, channel = rng.integers(0, 4, 2000), rng.integers(0, 3, 2000)
    answered = rng.random(2000) < 0.1 + 0.1 * stage + 0.2 * (channel == 1)
    found = response_weights([stage, channel], answered)
    for group in (stage, channel):
        spread = np.bincount(group[answered], found.weights) / found.weights.sum()
        assert spread == pytest.approx(np.bincount(group) / 2000)
    assert found.weights.mean() == pytest.approx(1)
    assert found.effective == effective_size(found.weights) < answered.sum()
    assert found.unheard == 0


def test_those_from_whom_nobody_answered_are_told() -> None:
    stage = np.array([0, 0, 1, 1, 2])
    found = response_weights([stage], np.array([True, False, True, True, False]))
    assert found.unheard == pytest.approx(0.2)
    assert found.weights.tolist() == pytest.approx([1.5, 0.75, 0.75])  # half of the four heard are of each stage


def test_one_answer_that_would_speak_for_all_is_refused() -> None:
    stage = np.repeat([0, 1], [990, 10])
    answered = np.zeros(1000, dtype=np.bool_)
    answered[[0, *range(990, 1000)]] = True
    with pytest.raises(StamkundError, match=r"11 answers .* are worth 1, less than 30%") as refusal:
        response_weights([stage], answered)
    assert refusal.value.code == "weights_too_uneven"
    with pytest.raises(StamkundError, match="Nobody of those asked"):
        response_weights([stage], np.zeros(1000, dtype=np.bool_))


def test_estimates_multiply_as_their_ends_do() -> None:
    assert repr(Estimate(2, 1, 4, 9) * -1) == "Estimate(-2, -4 to -1, n=9)"
