"""The baseline: of a target's rules, the one that does best on the very rows that a model is compared on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from features.arrays import Floats
from training.metrics.probability import auc
from training.targets import ScoreKind
from training.targets.rules import Rule


def rule_scores(rules: Sequence[Rule], names: Sequence[str], x: Floats) -> dict[str, Floats]:
    """Each rule's scores of feature rows (``names``: their columns), by the rule's name."""
    return {rule.name: rule.scores(x, names) for rule in rules}


def best_rule(score_kind: ScoreKind, y: Floats, scores: Mapping[str, Floats]) -> str | None:
    """The name of the rule that does best on these rows, the hardest one to beat: by AUC, for amounts by MAE.

    >>> best_rule("amount", np.array([1.0, 2.0]), {"near": np.array([1.0, 1.0]), "far": np.array([9.0, 9.0])})
    'near'
    """

    def quality(name: str) -> float:
        return float(-np.abs(y - scores[name]).mean()) if score_kind == "amount" else auc(y, scores[name])

    return max(scores, key=quality, default=None)
