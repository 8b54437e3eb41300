from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.pairs.features import PAIR_FEATURES
from features.units import DAY
from training.targets.frame.rules import Rule
from training.targets.lapse import Lapse
from training.targets.margin import Margin
from training.targets.orders import Orders
from training.targets.redemption import AFFINITY, Redemption
from training.targets.spend import Spend
from training.verdict.baseline import best_rule, rule_scores

KINDS = ("order", "visit", "contact", "redeem", "coupon_applied")
FEATURES = FeatureSet(default_features(Vocabulary(KINDS, (), ())), fitted_at=0)
LAPSE = Lapse("lapse", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
SPEND = Spend("spend", event="order", horizon_us=84 * DAY, active_us=84 * DAY)
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


def test_the_rules_of_a_margin_are_those_of_spend_and_the_share_that_is_left() -> None:
    margin = Margin("margin", event="order", horizon_us=84 * DAY, active_us=84 * DAY, share=0.25)
    factors = {rule.feature: rule.factor for rule in margin.rules(FEATURES)}
    assert factors == {f"spend_{days}d": pytest.approx(0.25 * 84 / days) for days in (28, 56, 90, 180)}


def test_orders_are_scaled_from_their_window_to_the_horizon() -> None:
    orders = Orders("orders", event="order", horizon_us=28 * DAY, active_us=84 * DAY)
    factors = {rule.feature: rule.factor for rule in orders.rules(FEATURES)}
    assert factors == {f"orders_{days}d": pytest.approx(28 / days) for days in (28, 56, 90, 180)}
    assert [rule.feature for rule in replace(orders, event="visit").rules(FEATURES)] == [
        "visits_28d",
        "visits_90d",
        "visits_180d",
    ]


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


def test_a_rules_scores_have_its_sign_and_its_scale_and_nothing_known_is_nothing() -> None:
    x = np.array([[3.0, 10.0, 20.0], [0.0, 40.0, np.nan], [np.nan, 0.0, 5.0]])
    columns = ["orders_56d", "days_since_last_order", "spend_28d"]
    lapse, spend = (
        rule_scores([r for r in each.rules(FEATURES) if r.feature in columns], columns, x) for each in (LAPSE, SPEND)
    )
    assert {rule: scores.tolist() for rule, scores in lapse.items()} == {
        "-orders_56d": [-3, 0, 0],
        "days_since_last_order": [10, 40, 0],
    }
    assert {rule: scores.tolist() for rule, scores in spend.items()} == {"spend_28d": [60, 0, 15]}  # 84 / 28 = 3 times
    assert Rule("spend_28d", 0.5).scores(x, columns).tolist() == [10, 0, 2.5]


def test_the_best_rule_of_a_probability_orders_best() -> None:
    y = np.array([0.0, 0.0, 1.0, 1.0])
    scores = {
        "reversed": np.array([4.0, 3.0, 2.0, 1.0]),
        "best": np.array([-9.0, -8.0, -7.0, -6.0]),  # all ordered, though far from 0 and 1
        "near": np.array([0.0, 0.6, 0.5, 1.0]),  # one pair of four is not
    }
    assert best_rule("probability", y, scores) == "best"


def test_the_best_rule_of_an_amount_orders_best() -> None:
    """How near it comes says little where most spend nothing: nothing for everybody would come nearest."""
    y = np.array([0.0, 10.0, 20.0])
    scores = {
        "near": np.array([9.0, 10.0, 10.0]),  # two of them cannot be told apart
        "best": np.array([0.0, 50.0, 100.0]),  # in the right order
        "unbiased": np.array([20.0, 10.0, 0.0]),  # right in total
    }
    assert best_rule("amount", y, scores) == "best"


def test_without_rules_there_is_no_best_one() -> None:
    assert best_rule("probability", np.array([0.0, 1.0]), {}) is None
