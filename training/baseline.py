"""The baseline: of a target's rules, the one that does best on the very rows that a model is compared on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from training.metrics import auc
from training.targets.rules import rules_of
from training.targets.targets import Target

Floats = npt.NDArray[np.float64]


def rule_scores(target: Target, names: Sequence[str], x: Floats) -> dict[str, Floats]:
    """Each rule's scores of some rows, by the rule's name."""
    return {rule.name: rule.scores(x, names) for rule in rules_of(target, names)}


def best_rule(target: Target, y: Floats, scores: Mapping[str, Floats]) -> str | None:
    """The one of these rules that does best on these very rows: the hardest one to beat."""
    if not scores:
        return None
    return max(
        scores, key=lambda name: -np.abs(y - scores[name]).mean() if target.kind == "amount" else auc(y, scores[name])
    )
