"""How good predicted amounts are, each metric by its usual name."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata, spearmanr

from features.arrays import Floats


def normalised_gini(y: Floats, p: Floats) -> float:
    """The Gini of the outcome ordered by the score, over that of the perfect order; ties share their places.

    >>> normalised_gini(np.array([0.0, 1.0, 3.0]), np.array([0.1, 0.2, 0.3]))
    1.0
    """
    best = np.cov(y, rankdata(y))[0, 1]
    return float(np.cov(y, rankdata(p))[0, 1] / best) if best else float("nan")


def amount_metrics(y: Floats, p: Floats) -> dict[str, float]:
    """MAE, RMSE, total bias (0.02: 2 % too high), Spearman, normalised Gini, and the two means side by side."""
    total = float(y.sum())
    return {
        "mae": float(np.abs(y - p).mean()),
        "rmse": float(np.sqrt(np.mean((y - p) ** 2))),
        "bias": float(p.sum()) / total - 1 if total else float("nan"),
        "spearman": float(spearmanr(y, p).statistic) if np.ptp(y) and np.ptp(p) else float("nan"),
        "gini": normalised_gini(y, p),
        "mean": float(y.mean()),
        "mean_score": float(p.mean()),
    }


def range_metrics(y: Floats, ends: Floats) -> dict[str, float]:
    """MAE of the median, the share between low and high end, and how far these are apart; ``ends[row, 3]``.

    >>> range_metrics(np.array([0.0, 5.0]), np.array([[0.0, 1.0, 2.0], [1.0, 3.0, 4.0]]))
    {'median_mae': 1.5, 'coverage': 0.5, 'width': 2.5}
    """
    low, median, high = ends.T
    return {
        "median_mae": float(np.abs(y - median).mean()),
        "coverage": float(np.mean((low <= y) & (y <= high))),
        "width": float((high - low).mean()),
    }
