"""Profiles: literal histories with numbers to check by hand."""

from __future__ import annotations

import math

import polars as pl
import pytest

from features.errors import StamkundError
from features.language.feature import code
from features.language.terms import Span
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profile_frame
from features.units import DAY
from tests.features.one_customer import NOW, SHOP, Row, attributes, event, frame, profile_of

# Two orders: 40 days ago two lines of 10.00 and 5.00 (5.00 off), 10 days ago one line of 30.00; one letter, one coupon.
STORY: list[Row] = [
    event(40, order_id="o1", value=1000, discount=500, category="Tea"),
    event(40, order_id="o1", id="z", value=500, category="Cake"),
    event(30, "contact", campaign_id="7"),
    event(10, order_id="o2", value=3000, category="Tea"),
    event(10, "redeem", campaign_id="7"),
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders_7d", 0),
        ("orders_28d", 1),
        ("orders_90d", 2),
        ("orders_all", 2),
        ("order_lines_all", 3),
        ("spend_28d", 30.0),
        ("spend_all", 45.0),
        ("orders_14d_to_7d", 1),
        ("spend_per_order_90d", 22.5),
        ("lines_per_order_all", 1.5),
        ("discount_rate_all", 5 / 45),
        ("orders_trend_28d", 1.0),  # one order in the last 28 days, one in the 28 before
        ("orders_trend_14d", math.nan),  # none in the 14 before: undefined
        ("days_since_last_order", 10),
        ("days_since_first_order", 40),
        ("order_gap_mean_all", 30),
        ("order_gap_std_all", math.nan),  # one gap has no spread
        ("recency_over_gap_all", 10 / 30),
        ("categories_28d", 1),
        ("categories_all", 2),
        ("order_days_all", 2),
        ("share_tea_all", 40 / 45),
        ("share_cake_90d", 5 / 45),
        ("days_since_last_cake", 40),
        ("contacts_28d", 0),
        ("contacts_all", 1),
        ("days_since_last_contact", 30),
        ("redemptions_per_contact", 1),
        ("redemptions_per_order", 0.5),
        ("age", 1),
    ],
)
def test_a_feature_has_the_value_worked_out_by_hand(name: str, expected: float) -> None:
    assert profile_of(STORY, age="young")[name] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("days_ago", "inside"),
    [(28.0, False), (28.0 - 1 / DAY, True), (0.0, True), (-1 / DAY, False)],
    ids=["on the far edge", "just inside", "at as_of", "just after as_of"],
)
def test_a_span_is_open_at_its_start_and_closed_at_as_of(days_ago: float, inside: bool) -> None:  # noqa: FBT001
    assert profile_of([event(100), event(days_ago, value=100)])["orders_28d"] == inside


def test_a_customer_exists_from_the_first_event_on() -> None:
    rows = profile_frame(frame(STORY), SHOP, as_of=[NOW - 41 * DAY, NOW - 40 * DAY], attributes=attributes())
    assert rows["as_of"].to_list() == [NOW - 40 * DAY]


def test_habits_look_at_the_hour_and_the_day_of_the_order() -> None:
    # NOW is a Friday at midnight: five days ago a Sunday; +10 h is a morning, +20 h an evening.
    sunday_morning, thursday_evening = event(5 - 10 / 24), event(1 - 20 / 24)
    profile = profile_of([sunday_morning, thursday_evening])
    assert [profile[f"{h}_share_all"] for h in ("morning", "evening", "weekend")] == [0.5, 0.5, 0.5]


def test_gaps_have_a_mean_and_a_spread() -> None:
    # Orders 10, 6 and 0 days ago: gaps of 4 and 6 days, mean 5, sample deviation √2.
    profile = profile_of([event(10), event(6), event(0)])
    assert profile["order_gap_mean_all"] == 5
    assert profile["order_gap_std_all"] == pytest.approx(math.sqrt(2))


def test_moments_come_one_after_the_other_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.evaluate.offline.blocks.DENSE_CELLS", 1)
    rows = frame([event(9), event(9, customer="c2")])
    told = profile_frame(rows, SHOP, as_of=[NOW, NOW, NOW - DAY], attributes=attributes())
    assert told.select("customer_id", "as_of").rows() == [(c, t) for t in (NOW, NOW - DAY) for c in ("c1", "c2")]


def test_without_a_moment_there_is_no_profile() -> None:
    with pytest.raises(StamkundError, match="Profiles need a moment"):
        profile_frame(frame([event(1)]), SHOP, as_of=[], attributes=attributes())


def test_an_order_whose_lines_are_not_numbered_is_an_order() -> None:
    rows = frame([event(9), event(3)]).with_columns(order_line=pl.lit(None, pl.Int64))
    told = profile_frame(rows, SHOP, as_of=NOW, attributes=attributes())
    assert (told["orders_28d"].item(), told["order_gap_mean_all"].item()) == (2, 6)


@pytest.mark.parametrize(("start", "end"), [(7, 7), (7, 28), (7, -1)])
def test_a_span_that_holds_no_time_is_refused(start: int, end: int) -> None:
    with pytest.raises(StamkundError, match="from an earlier day to a later one"):
        Span(start, end)


def test_features_whose_names_differ_in_case_alone_are_refused() -> None:
    with pytest.raises(StamkundError, match="2 features called 'age'"):
        FeatureSet((code("Age", ("a", "b")), code("age", ("a", "b"))), 0)
