from __future__ import annotations

import numpy as np
import pytest

from training.metrics.amounts import amount_metrics
from training.metrics.by_kind import model_metrics, rule_metrics
from training.metrics.probability import auc, calibration_error, calibration_slope, probability_metrics


def floats(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


def test_auc_counts_ordered_pairs_and_half_of_ties() -> None:
    # positives 0.9 and 0.4 against negatives 0.4 and 0.1: won, won, tied, won = 3.5 of 4
    assert auc(floats(1, 1, 0, 0), floats(0.9, 0.4, 0.4, 0.1)) == 0.875


def test_auc_of_one_class_is_unknown() -> None:
    assert np.isnan(auc(floats(1, 1), floats(0.1, 0.2)))


def test_calibration_error_weighs_bins_by_their_rows() -> None:
    # two bins of two: |0.3 − 0| and |1.4 − 2| summed over four rows
    assert calibration_error(floats(0, 0, 1, 1), floats(0.1, 0.2, 0.6, 0.8), bins=2) == pytest.approx(0.9 / 4)


def test_slope_tells_extreme_scores_from_timid_ones() -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(size=20_000)
    y = (rng.random(20_000) < 1 / (1 + np.exp(-z))).astype(np.float64)

    def slope_when_stretched(by: float) -> float:
        return calibration_slope(y, 1 / (1 + np.exp(-by * z)))

    assert slope_when_stretched(1.0) == pytest.approx(1.0, abs=0.05)
    assert slope_when_stretched(2.0) == pytest.approx(0.5, abs=0.05)
    assert slope_when_stretched(0.5) == pytest.approx(2.0, abs=0.1)


def test_probability_metrics_stay_finite_at_certainty() -> None:
    metrics = probability_metrics(floats(0, 1), floats(0, 1))
    assert np.isfinite(list(metrics.values())).all()
    assert metrics["brier"] == 0


def test_calibration_error_fills_its_bins_equally() -> None:
    # in order 0.1, 0.3, 0.5 and 0.7, 0.9: |0.9 − 1| and |1.6 − 1| over five rows; bins of equal width would give 0.1
    y, p = floats(1, 0, 1, 0, 0), floats(0.9, 0.1, 0.5, 0.3, 0.7)
    assert calibration_error(y, p, bins=2) == pytest.approx(0.7 / 5)
    assert calibration_error(y, p, bins=99) == pytest.approx(np.abs(y - p).mean())  # a bin a row


def test_ten_bins_are_usual() -> None:
    # pairs of scores 1/40 + 3/40, 5/40 + 7/40, …: sums 0.1, 0.3 … 1.9, each beside one outcome of two; 5.0 over 20 rows
    p, y = (np.arange(20) + 0.5) / 20, np.tile([0.0, 1.0], 10)
    assert probability_metrics(y, p)["ece10"] == pytest.approx(0.25)


def test_probabilities() -> None:
    # in order 1 0 1 0 0: the first is 1 of 1, the third 2 of 3; won 3 + 2 of 6 pairs; squares 0.01 0.01 0.16 0.64 0.09
    y, p = floats(0, 1, 1, 0, 0), floats(0.1, 0.9, 0.6, 0.8, 0.3)
    found = probability_metrics(y, p)
    assert found["auc"] == pytest.approx(5 / 6)
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.9, 0.6, 0.2, 0.7]).mean())
    assert found["brier"] == pytest.approx(0.91 / 5)
    assert (found["rate"], found["mean_score"]) == pytest.approx((0.4, 0.54))


def test_one_class_has_no_order_and_still_an_error() -> None:
    found = probability_metrics(floats(0, 0), floats(0.2, 0.4))
    assert found["brier"] == pytest.approx(0.1)
    assert [name for name, value in found.items() if np.isnan(value)] == [
        "auc",
        "average_precision",
        "calibration_slope",
    ]


def test_a_rule_is_judged_by_what_it_says() -> None:
    y, score = floats(0, 1, 1, 0, 0), floats(1, 9, 6, 8, 3)
    assert rule_metrics("probability", y, score) == pytest.approx({"auc": 5 / 6, "average_precision": (1 + 2 / 3) / 2})
    assert rule_metrics("amount", y, score) == model_metrics("amount", y, score) == amount_metrics(y, score)
    assert model_metrics("probability", y, score / 10) == probability_metrics(y, score / 10)
