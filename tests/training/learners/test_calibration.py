from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from training.learners.calibration import BLOCK_PRIOR, Platt, fit_platt
from training.targets import ScoreKind


def distorted(count: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """Scores whose true log-odds are half of what they say, less one."""
    rng = np.random.default_rng(3)
    z = rng.normal(scale=2.0, size=count)
    y = (rng.random(count) < 1 / (1 + np.exp(-(0.5 * z - 1)))).astype(np.float64)
    return z, y


def test_recovers_a_known_distortion() -> None:
    platt = fit_platt(*distorted(50_000))
    assert platt.slope == pytest.approx(0.5, abs=0.02)
    assert platt.intercept == pytest.approx(-1.0, abs=0.03)


def test_a_prior_holds_back_a_small_block_and_gives_way_to_a_large_one() -> None:
    small, large = (fit_platt(*distorted(count), precision=BLOCK_PRIOR) for count in (200, 50_000))
    assert small.slope > 0.6
    assert large.slope == pytest.approx(0.5, abs=0.05)


def test_separated_classes_give_a_finite_answer() -> None:
    platt = fit_platt(np.array([-1.0, 1.0]), np.array([0.0, 1.0]))
    assert np.isfinite([platt.slope, platt.intercept]).all()


@pytest.mark.parametrize("kind", ["probability", "amount"])
def test_one_row_alone_equals_its_place_in_a_batch(kind: ScoreKind) -> None:
    z = np.random.default_rng(5).normal(size=1001)
    platt = Platt(1.1, -0.3)
    assert [platt.apply(z[i : i + 1], kind)[0] for i in range(len(z))] == platt.apply(z, kind).tolist()


def test_log_odds_are_stretched_then_shifted() -> None:
    # 2 z − 1: 0 at 0.5, ln 3 at (1 + ln 3) / 2, where the odds are 3 to 1
    assert Platt(2.0, -1.0).apply(np.array([0.5, (1 + np.log(3)) / 2]), "probability").tolist() == pytest.approx(
        [0.5, 0.75]
    )


def test_with_a_faint_prior_it_is_logistic_regression() -> None:
    z, y = distorted(2000)
    peer, found = LogisticRegression(C=1e9).fit(z[:, None], y), fit_platt(z, y)
    assert (found.slope, found.intercept) == pytest.approx((peer.coef_[0, 0], peer.intercept_[0]), abs=1e-3)


def test_the_prior_pulls_both_numbers_towards_leaving_scores_as_they_are() -> None:
    """At the least of log loss plus ``pull / 2 · ((slope − 1)² + intercept²)`` both derivatives are 0."""
    z, y = distorted(300)
    found = fit_platt(z, y, precision=20.0)
    error = found.apply(z, "probability") - y
    assert error @ z == pytest.approx(-20 * (found.slope - 1), abs=1e-3)
    assert error.sum() == pytest.approx(-20 * found.intercept, abs=1e-3)


@pytest.mark.parametrize(("kind", "level"), [("probability", 0.2), ("probability", 0.999), ("amount", 250.0)])
def test_scores_are_brought_to_a_level_and_keep_their_spread(kind: ScoreKind, level: float) -> None:
    z = np.random.default_rng(6).normal(scale=2.0, size=500)
    found = Platt(0.7, 3.0).at_level(z, level, kind)
    assert found.slope == 0.7
    assert found.apply(z, kind).mean() == pytest.approx(level, rel=1e-9)


@pytest.mark.parametrize("absence", [True, False])
def test_a_season_in_which_all_come_twice_as_often_is_told_of_each(*, absence: bool) -> None:
    """Poisson at a rate that is gamma-distributed with shape 4 about each one's own mean, doubled in a busy month."""
    often = np.random.default_rng(7).gamma(1.5, 0.8, 500) / 4
    none, none_of_twice = (1 + often) ** -4, (1 + 2 * often) ** -4
    plain, busy = (none, none_of_twice) if absence else (1 - none, 1 - none_of_twice)
    found = Platt().at_level(logit(plain), float(busy.mean()), "probability", absence=absence)
    assert found.rate == pytest.approx(2.0, rel=1e-9)
    assert found.apply(logit(plain), "probability") == pytest.approx(busy, abs=1e-9)


def test_amounts_are_powers_of_e() -> None:
    assert Platt(1.0, np.log(5)).apply(np.array([0.0, np.log(2)]), "amount").tolist() == pytest.approx([5.0, 10.0])
