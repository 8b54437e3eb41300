"""Whom a model scores is said by a feature of the set; a set without it is refused, never taken as everyone."""

from __future__ import annotations

import numpy as np
import pytest

from features.errors import StamkundError
from features.language.defaults import Vocabulary, default_features
from features.language.feature import since
from features.language.terms import Measure, where
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.lapse import Lapse
from training.targets.redemption import Redemption
from training.targets.spend import Spend

VISITS = FeatureSet(default_features(Vocabulary(("visit",), (), ())), fitted_at=0)


@pytest.mark.parametrize("type_", [Lapse, Spend])
def test_a_feature_set_without_the_days_since_the_event_is_refused(type_: type[Lapse | Spend]) -> None:
    target = type_("quiet", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
    with pytest.raises(StamkundError, match="no feature counts the days since the last one") as refused:
        target.population(VISITS)
    assert (refused.value.code, refused.value.field) == ("feature_missing", "quiet")
    assert "take: days_since, kind: order" in str(refused.value)


def test_customers_whose_last_event_is_within_the_window_are_scored() -> None:
    target = Lapse("lapse", event="visit", horizon_us=28 * DAY, active_us=56 * DAY)
    features = np.zeros((4, len(VISITS.names)))
    features[:, VISITS.names.index("days_since_last_visit")] = [0.0, 55.9, 56.0, np.nan]
    assert target.population(VISITS).mask(features).tolist() == [True, True, False, False]


def test_only_the_days_since_any_such_event_will_do() -> None:
    of_some = since("days_since_last_order", Measure("max", "time", where(kind="order", channel="web")), "web orders")
    target = Lapse("lapse", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
    with pytest.raises(StamkundError, match="'order' events"):
        target.population(FeatureSet((of_some,), fitted_at=0))


def test_a_pair_is_scored_whoever_the_customer_is() -> None:
    target = Redemption("offer", event="contact", response="redeem", horizon_us=28 * DAY)
    assert target.population(VISITS).mask(np.zeros((2, len(VISITS.names)))).tolist() == [True, True]
