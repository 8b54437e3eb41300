"""Features of a set, found by what they measure: names are for people, and another set may use another one."""

from __future__ import annotations

from features.language.feature import Feature, Formula
from features.language.terms import Measure, Span, Term
from features.profiles.fitted.feature_set import FeatureSet

EVER = Span(None)


def feature_of(feature_set: FeatureSet, formula: Formula, *terms: Term) -> Feature | None:
    """The feature that a formula finishes from exactly these terms; None when the set has none.

    >>> from features.language.feature import since
    >>> from features.language.terms import where
    >>> last = Measure("max", "time", where(kind="visit"))
    >>> feature_set = FeatureSet((since("silence", last, "days since the last visit"),), fitted_at=0)
    >>> feature_of(feature_set, "since", Term(last, EVER)).name
    'silence'
    """
    return next((f for f in feature_set.features if f.formula == formula and f.terms == terms and not f.cuts), None)


def total_of(feature_set: FeatureSet, measure: Measure, days: int | None) -> Feature | None:
    """The feature that is a measure over the last ``days``, or with None over all history."""
    return feature_of(feature_set, "amount", Term(measure, Span(days)))


def ratio_of(feature_set: FeatureSet, over: Measure, under: Measure) -> Feature | None:
    """The feature that is one measure over another, both over all history."""
    return feature_of(feature_set, "ratio", Term(over, EVER), Term(under, EVER))


def days_since(feature_set: FeatureSet, measure: Measure) -> Feature | None:
    """The feature that counts the days since a first or last time."""
    return feature_of(feature_set, "since", Term(measure, EVER))
