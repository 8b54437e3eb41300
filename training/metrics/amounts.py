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
