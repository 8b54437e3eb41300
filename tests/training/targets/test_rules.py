from __future__ import annotations

import pytest

from features.language.defaults import Vocabulary, default_features
from features.units import DAY
from training.targets.rules import rules_of
from training.targets.targets import Target, TargetType

KINDS = ("order", "visit", "contact", "redeem", "coupon_applied")
NAMES = [f.name for f in default_features(Vocabulary(KINDS, (), ()))]


def names(type_: TargetType, event: str, response: str | None = None, horizon: int = 84) -> list[str]:
    target = Target("it", type_, event=event, response=response, horizon_us=horizon * DAY, active_us=56 * DAY)
    return [rule.name for rule in rules_of(target, [*NAMES, "affinity_coupons_all", "affinity_spend_90d"])]


def test_the_rules_are_the_features_that_do_well_alone() -> None:
    assert {"-order_days_90d", "-order_weeks_90d", "-orders_56d", "-orders_90d"} <= set(names("lapse", "order"))
    found = names("redemption", "contact", "redeem")
    assert {"coupon_applied_count_per_order", "affinity_coupons_all", "redemptions_all"} <= set(found)


def test_spend_is_scaled_from_its_window_to_the_horizon() -> None:
    target = Target("spend", "spend", event="order", response=None, horizon_us=84 * DAY, active_us=84 * DAY)
    factors = {rule.feature: rule.factor for rule in rules_of(target, NAMES)}
    assert factors == {f"spend_{days}d": pytest.approx(84 / days) for days in (28, 56, 90, 180)}


def test_rules_speak_of_the_targets_own_event() -> None:
    assert names("spend", "visit") == []
    assert names("lapse", "visit") == [
        "-visits_28d",
        "-visits_90d",
        "-visits_180d",
        "-visits_all",
        "days_since_last_visit",
    ]
