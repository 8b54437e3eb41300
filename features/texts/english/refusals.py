"""Why a model is not used, in a sentence for each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REFUSALS: Final[Mapping[str, str]] = {
    "refusal.too_little_history": "The history is too short to test the model on.",
    "refusal.too_few_outcomes": "It happened too seldom to learn from.",
    "refusal.no_rule": "There is no rule that the model could be compared with.",
    "refusal.not_better_than_rule": "The model orders customers no better than a simple rule does.",
    "refusal.leak": "A column gives the outcome away.",
    "refusal.reversed": "Higher scores meant that it happened less often.",
    "refusal.not_calibrated": "The scores are too far apart, or too close together.",
    "refusal.wrong_level": "The scores are too high or too low in all.",
    "refusal.not_better_than_champion": "The model in use was better on the latest outcomes.",
    "refusal.older_than_champion": "The model in use was trained at a later moment.",
    "refusal.features_fitted_late": "The features were fitted after the moments that the model is tested at.",
}
