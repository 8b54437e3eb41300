from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from features.moments import micros
from features.units import DAY
from training.level.forecast import METHODS, changed, forecast, last_block, seasonal, smoothed
from training.level.history import History, Series, linked, unlinked
from training.targets import ScoreKind
from training.targets.populations.origins import a_year_before_each

WEEK, HORIZON = 7 * DAY, 28 * DAY
NONE = Series(np.empty(0, dtype=np.int64), np.empty(0), WEEK)


def series(levels: dict[int, float], horizon: int = HORIZON) -> Series:
    """Levels by week."""
    return Series(np.array(list(levels)) * WEEK, np.array(list(levels.values())), horizon)


def test_a_level_is_the_mean_of_a_moment_and_moments_that_say_nothing_are_left_out() -> None:
    as_of = np.array([10, 10, 20, 20, 30, 30])
    found = Series.of(as_of, np.array([1.0, 0.0, 0.0, 0.0, 1.0, 1.0]), HORIZON, "probability")
    assert (found.moments.tolist(), found.values.tolist()) == ([10], [0.0])  # even odds; nobody; everybody
    amounts = Series.of(as_of, np.array([1.0, 3.0, 0.0, 0.0, 1.0, 1.0]), HORIZON, "amount")
    assert (amounts.moments.tolist(), amounts.values.tolist()) == ([10, 30], [np.log(2), 0.0])


@pytest.mark.parametrize("kind", ["probability", "amount"])
def test_linked_levels_are_unlinked_to_what_they_were(kind: ScoreKind) -> None:
    for level in (0.03, 0.5, 0.97):
        assert unlinked(float(linked(np.array([level]), kind)[0]), kind) == pytest.approx(level)


def test_each_method_in_numbers_that_can_be_checked_by_hand() -> None:
    """At week 12, blocks of four weeks before it are those of weeks 8, 4 and 0: 3, 5 and 1.

    The quarters: 2 in week 8, the first of the last block, and 4 in week 11, the last one that is over.
    """
    history = History(series({0: 1.0, 4: 5.0, 8: 3.0}), series({8: 2.0, 11: 4.0}, WEEK))
    at = 12 * WEEK
    assert last_block(history, at) == 3.0
    assert changed(history, at) == 3.0 + 0.25 * (4 - 2)
    assert smoothed(history, at) == pytest.approx((4 * 3 + 2 * 5 + 1 * 1) / 7)
    assert seasonal(history, at) is None


def test_a_season_is_that_of_a_year_ago() -> None:
    """The very day a year ago, even where weeks do not meet it: whole weeks would look at the 2nd of November."""
    at = micros(date(2025, 11, 1))
    ago = [micros(date(2024, 11, 1)) - HORIZON, micros(date(2024, 11, 1)), micros(date(2024, 11, 2))]
    year_ago = Series(np.array(ago), np.array([1.0, 1.7, 9.9]), HORIZON)
    history = History(Series(np.array([at - HORIZON]), np.array([3.0]), HORIZON), NONE, year_ago)
    assert seasonal(history, at) == pytest.approx(3.0 + 1.7 - 1.0)


def test_what_is_not_known_yet_tells_nothing() -> None:
    history = History(series({0: 1.0, 4: 5.0, 8: 3.0, 9: 99.0}), NONE)
    assert forecast(history, 12 * WEEK) == forecast(History(series({0: 1.0, 4: 5.0, 8: 3.0}), NONE), 12 * WEEK)
    assert forecast(history, 3 * WEEK) is None


def test_the_method_that_was_least_off_is_believed() -> None:
    """Levels that jump up and down by turns: a mean of several is nearer than the last one.

    With two horizons only, that is not known yet, and the last block, the first that can speak, does.
    """
    jumps = History(series({4 * n: float(n % 2) for n in range(12)}), NONE)
    found = forecast(jumps, 48 * WEEK)
    assert found is not None
    assert found.method == "smoothed"
    assert found.error < 1.0
    early = forecast(jumps, 8 * WEEK)
    assert early is not None
    assert (early.method, early.value) == ("last_block", 1.0)


def test_a_season_that_doubles_is_told_once_a_year_of_it_was_seen() -> None:
    """Three years of which the last quarter is twice as high: a jump up and one down that the last block misses."""

    def high(moments: list[int]) -> Series:
        months = [datetime.fromtimestamp(moment / 1e6, UTC).month for moment in moments]
        return Series(np.array(moments), np.log(np.where(np.array(months) >= 10, 2.0, 1.0)), HORIZON)

    at, first = micros(date(2024, 10, 1)), micros(date(2022, 1, 1))
    weeks = list(range(at - HORIZON, first, -WEEK))[::-1]
    ago = a_year_before_each([at, *weeks], HORIZON, first=first - 28 * DAY, as_of=at)
    up = forecast(History(high(weeks), NONE, high(ago)), at)
    assert up is not None
    assert up.method == "seasonal"
    assert up.value == pytest.approx(np.log(2.0))


def test_methods_have_names_that_reports_can_print() -> None:
    assert list(METHODS) == ["changed", "last_block", "smoothed", "seasonal"]
