from __future__ import annotations

from dataclasses import replace

import pytest

from features.language.defaults import Vocabulary, default_features
from features.profiles.feature_set import FeatureSet
from features.profiles.pairs import PAIR_FEATURES
from features.units import DAY
from training.targets.lapse import Lapse
from training.targets.redemption import AFFINITY, Redemption
from training.targets.spend import Spend

KINDS = ("order", "visit", "contact", "redeem", "coupon_applied")
FEATURES = FeatureSet(default_features(Vocabulary(KINDS, (), ())), fitted_at=0)
LAPSE = Lapse("it", event="order", horizon_us=84 * DAY, active_us=56 * DAY)
SPEND = Spend("it", event="order", horizon_us=84 * DAY, active_us=84 * DAY)
REDEMPTION = Redemption("it", event="contact", response="redeem", horizon_us=84 * DAY)


def names(target: Lapse | Spend | Redemption) -> list[str]:
    return [rule.name for rule in target.rules(FEATURES)]


def test_the_rules_are_the_features_that_do_well_alone() -> None:
    assert names(LAPSE) == [
        "-orders_28d", "-orders_56d", "-orders_90d", "-orders_180d", "-orders_all",
        "-order_days_28d", "-order_days_90d", "-order_weeks_90d", "-order_lines_90d", "-spend_90d",
        "days_since_last_order", "recency_over_gap_all",
    ]  # fmt: skip
    assert names(REDEMPTION) == [
        "coupon_applied_count_90d", "coupon_applied_count_180d", "coupon_applied_count_all",
        "coupon_applied_count_per_order", "coupon_applied_count_per_contact",
        "redemptions_90d", "redemptions_180d", "redemptions_all", "redemptions_per_order", "redemptions_per_contact",
        "affinity_coupons_all", "affinity_lines_all", "affinity_lines_90d", "affinity_spend_90d",
    ]  # fmt: skip
    assert set(AFFINITY) <= set(PAIR_FEATURES)


def test_spend_is_scaled_from_its_window_to_the_horizon() -> None:
    factors = {rule.feature: rule.factor for rule in SPEND.rules(FEATURES)}
    assert factors == {f"spend_{days}d": pytest.approx(84 / days) for days in (28, 56, 90, 180)}


def test_rules_speak_of_the_targets_own_event() -> None:
    assert names(replace(SPEND, event="visit")) == []
    assert names(replace(LAPSE, event="visit")) == [
        "-visits_28d",
        "-visits_90d",
        "-visits_180d",
        "-visits_all",
        "days_since_last_visit",
    ]


def test_a_rule_is_found_by_what_it_measures_whatever_its_feature_is_called() -> None:
    renamed = FeatureSet(tuple(replace(f, name=f"f{i}") for i, f in enumerate(FEATURES.features)), fitted_at=0)
    place = {name: f"f{i}" for i, name in enumerate(FEATURES.names)}
    expected = [
        rule.name.replace(rule.feature, place.get(rule.feature, rule.feature)) for rule in LAPSE.rules(FEATURES)
    ]
    assert [rule.name for rule in LAPSE.rules(renamed)] == expected
    assert LAPSE.population(renamed) == LAPSE.population(FEATURES)
