from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from training.btyd import integral
from training.btyd.integral import Power, moments

exponents = st.one_of(st.floats(0.01, 3.0), st.floats(3.0, 600.0))
offsets = st.floats(-2.0, 3.0).map(lambda power: 10.0**power)


@given(offsets, exponents, offsets, st.floats(0.01, 5.0), st.floats(0.0, 0.999), st.floats(0.1, 1000.0))
def test_moments_are_those_of_adaptive_quadrature(
    a: float, p: float, b: float, q: float, low: float, high: float
) -> None:
    low *= high
    one = np.ones(1)
    found = moments(Power(a * one, p * one), Power(b * one, q * one), low * one, high * one)
    log_start = -p * np.log(a + low) - q * np.log(b + low)
    least = min(a, b) + low
    ends = np.array([0, 0.001, 0.01, 0.1, 0.3, 0.6, 1]) * np.log1p((high - low) / least)

    def mean(power: int) -> float:
        def mass(v: float) -> float:
            t = low + least * np.expm1(v)
            log = -p * np.log(a + t) - q * np.log(b + t) - log_start + v
            return float(least * np.exp(log) * np.log(a + t) ** power)

        return float(sum(quad(mass, *span, epsabs=0, epsrel=1e-9, limit=200)[0] for span in pairwise(ends)))

    assert np.exp(found.log[0] - log_start) == pytest.approx(mean(0), rel=1e-8)
    assert found.log_first[0] == pytest.approx(mean(1) / mean(0), rel=1e-7, abs=1e-7)


def test_equal_offsets_have_a_closed_form() -> None:
    """Of (3 + t)^−4 from 1 to 5: (4^−3 − 8^−3) / 3; the mean of 1 / (3 + t) under it: (4^−4 − 8^−4) / 4 over that."""
    one = np.ones(1)
    found = moments(Power(3 * one, 2.5 * one), Power(3 * one, 1.5 * one), one, 5 * one)
    total = (4**-3 - 8**-3) / 3
    assert np.exp(found.log[0]) == pytest.approx(total, rel=1e-12)
    assert found.first[0] == pytest.approx((4**-4 - 8**-4) / 4 / total, rel=1e-12)
    assert found.second[0] == found.first[0]


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    columns = rng.uniform(0.5, 5, (6, 100))
    args = (Power(*columns[:2]), Power(*columns[2:4]), columns[4], columns[4] + columns[5])
    whole = moments(*args)
    monkeypatch.setattr(integral, "BLOCK", 7)
    assert [column.tolist() for column in moments(*args)] == [column.tolist() for column in whole]
