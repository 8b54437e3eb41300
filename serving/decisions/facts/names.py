"""The names that rules of decisions may use, once a build has found features and traits."""

from __future__ import annotations

from features.config.sections.decisions.decisions import DecisionSettings
from features.config.sections.decisions.names import check_rules
from features.config.settings import Settings
from features.facts.names import known_names
from features.lake import Lake
from features.language.rules.types import Names
from features.profiles.fitted.feature_set import FeatureSet


def names_at(settings: Settings, lake: Lake, features: FeatureSet | None) -> Names:
    """All names that rules may use.

    Raises an error that names the rule for what none of these is.
    """
    whole = known_names(settings, lake, features)
    if features is not None:
        check_rules(settings.decisions or DecisionSettings(), whole)
    return whole
