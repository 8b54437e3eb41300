from __future__ import annotations

import numpy as np
import pytest

from benchmarks.intervals.mood import simulated
from features.arrays import Floats, Ints
from features.units import DAY
from insights.intervals import Estimate
from insights.worth import Scores, Spending, Windows, Worth, ranked, worth_of_a_point
from insights.worth.slope import slope

WINDOWS = Windows(days=10, skip=5)


def scores(count: int, *, response: float = 0.5) -> Scores:
    """Customers 0, 1, 2 … answered 0 or 1 in turn on day 100."""
    who = np.arange(count)
    when, one = np.full(count, 100 * DAY), np.ones(count)
    return Scores(who, when, np.asarray(who % 2, dtype=np.float64), one, np.zeros(count, dtype=np.int64), response)


def orders(rows: list[tuple[int, int, float]]) -> Spending:
    """Orders as (customer, day, value)."""
    who, day, value = np.array(rows).T
    return Spending.of(who.astype(np.int64), day.astype(np.int64) * DAY, value)


def found(answers: Scores, spending: Spending, *, known: int = 0, as_of: int = 200) -> Worth:
    since = np.full(len(answers.customers), known * DAY)
    return worth_of_a_point(answers, spending, since=since, as_of=as_of * DAY, windows=WINDOWS)


def test_windows_lie_as_far_before_the_answer_as_after_it() -> None:
    day = np.array([100 * DAY])
    assert [int(edge[0] / DAY) for edge in WINDOWS.after(day)] == [105, 115]
    assert [int(edge[0] / DAY) for edge in WINDOWS.before(day)] == [85, 95]
    assert [int(edge[0] / DAY) for edge in WINDOWS.before(day, back=2)] == [65, 75]
    assert WINDOWS.reach_days == 35


@pytest.mark.parametrize(("known", "as_of", "n"), [(65, 115, 4), (66, 115, 0), (65, 114, 0)])
def test_an_answer_counts_once_all_its_windows_are_known(known: int, as_of: int, n: int) -> None:
    assert found(scores(4), orders([(0, 110, 5.0)]), known=known, as_of=as_of).spend.n == n


def test_what_they_always_spend_and_what_falls_around_the_answer_count_for_nothing() -> None:
    # Who answers 1 spends 50 before and after, who answers 0 nothing: nothing changes. Then 8 more come after.
    always = [(who, day, 50.0) for who in (1, 3) for day in (70, 80, 90, 110)]
    around = [(who, day, 900.0) for who in (1, 3) for day in (95 + 1, 105, 116)]
    worth = found(scores(4), orders(always + around))
    assert _values(worth.spend, worth.naive, worth.placebo, worth.kept) == [0, 50, 0, 0]
    more = found(scores(4), orders([*always, *around, (1, 106, 8.0), (3, 115, 8.0), (0, 107, 0.0)]))
    assert _values(more.spend, more.naive, more.kept) == [
        8,
        58,
        -0.5,
    ]  # one of the two who answered 0 bought after and not before


def test_spending_is_what_a_loop_adds_up() -> None:
    rng = np.random.default_rng(1)
    who, when, value = rng.integers(0, 5, 60), rng.integers(0, 20, 60), rng.integers(1, 9, 60).astype(np.float64)
    asked, after, until = rng.integers(0, 6, 40), rng.integers(-2, 12, 40), rng.integers(12, 25, 40)
    sums, counts = Spending.of(who, when, value).between(asked, after, until)
    for row in range(40):
        mine = (who == asked[row]) & (when > after[row]) & (when <= until[row])
        assert (sums[row], counts[row]) == (value[mine].sum(), mine.sum())


def test_the_slope_is_that_of_a_regression_with_a_level_a_month() -> None:
    rng = np.random.default_rng(2)
    x, months, weights = rng.normal(size=80), rng.integers(0, 4, 80), rng.random(80)
    y = 2 * x + months * 5 + rng.normal(size=80)
    columns, root = np.column_stack([x, np.eye(4)[months]]), np.sqrt(weights)
    expected = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0][0]
    assert sloped(x, y, months=months, weights=weights).value == pytest.approx(expected)


def test_the_same_answer_again_is_no_surer() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 50))
    once = sloped(x, y)
    twice = sloped(np.tile(x, 2), np.tile(y, 2), customers=np.tile(np.arange(50), 2))
    assert twice.numbers()[:3] == pytest.approx(once.numbers()[:3])


def test_what_is_not_to_be_told_says_why() -> None:
    nothing = orders([(0, 110, 5.0)])
    assert _code(found(scores(399), nothing)) == "worth_needs_answers"
    assert _code(found(scores(400, response=0.049), nothing)) == "worth_needs_response"
    assert _code(found(scores(400), nothing)) is None
    growing = orders([(who, 80, 5.0 + who % 3) for who in range(1, 400, 2)])
    assert _code(found(scores(400), growing)) == "worth_fails_placebo"
    same = scores(400)
    alike = Scores(same.customers, same.moments, np.ones(400), same.weights, same.months, 0.5)
    assert _code(found(alike, nothing)) == "worth_score_constant"


@pytest.mark.parametrize("truth", [0.0, 2.0])
def test_a_known_worth_is_found_where_the_plain_slope_is_far_off(truth: float) -> None:
    rng = np.random.default_rng(4)
    runs = [simulated(rng, truth) for _ in range(20)]
    assert np.mean([run.spend.value for run in runs]) == pytest.approx(truth, abs=0.35)
    assert np.mean([run.naive.value for run in runs]) > truth + 3
    assert sum(bool(run.spend.low <= truth <= run.spend.high) for run in runs) >= 17


def test_touchpoints_rank_by_what_is_sure_times_who_passes() -> None:
    ranking = ranked(Estimate([5, np.nan, 5], [4, np.nan, 4], [6, np.nan, 6], [9, 9, 9]), np.array([10.0, 99, 20]))
    assert ranking.order.tolist() == [2, 0, 1]
    assert ranking.yearly.value[[2, 0]].tolist() == pytest.approx([100, 50])
    # Nothing but chance tells these apart: all are drawn to one worth, which is surer than each.
    alike = ranked(Estimate([4, 6], [0, 2], [8, 10], [9, 9]), np.ones(2))
    assert alike.shrunken.value.tolist() == pytest.approx([5, 5])
    assert (alike.shrunken.high - alike.shrunken.low).tolist() == pytest.approx([8 / 2**0.5] * 2)


def sloped(
    x: Floats, y: Floats, *, months: Ints | None = None, customers: Ints | None = None, weights: Floats | None = None
) -> Estimate:
    count = len(x)
    months = np.zeros(count, dtype=np.int64) if months is None else months
    customers = np.arange(count) if customers is None else customers
    return slope(x, y, months=months, customers=customers, weights=np.ones(count) if weights is None else weights)


def _values(*estimates: Estimate) -> list[float]:
    return [float(estimate.value) for estimate in estimates]


def _code(worth: Worth) -> str | None:
    return worth.refusal.code if worth.refusal else None
