"""Every default share, ratio, trend and rhythm over a window: each in its own window, worked out by hand."""

from __future__ import annotations

import math
from functools import cache

import pytest

from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from tests.features.one_customer import Row, event, profile_of

CATEGORIES = ("Tea", "Cake", "Salt")
KINDS = ("contact", "open", "order", "refund")
SEEN = Vocabulary(KINDS, CATEGORIES, (), channels=("store", "web"), returning=("refund",))
FEATURES = FeatureSet(default_features(SEEN), fitted_at=0)
MORNING, NOON, EVENING = 9, 14, 19
Line = tuple[str, int]  # category and value


def order(days_ago: int, hour: int, channel: str, *lines: Line, off: int = 0) -> list[Row]:
    """One order's lines; NOW is a Friday at midnight, so 5, 6 and 12 days ago were weekends. ``off`` the first line."""
    name, time = f"o{days_ago}", days_ago - hour / 24
    bare = [
        event(time, id=f"{name}-{n}", order_id=name, channel=channel, category=category, value=value)
        for n, (category, value) in enumerate(lines)
    ]
    return [bare[0] | {"discount": off}, *bare[1:]]


# No two windows hold as much of anything:
#
#   days ago     14–0  28–14  56–28  90–56 | 180–90  270–180  more || 28  90   all
#   orders          1      2      2      1        3        1     2     3   6    12
#   lines           1      3      3      2        3        1     2     4   9    15
#   spend           6     14     30     10       40       20   160    20  60   280
ORDERS: list[Row] = [
    *order(5, NOON, "web", ("Tea", 600), off=100),
    *order(20, MORNING, "store", ("Tea", 200), ("Cake", 400)),
    *order(25, NOON, "store", ("Cake", 800)),
    *order(40, EVENING, "web", ("Tea", 1500), ("Cake", 1000), off=500),
    *order(50, NOON, "store", ("Cake", 500)),
    *order(80, MORNING, "store", ("Tea", 400), ("Tea", 600)),
    *order(100, NOON, "web", ("Tea", 1000)),
    *order(130, MORNING, "store", ("Cake", 1000)),
    *order(160, NOON, "web", ("Cake", 2000)),
    *order(200, EVENING, "store", ("Tea", 2000)),
    *order(400, NOON, "web", ("Tea", 3000)),
    *order(500, EVENING, "phone", ("Salt", 13000), off=2400),
]
STORY: list[Row] = [
    *ORDERS,
    event(10, "refund", order_id="o20", value=300),
    event(95, "refund", order_id="o100", value=2500),
    *(event(d, "contact", channel="email") for d in (5, 10, 20, 60, 70, 120, 300)),
    *(event(d, "open") for d in (4, 60, 100, 110, 111, 290)),
]
VALUES = {
    "spend_per_order_28d": 17 / 3,  # 3.00 came back 10 days ago, 25.00 came back 95 days ago
    "spend_per_order_90d": 57 / 6,
    "spend_per_order_all": 252 / 12,
    "lines_per_order_28d": 4 / 3,
    "lines_per_order_90d": 9 / 6,
    "lines_per_order_all": 15 / 12,
    "discount_rate_28d": 1 / 20,
    "discount_rate_90d": 6 / 60,
    "discount_rate_all": 30 / 280,
    "orders_trend_14d": 1 / 2,
    "orders_trend_28d": 3 / 2,
    "orders_trend_90d": 6 / 3,
    "spend_trend_14d": 3 / 14,
    "spend_trend_28d": 17 / 30,
    "spend_trend_90d": 57 / 15,
    "orders_share_14d": 1 / 12,
    "orders_share_28d": 3 / 12,
    "orders_share_90d": 6 / 12,
    "morning_share_90d": 2 / 6,  # 20 and 80 days ago; by lines it would be 4 of 9
    "morning_share_all": 3 / 12,
    "evening_share_90d": 1 / 6,  # 40 days ago; by lines it would be 2 of 9
    "evening_share_all": 3 / 12,
    "weekend_share_90d": 3 / 6,  # 5, 20 and 40 days ago; by lines it would be 5 of 9
    "weekend_share_all": 4 / 12,
    "contacts_trend_90d": 5 / 1,
    "opens_trend_90d": 2 / 3,
    "refunds_trend_90d": 1 / 1,
    "opens_per_contact_28d": 1 / 3,
    "opens_per_contact_90d": 2 / 5,
    "opens_per_contact": 6 / 7,
    "opens_per_order": 6 / 12,
    "refunds_per_contact": 2 / 7,
    "refunds_per_order": 2 / 12,
    "refunded_spend_share_90d": 3 / 60,
    "refunded_spend_share_all": 28 / 280,
    "refunded_orders_share_all": 2 / 12,
    "store_orders_share_90d": 4 / 6,
    "store_orders_share_all": 6 / 12,
    "web_orders_share_90d": 2 / 6,
    "web_orders_share_all": 5 / 12,  # by lines it would be 6 of 15
    "share_tea_90d": 33 / 60,
    "share_tea_all": 93 / 280,
    "share_cake_90d": 27 / 60,
    "share_cake_all": 57 / 280,
    "share_salt_90d": 0,
    "share_salt_all": 130 / 280,
    "top_category_28d": 1,  # 12.00 of cake, 8.00 of tea
    "top_category_90d": 0,  # 33.00 of tea, 27.00 of cake
    "top_category_all": 2,
}
# Orders, lines, gross spend, spend, discounts; contacts; opens. Not everything is counted over every window.
AMOUNTS: dict[str, tuple[float | None, ...]] = {
    "7d": (1, 1, None, 6, 1, 1, None),
    "14d": (1, 1, None, 3, 1, 2, None),
    "28d": (3, 4, 20, 17, 1, 3, 1),
    "56d": (5, 7, None, 47, 6, None, None),
    "90d": (6, 9, 60, 57, 6, 5, 2),
    "180d": (9, 12, None, 72, 6, 6, 5),
    "365d": (10, 13, 120, 92, 6, None, None),
    "all": (12, 15, 280, 252, 30, 7, 6),
}
# Gaps of 100, 40, 10 and 30 days, of which the last three end within 90 days; silent for 20.
RHYTHM: list[Row] = [event(d) for d in (200, 100, 60, 50, 20)]
RHYTHMS = {
    "order_gap_mean_90d": 80 / 3,
    "order_gap_mean_all": 180 / 4,
    "order_gap_std_90d": math.sqrt(700 / 3),  # (40² + 10² + 30² − 80² / 3) / 2
    "order_gap_std_all": math.sqrt(1500),  # (55² + 5² + 35² + 15²) / 3
    "recency_over_gap_90d": 20 / (80 / 3),
    "recency_over_gap_all": 20 / 45,
}


@cache
def profile(*, rhythm: bool = False) -> dict[str, float]:
    return profile_of(RHYTHM if rhythm else STORY, features=FEATURES)


@pytest.mark.parametrize("name", VALUES)
def test_a_share_a_ratio_or_a_trend_looks_at_its_own_window(name: str) -> None:
    assert profile()[name] == pytest.approx(VALUES[name])


@pytest.mark.parametrize("window", AMOUNTS)
def test_an_amount_is_of_its_own_window(window: str) -> None:
    nouns = ("orders", "order_lines", "gross_spend", "spend", "discount", "contacts", "opens")
    assert tuple(profile().get(f"{noun}_{window}") for noun in nouns) == AMOUNTS[window]


@pytest.mark.parametrize("name", RHYTHMS)
def test_a_rhythm_is_of_the_gaps_that_end_in_its_own_window(name: str) -> None:
    assert profile(rhythm=True)[name] == pytest.approx(RHYTHMS[name])


def test_the_tables_hold_everything_over_something() -> None:
    formulas = ("ratio", "rhythm", "deviation", "greatest")
    over = {f.name for f in FEATURES.features if f.formula in formulas} - {"line_value_std_all", "last_channel"}
    assert over == VALUES.keys() | RHYTHMS.keys()


# Where nothing lies in the window below, nothing can be said of it, whatever lies elsewhere.
@pytest.mark.parametrize(
    ("history", "undefined"),
    [
        (
            [event(100, value=500)],
            {"spend_per_order_90d", "morning_share_90d", "share_tea_90d", "web_orders_share_90d"},
        ),
        ([event(50, value=500), event(2, value=500)], {"spend_trend_14d", "orders_trend_90d"}),
        ([event(40), event(3, "open"), event(40, "contact")], {"opens_per_contact_28d"}),
        ([event(100, value=500), event(3, "refund", value=500)], {"refunded_spend_share_90d"}),
        ([event(200), event(100)], {"order_gap_mean_90d", "order_gap_std_90d", "recency_over_gap_90d"}),
    ],
)
def test_over_an_empty_window_nothing_is_said(history: list[Row], undefined: set[str]) -> None:
    found = profile_of(history, features=FEATURES)
    assert {name for name in undefined if math.isnan(found[name])} == undefined


@pytest.mark.parametrize("week", range(1, 8))
def test_a_week_holds_its_own_orders(week: int) -> None:
    # An order of n units in the n-th week back, at its latest moment; the first week is the last seven days.
    weekly = [event(7 * n, value=100 * (n + 1), id=f"week-{n}") for n in range(9)]
    found = profile_of(weekly, features=FEATURES)
    name = f"{7 * (week + 1)}d_to_{7 * week}d"
    assert (found[f"orders_{name}"], found[f"spend_{name}"]) == (1, week + 1)
