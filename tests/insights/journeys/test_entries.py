"""Which entries count, and that nobody is lost between those who converted, dropped and may still go on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.journeys.entries import By, Entries, Tally
from insights.journeys.histories import Histories
from insights.journeys.reach import Rules, reach

ORDERS: list[By] = ["first", "furthest", "every"]


def entries_of(*customers: str, within: int | None = None, as_of: int = 99) -> Entries:
    """Of the journey a, b, c, from events such as ``a0 b1`` of each customer."""
    words = [word for customer in customers for word in customer.split()]
    ends = np.cumsum([len(customer.split()) for customer in customers], dtype=np.int64)
    histories = Histories(ends, np.array([int(word[1:]) for word in words], dtype=np.int64))
    steps = [np.array([word[0] == kind for word in words], dtype=np.bool_) for kind in "abc"]
    reached = reach(histories, steps, None, Rules(within=within))
    return Entries.of(histories, reached, within=within, as_of=as_of)


@pytest.mark.parametrize(
    ("by", "entered", "counts"),
    [
        ("every", [0, 9, 10, 90], [2, 2, 3, 1]),
        ("first", [0], [2]),
        ("furthest", [10], [3]),
    ],
)
def test_a_customer_counts_by_the_first_the_furthest_or_every_entry(
    by: By, entered: list[int], counts: list[int]
) -> None:
    entries = entries_of("a0 b1 a9 a10 b13 c14 a90", within=4).counted(by)
    assert (entries.entered.tolist(), entries.count.tolist()) == (entered, counts)


def test_in_each_period_a_customer_counts_anew() -> None:
    entries = entries_of("a0 b1 a2 a10 a11 b12", "a5")
    periods = entries.entered // 10
    assert entries.counted("first", periods).entered.tolist() == [0, 10, 5]
    assert entries.counted("furthest", periods).entered.tolist() == [0, 10, 5]


def test_an_entry_is_open_until_its_window_is_over_and_then_comes_before_open_ones() -> None:
    text = "a0 a6 b7 c8"
    assert entries_of(text, within=5, as_of=10).open.tolist() == [False, True]
    assert entries_of(text, within=5, as_of=11).open.tolist() == [False, False]
    assert entries_of(text, within=5, as_of=10).counted("furthest").count.tolist() == [1]
    assert entries_of(text, within=5, as_of=11).counted("furthest").count.tolist() == [3]


def test_what_rests_on_the_order_of_steps_at_one_moment_is_told() -> None:
    assert entries_of("a0 b0 c1", "a0 b1 c1", "a0 b1 c2", "a0").tied.tolist() == [True, True, False, False]


WORDS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from("abcx")), min_size=1, max_size=8)
TEXTS = WORDS.map(lambda events: " ".join(f"{kind}{time}" for time, kind in sorted(events)))


@given(st.lists(TEXTS, min_size=1, max_size=5), st.sampled_from(ORDERS), st.integers(0, 15), st.sampled_from([None, 4]))
def test_who_entered_converted_was_dropped_or_may_still_go_on(
    customers: list[str], by: By, as_of: int, within: int | None
) -> None:
    entries = entries_of(*customers, within=within, as_of=as_of).counted(by)
    tally = Tally.of(entries, entries.customer, len(customers))
    parts = tally.converted + tally.dropped.sum(axis=1) + tally.open.sum(axis=1)
    assert (parts == tally.entered).all()
    assert tally.entered.sum() == len(entries)
    total = Tally.of(entries, np.zeros_like(entries.customer), 1)
    assert (tally.reached.sum(axis=0) == total.reached[0]).all()
