from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from features.errors import StamkundError
from training.btyd.histories import Histories, distinct_pairs, histories_of

ORDERS = pl.LazyFrame(
    [
        ("anna", datetime(2024, 1, 1, 9, tzinfo=UTC), 100.0),
        ("anna", datetime(2024, 1, 1, 21, tzinfo=UTC), 50.0),  # the same day: one order of 150
        ("anna", datetime(2024, 1, 5, tzinfo=UTC), 30.0),
        ("anna", datetime(2024, 1, 13, tzinfo=UTC), 60.0),
        ("anna", datetime(2024, 2, 1, tzinfo=UTC), 999.0),  # after as_of
        ("bo", datetime(2024, 1, 31, 12, tzinfo=UTC), 20.0),
        ("cia", datetime(2024, 2, 1, tzinfo=UTC), 20.0),
    ],
    schema=["customer_id", "time", "value"],
    orient="row",
)
AS_OF = int(datetime(2024, 1, 31, 12, tzinfo=UTC).timestamp()) * 1_000_000


def test_a_history_counts_days_with_orders_up_to_the_moment() -> None:
    customers, histories = histories_of(ORDERS, as_of=AS_OF)
    assert customers.rows() == [("anna", 3, 80.0), ("bo", 1, 20.0)]
    assert histories.frequency.tolist() == [2, 0]
    assert histories.recency.tolist() == [12, 0]
    assert histories.age.tolist() == [30, 0]
    assert histories.log_gaps is not None
    assert histories.log_gaps.tolist() == pytest.approx([np.log(4) + np.log(8), 0])


def test_later_orders_change_nothing() -> None:
    early = ORDERS.filter(pl.col("time") <= datetime(2024, 1, 31, 12, tzinfo=UTC))
    (a, x), (b, y) = (histories_of(orders, as_of=AS_OF) for orders in (ORDERS, early))
    assert a.equals(b)
    assert [x.frequency.tolist(), x.recency.tolist()] == [y.frequency.tolist(), y.recency.tolist()]


@pytest.mark.parametrize(
    ("frequency", "recency", "age", "said"),
    [
        (1.5, 3.0, 9.0, "no count"),
        (-1.0, 0.0, 9.0, "no count"),
        (1.0, 10.0, 9.0, "recency above their age"),
        (1.0, 0.0, 9.0, "frequency excludes"),
        (0.0, 3.0, 9.0, "frequency excludes"),
        (np.nan, 0.0, 9.0, "not finite"),
    ],
)
def test_an_impossible_history_is_refused_with_its_place(
    frequency: float, recency: float, age: float, said: str
) -> None:
    columns = [np.array([fine, wrong]) for fine, wrong in ((2.0, frequency), (3.0, recency), (9.0, age))]
    with pytest.raises(StamkundError, match=said) as refusal:
        Histories(*columns)
    assert refusal.value.code == "impossible_history"
    assert "Of 2 customers 1" in str(refusal.value)
    assert "at place 1" in str(refusal.value)


def test_arrays_of_unequal_length_are_refused() -> None:
    with pytest.raises(StamkundError, match="frequency"):
        Histories(np.zeros(2), np.zeros(1), np.zeros(2))


def test_equal_histories_are_counted_and_near_ones_kept_apart() -> None:
    x, recency, age = np.array([[1, 5, 9], [1, 5, 9], [1, 4, 9], [1, 5, 8], [2, 5, 9]], dtype=np.float64).T
    histories, counts = Histories(x, recency, age).distinct()
    found = zip(histories.frequency, histories.recency, histories.age, counts, strict=True)
    assert sorted(map(tuple, found)) == [(1, 4, 9, 1), (1, 5, 8, 1), (1, 5, 9, 2), (2, 5, 9, 1)]


def test_pairs_come_back_in_their_places() -> None:
    a, b = np.array([3.0, 1.0, 3.0, 3.0]), np.array([2.0, 2.0, 2.0, 1.0])
    one, two, places = distinct_pairs(a, b)
    assert len(one) == 3
    assert (one[places].tolist(), two[places].tolist()) == (a.tolist(), b.tolist())
