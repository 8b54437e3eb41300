from __future__ import annotations

import numpy as np
import pytest

from training.metrics.amounts import amount_metrics, normalised_gini


def floats(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


def test_amounts() -> None:
    # errors +1, −3, 0, −2: MAE 6/4; RMSE sqrt(14/4); predicted 6 of 10 in all; order 1 2 3 4 against 1 0 3 2 → rho 0.6
    metrics = amount_metrics(floats(0, 3, 3, 4), floats(1, 0, 3, 2))
    assert metrics["mae"] == 1.5
    assert metrics["rmse"] == pytest.approx(np.sqrt(3.5))
    assert metrics["bias"] == pytest.approx(-0.4)


def test_gini_of_perfect_reversed_and_constant_order() -> None:
    y = floats(0, 1, 2, 5)
    assert normalised_gini(y, y * 3) == pytest.approx(1)
    assert normalised_gini(y, -y) == pytest.approx(-1)
    assert normalised_gini(y, np.ones(4)) == 0
