from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest

from benchmarks.intervals.enumeration import nps_coverage
from insights.intervals import Estimate, nps, proportion
from insights.intervals.net_promoter import detractors_given


def test_wilsons_interval_is_the_librarys() -> None:
    found = proportion([0, 3 / 7, 1, 40 / 400], [5, 7, 9, 400])
    for place, (k, n) in enumerate([(0, 5), (3, 7), (9, 9), (40, 400)]):
        ends = binomtest(k, n).proportion_ci(method="wilson")
        assert (found.low[place], found.high[place]) == pytest.approx((ends.low, ends.high))


def test_answers_that_are_worth_fewer_give_the_interval_of_fewer() -> None:
    weighted = proportion(0.3, 100, effective=40)
    assert weighted.numbers() == (0.3, *_ends(proportion(0.3, 40)), 100)
    assert _ends(nps(0.5, 0.2, 100, effective=40)) == _ends(nps(0.5, 0.2, 40))


def test_no_answers_have_no_score() -> None:
    assert np.isnan([*_ends(nps(0.0, 0.0, 0)), *_ends(proportion(0.0, 0))]).all()


@pytest.mark.parametrize("delta", [-0.9, -0.3, 0.0, 0.05, 0.6, 0.95])
@pytest.mark.parametrize(("p", "d"), [(0.4, 0.2), (0.1, 0.0), (0.0, 0.3), (0.9, 0.1), (0.0, 0.0), (0.01, 0.9)])
def test_the_likeliest_detractors_are_those_that_numerical_search_finds(p: float, d: float, delta: float) -> None:
    def unlikely(share: float) -> float:
        shares = np.maximum([share + delta, share, 1 - 2 * share - delta], 1e-300)
        return -float(np.array([p, d, 1 - p - d]) @ np.log(shares))

    low, high = max(0, -delta), (1 - delta) / 2
    sought = minimize_scalar(unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-10}).x
    found = float(detractors_given(np.array(delta), np.array(p), np.array(d)))
    assert low <= found <= high
    assert unlikely(found) <= unlikely(sought) + 1e-9


def test_the_score_interval_ends_where_its_statistic_is_196() -> None:
    found = nps(40 / 160, 20 / 160, 160) * 0.01
    for end, z in ((found.low, 1.959964), (found.high, -1.959964)):
        d = detractors_given(end, np.array(0.25), np.array(0.125))
        p = d + end
        assert np.sqrt(160) * (0.125 - end) / np.sqrt(p + d - end**2) == pytest.approx(z, abs=1e-5)


def test_all_promoters_of_ten_could_be_a_score_of_44() -> None:
    # Nobody else is seen, so the statistic is √(n(1 − Δ)/(1 + Δ)): z² at Δ = (n − z²)/(n + z²) = 6.16/13.84.
    assert _ends(nps(1.0, 0.0, 10)) == pytest.approx((44.49, 100), abs=0.01)
    assert _ends(nps(0.0, 1.0, 10)) == pytest.approx((-100, -44.49), abs=0.01)


def test_intervals_of_all_possible_answers_hold_the_true_score() -> None:
    coverage = np.array([list(nps_coverage(n).values()) for n in (10, 30)])
    assert coverage.mean() >= 0.94
    assert coverage.min() >= 0.90


def _ends(estimate: Estimate) -> tuple[float, float]:
    return estimate.numbers()[1:3]
