from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.config.settings import Settings
from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from tests.training.targets.lakes import lake_of
from training.targets import card_of, target_from, targets_of
from training.targets.populations.lacking import unknown_word
from training.targets.subscription_end import SubscriptionEnd

AS_OF = 10 * DAY
CHURN = SubscriptionEnd("churn", "subscription_end", 2 * DAY, None)
START, RENEWAL, END = "subscription_start", "subscription_renewal", "subscription_end"
COLUMNS = ("customer_id", "kind", "time", "subscription_id", "status", "known_at")
NOTHING = [
    ("ann", START, DAY, "1", None, None),
    ("ann", RENEWAL, 9 * DAY, "1", None, None),
    ("ann", "visit", AS_OF, None, None, None),
]


@pytest.mark.parametrize(
    ("time", "found"),
    [(AS_OF, []), (AS_OF + 1, [1]), (AS_OF + 2 * DAY, [1]), (AS_OF + 2 * DAY + 1, [0])],
)
def test_a_subscription_in_force_ends_after_the_moment_up_to_the_horizons_end(
    tmp_path: Path, time: int, found: list[int]
) -> None:
    lake = lake_of(tmp_path, COLUMNS, *NOTHING, ("ann", END, time, "1", "cancelled", None))
    assert CHURN.labels(lake, moments=[AS_OF])["y"].to_list() == found


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        (None, {"ann": 1, "bob": 1, "cat": 1, "dan": 0, "eve": 0, "fay": 0, "gus": 1}),
        ("cancelled", {"ann": 1, "cat": 1, "dan": 0, "eve": 0, "fay": 0}),
        ("not_paid", {"bob": 1, "dan": 0, "eve": 0, "fay": 0}),
    ],
)
def test_of_reasons_that_compete_one_counts_and_the_others_leave_nothing_known(
    tmp_path: Path, reason: str | None, found: dict[str, int]
) -> None:
    """Ann cancels, bob does not pay, cat's second goes by cancelling and her first went unpaid, dan keeps one of two.

    Eve changes: one ends, another begins. Fay's ends later. Gus gives no reason.
    """
    lake = lake_of(
        tmp_path, COLUMNS,
        *((name, START, DAY, name, None, None) for name in ("ann", "bob", "cat", "dan", "eve", "fay", "gus")),
        ("cat", START, DAY, "cat-2", None, None), ("dan", START, DAY, "dan-2", None, None),
        ("ann", END, AS_OF + 1, "ann", "cancelled", None), ("bob", END, AS_OF + 1, "bob", "not_paid", None),
        ("cat", END, AS_OF + 1, "cat", "not_paid", None), ("cat", END, AS_OF + 2, "cat-2", "cancelled", None),
        ("dan", END, AS_OF + 1, "dan", "cancelled", None),
        ("eve", END, AS_OF + 1, "eve", "cancelled", None), ("eve", START, AS_OF + 1, "eve-2", None, None),
        ("fay", END, AS_OF + 3 * DAY, "fay", "cancelled", None), ("gus", END, AS_OF + 1, "gus", None, None),
    )  # fmt: skip
    rows = replace(CHURN, reason=reason).labels(lake, moments=[AS_OF]).select("customer_id", "y").rows()
    assert dict(rows) == found


def test_an_end_that_was_not_known_yet_comes_after_the_moment(tmp_path: Path) -> None:
    late = ("ann", END, AS_OF - 1, "1", "cancelled", AS_OF + DAY)
    lake = lake_of(tmp_path, COLUMNS, *NOTHING, late)
    assert CHURN.labels(lake, moments=[AS_OF])["y"].to_list() == [1]
    assert CHURN.labels(lake, moments=[AS_OF + DAY]).is_empty()


def test_those_in_force_are_scored_and_the_rules_are_renewals_and_starts() -> None:
    vocabulary = Vocabulary((END, RENEWAL, START), (), (), renewing=True)
    feature_set = FeatureSet(default_features(vocabulary), fitted_at=0)
    features = np.zeros((3, len(feature_set.names)))
    features[:, feature_set.names.index("subscriptions_ended_share")] = [np.nan, 0.5, 1.0]
    assert CHURN.population(feature_set).mask(features).tolist() == [False, True, False]
    assert [rule.name for rule in CHURN.rules(feature_set)] == [
        "-days_to_renewal", "-days_since_subscription_start", "days_since_renewal", "subscriptions_ended_share",
        "-renewals_all",
    ]  # fmt: skip


def test_what_was_declared_is_the_target_and_its_reason_must_be_known(tmp_path: Path) -> None:
    declared = {"type": "subscription_end", "reason": "canceled", "horizon": "2d"}
    shop = Settings.model_validate({"name": "Shop", "sources": {}, "targets": {"churn": declared}})
    (target,) = targets_of(shop).values()
    assert target == replace(CHURN, reason="canceled") == target_from(card_of(target))
    assert target.event_kinds == (END, START)
    lake = lake_of(tmp_path, COLUMNS, *NOTHING, ("ann", END, AS_OF, "1", "cancelled", None))
    assert unknown_word(target, lake) == (
        "Unknown status of 'subscription_end' 'canceled'; did you mean 'cancelled'? Known: cancelled."
    )
