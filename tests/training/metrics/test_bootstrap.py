from __future__ import annotations

import numpy as np
import pytest

from training.metrics.bootstrap import weighted_auc
from training.metrics.probability import auc


def test_the_weighted_auc_is_the_auc_of_the_rows_repeated() -> None:
    y = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
    scores = np.array([0.9, 0.9, 0.3, 0.2, 0.3])
    weights = np.array([[1, 1, 1, 1, 1], [2, 0, 1, 3, 1], [0, 2, 2, 0, 1]])
    aucs = weighted_auc(y, scores, weights.astype(np.float64))
    assert aucs.tolist() == pytest.approx([auc(np.repeat(y, w), np.repeat(scores, w)) for w in weights])
