from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from features.config.settings import Settings
from features.errors import StamkundError
from features.language.declare import declare
from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.fitted_features import fit_by_settings
from features.units import DAY
from tests.training.targets.lakes import lake_of
from training.targets import card_of, target_from, targets_of
from training.targets.event import Event
from training.targets.populations.lacking import unknown_word

AS_OF = 10 * DAY
TEA = Event("tea", "order", 2 * DAY, "everyone", "order", 3 * DAY, {"category": "Tea"})
COLUMNS = ("customer_id", "kind", "time", "category", "item_id", "channel", "offer_id")


def settings(**target: object) -> Settings:
    return Settings.model_validate({"name": "Shop", "sources": {}, "targets": {"it": {"type": "event", **target}}})


@pytest.mark.parametrize(
    ("time", "y"),
    [(AS_OF, 0), (AS_OF + 1, 1), (AS_OF + 2 * DAY, 1), (AS_OF + 2 * DAY + 1, 0)],
)
def test_it_happens_after_the_moment_up_to_the_horizons_end(tmp_path: Path, time: int, y: int) -> None:
    lake = lake_of(tmp_path, COLUMNS[:4], ("ann", "visit", DAY, None), ("ann", "order", time, "Tea"))
    assert TEA.labels(lake, moments=[AS_OF]).select("customer_id", "y", "known_at").rows() == [
        ("ann", y, AS_OF + 2 * DAY)
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({}, {"ann": 1, "bob": 1, "cat": 1, "dan": 0}),
        ({"category": "Tea"}, {"ann": 1, "bob": 0, "cat": 0, "dan": 0}),
        ({"item_id": "7"}, {"ann": 1, "bob": 1, "cat": 0, "dan": 0}),
        ({"channel": "web"}, {"ann": 0, "bob": 1, "cat": 0, "dan": 0}),
        ({"offer_id": "o"}, {"ann": 0, "bob": 0, "cat": 1, "dan": 0}),
        ({"item_id": "7", "channel": "web"}, {"ann": 0, "bob": 1, "cat": 0, "dan": 0}),
    ],
)
def test_an_event_of_the_kind_with_every_word_counts(
    tmp_path: Path, words: dict[str, str], found: dict[str, int]
) -> None:
    lake = lake_of(
        tmp_path, COLUMNS,
        *((name, "visit", AS_OF, None, None, None, None) for name in found),
        ("ann", "order", AS_OF + 1, "Tea", "7", "shop", None), ("bob", "order", AS_OF + 1, "Cake", "7", "web", None),
        ("cat", "order", AS_OF + 1, None, None, None, "o"), ("dan", "view", AS_OF + 1, "Tea", "7", "web", "o"),
    )  # fmt: skip
    rows = replace(TEA, words=words).labels(lake, moments=[AS_OF]).select("customer_id", "y").rows()
    assert dict(rows) == found


def test_everyone_the_active_or_those_in_force_are_asked_about(tmp_path: Path) -> None:
    """Active is who visited in the last three days; ann's subscription is over, bob's is not, cat's begins later."""
    lake = lake_of(
        tmp_path, ("customer_id", "kind", "time", "known_at"),
        ("ann", "subscription_start", DAY, None), ("ann", "subscription_end", AS_OF, None),
        ("bob", "subscription_start", DAY, None), ("bob", "visit", AS_OF - 3 * DAY, None),
        ("bob", "subscription_end", DAY, AS_OF + 1),
        ("cat", "visit", AS_OF - 3 * DAY + 1, None), ("cat", "subscription_start", AS_OF + 1, None),
        ("dan", "support", DAY, None), ("eve", "visit", AS_OF + 1, None),
    )  # fmt: skip
    visit = replace(TEA, event="visit", active_event="visit", words={})
    found = {
        among: replace(visit, among=among).labels(lake, moments=[AS_OF])["customer_id"].to_list()
        for among in ("everyone", "active", "in_force")
    }
    assert found == {"everyone": ["ann", "bob", "cat", "dan"], "active": ["cat"], "in_force": ["bob"]}


def test_the_same_are_scored_by_a_feature() -> None:
    kinds = ("order", "subscription_end", "subscription_start", "visit")
    feature_set = FeatureSet(default_features(Vocabulary(kinds, (), ())), fitted_at=0)
    features = np.zeros((3, len(feature_set.names)))
    features[:, feature_set.names.index("subscriptions_ended_share")] = [np.nan, 0.5, 1.0]
    features[:, feature_set.names.index("days_since_last_visit")] = [2.9, 3.0, np.nan]
    masks = {
        among: replace(TEA, among=among, active_event="visit").population(feature_set).mask(features).tolist()
        for among in ("everyone", "active", "in_force")
    }
    assert masks == {
        "everyone": [True, True, True], "active": [True, False, False], "in_force": [False, True, False]
    }  # fmt: skip
    bare = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
    with pytest.raises(StamkundError, match="subscription in force"):
        replace(TEA, among="in_force").population(bare)


def test_the_rules_are_how_often_and_how_lately_it_happened() -> None:
    added = [
        *declare("tea_count", take="count", kind="order", where={"category": "Tea"}),
        *declare("days_since_tea", take="days_since", kind="order", where={"category": "Tea"}),
    ]
    feature_set = FeatureSet(default_features(Vocabulary(("order", "visit"), (), ())), fitted_at=0).adding(added)
    assert [rule.name for rule in TEA.rules(feature_set)] == [
        "tea_count_28d", "tea_count_90d", "tea_count_all", "-days_since_tea"
    ]  # fmt: skip
    plain = replace(TEA, words={}).rules(feature_set)
    assert [rule.name for rule in plain][-2:] == ["orders_all", "-days_since_last_order"]
    days = np.array([[3.0], [np.nan], [9.0]])
    assert plain[-1].scores(days, ["days_since_last_order"]).argsort().tolist() == [1, 2, 0]  # never is the longest ago


def test_a_build_counts_the_events_of_the_words(tmp_path: Path) -> None:
    rows = [(f"c{n}", "order", day * DAY, "Tea" if n else "Cake") for n in range(2) for day in range(1, 60)]
    lake, shop = lake_of(tmp_path, COLUMNS[:4], *rows), settings(event="order", category="Tea", active="28d")
    shop = shop.model_copy(update={"home": tmp_path})
    feature_set, _ = fit_by_settings(shop, lake, as_of=60 * DAY)
    assert {"it_count_28d", "it_count_90d", "it_count_all", "days_since_it"} <= {*feature_set.names}
    (target,) = targets_of(shop).values()
    assert [rule.name for rule in target.rules(feature_set)][:3] == ["it_count_28d", "it_count_90d", "it_count_all"]
    others, _ = fit_by_settings(
        settings(event="order", active="28d").model_copy(update={"home": tmp_path}), lake, as_of=60 * DAY
    )
    assert "it_count_28d" not in others.names
    assert others.basis != feature_set.basis


def test_what_was_declared_is_the_target_and_its_card() -> None:
    (target,) = targets_of(settings(event="Order Completed", item=7, active_event="visit")).values()
    assert target == Event("it", "order", 28 * DAY, "active", "visit", 56 * DAY, {"item_id": "7"})
    assert target_from(card_of(target)) == target
    assert target.description == "Of customers with visit in the last 56 days: order of item 7 in the next 28 days."
    assert targets_of(settings(event="order"))["it"].event_kinds == ("order",)


@pytest.mark.parametrize("key", [{"active": "28d"}, {"active_event": "visit"}])
def test_who_is_active_is_only_said_where_the_active_are_asked_about(key: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=f"`{next(iter(key))}` says who is active"):
        settings(event="order", among="everyone", **key)


@pytest.mark.parametrize("word", [{"among": "all"}, {"category": ""}, {"item": True}, {"brand": "x"}])
def test_what_is_not_understood_is_refused(word: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(event="order", **word)


def test_a_word_that_no_event_holds_is_told_with_the_nearest(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, COLUMNS[:4], ("ann", "order", DAY, "Tea"), ("ann", "view", DAY, "Taee"))
    assert unknown_word(TEA, lake) is None
    assert unknown_word(replace(TEA, words={"category": "Taee"}), lake) == (
        "Unknown category of 'order' 'Taee'; did you mean 'Tea'? Known: Tea."
    )
