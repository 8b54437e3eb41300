"""A rule that a model must beat: a single feature that anyone could act on without a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Floats
from features.language.feature import Feature
from features.language.terms import Measure
from features.profiles.fitted.feature_set import FeatureSet
from training.targets.frame.lookup import total_of

KNOWN: Final = -1  # the place of any word
_NEVER = 36_500.0  # days, a century


@dataclass(frozen=True)
class Rule:
    """A feature's name, and what to multiply it by: −1 where less means more, a ratio of windows for amounts.

    A value that is missing counts as ``missing``. With a ``word`` it is 1 for that word alone (its place in the
    feature's vocabulary), with the word ``KNOWN`` for all that are not missing.
    """

    feature: str
    factor: float = 1.0
    missing: float = 0.0
    word: int | None = None
    said: str = ""

    @property
    def name(self) -> str:
        """How reports call it.

        >>> Rule("orders_56d", -1.0).name, Rule("spend_84d").name, Rule("plan", word=1, said="gold").name
        ('-orders_56d', 'spend_84d', 'plan: gold')
        """
        if self.word is not None:
            return f"{'-' if self.factor < 0 else ''}{self.feature}: {self.said}"
        return f"-{self.feature}" if self.factor < 0 else self.feature

    def scores(self, x: Floats, names: Sequence[str]) -> Floats:
        """The rule's score of each row."""
        if self.word is not None:
            values = x[:, list(names).index(self.feature)]
            return (~np.isnan(values) if self.word == KNOWN else values == self.word) * self.factor
        return np.nan_to_num(x[:, list(names).index(self.feature)], nan=self.missing) * self.factor


def rules_of_attribute(feature: Feature) -> list[Rule]:
    """What a column of a table tells by itself: more or less of it, each of its words, and whether it is there."""
    known = [Rule(feature.name, factor, word=KNOWN, said="known") for factor in (1.0, -1.0)]
    if feature.unit != "code":
        return [Rule(feature.name), Rule(feature.name, -1.0), *known]
    words = enumerate(feature.vocabulary)
    return [*(Rule(feature.name, f, word=n, said=word) for n, word in words for f in (1.0, -1.0)), *known]


def soonest(feature: Feature | None) -> list[Rule]:
    """The rule that fewer days mean more, and that where they are missing it is never; none without the feature."""
    return [] if feature is None else [Rule(feature.name, -1.0, missing=_NEVER)]


def rules_on(features: Iterable[Feature | None], factor: float = 1.0) -> list[Rule]:
    """A rule on each feature that there is.

    A feature set is derived from what a company's events hold, so it may lack some; a target without any rule is
    refused by the gate.
    """
    return [Rule(feature.name, factor) for feature in features if feature is not None]


def rules_of_windows(feature_set: FeatureSet, measure: Measure, horizon: int) -> list[Rule]:
    """A rule on the measure over each usual window and over the horizon (days), scaled to the horizon."""
    windows = sorted({horizon, 28, 56, 84, 90, 180})
    return [rule for days in windows for rule in rules_on([total_of(feature_set, measure, days)], horizon / days)]
