"""Spreads of amounts: right however large the amounts are."""

from __future__ import annotations

import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.events.squares import HIGH_PART, square_high, square_low
from features.language.declare import declare
from features.language.formulas.evaluation import evaluate
from features.profiles.fitted.feature_set import FeatureSet
from tests.features.one_customer import NOW, event, profile_of

AMOUNTS = st.integers(-(10**15), 10**15)


@given(AMOUNTS)
def test_the_two_parts_of_a_square_are_the_square(amount: int) -> None:
    x = np.array([amount])
    high, low = int(square_high(x)[0]), int(square_low(x)[0])
    assert high * HIGH_PART + low == amount**2
    assert 0 <= low < HIGH_PART


@given(st.lists(st.integers(0, 10**14), min_size=2, max_size=20))
def test_the_spread_is_that_of_exact_numbers(amounts: list[int]) -> None:
    x = np.array(amounts)
    operands = np.array([x.sum(), square_high(x).sum(), square_low(x).sum(), len(x)], dtype=np.float64)
    spread = evaluate("wide_deviation", operands.reshape(-1, 1), np.empty((0, 1)), as_of=0)[0]
    exact = float(statistics.variance([Fraction(a) for a in amounts]))
    # Sums of squares are rounded to 53 bits, so the variance is within some of their last bits.
    assert spread**2 == pytest.approx(exact, rel=1e-9, abs=1e-14 * float(max(amounts)) ** 2)


def test_spreads_of_large_amounts_are_the_same_by_both_evaluators() -> None:
    """230, 200 and 170 thousand millions: 30 thousand millions apart from their mean, so is their spread."""
    events = [event(d, value=minor) for d, minor in ((3, 23 * 10**12), (2, 20 * 10**12), (1, 17 * 10**12))]
    spread = declare("spread", take="std", of="value", kind="order", windows="all")
    profile = profile_of(events, as_of=NOW, features=FeatureSet(spread, fitted_at=0))
    assert profile["spread_all"] == pytest.approx(3 * 10**10)
