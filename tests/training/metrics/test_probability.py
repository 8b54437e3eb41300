from __future__ import annotations

import numpy as np
import pytest

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
