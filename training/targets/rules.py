"""The rules a model must beat: single features that anyone could act on without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Floats
from features.language.defaults import NOUNS, snake
from features.units import DAY
from training.targets.targets import Target


@dataclass(frozen=True)
class Rule:
    """A feature, and what to multiply it by: −1 where less means more, a ratio of windows for amounts."""

    feature: str
    factor: float = 1.0

    @property
    def name(self) -> str:
        """How reports call it.

        >>> Rule("orders_56d", -1.0).name, Rule("spend_84d").name
        ('-orders_56d', 'spend_84d')
        """
        return f"-{self.feature}" if self.factor < 0 else self.feature

    def scores(self, x: Floats, names: Sequence[str]) -> Floats:
        """The rule's score of each row; a missing value counts as 0 times."""
        return np.nan_to_num(x[:, list(names).index(self.feature)]) * self.factor


def rules_of(target: Target, names: Sequence[str]) -> list[Rule]:
    """A target's rules, those whose feature is among ``names``.

    >>> lapse = Target("lapse", "lapse", event="order", response=None, horizon_us=28 * DAY, active_us=56 * DAY)
    >>> [rule.name for rule in rules_of(lapse, ["orders_56d", "days_since_last_order"])]
    ['-orders_56d', 'days_since_last_order']
    """
    return [rule for rule in _candidates(target) if rule.feature in names]


def _candidates(target: Target) -> list[Rule]:
    """Those that did best when every feature alone was tried on The Complete Journey before the days of the test."""
    active, horizon = target.active_us // DAY, target.horizon_us // DAY
    if target.type == "spend":
        windows = sorted({horizon, 28, 56, 84, 90, 180})
        # Features of spend count orders: beside the value of another kind of event they say nothing.
        return [Rule(f"spend_{days}d", horizon / days) for days in windows] if target.event == "order" else []
    if target.type == "redemption":
        return _of_redemption(target.response or "", target.event)
    noun = "orders" if target.event == "order" else NOUNS.get(target.event, f"{snake(target.event)}_count")
    often = ("order_days_28d", "order_days_90d", "order_weeks_90d", "order_lines_90d", "spend_90d")
    bought = often if target.event == "order" else ()
    return [
        *(Rule(f"{noun}_{days}d", -1.0) for days in sorted({active, 28, 56, 90, 180})),
        Rule(f"{noun}_all", -1.0),
        *(Rule(feature, -1.0) for feature in bought),
        Rule(f"days_since_last_{snake(target.event)}"),
        *([Rule("recency_over_gap_all")] if target.event == "order" else []),
    ]


def _of_redemption(response: str, contact: str) -> list[Rule]:
    """What was taken up before, as often as reached, and what links the customer to the campaign's products."""
    nouns = ("coupon_applied_count", NOUNS.get(response, f"{snake(response)}_count"))
    spans = ("90d", "180d", "all", "per_order", f"per_{snake(contact)}")
    affinity = ("affinity_coupons_all", "affinity_lines_all", "affinity_lines_90d", "affinity_spend_90d")
    return [Rule(name) for name in (*(f"{noun}_{span}" for noun in nouns for span in spans), *affinity)]
