"""Refusals about time: no room for a test, and features fitted after it began."""

from __future__ import annotations

from features.profiles.fitted.feature_set import FeatureSet
from training.targets import Target
from training.verdict.gate import Refusal


def no_test_block(target: Target, outcomes: int) -> Refusal:
    """No moments at the end hold enough outcomes for a test, with enough known before them."""
    least, before = max(outcomes // 2, 1), max(outcomes // 4, 1)
    return Refusal.of("too_few_outcomes", target=target.name, case="to_test", least=least, before=before)


def features_fitted_late(target: Target, feature_set: FeatureSet, *, test_start: int) -> list[Refusal]:
    """A feature set fitted after the first moment of the test makes the figures too good."""
    if feature_set.fitted_at <= test_start:
        return []
    return [Refusal.of("features_fitted_late", target=target.name)]
