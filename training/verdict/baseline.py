"""The baseline: of a target's rules, the one that does best on the very rows that a model is compared on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from features.arrays import Floats
from features.profiles.fitted.feature_set import FeatureSet
from training.metrics.amounts import normalised_gini
from training.metrics.by_kind import rule_metrics
from training.metrics.probability import auc
from training.targets import ScoreKind, Target
from training.targets.frame.rules import Rule
from training.verdict.gate import Evidence
from training.walk.dataset import feature_names
from training.walk.walk_forward import WalkForward

RESPONSE: Final = "response model"  # who does it anyway: what uplifts stand beside


def rule_scores(rules: Sequence[Rule], names: Sequence[str], x: Floats) -> dict[str, Floats]:
    """Each rule's scores of feature rows (``names``: their columns), by the rule's name."""
    return {rule.name: rule.scores(x, names) for rule in rules}


def best_rule(score_kind: ScoreKind, y: Floats, scores: Mapping[str, Floats]) -> str | None:
    """The name of the rule that does best on these rows, the hardest one to beat: by AUC, for amounts by Gini.

    >>> import numpy as np
    >>> best_rule("amount", np.array([1.0, 2.0]), {"right": np.array([3.0, 4.0]), "wrong": np.array([2.0, 1.0])})
    'right'
    """

    def quality(name: str) -> float:
        return normalised_gini(y, scores[name]) if score_kind == "amount" else auc(y, scores[name])

    return max(scores, key=quality, default=None)


def evidence_of(target: Target, feature_set: FeatureSet, walk: WalkForward) -> Evidence:
    """The test of a walk-forward, with the best of the target's rules on the same rows."""
    rows = walk.test
    if rows.treated is not None:
        shown = (rows.y, walk.test_scores, rows.customers, RESPONSE, walk.response)
        return Evidence(*shown, treated=rows.treated)
    rules = {rule.name: rule for rule in target.rules(feature_set)}
    scores = rule_scores(list(rules.values()), feature_names(feature_set, target), rows.x)
    best = best_rule(target.score_kind, rows.y, scores)
    if best is None:
        return Evidence(rows.y, walk.test_scores, rows.customers)
    attribute = feature_set.feature(rules[best].feature).attribute if target.from_table else None
    column = attribute.name if attribute else None
    return Evidence(rows.y, walk.test_scores, rows.customers, best, scores[best], column)


def baseline_metrics(score_kind: ScoreKind, evidence: Evidence) -> dict[str, float]:
    """The metrics of the best rule; empty without any rule."""
    scores = evidence.rule_scores
    return {} if scores is None else rule_metrics(score_kind, evidence.y, scores, evidence.treated)
