"""Habits: shares of orders, however many lines each has, by the hour and the day of its first line."""

from __future__ import annotations

import math
from itertools import permutations

import polars as pl
import pytest

from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from features.profiles.frames import profile_frame
from features.units import DAY, HOUR
from tests.features.one_customer import NOW, SHOP, Row, attributes, event, frame, profile_of

HABITS = ("morning", "evening", "weekend")
SATURDAY = 6 + 7  # days before NOW, a Friday at midnight
MICROSECOND = 1 / DAY


def lines(days_ago: float, count: int) -> list[Row]:
    """One order of so many lines."""
    return [event(days_ago, order_id=f"o{days_ago}", id=f"o{days_ago}-{n}") for n in range(count)]


def shares(profile: dict[str, float]) -> tuple[float, ...]:
    return tuple(profile[f"{habit}_share_90d"] for habit in HABITS)


# Three lines on a Sunday morning, one on a Thursday evening, two on a Wednesday at noon: a third of the orders each,
# and of the lines a half, a sixth, a half.
MIXED = [*lines(5 - 9 / 24, 3), *lines(1 - 19 / 24, 1), *lines(9 - 13 / 24, 2)]


def test_habits_are_shares_of_orders_and_not_of_their_lines() -> None:
    assert shares(profile_of(MIXED)) == (1 / 3, 1 / 3, 1 / 3)


def test_habits_of_a_record_that_grows_line_by_line_are_those_of_its_orders() -> None:
    record = Record.of([])
    for line in (MIXED[n] for n in (2, 5, 0, 3, 1, 4)):  # no order's lines come together
        record = append(record, [line])
    vector = dict(zip(SHOP.names, SHOP.online.vector(record, as_of=NOW).tolist(), strict=True))
    assert shares(vector) == (1 / 3, 1 / 3, 1 / 3)


@pytest.mark.parametrize("given", list(permutations(range(3))))
def test_an_order_is_where_its_first_line_is(given: tuple[int, ...]) -> None:
    # Saturday at 11:59 and at 12:01, and Monday at 18:00: a morning at the weekend, whatever order the lines come in.
    hours = (12 - 1 / 60, 12 + 1 / 60, 48 + 18)
    split = [event(SATURDAY - hour / 24, order_id="o1", id=f"{n}") for n, hour in enumerate(hours)]
    assert shares(profile_of([split[n] for n in given])) == (1, 0, 1)


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        (SATURDAY + MICROSECOND, (0, 1, 0)),  # Friday, a moment before midnight
        (SATURDAY, (1, 0, 1)),
        (SATURDAY - 0.5 + MICROSECOND, (1, 0, 1)),
        (SATURDAY - 0.5, (0, 0, 1)),  # noon
        (SATURDAY - 0.75 + MICROSECOND, (0, 0, 1)),
        (SATURDAY - 0.75, (0, 1, 1)),  # six in the evening
        (SATURDAY - 2 + MICROSECOND, (0, 1, 1)),
        (SATURDAY - 2, (1, 0, 0)),  # Monday
    ],
)
def test_mornings_end_at_noon_and_evenings_begin_at_six_and_weekends_are_two_days(
    days_ago: float, expected: tuple[float, ...]
) -> None:
    assert shares(profile_of([event(days_ago)])) == expected


def test_lines_that_nobody_numbered_are_an_order_each() -> None:
    rows = frame([event(5 - 9 / 24), event(1 - 14 / 24)]).with_columns(order_line=pl.lit(None, pl.Int64))
    told = profile_frame(rows, SHOP, as_of=NOW, attributes=attributes()).row(0, named=True)
    assert shares(told) == (1 / 2, 0, 1 / 2)


def test_without_orders_there_are_no_habits() -> None:
    assert all(math.isnan(share) for share in shares(profile_of([event(3, "contact"), event(100)])))


def test_a_microsecond_is_not_lost_in_days() -> None:
    assert event(SATURDAY - 0.75 + MICROSECOND)["time"] == NOW - SATURDAY * DAY + 18 * HOUR - 1
