from __future__ import annotations

from dataclasses import astuple

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2, gamma

from features.arrays import Floats
from features.errors import StamkundError
from tests.training.btyd import cdnow
from training.btyd.gamma_gamma import GammaGamma, likelihood_terms

SAMPLE = GammaGamma(6.25, 3.74, 15.44)


def drawn(truth: GammaGamma, customers: int) -> tuple[Floats, Floats, Floats]:
    """Orders, the mean value of these, and the true mean of each customer."""
    rng = np.random.default_rng(5)
    rate = rng.gamma(truth.q, 1 / truth.gamma, customers)
    orders = rng.integers(1, 8, customers).astype(np.float64)
    return orders, rng.gamma(truth.p * orders) / rate / orders, truth.p / rate


def test_published_parameters() -> None:
    """Fader and Hardie (2013): dollars of the 946 customers of the sample who came back."""
    rows = cdnow.rows().filter(pl.col("frequency") > 0)
    orders = rows["frequency"].to_numpy().astype(np.float64)
    model = GammaGamma.fit(orders, rows["repeat_cents"].to_numpy() / 100 / orders)
    assert len(orders) == 946
    assert astuple(model) == pytest.approx((6.25, 3.74, 15.44), abs=0.005)


def test_dollars_or_cents_make_the_same_model() -> None:
    orders, mean, _ = drawn(SAMPLE, 2000)
    a, b = GammaGamma.fit(orders, mean), GammaGamma.fit(orders, 100 * mean)
    assert astuple(b) == pytest.approx((a.p, a.q, 100 * a.gamma), rel=1e-4)


def test_a_known_truth_is_found_and_foretold() -> None:
    orders, mean, true_mean = drawn(SAMPLE, 50_000)
    model = GammaGamma.fit(orders, mean)
    assert 0 <= 2 * (model.log_likelihood(orders, mean) - SAMPLE.log_likelihood(orders, mean)) < chi2.ppf(0.999, 3)
    expected = SAMPLE.expected_value(orders, mean)
    assert expected.mean() == pytest.approx(true_mean.mean(), rel=0.01)
    rows = expected > np.quantile(expected, 0.9)
    assert expected[rows].mean() == pytest.approx(true_mean[rows].mean(), rel=0.02)


def test_the_likelihood_is_the_mean_over_customers_rates() -> None:
    """Three orders of a mean of 40: their sum is Gamma(3p, rate) distributed."""
    rate = gamma.ppf((np.arange(200_000) + 0.5) / 200_000, SAMPLE.q, scale=1 / SAMPLE.gamma)
    density = 3 * np.mean(gamma.pdf(120.0, 3 * SAMPLE.p, scale=1 / rate))
    assert SAMPLE.log_likelihood(np.array([3.0]), np.array([40.0])) == pytest.approx(np.log(density), abs=1e-5)


def test_the_slopes_are_those_of_the_likelihood() -> None:
    x, m, at = np.array([1.0, 3, 40]), np.array([5.0, 40, 900]), np.array([5.0, 3.0, 20.0])

    def terms(parameters: Floats) -> tuple[Floats, Floats]:
        return likelihood_terms(GammaGamma(*parameters.tolist()), x, m)

    for i, step in enumerate(np.eye(3) * 1e-6):
        assert terms(at)[1][i] == pytest.approx((terms(at + step)[0] - terms(at - step)[0]) / 2e-6, rel=1e-6, abs=1e-7)


def test_more_orders_pull_towards_a_customers_own_mean() -> None:
    """p = 2, q = 3, gamma = 10: everybody's mean is 10; with n orders of 40 it is 2 (10 + 40 n) / (2 n + 2)."""
    expected = GammaGamma(2.0, 3.0, 10.0).expected_value(np.array([0.0, 1, 3]), np.array([np.nan, 40, 40]))
    assert expected.tolist() == [10, 25, 32.5]


def test_returns_worth_more_than_the_orders_count_as_nothing() -> None:
    expected = GammaGamma(2.0, 3.0, 10.0).expected_value(np.array([1.0, 1.0]), np.array([-50.0, 0.0]))
    assert expected.tolist() == [5, 5]  # 2 · 10 / (2 · 1 + 2)


def test_customers_without_a_positive_value_are_left_out_of_the_fit() -> None:
    orders, mean, _ = drawn(SAMPLE, 500)
    with_more = GammaGamma.fit(np.append(orders, [0.0, 2.0, 1.0]), np.append(mean, [np.nan, -5.0, 0.0]))
    assert with_more == GammaGamma.fit(orders, mean)


def test_values_without_a_finite_mean_are_refused() -> None:
    orders, mean, _ = drawn(GammaGamma(3.0, 0.6, 10.0), 3000)
    with pytest.raises(StamkundError, match="not finite") as refusal:
        GammaGamma.fit(orders, mean)
    assert refusal.value.code == "no_finite_mean"


def test_equal_values_have_no_most_likely_model() -> None:
    with pytest.raises(StamkundError) as refusal:
        GammaGamma.fit(np.full(200, 3.0), np.full(200, 10.0))
    assert refusal.value.code == "not_converged"
