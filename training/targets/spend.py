"""Spend: how much will a customer who was active spend within the horizon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals as nw

from features.events.kinds import RETURNS
from features.language.defaults.orders import SPEND
from features.profiles.feature_set import FeatureSet
from features.units import DAY
from training.targets.active_customers import ActiveCustomers
from training.targets.lookup import total_of
from training.targets.rules import Rule, rules_on
from training.targets.target import ScoreKind


@dataclass(frozen=True)
class Spend(ActiveCustomers):
    """The label is the value of the events in the horizon; of orders it is net, and below 0 where more came back.

    What comes back counts when it does, whenever it was ordered. Models predict no amount below 0.

    >>> Spend("spend", event="order", horizon_us=84 * DAY, active_us=84 * DAY).description
    'Of customers with order in the last 84 days: value of order in the next 84 days, net of cancel and refund.'
    """

    type: ClassVar[str] = "spend"
    score_kind: ClassVar[ScoreKind] = "amount"
    headline: ClassVar[str] = "predicted_clv"
    label: ClassVar[nw.Expr] = nw.col("value")

    @property
    def value_kinds(self) -> tuple[str, ...]:
        """The kinds of events whose value is part of the label."""
        return (self.event, *RETURNS) if self.event == "order" else (self.event,)

    @property
    def description(self) -> str:
        """The target in plain words."""
        ahead, back = self.horizon_us // DAY, self.active_us // DAY
        net = f", net of {' and '.join(RETURNS)}" if self.event == "order" else ""
        population = f"Of customers with {self.event} in the last {back} days"
        return f"{population}: value of {self.event} in the next {ahead} days{net}."

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """The spend of a window, scaled to the horizon; of another kind of event than orders no feature is a spend."""
        if self.event != "order":
            return []
        horizon = self.horizon_us // DAY
        windows = sorted({horizon, 28, 56, 84, 90, 180})
        return [rule for days in windows for rule in rules_on([total_of(feature_set, SPEND, days)], horizon / days)]
