"""The default features: one customer's year as literal events, and every number worked out by hand."""

from __future__ import annotations

import math

import pytest

from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from tests.features.one_customer import NOW, Row, event, profile_of

EVERYTHING = Vocabulary(
    kinds=(
        "cart", "contact", "open", "order", "refund", "subscription_end", "subscription_renewal", "subscription_start",
        "support", "survey",
    ),
    categories=("Tea", "Cake"),
    attributes=(),
    channels=("store", "web"),
    scales=("nps", "csat"),
    renewing=True,
    priced=True,
    placed=True,
    returning=("refund",),
)  # fmt: skip
FEATURES = FeatureSet(default_features(EVERYTHING), fitted_at=0)
# Four lines of 10.00, 5.00, 25.00 and 40.00 in three orders, of which the 5.00 came back.
STORY: list[Row] = [
    event(100, order_id="o1", value=1000, category="Tea", channel="store", latitude=59.0, longitude=18.0),
    event(40, order_id="o2", value=500, category="Cake", channel="web"),
    event(40, order_id="o2", id="z", value=2500, category="Tea", channel="web"),
    event(10, order_id="o3", value=4000, category="Cake", channel="store", latitude=59.3, longitude=18.0),
    event(35, "refund", order_id="o2", value=500),
    *(event(d, "contact") for d in (50, 20, 5)),
    *(event(d, "open") for d in (20, 4)),
    event(30, "survey", scale="nps", rating=3.0),
    event(8, "survey", scale="nps", rating=10.0),
    event(6, "survey", scale="csat", rating=4.0),
    *(event(d, "support") for d in (150, 120, 20)),
    event(60, "subscription_start", value=999, renews_at=NOW - 25 * DAY),
    event(25, "subscription_renewal", value=1199, renews_at=NOW + 5 * DAY),
]
VALUES = {
    "line_value_min_all": 5,
    "line_value_max_all": 40,
    "line_value_std_all": math.sqrt(250),  # (100 + 225 + 25 + 400) / 3 around the mean of 20
    "first_line_value": 10,
    "last_line_value": 40,
    "order_gap_last": 30,
    "order_weeks_28d": 1,
    "order_weeks_all": 3,
    "top_category_28d": 1,
    "top_category_all": 1,  # 45.00 of cake, 35.00 of tea
    "refunded_spend_share_90d": 5 / 70,
    "refunded_spend_share_all": 5 / 80,
    "refunded_orders_share_all": 1 / 3,
    "store_orders_share_90d": 1 / 2,
    "store_orders_share_all": 2 / 3,
    "web_orders_share_all": 1 / 3,
    "days_since_last_store_order": 10,
    "days_since_last_web_order": 40,
    "channels_all": 2,
    "first_channel": 0,
    "last_channel": 0,
    "contacts_7d": 1,
    "contacts_14d": 1,
    "contacts_28d": 2,
    "opens_per_contact_28d": 1,
    "opens_per_contact_90d": 2 / 3,
    "opens_per_contact": 2 / 3,
    "support_requests_28d": 1,
    "support_requests_trend_90d": 1 / 2,
    "nps_mean_all": 6.5,
    "nps_last": 10,
    "nps_least": 3,
    "nps_ratings_all": 2,
    "nps_low_share_all": 1 / 2,
    "days_since_nps": 8,
    "csat_mean_all": 4,
    "csat_low_share_all": 0,
    "days_since_subscription_start": 60,
    "renewals_all": 1,
    "days_since_renewal": 25,
    "days_since_subscription_end": math.nan,
    "subscriptions_ended_share": 0,
    "days_to_renewal": 5,
    "subscription_price_last": 11.99,
    "subscription_price_change": 1199 / 999,
    "subscription_prices_all": 2,
    "last_place_km": 0.15 * 111.195,  # north of the middle; a degree of latitude is 111.195 km
    "places_spread_km": 0.3 / math.sqrt(2) * 111.195,
}


@pytest.mark.parametrize("name", VALUES)
def test_a_default_feature_has_the_value_worked_out_by_hand(name: str) -> None:
    assert profile_of(STORY, features=FEATURES)[name] == pytest.approx(VALUES[name], rel=1e-5, nan_ok=True)


def test_of_who_did_nothing_of_it_counts_are_none_and_all_else_is_undefined() -> None:
    profile = profile_of([event(3, "cart")], features=FEATURES)
    counts = {"renewals_all", "subscription_prices_all", "nps_ratings_all", "channels_all", "contacts_7d"}
    told = {name: profile[name] for name in VALUES if not name.startswith(("order_weeks", "contacts", "support"))}
    assert {name for name, value in told.items() if value == 0} == counts & told.keys()
    assert all(math.isnan(value) for name, value in told.items() if name not in counts)
    assert (profile["contacts_7d"], profile["order_weeks_all"], profile["carts_28d"]) == (0, 0, 1)


def test_longitudes_are_shorter_in_the_north() -> None:
    places = [event(d, latitude=60.0, longitude=float(east)) for d, east in ((9, 10), (2, 12))]
    profile = profile_of(places, features=FEATURES)
    assert profile["last_place_km"] == pytest.approx(111.195 / 2, rel=1e-4)  # one degree, times cos 60°
    assert profile["places_spread_km"] == pytest.approx(math.sqrt(2) * 111.195 / 2, rel=1e-4)


def test_channels_are_those_of_orders_or_without_any_of_all_events() -> None:
    seen = Vocabulary(("open", "visit"), (), (), channels=("email", "web"))
    visits = FeatureSet(default_features(seen), fitted_at=0)
    history = [event(9, "open", channel="email"), event(3, "visit", channel="web"), event(1, "visit", channel="web")]
    profile = profile_of(history, features=visits)
    assert profile["web_events_share_all"] == 2 / 3
    assert (profile["first_channel"], profile["last_channel"], profile["channels_all"]) == (0, 1, 2)


def test_every_name_is_its_own_and_says_its_unit_in_words() -> None:
    assert len(set(FEATURES.names)) == len(FEATURES.names)
    for feature in FEATURES.features:
        assert feature.text
        assert ("km" in feature.text) == (feature.unit == "km")
        assert feature.unit != "days" or "days" in feature.text


def test_texts_say_what_is_counted_and_when_gaps_end() -> None:
    text = {feature.name: feature.text for feature in FEATURES.features}
    assert text["nps_ratings_all"] == "nps ratings so far"
    assert text["nps_last"] == "last nps rating"
    assert text["order_days_28d"] == "days with an order in the last 28 days"
    assert text["order_gap_mean_90d"] == "mean of the days between orders, of gaps that end in the last 90 days"
    assert text["order_gap_mean_all"] == "mean of the days between orders so far"


def test_a_category_called_like_a_kind_leaves_it_its_name() -> None:
    shop = default_features(Vocabulary(("order", "visit"), ("Visit", "Web order"), (), ("store", "web")))
    text = {feature.name: feature.text for feature in shop}
    assert text["days_since_last_visit"] == "days since the last 'visit'"
    assert text["days_since_last_visit_2"] == "days since Visit was last bought"
    assert text["days_since_last_web_order"] == "days since the last of the orders by web"


def test_names_are_fit_for_columns_whatever_kinds_and_categories_are_called() -> None:
    shipped = Vocabulary(("!!!", "Order Shipped", "a:b", "order"), ("!!!", "Tea & Co", "???"), (), ("#", "In Store"))
    names = {feature.name for feature in default_features(shipped)}
    assert all(name.replace("_", "").isalnum() and name == name.lower() for name in names)
    assert {
        "order_shipped_count_28d",
        "days_since_last_order_shipped",
        "a_b_days_all",
        "kind_1_count_per_order",
    } < names
    assert {"share_category_1_90d", "share_tea_co_90d", "days_since_last_category_3"} < names
    assert {"channel_1_orders_share_all", "days_since_last_in_store_order"} < names
