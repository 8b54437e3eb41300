"""The measure of lapse on four days, on outcomes that can be checked by hand; its figures are the benchmark's."""

from __future__ import annotations

from datetime import date

import numpy as np

from benchmarks.quality.lapse_days import Day, best_single, figures
from training.walk.dataset import Dataset

NAN = float("nan")


def test_the_best_single_feature_is_found_with_its_sign_and_the_better_end_for_the_undefined() -> None:
    y = np.array([1.0, 1.0, 0.0, 0.0])
    x = np.array([[1.0, 9.0, NAN], [2.0, 1.0, 1.0], [0.0, 4.0, 3.0], [9.0, 5.0, 2.0]])
    # alone: a has 2 of 4 pairs right, b (fewer is more) 2 of 4, c (fewer is more, undefined the fewest) all 4
    name, scores = best_single(x, y, ["a", "b", "c"])
    assert name == "-c"
    assert scores.tolist() == [np.inf, -1.0, -3.0, -2.0]


def test_lift_is_over_the_single_feature_and_resamples_whole_customers() -> None:
    y = np.array([1.0, 0.0, 1.0, 0.0] * 10)
    customers = np.arange(40).astype(np.str_)
    zeros = np.zeros(40, dtype=np.int64)
    outcome = Dataset(np.empty((40, 0)), y, zeros, zeros, customers, np.ones(40, dtype=np.bool_))
    half = np.where(np.arange(40) % 4 == 0, 1.0, 0.0)  # finds half of those who lapse: AUC 3/4
    days = [
        Day(date(2017, 9, 10), outcome, y, "half", half, np.zeros(40), half),
        Day(date(2017, 10, 8), outcome, y, "y", y, y, half),
    ]
    found = figures(days)
    assert found["completejourney.lapse_28d.2017-09-10.lift"] == 0.25
    assert found["completejourney.lapse_28d.2017-09-10.rule"] == 0.5
    assert (
        found["completejourney.lapse_28d.2017-10-08.lift"],
        found["completejourney.lapse_28d.2017-10-08.lift_low"],
    ) == (0.0, 0.0)
    assert (
        found["completejourney.lapse_28d.auc"],
        found["completejourney.lapse_28d.lift"],
        found["completejourney.lapse_28d.lapsed"],
    ) == (1.0, 0.125, 0.5)
    low, high = found["completejourney.lapse_28d.lift_low"], found["completejourney.lapse_28d.lift_high"]
    assert 0 < low < 0.125 < high < 0.25
