"""How good scores are: for probabilities and for amounts, each metric by its usual name."""

from __future__ import annotations

import numpy as np
from scipy.special import logit
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from features.arrays import Floats
from training.learners.calibration import fit_platt
from training.targets.targets import Kind

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


def normalised_gini(y: Floats, p: Floats) -> float:
    """The Gini of the outcome ordered by the score, over that of the perfect order; ties share their places.

    >>> normalised_gini(np.array([0.0, 1.0, 3.0]), np.array([0.1, 0.2, 0.3]))
    1.0
    """
    best = np.cov(y, rankdata(y))[0, 1]
    return float(np.cov(y, rankdata(p))[0, 1] / best) if best else float("nan")


def auc(y: Floats, score: Floats) -> float:
    """The chance that a positive is ranked above a negative; NaN when there is only one class."""
    return float(roc_auc_score(y, score)) if 0 < y.sum() < len(y) else float("nan")


def probability_metrics(y: Floats, p: Floats) -> dict[str, float]:
    """AUC, average precision, log loss, Brier, calibration error, slope, and the two rates side by side."""
    both = 0 < y.sum() < len(y)
    return {
        "auc": auc(y, p),
        "average_precision": float(average_precision_score(y, p)) if both else float("nan"),
        "log_loss": float(log_loss(y, np.clip(p, EPSILON, 1 - EPSILON), labels=[0.0, 1.0])),
        "brier": float(brier_score_loss(y, p, labels=[0.0, 1.0])) if both else float(np.mean((y - p) ** 2)),
        "ece10": calibration_error(y, p),
        "calibration_slope": calibration_slope(y, p) if both else float("nan"),
        "rate": float(y.mean()),
        "mean_score": float(p.mean()),
    }


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


def metrics(kind: Kind, y: Floats, p: Floats) -> dict[str, float]:
    """The metrics that suit a kind of score."""
    return amount_metrics(y, p) if kind == "amount" else probability_metrics(y, p)


def rule_metrics(kind: Kind, y: Floats, p: Floats) -> dict[str, float]:
    """The metrics that suit a rule: it orders customers, but says no probability."""
    if kind == "amount":
        return amount_metrics(y, p)
    both = 0 < y.sum() < len(y)
    return {"auc": auc(y, p), "average_precision": float(average_precision_score(y, p)) if both else float("nan")}
