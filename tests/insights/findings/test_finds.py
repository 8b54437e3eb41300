from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from insights.findings import Customers, findings


def customers(count: int = 100) -> Customers:
    """Of whom each spent 100, and ordered every ten days on ten days until yesterday."""
    hundred, none = np.full(count, 100.0), np.zeros(count, dtype=np.int64)
    return Customers(
        ids=np.array([f"c{place:03}" for place in range(count)], dtype=object),
        spent=hundred, recent=hundred, before=hundred, since=none + 400,
        order_days=none + 10, silent=np.ones(count), rhythm=np.full(count, 10.0), contacts=none, answers=none,
    )  # fmt: skip


def found(people: Customers) -> dict[str, tuple[tuple[float, ...], list[int]]]:
    return {each.figure.code: (each.figure.estimate.numbers(), each.people.tolist()) for each in findings(people)}


def test_late_are_regulars_silent_more_than_three_times_as_long_as_usual() -> None:
    silent = np.ones(100)
    silent[:4] = [30, 31, 31, 31]
    orders = np.full(100, 10)
    orders[3] = 4  # no regular
    spent = np.full(100, 100.0)
    spent[2] = 900
    (share, low, high, n), people = found(replace(customers(), silent=silent, order_days=orders, spent=spent))["late"]
    assert (share, n, people) == (2 / 99, 99, [2, 1])  # those who spent most first
    assert 0 < low < share < high


def test_who_comes_daily_is_not_late_within_two_weeks() -> None:
    silent = np.ones(100)
    silent[:2] = [14, 15]
    assert found(replace(customers(), rhythm=np.ones(100), silent=silent))["late"][1] == [1]


def test_the_best_tenth_brings_its_share() -> None:
    # Ten spent 910 each, ninety 10: 9,100 of 10,000.
    spent = np.where(np.arange(100) < 10, 910.0, 10.0)
    (share, low, high, n), people = found(replace(customers(), spent=spent))["tenth"]
    assert (n, people) == (100, list(range(10)))
    assert share == pytest.approx(0.91)
    assert low < 0.91 < high <= 0.97
    assert found(customers(29)) == {}  # too few to say anything


def test_the_interval_of_the_best_tenth_holds_the_truth() -> None:
    # Of spending that is exponential, the best tenth brings 0.1 (1 + ln 10) = 33.0 %.
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(100):
        _, low, high, _ = found(replace(customers(500), spent=rng.exponential(50, 500)))["tenth"][0]
        held += low < 0.1 * (1 + np.log(10)) < high
    assert 90 <= held <= 99


def test_unanswered_were_contacted_three_times() -> None:
    contacts, answers = np.repeat([3, 2], 50), np.zeros(100, dtype=np.int64)
    answers[:20] = 1
    (share, *_, n), people = found(replace(customers(), contacts=contacts, answers=answers))["unanswered"]
    assert (share, n, people) == (0.6, 50, list(range(20, 50)))


def test_a_change_is_told_where_it_is_more_than_chance() -> None:
    less = np.where(np.arange(100) < 40, 40.0, 100.0)
    less[40:50] = 50  # half, and not less than it
    (value, *_, n), people = found(replace(customers(), recent=less))["change.less"]
    assert (n, people) == (100, list(range(40)))
    assert value == pytest.approx(-29)
    new = found(replace(customers(), recent=less, since=np.full(100, 167)))
    assert "change.less" not in new  # nobody was there in both windows
    up_and_down = np.where(np.arange(100) % 2 == 0, 40.0, 160.0)
    assert not {"change.less", "change.more"} & found(replace(customers(), recent=up_and_down)).keys()
