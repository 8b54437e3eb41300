from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, t

from insights.intervals import bootstrap, drawn_sums, mean, quantile, ratio
from insights.intervals.draws import times_drawn


def test_a_mean_is_students() -> None:
    numbers = np.array([3.0, 5, 8, 13])
    found = mean(numbers.sum(), (numbers**2).sum(), 4)
    ends = t.interval(0.95, 3, numbers.mean(), numbers.std(ddof=1) / 2)
    assert (found.value, found.low, found.high) == pytest.approx((7.25, *ends))


def test_cells_are_each_their_own_and_one_number_has_no_interval() -> None:
    found = mean([6, 4, 0], [14, 16, 0], [3, 1, 0])
    assert found.value[:2].tolist() == [2, 4]
    assert np.isnan([found.low[1], found.value[2], found.high[2]]).all()


def test_a_customer_who_does_all_twice_is_no_surer_than_once() -> None:
    values = np.array([1.0, 2, 4, 9])
    once = ratio(16, 4, top_squares=values @ values, products=16, bottom_squares=4, n=4)
    twice = ratio(32, 8, top_squares=4 * values @ values, products=4 * 16, bottom_squares=4 * 4, n=4)
    assert float(twice.low) == pytest.approx(float(once.low)) == pytest.approx(-1.663, abs=0.001)


def test_order_statistics_hold_the_median_as_often_as_they_say() -> None:
    # Of 100 draws, the 40th and the 61st smallest: the median lies between when 40 to 60 are below it.
    found = quantile(np.arange(1.0, 101.0), np.zeros(100, dtype=np.int64), 1, at=0.5)[0]
    assert found.numbers() == (50.5, 40, 61, 100)
    assert binom.cdf(60, 100, 0.5) - binom.cdf(39, 100, 0.5) >= 0.95


@pytest.mark.parametrize("at", [0.05, 1 / 3, 0.5, 0.9])
def test_the_ends_of_a_quantile_are_those_that_the_binomial_distribution_bounds(at: float) -> None:
    for n in (3, 10, 41, 1000):
        found = quantile(np.arange(1.0, n + 1), np.zeros(n, dtype=np.int64), 1, at=at)
        below, above = binom.ppf(0.025, n, at), binom.ppf(0.975, n, at) + 1
        expected = (below if below >= 1 else np.nan, above if above <= n else np.nan)
        np.testing.assert_array_equal((found.low[0], found.high[0]), expected)


def test_few_numbers_do_not_bound_a_high_quantile() -> None:
    cells = np.array([1, 0, 0, 1, 1])
    found = quantile(np.array([5.0, 2, 1, 9, 7]), cells, 2, at=0.9)
    assert found.value.tolist() == pytest.approx([1.9, 8.6])
    assert np.isnan(found.high).all()


def test_draws_are_of_customers_whatever_the_order_of_rows() -> None:
    rng = np.random.default_rng(1)
    customers, cells = np.arange(300, dtype=np.uint64) // 3, rng.integers(0, 3, 300)
    values, shuffled = rng.integers(0, 90, (2, 300)).astype(np.float64), rng.permutation(300)
    drawn = drawn_sums(values, customers, cells, 4, draws=5)
    again = drawn_sums(values[:, shuffled], customers[shuffled], cells[shuffled], 4, draws=5)
    assert drawn.tobytes() == again.tobytes()
    mine = (cells == 2) * times_drawn(customers, 3)
    assert drawn[3, 1, 2] == (values[1] * mine).sum()
    assert not drawn[:, :, 3].any()


def test_a_customer_is_drawn_a_poisson_number_of_times() -> None:
    drawn = times_drawn(np.arange(200_000, dtype=np.uint64), draw=7)
    assert np.bincount(drawn)[:4] / 200_000 == pytest.approx([0.368, 0.368, 0.184, 0.061], abs=0.004)
    other = times_drawn(np.arange(200_000, dtype=np.uint64), draw=8)
    assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.01


def test_the_bootstrap_of_a_mean_is_as_wide_as_students() -> None:
    values = np.random.default_rng(2).normal(50, 10, 400)
    columns, cells = np.stack([values, np.ones(400)]), np.zeros(400, dtype=np.int64)
    drawn = drawn_sums(columns, np.arange(400, dtype=np.uint64), cells, 1)
    found = bootstrap(lambda sums: sums[..., 0, :] / sums[..., 1, :], columns.sum(axis=1)[:, None], drawn, 400)[0]
    student = mean(values.sum(), values @ values, 400)
    assert found.value == pytest.approx(student.value)
    assert found.high - found.low == pytest.approx(student.high - student.low, rel=0.1)
