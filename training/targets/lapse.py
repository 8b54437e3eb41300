"""Lapse: will a customer who was active do nothing of this kind within the horizon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals as nw

from features.language.defaults.orders import EVER, GAP, GAPS, LAST_ORDER, LINES, ORDER, ORDERS, SPEND
from features.language.terms import Measure, Term, where
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.frame.lookup import days_since, feature_of, total_of
from training.targets.frame.rules import Rule, rules_on
from training.targets.frame.target import Asked, ScoreKind
from training.targets.populations.active import ActiveCustomers


@dataclass(frozen=True)
class Lapse(ActiveCustomers):
    """The label is 1 for a customer without an event in the horizon.

    >>> Lapse("lapse", event="order", horizon_us=28 * DAY, active_us=56 * DAY).description
    'Of customers with order in the last 56 days: no order in the next 28 days.'
    """

    type: ClassVar[str] = "lapse"
    score_kind: ClassVar[ScoreKind] = "probability"
    headline: ClassVar[str] = "churn_probability"
    absence: ClassVar[bool] = True
    asked_of_orders: ClassVar[Asked | None] = "none"
    label: ClassVar[nw.Expr] = nw.when(nw.col("counted") == 0).then(1).otherwise(0)

    @property
    def description(self) -> str:
        """The target in plain words."""
        return f"Of {self.members.words}: no {self.event} in the next {self.horizon_us // DAY} days."

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """Few events lately, or a long time since the last.

        Each did best when every feature alone was tried on The Complete Journey before the days of the test.
        """
        of_orders = self.event == "order"
        count = ORDERS if of_orders else Measure("sum", "one", where(kind=self.event))
        spans = (*sorted({self.active_us // DAY, 28, 56, 90, 180}), None)
        counts = [total_of(feature_set, count, days) for days in spans]
        habits = [total_of(feature_set, measure, days) for measure, days in _HABITS] if of_orders else []
        recency = [days_since(feature_set, Measure("max", "time", where(kind=self.event)))]
        rhythm = [feature_of(feature_set, "rhythm", *_RHYTHM)] if of_orders else []
        return [*rules_on(counts, -1.0), *rules_on(habits, -1.0), *rules_on(recency), *rules_on(rhythm)]


_DAYS, _WEEKS = Measure("distinct", "day", ORDER), Measure("distinct", "week", ORDER)
_HABITS = ((_DAYS, 28), (_DAYS, 90), (_WEEKS, 90), (LINES, 90), (SPEND, 90))
_RHYTHM = tuple(Term(measure, EVER) for measure in (LAST_ORDER, GAP, GAPS))
