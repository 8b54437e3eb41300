from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.learners.model import quantiles
from training.metrics.stability import drift_of


def test_the_index_is_the_sum_over_tenths() -> None:
    """Of ten values a band each, the lowest moved into the highest band: 0 for 1, 2 for 1."""
    then = np.arange(101.0)
    now = np.array([95.0, 15, 25, 35, 45, 55, 65, 75, 85, 95])
    lowest, highest = (1e-4 - 0.1) * np.log(1e-4 / 0.1), (0.2 - 0.1) * np.log(0.2 / 0.1)
    assert drift_of(now, then) == pytest.approx(lowest + highest)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300), st.integers(0, 9))
def test_what_has_not_moved_has_no_drift_also_with_many_equal_values(values: list[float], digits: int) -> None:
    told = np.round(np.array(values), digits)
    assert drift_of(np.array(quantiles(np.repeat(told, 101))[:-1]), quantiles(np.repeat(told, 101))) < 1e-9


def test_of_nobody_nothing_is_told() -> None:
    assert np.isnan(drift_of(np.array([np.nan]), np.arange(101.0)))
