"""Spend: how much will a customer who was active spend within the horizon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals as nw

from features.language.defaults.orders import SPEND
from features.profiles.feature_set import FeatureSet
from features.units import DAY
from training.targets.active_customers import ActiveCustomers
from training.targets.lookup import total_of
from training.targets.rules import Rule, rules_on
from training.targets.target import ScoreKind


@dataclass(frozen=True)
class Spend(ActiveCustomers):
    """The label is the value of the events in the horizon.

    >>> Spend("spend", event="order", horizon_us=84 * DAY, active_us=84 * DAY).description
    'Of customers with order in the last 84 days: value of order in the next 84 days.'
    """

    type: ClassVar[str] = "spend"
    score_kind: ClassVar[ScoreKind] = "amount"
    headline: ClassVar[str] = "predicted_clv"
    label: ClassVar[nw.Expr] = nw.col("value")

    @property
    def description(self) -> str:
        """The target in plain words."""
        ahead, back = self.horizon_us // DAY, self.active_us // DAY
        return (
            f"Of customers with {self.event} in the last {back} days: value of {self.event} in the next {ahead} days."
        )

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """The spend of a window, scaled to the horizon; of another kind of event than orders no feature is a spend."""
        if self.event != "order":
            return []
        horizon = self.horizon_us // DAY
        windows = sorted({horizon, 28, 56, 84, 90, 180})
        return [rule for days in windows for rule in rules_on([total_of(feature_set, SPEND, days)], horizon / days)]
