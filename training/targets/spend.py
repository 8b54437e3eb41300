"""Spend: how much will a customer who was active spend within the horizon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals as nw

from features.events.kinds import RETURNS
from features.language.defaults.orders import SPEND
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.frame.rules import Rule, rules_of_windows
from training.targets.frame.target import Asked, ScoreKind
from training.targets.populations.active import ActiveCustomers


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
    in_money: ClassVar[bool] = True
    asked_of_orders: ClassVar[Asked | None] = "worth"
    columns: ClassVar[tuple[str, ...]] = ("value",)
    noun: ClassVar[str] = "value"

    @property
    def told_by(self) -> nw.Expr:
        """The events, and of orders what came back."""
        return nw.col("kind").is_in((self.event, *self.returns))

    @property
    def returns(self) -> tuple[str, ...]:
        """The kinds of events whose value comes off."""
        return RETURNS if self.event == "order" else ()

    @property
    def worth(self) -> nw.Expr:
        """What an event is worth, by its value."""
        return nw.col("value")

    @property
    def counted(self) -> nw.Expr:
        """What an event is worth, less where it takes back."""
        net = nw.when(nw.col("kind") == self.event).then(self.worth).otherwise(self.worth * -1)
        return nw.when(self.told_by).then(net).otherwise(0)

    @property
    def description(self) -> str:
        """The target in plain words."""
        net = f", net of {' and '.join(self.returns)}" if self.returns else ""
        return f"Of {self.members.words}: {self.noun} of {self.event} in the next {self.horizon_us // DAY} days{net}."

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """The spend of a window, scaled to the horizon; of another kind of event than orders no feature is a spend."""
        return rules_of_windows(feature_set, SPEND, self.horizon_us // DAY) if self.event == "order" else []
