"""How good probabilities are, each metric by its usual name."""

from __future__ import annotations

import numpy as np
from scipy.special import logit
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from features.arrays import Floats
from training.learners.calibration import fit_platt

EPSILON = 1e-9


def log_odds(p: Floats) -> Floats:
    """Log-odds, finite also for 0 and 1."""
    return logit(np.clip(p, EPSILON, 1 - EPSILON))


def calibration_slope(y: Floats, p: Floats) -> float:
    """1 when the scores' spread is right, below when they are too extreme, above when too timid."""
    return fit_platt(log_odds(p), y).slope


def calibration_error(y: Floats, p: Floats, *, bins: int = 10) -> float:
    """Expected calibration error over equally filled bins.

    >>> calibration_error(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.1, 0.8, 0.8]), bins=2)
    0.15
    """
    parts = np.array_split(np.argsort(p, kind="stable"), min(bins, len(p)))
    return float(sum(abs(p[part].sum() - y[part].sum()) for part in parts) / len(p))


def average_precision(y: Floats, score: Floats) -> float:
    """The precision over all recalls, NaN when there is only one class."""
    return float(average_precision_score(y, score)) if 0 < y.sum() < len(y) else float("nan")


def auc(y: Floats, score: Floats) -> float:
    """The chance that a positive is ranked above a negative; NaN when there is only one class."""
    return float(roc_auc_score(y, score)) if 0 < y.sum() < len(y) else float("nan")


def probability_metrics(y: Floats, p: Floats) -> dict[str, float]:
    """AUC, average precision, log loss, Brier, calibration error, slope, and the two rates side by side."""
    both = 0 < y.sum() < len(y)
    return {
        "auc": auc(y, p),
        "average_precision": average_precision(y, p),
        "log_loss": float(log_loss(y, np.clip(p, EPSILON, 1 - EPSILON), labels=[0.0, 1.0])),
        "brier": float(brier_score_loss(y, p, labels=[0.0, 1.0])) if both else float(np.mean((y - p) ** 2)),
        "ece10": calibration_error(y, p),
        "calibration_slope": calibration_slope(y, p) if both else float("nan"),
        "rate": float(y.mean()),
        "mean_score": float(p.mean()),
    }
