"""A small story for each family of default features, told so that no other kind, column or end gives the same."""

from __future__ import annotations

import math
from functools import cache

import pytest

from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from tests.features.one_customer import NOW, Row, event, profile_of

SEEN = Vocabulary(
    kinds=(
        "cancel",
        "order",
        "refund",
        "subscription_end",
        "subscription_renewal",
        "subscription_start",
        "survey",
        "visit",
    ),
    categories=("Tea", "Cake"),
    attributes=(),
    channels=("store", "web"),
    scales=("nps", "csat", "ces", "stars"),
    renewing=True,
    priced=True,
    placed=True,
    returning=("cancel", "refund"),
)
FEATURES = FeatureSet(default_features(SEEN), fitted_at=0)
MOMENT = 1 / DAY  # a microsecond, in days
Table = dict[str, float]


def renewed(days_ago: float, value: int | None, renews_in: int | None, kind: str = "renewal") -> Row:
    renews_at = None if renews_in is None else NOW + renews_in * DAY
    return event(days_ago, f"subscription_{kind}", value=value, renews_at=renews_at)


def rated(days_ago: float, rating: float | None, scale: str = "nps") -> Row:
    return event(days_ago, "survey", scale=scale, rating=rating)


# Prices of 9, 12, 8, 12 and 10: neither the first nor the last is the least or the greatest.
SUBSCRIBED: list[Row] = [
    renewed(200, 900, -160, "start"),
    renewed(160, 1200, -120),
    renewed(120, 800, 40),  # renews later than what was said last
    renewed(100, 777, 99, "end"),
    renewed(90, 1200, -30, "start"),
    renewed(30, 1000, 7),
    renewed(10, None, None),
    event(5, value=333),
    renewed(-MOMENT, 1, 1),
]
SUBSCRIPTIONS: Table = {
    "days_since_subscription_start": 90,
    "renewals_all": 4,
    "days_since_renewal": 10,
    "days_since_subscription_end": 100,
    "subscriptions_ended_share": 1 / 2,
    "days_to_renewal": 7,
    "subscription_price_last": 10,
    "subscription_price_change": 10 / 9,
    "subscription_prices_all": 4,
}
# Ratings of 7, 9, 6, 6.5 and 8: neither the first nor the last is the least or the greatest; one survey says nothing.
RATED: list[Row] = [
    rated(50, 7),
    rated(40, 9),
    rated(30, 6),
    rated(20, 6.5),
    rated(10, 8),
    rated(8, None),
    rated(4, 1, "stars"),
    event(3, "visit", rating=0.0),  # on no scale
    rated(-MOMENT, 0),
]
RATINGS: Table = {
    "nps_mean_all": 36.5 / 5,
    "nps_last": 8,
    "nps_least": 6,
    "nps_low_share_all": 1 / 5,
    "nps_ratings_all": 5,
    "days_since_nps": 8,
    "stars_mean_all": 1,
    "stars_last": 1,
    "stars_least": 1,
    "stars_low_share_all": 1,
    "stars_ratings_all": 1,
    "days_since_stars": 4,
    "csat_mean_all": math.nan,
    "csat_last": math.nan,
    "csat_least": math.nan,
    "csat_low_share_all": math.nan,
    "csat_ratings_all": 0,
    "days_since_csat": math.nan,
}
# 100.00 in three orders, 80.00 of it in the last 90 days; two lines of o1 came back, and something of no known order.
RETURNED: list[Row] = [
    event(200, order_id="o0", value=2000),
    event(60, order_id="o1", id="a", value=3000),
    event(60, order_id="o1", id="b", value=1000),
    event(20, order_id="o2", value=4000),
    event(91, "refund", order_id="o0", value=500),
    event(50, "refund", order_id="o1", value=2500),
    event(49.5, "refund", order_id="o1", value=1000),  # on the same day
    event(30, "refund", value=100),
    event(-MOMENT, "refund", order_id="o2", value=4000),
]
REFUNDS: Table = {
    "refunds_28d": 0,
    "refunds_90d": 3,
    "refunds_180d": 4,
    "refunds_all": 4,
    "refund_days_all": 3,
    "refunds_trend_90d": 3,
    "days_since_last_refund": 30,
    "refunds_per_order": 4 / 3,
    "refunded_spend_share_90d": 36 / 80,
    "refunded_spend_share_all": 41 / 100,
    "refunded_orders_share_all": 2 / 3,
    "gross_spend_90d": 80,
    "gross_spend_all": 100,
    "spend_28d": 40,
    "spend_90d": 44,  # what came back counts when it did, whenever it was ordered
    "spend_180d": 39,
    "spend_all": 59,
    "orders_all": 3,
    "line_value_max_all": 40,
}
# The second order is cancelled a day after it, and of the first a part comes back, though more than the part cost.
CANCELLED: list[Row] = [
    event(60, order_id="o1", value=3000, discount=300),
    event(20, order_id="o2", value=4000),
    event(19, "cancel", order_id="o2", value=4000),
    event(10, "refund", order_id="o1", value=3100),
    event(-MOMENT, "cancel", order_id="o1", value=3000),
]
CANCELLATIONS: Table = {
    "orders_all": 2,
    "gross_spend_28d": 40,
    "gross_spend_all": 70,
    "spend_14d": -31,
    "spend_28d": -31,
    "spend_all": -1,
    "spend_per_order_all": -1 / 2,
    "discount_rate_all": 3 / 70,
    "cancellations_28d": 1,
    "cancellations_90d": 1,
    "cancellations_180d": 1,
    "cancellations_all": 1,
    "cancel_days_all": 1,
    "cancellations_trend_90d": math.nan,
    "days_since_last_cancel": 19,
    "cancellations_per_order": 1 / 2,
    "cancelled_spend_share_90d": 40 / 70,
    "cancelled_spend_share_all": 40 / 70,
    "cancelled_orders_share_all": 1 / 2,
    "refunds_all": 1,
}
# Latitudes of 60, 62, 58 and 61, all on one meridian; an event that tells nothing counts for none.
PLACED: list[Row] = [
    *(event(d, "visit", latitude=lat, longitude=18.0) for d, lat in ((40, 60.0), (30, 62.0), (20, 58.0), (10, 61.0))),
    event(5, "visit"),
    event(-MOMENT, "visit", latitude=0.0, longitude=0.0),
]
DEGREE = 111.195  # km
PLACES: Table = {
    "last_place_km": 0.75 * DEGREE,  # from 60.25 to 61
    "places_spread_km": math.sqrt((0.25**2 + 1.75**2 + 2.25**2 + 0.75**2) / 3) * DEGREE,
}
# NOW is a Friday: 4 days ago a Monday began, 25 days ago another. Each window's far edge has an order on it.
VARIED: list[Row] = [
    *(event(d, id=f"{d}", category="Tea", item_id=f"i{d}") for d in (28, 56, 90, 180)),
    event(4, category="Cake", item_id="x"),
    event(4 - MOMENT, category="Cake", item_id="y"),  # the same day
    event(4 + MOMENT, category="Cake", item_id="z"),  # the day before, in the week before
    event(25, item_id="x"),  # of no category
    event(60, category="Salt", item_id="x"),
    event(3, "visit", category="Fish", channel="web"),
    event(-MOMENT, category="Fish"),
]
VARIETY: Table = {
    "order_days_28d": 3,  # 25, 4 and a moment more than 4 days ago
    "order_days_90d": 6,  # and 28, 56, 60
    "order_days_all": 8,  # and 90, 180
    "order_weeks_28d": 3,  # days 25 to 18, 11 to 4, and from 4 on
    "order_weeks_56d": 4,  # and days 32 to 25
    "order_weeks_90d": 5,  # and days 60 to 53, with both the order on the edge and one before it
    "order_weeks_180d": 6,  # and days 95 to 88
    "order_weeks_all": 7,
    "categories_28d": 1,
    "categories_90d": 3,
    "categories_all": 3,
}
# By the web first and last, by the store between; what only looked in at the store is no order.
VISITED: list[Row] = [
    event(300, "visit", channel="store"),
    event(200, channel="web"),
    event(100, channel="phone"),
    event(91, channel="store"),
    event(90, channel="store"),
    event(60, channel="web", order_id="o", id="a"),
    event(60, channel="web", order_id="o", id="b"),
    event(2, "visit", channel="store"),
    event(-MOMENT, channel="store"),
]
CHANNELS: Table = {
    "store_orders_share_90d": 0,
    "store_orders_share_all": 2 / 5,
    "web_orders_share_90d": 1,
    "web_orders_share_all": 2 / 5,
    "days_since_last_store_order": 90,
    "days_since_last_web_order": 60,
    "channels_90d": 1,
    "channels_all": 3,
    "first_channel": 1,
    "last_channel": 1,
}
# Lines of 7, 3, 9 and 5: neither the first nor the last is the least or the greatest; one line has no value.
BOUGHT: list[Row] = [
    event(40, value=700, category="Tea"),
    event(30, value=300, category="Cake"),
    event(20, value=900, category="Tea"),
    event(10, value=500, category="Tea"),
    event(5, value=None, category="Cake"),
    event(4, "refund", value=1, category="Tea"),
    event(-MOMENT, value=99999, category="Tea"),
]
LINES: Table = {
    "line_value_min_all": 3,
    "line_value_max_all": 9,
    "line_value_std_all": math.sqrt(20 / 3),  # (1 + 9 + 9 + 1) / 3 around the mean of 6
    "first_line_value": 7,
    "last_line_value": 5,
    "days_since_last_order": 5,
    "days_since_first_order": 40,
    "days_since_last_tea": 10,
    "days_since_last_cake": 5,
    "order_gap_last": 5,
    "order_gap_mean_all": 35 / 4,
    "spend_all": 23.99,
    "order_lines_all": 5,
}
STORIES: dict[str, tuple[list[Row], Table]] = {
    "subscriptions": (SUBSCRIBED, SUBSCRIPTIONS),
    "ratings": (RATED, RATINGS),
    "refunds": (RETURNED, REFUNDS),
    "cancellations": (CANCELLED, CANCELLATIONS),
    "places": (PLACED, PLACES),
    "variety": (VARIED, VARIETY),
    "channels": (VISITED, CHANNELS),
    "lines": (BOUGHT, LINES),
}


@cache
def profile(story: str) -> dict[str, float]:
    return profile_of(STORIES[story][0], features=FEATURES)


@pytest.mark.parametrize(("story", "name"), [(story, name) for story, (_, told) in STORIES.items() for name in told])
def test_a_story_is_told_as_worked_out_by_hand(story: str, name: str) -> None:
    assert profile(story)[name] == pytest.approx(STORIES[story][1][name], rel=1e-5, nan_ok=True)


@pytest.mark.parametrize(
    ("family", "prefixes"),
    [
        ("subscriptions", ("subscription", "renewal", "days_since_subscription", "days_since_renewal", "days_to")),
        ("refunds", ("refund", "days_since_last_refund")),
        ("cancellations", ("cancel", "days_since_last_cancel")),
        ("places", ("last_place", "places")),
        ("variety", ("order_weeks", "order_days", "categories")),
        ("channels", ("store", "web", "channels", "first_channel", "last_channel")),
    ],
)
def test_a_story_tells_everything_of_its_family(family: str, prefixes: tuple[str, ...]) -> None:
    assert {name for name in FEATURES.names if name.startswith(prefixes)} <= STORIES[family][1].keys()


@pytest.mark.parametrize(
    ("scale", "low", "above"), [("nps", 6, 6.001), ("csat", 2, 2.001), ("ces", 2, 2.001), ("stars", 2, 2.001)]
)
def test_a_low_rating_is_at_most_what_is_usual_on_its_scale(scale: str, low: float, above: float) -> None:
    found = profile_of([rated(9, low, scale), rated(5, above, scale)], features=FEATURES)
    assert found[f"{scale}_low_share_all"] == 1 / 2
