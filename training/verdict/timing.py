"""Refusals about time: no room for a test, and features fitted after it began."""

from __future__ import annotations

from features.profiles.feature_set import FeatureSet
from training.targets import Target
from training.verdict.gate import Refusal


def no_test_block(target: Target, outcomes: int) -> Refusal:
    """No moments at the end hold enough outcomes for a test, with enough known before them."""
    text = (
        f"'{target.name}' has too few outcomes to set some aside for the test: it needs {max(outcomes // 2, 1)} of "
        f"each class in the last labelled moments and {max(outcomes // 4, 1)} known before them. Add customers or "
        "history."
    )
    return Refusal("too_few_outcomes", text)


def features_fitted_late(target: Target, feature_set: FeatureSet, *, test_start: int) -> list[Refusal]:
    """A feature set fitted after the first moment of the test makes the figures too good."""
    if feature_set.fitted_at <= test_start:
        return []
    text = (
        f"'{target.name}' is tested at moments before the features were fitted. Set features.fitted_at to an earlier "
        "day, then `stamkund build --refit`."
    )
    return [Refusal("features_fitted_late", text)]
