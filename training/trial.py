"""A trial of scores: their figures, and the gate's verdict on them, whatever they come from."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from features.config.settings import Settings
from features.errors import StamkundError
from features.profiles.fitted.feature_set import FeatureSet
from training.metrics.by_kind import model_metrics
from training.targets import ScoreKind
from training.targets.declared import selected_targets
from training.verdict.baseline import best_rule, rule_scores
from training.verdict.gate import Evidence, Verdict, check_evidence
from training.walk.dataset import feature_names


def figures(outcome: Any, scores: Any, *, kind: ScoreKind = "probability") -> dict[str, float]:
    """How good scores are: AUC, log loss, level and so on of probabilities; MAE, Gini, bias and so on of amounts.

    >>> told = figures([0, 0, 1, 1], [0.1, 0.3, 0.2, 0.8])
    >>> told["auc"], told["rate"], round(told["mean_score"], 3)
    (0.75, 0.5, 0.35)
    >>> figures([0.0, 10.0], [1.0, 7.0], kind="amount")["mae"]
    2.0
    """
    y, p = np.asarray(outcome, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    if y.shape != p.shape or y.ndim != 1 or not len(y):
        text = f"{y.shape} outcomes and {p.shape} scores were given; one score for each outcome is needed."
        raise StamkundError("bad_scores", text, field="scores")
    if not np.isfinite(p).all() or (kind == "probability" and not ((p >= 0) & (p <= 1)).all()):
        allowed = "from 0 to 1" if kind == "probability" else "that are finite"
        text = f"Scores from {np.min(p):g} to {np.max(p):g} were given; numbers {allowed} are needed."
        raise StamkundError("bad_scores", text, field="scores")
    return model_metrics(kind, y, p)


def judge(settings: Settings, target: str, rows: Any, scores: Any) -> Verdict:
    """The gate's verdict on scores of rows that they were not learnt from: against the best rule, in spread and level.

    Args:
        settings: with the gate's bounds.
        target: the name of the target that the scores are for.
        rows: of a :func:`training.tables.training_table`, a frame of any kind.
        scores: one for each row, probabilities or amounts in units of the currency.

    >>> settings = Settings.model_validate({"name": "Shop", "sources": {}, "targets": {"lapse": {"type": "lapse"}}})
    >>> judge(settings, "churn", [], [])
    Traceback (most recent call last):
    features.errors.StamkundError: Unknown target 'churn'. Known: lapse.
    """
    (selected,) = selected_targets(settings, [target])
    frame = nw.from_native(rows, eager_only=True)
    feature_set = FeatureSet.load(settings.feature_set)
    names = feature_names(feature_set, selected)
    y, p = frame["outcome"].to_numpy().astype(np.float64), np.asarray(scores, dtype=np.float64)
    figures(y, p, kind=selected.score_kind)  # refuses what cannot be judged
    rules = rule_scores(selected.rules(feature_set), names, frame.select(*names).to_numpy().astype(np.float64))
    best = best_rule(selected.score_kind, y, rules)
    customers = np.array(frame["customer_id"].to_list(), dtype=np.str_)
    evidence = Evidence(y, p, customers, best, None if best is None else rules[best])
    return check_evidence(selected, settings.gate, evidence)
