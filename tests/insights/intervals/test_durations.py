from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from insights.intervals import survival, time_until

# Remission in weeks of 21 patients treated with 6-MP (Freireich et al. 1963), the example of the textbooks.
WEEKS = np.array([6.0, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=np.bool_)
ONE = np.zeros(21, dtype=np.int64)


def test_the_table_of_the_textbooks() -> None:
    found = survival(WEEKS, RELAPSED, ONE, 1, at=[6, 7, 10, 13, 16, 22, 23])
    assert found.value[0] == pytest.approx([0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5)
    assert found.low[0] == pytest.approx([0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881], abs=5e-5)
    assert found.high[0] == pytest.approx([0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801], abs=5e-5)
    assert found.n[0].tolist() == [21, 17, 15, 12, 11, 7, 6]
    median = time_until(WEEKS, RELAPSED, ONE, 1)[0]
    assert median.numbers()[:2] == (23, 13)
    assert np.isnan(median.high)


def test_cells_are_each_as_another_implementation_has_them() -> None:
    rng = np.random.default_rng(3)
    durations, cells = rng.integers(1, 30, 200).astype(np.float64), rng.integers(0, 3, 200)
    ended = rng.random(200) < 0.6
    found = survival(durations, ended, cells, 3, at=[5, 12, 20])
    for cell in range(3):
        mine = cells == cell
        curve = ecdf(CensoredData(uncensored=durations[mine & ended], right=durations[mine & ~ended])).sf
        assert found.value[cell] == pytest.approx(curve.evaluate([5, 12, 20]))


def test_where_nobody_ended_the_interval_is_not_empty() -> None:
    found = survival(np.full(10, 9.0), np.zeros(10, dtype=np.bool_), np.zeros(10, dtype=np.int64), 2, at=[5, 10])
    assert found.value[0, 0] == 1
    assert found.low[0, 0] == pytest.approx(0.722, abs=0.001)  # Wilson's of 10 of 10
    assert np.isnan(found.value[0, 1])  # nobody was watched so long
    assert np.isnan(found.value[1]).all()  # a cell of nobody


def test_a_median_of_those_who_came_alone_would_be_too_short() -> None:
    # Four came after 1 to 4 days; six have not after 10: half have not come.
    durations, came = np.array([1.0, 2, 3, 4, *[10] * 6]), np.arange(10) < 4
    assert np.isnan(time_until(durations, came, np.zeros(10, dtype=np.int64), 1).value[0])


def test_the_order_of_rows_and_the_other_cells_change_nothing() -> None:
    # Cell 0 ends at 1 and 2 of three, cell 1 at 5 of two; nobody is in cell 2.
    durations, ended = np.array([5.0, 2, 9, 1, 6]), np.array([True, True, False, True, False])
    cells = np.array([1, 0, 0, 0, 1])
    left = survival(durations, ended, cells, 3, at=[1, 2, 5])
    assert left.value[0].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3])
    assert left.value[1].tolist() == pytest.approx([1, 1, 1 / 2])
    assert np.isnan(left.value[2]).all()
    assert left.n.tolist() == [[3, 2, 1], [2, 2, 2], [0, 0, 0]]
    assert time_until(durations, ended, cells, 3).value[:2].tolist() == [2, 5]


def test_what_one_customer_does_twice_is_as_sure_as_what_was_done_once() -> None:
    once, twice = np.arange(1.0, 21.0), np.repeat(np.arange(1.0, 21.0), 2)
    whose = np.arange(40) // 2
    few = survival(once, np.ones(20, bool), np.zeros(20, int), 1, at=[10])
    many = survival(twice, np.ones(40, bool), np.zeros(40, int), 1, at=[10], clusters=whose)
    assert many.low == pytest.approx(few.low)
    assert many.high == pytest.approx(few.high)
    middle = time_until(twice, np.ones(40, bool), np.zeros(40, int), 1, clusters=whose)[0]
    assert middle.numbers()[:3] == time_until(once, np.ones(20, bool), np.zeros(20, int), 1)[0].numbers()[:3]
