"""Orders: how often will a customer who was active order within the horizon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals as nw

from features.language.defaults.orders import ORDERS
from features.language.terms import Measure, where
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.frame.rules import Rule, rules_of_windows
from training.targets.frame.target import Asked, ScoreKind
from training.targets.populations.active import ActiveCustomers


@dataclass(frozen=True)
class Orders(ActiveCustomers):
    """The label is the number of orders in the horizon, whatever comes back; an order of several lines is one.

    >>> Orders("orders", event="order", horizon_us=84 * DAY, active_us=84 * DAY).description
    'Of customers with order in the last 84 days: how many order in the next 84 days.'
    """

    type: ClassVar[str] = "orders"
    score_kind: ClassVar[ScoreKind] = "amount"
    headline: ClassVar[str] = "predicted_number_of_orders"
    asked_of_orders: ClassVar[Asked | None] = "number"
    columns: ClassVar[tuple[str, ...]] = ("order_line",)

    @property
    def counted(self) -> nw.Expr:
        """1 for an event that is no further line of an order."""
        opening = nw.col("order_line").fill_null(1) < 2
        return nw.when(self.told_by, opening).then(1).otherwise(0)

    @property
    def description(self) -> str:
        """The target in plain words."""
        return f"Of {self.members.words}: how many {self.event} in the next {self.horizon_us // DAY} days."

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """The number of events in a window, scaled to the horizon."""
        count = ORDERS if self.event == "order" else Measure("sum", "one", where(kind=self.event))
        return rules_of_windows(feature_set, count, self.horizon_us // DAY)
