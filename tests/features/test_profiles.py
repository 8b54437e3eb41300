"""Profiles: literal histories with numbers to check by hand, and the laws over every feature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.profiles import profile_frame
from features.units import DAY
from tests.features.events import NOW, SHOP, Row, attributes, event, frame, profile_of

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


events = st.builds(
    event,
    st.one_of(st.integers(-20, 400), st.floats(-20, 400, width=32)),
    st.sampled_from(["order", "order", "order", "contact", "redeem", "visit"]),
    customer=st.sampled_from(["c1", "c2"]),
    id=st.uuids().map(str),
    order_id=st.sampled_from(["o1", "o2", "o3", None]),
    value=st.one_of(st.none(), st.integers(0, 10**9)),
    discount=st.one_of(st.none(), st.integers(0, 10**6)),
    category=st.sampled_from(["Tea", "Cake", "Milk", None]),
)
histories = st.lists(events, min_size=1, max_size=25)


def batch(rows: Sequence[Row], *as_of: int) -> list[str]:
    """Every customer's profile at each moment, as text so that NaN equals NaN and every bit counts."""
    out = profile_frame(frame(list(rows)), SHOP, as_of=as_of, attributes=attributes(c1="old"))
    return [repr(r) for r in out.sort("as_of", "customer_id").rows()]


@given(histories)
def test_frame_and_record_agree_bit_for_bit(history: list[Row]) -> None:
    profile_of([event(401, id="first"), *history])


@settings(max_examples=25)
@given(histories, st.randoms(use_true_random=False))
def test_later_rows_and_row_order_change_nothing(history: list[Row], random: object) -> None:
    known = [e for e in history if cast(int, e["time"]) <= NOW]
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert batch(shuffled, NOW) == batch(known or [event(-1)], NOW)


@settings(max_examples=25)
@given(histories, st.lists(st.integers(0, 300), min_size=2, max_size=4, unique=True))
def test_many_moments_in_one_pass_equal_each_alone(history: list[Row], days: list[int]) -> None:
    moments = sorted(NOW - d * DAY - d for d in days)
    assert batch(history, *moments) == [row for t in moments for row in batch(history, t)]


def test_names_are_unique_and_every_feature_says_what_it_is() -> None:
    assert len(set(SHOP.names)) == len(SHOP.names)
    assert all(f.text for f in SHOP.features)


def test_one_customer_more_changes_no_other() -> None:
    assert batch([*STORY, event(3, customer="a0", value=5)], NOW)[1:] == batch(STORY, NOW)
