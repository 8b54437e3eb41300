from __future__ import annotations

import numpy as np
import pytest

from training.metrics.amounts import amount_metrics, normalised_gini


def floats(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


def test_amounts() -> None:
    # errors +1, −3, 0, −2: MAE 6/4; RMSE sqrt(14/4); predicted 6 of 10 in all. From their mean of 2.5, the places are
    # (−1.5, 0, 0, 1.5) and (−0.5, −1.5, 1.5, 0.5), of squares 4.5 and 5 and product 1.5: rho 1.5 / sqrt(22.5). With
    # the second the amounts (−2.5, 0.5, 0.5, 1.5) have the product 2, with the first 6.
    found = amount_metrics(floats(0, 3, 3, 4), floats(1, 0, 3, 2))
    assert found["mae"] == 1.5
    assert found["rmse"] == pytest.approx(np.sqrt(3.5))
    assert found["bias"] == pytest.approx(-0.4)
    assert found["spearman"] == pytest.approx(1.5 / np.sqrt(22.5))
    assert found["gini"] == pytest.approx(2 / 6)
    assert (found["mean"], found["mean_score"]) == (2.5, 1.5)


def test_gini_of_perfect_reversed_and_constant_order() -> None:
    y = floats(0, 1, 2, 5)
    assert normalised_gini(y, y * 3) == pytest.approx(1)
    assert normalised_gini(y, -y) == pytest.approx(-1)
    assert normalised_gini(y, np.ones(4)) == 0
    # amounts −2, −1, 0, 3 about their mean, by the places 2, 1, 3, 4 and by their own: (1 + 1.5 + 0 + 4.5) of 8
    assert normalised_gini(y, floats(1, 0, 2, 3)) == pytest.approx(0.875)
    assert np.isnan(normalised_gini(np.ones(4), y))


def test_amounts_too_high_have_a_bias_above_0_and_nothing_spent_has_none() -> None:
    assert amount_metrics(floats(1, 3), floats(2, 4))["bias"] == pytest.approx(0.5)  # 6 of 4
    assert np.isnan(amount_metrics(floats(0, 0), floats(2, 4))["bias"])


def test_the_sign_of_a_rank_correlation_is_that_of_the_order() -> None:
    y = floats(0, 1, 2, 5)
    found = [amount_metrics(y, p)["spearman"] for p in (y**2, -y, np.ones(4))]
    assert found == pytest.approx([1, -1, np.nan], nan_ok=True)
