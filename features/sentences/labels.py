"""What a feature is called on the axis of a plot: its text and its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from features.language.feature import Feature
from features.profiles.pairs.features import PAIR_UNITS
from features.texts.catalogue import texts_in


def labels_of(features: Sequence[Feature], currency: str, *, language: str = "en") -> Mapping[str, str]:
    """The label of each feature by name, those of pairs of campaigns among them.

    >>> from features.language.defaults import Vocabulary, default_features
    >>> labels = labels_of(default_features(Vocabulary(("order",), (), ())), "SEK")
    >>> labels["spend_28d"], labels["orders_28d"], labels["affinity_lines_all"]
    ('spend in the last 28 days (SEK)', 'orders in the last 28 days', "purchases of the campaign's products so far")
    """
    texts = texts_in(language)
    told = {name: texts.get(f"{name}.label", texts[name]) for name in PAIR_UNITS}
    of_pairs = {name: text.replace(": {value}", "").replace("{value}", "…") for name, text in told.items()}
    return of_pairs | {feature.name: _label(feature, currency) for feature in features}


def _label(feature: Feature, currency: str) -> str:
    if feature.unit == "money" and not feature.cuts:
        return f"{feature.text} ({currency})"
    needs_days = feature.unit == "days" and "days" not in feature.text
    return f"{feature.text} (days)" if needs_days else feature.text
