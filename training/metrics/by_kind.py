"""The metrics that suit a kind of score."""

from __future__ import annotations

from features.arrays import Floats, Mask
from training.metrics.amounts import amount_metrics
from training.metrics.probability import auc, average_precision, probability_metrics
from training.metrics.uplift import uplift_metrics
from training.targets import ScoreKind


def model_metrics(score_kind: ScoreKind, y: Floats, p: Floats, treated: Mask | None = None) -> dict[str, float]:
    """The metrics of a model's scores; of uplifts by who was ``treated``."""
    if treated is not None:
        return uplift_metrics(y, p, treated)
    return amount_metrics(y, p) if score_kind == "amount" else probability_metrics(y, p)


def rule_metrics(score_kind: ScoreKind, y: Floats, p: Floats, treated: Mask | None = None) -> dict[str, float]:
    """The metrics of a rule: it orders customers, but says no probability."""
    if treated is not None:
        return {name: uplift_metrics(y, p, treated)[name] for name in ("qini", "uplift_at_30")}
    if score_kind == "amount":
        return amount_metrics(y, p)
    return {"auc": auc(y, p), "average_precision": average_precision(y, p)}
