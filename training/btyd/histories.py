"""What a customer's orders say about the next ones: how many, when the last one was, and since when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from features.errors import StamkundError
from features.units import DAY


@dataclass(frozen=True)
class Histories:
    """Orders of many customers, one place of each array a customer; times in one unit, such as days.

    ``frequency`` counts the orders after the first. ``recency`` is the time from the first order to the last, ``age``
    the time from the first order to the moment that is looked from. ``log_gaps`` is the sum of the logarithms of the
    times between orders; only the choice of ``k`` needs it.

    >>> Histories(np.array([2.0]), np.array([30.43]), np.array([38.86])).customers
    1
    >>> Histories(np.array([2.0]), np.array([40.0]), np.array([38.86]))
    Traceback (most recent call last):
    features.errors.StamkundError: Of 1 customers 1 have a recency above their age, the first at place 0 (frequency 2,
    recency 40, age 38.86). Recency runs from the first order to the last, age from the first order to `as_of`.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    log_gaps: Floats | None = None

    def __post_init__(self) -> None:
        x, t, age = self.frequency, self.recency, self.age
        if not x.shape == t.shape == age.shape or x.ndim != 1:
            shapes = f"frequency {x.shape}, recency {t.shape}, age {age.shape}"
            raise StamkundError("unequal_histories", f"One number a customer in each array is needed; got {shapes}.")
        whole = "Frequency counts the orders after the first: 0, 1, 2 and so on."
        spans = "Recency runs from the first order to the last, age from the first order to `as_of`."
        self._refuse(~(np.isfinite(x) & np.isfinite(t) & np.isfinite(age)), "a number that is not finite", spans)
        self._refuse((x < 0) | (x != np.floor(x)), "a frequency that is no count", whole)
        self._refuse(t > age, "a recency above their age", spans)
        self._refuse((t < 0) | ((x > 0) != (t > 0)), "a recency that their frequency excludes", f"{whole} {spans}")

    def _refuse(self, wrong: np.ndarray[tuple[int], np.dtype[np.bool_]], what: str, rule: str) -> None:
        if wrong.any():
            first = int(np.argmax(wrong))
            row = ", ".join(f"{name} {getattr(self, name)[first]:g}" for name in ("frequency", "recency", "age"))
            found = f"Of {len(wrong)} customers {int(wrong.sum())} have {what}, the first at place {first} ({row})."
            raise StamkundError("impossible_history", f"{found} {rule}", field="histories")

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.frequency)

    def at(self, rows: slice | Ints) -> Histories:
        """The histories at some places, without the times between orders."""
        return Histories(self.frequency[rows], self.recency[rows], self.age[rows])

    def distinct(self) -> tuple[Histories, Floats]:
        """Each history once, and how many customers have it: the likelihood needs no more, and is faster so.

        >>> one, two = np.array([1.0, 2.0, 1.0]), np.array([5.0, 6.0, 5.0])
        >>> histories, counts = Histories(one, two, two).distinct()
        >>> histories.recency.tolist(), counts.tolist()
        ([5.0, 6.0], [2.0, 1.0])
        """
        order = np.lexsort((self.recency, self.age, self.frequency))
        columns = [column[order] for column in (self.frequency, self.recency, self.age)]
        new = np.ones(self.customers, dtype=np.bool_)
        new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
        counts = np.diff(np.append(np.flatnonzero(new), self.customers)).astype(np.float64)
        return Histories(*(column[new] for column in columns)), counts


def histories_of(orders: pl.LazyFrame, *, as_of: int) -> tuple[pl.DataFrame, Histories]:
    """The histories, in days, of all who ordered up to ``as_of``; ``orders`` has ``customer_id, time, value``.

    Times are UTC datetimes; what is ordered on one day is one order. The frame names the customers in the order of the
    histories, with ``orders`` (the first included) and ``monetary``, their mean value.

    >>> from datetime import UTC, datetime
    >>> days = [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 1, 11)]
    >>> frame = pl.LazyFrame({"customer_id": ["anna"] * 3, "time": days, "value": [5.0, 15.0, 40.0]})
    >>> customers, histories = histories_of(frame, as_of=int(datetime(2024, 1, 31, tzinfo=UTC).timestamp() * 1e6))
    >>> customers.rows()
    [('anna', 2, 30.0)]
    >>> histories.frequency.tolist(), histories.recency.tolist(), histories.age.tolist()
    ([1.0], [10.0], [30.0])
    """
    day = pl.col("time").dt.epoch("us") // DAY
    gaps = pl.col("day").sort().diff().drop_nulls()
    days = orders.select("customer_id", day.alias("day"), "value", known=pl.col("time").dt.epoch("us") <= as_of)
    table = (
        days.filter("known").group_by("customer_id", "day").agg(pl.col("value").sum()).group_by("customer_id")
        .agg(
            orders=pl.len(),
            monetary=pl.col("value").mean(),
            recency=pl.col("day").max() - pl.col("day").min(),
            age=as_of // DAY - pl.col("day").min(),
            log_gaps=gaps.cast(pl.Float64).log().sum(),
        )
        .sort("customer_id").collect()
    )  # fmt: skip
    x, t, age, log_gaps = (
        column.cast(pl.Float64).to_numpy()
        for column in (table["orders"] - 1, table["recency"], table["age"], table["log_gaps"])
    )
    return table.select("customer_id", "orders", "monetary"), Histories(x, t, age, log_gaps)


def distinct_pairs(a: Floats, b: Floats) -> tuple[Floats, Floats, Ints]:
    """Each pair once, and the place of every row's own: what depends on the pair alone is computed once.

    >>> distinct_pairs(np.array([2.0, 1.0, 2.0]), np.array([3.0, 3.0, 3.0]))
    (array([1., 2.]), array([3., 3.]), array([1, 0, 1]))
    """
    order = np.lexsort((b, a))
    new = np.ones(len(a), dtype=np.bool_)
    new[1:] = (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0)
    places = np.empty(len(a), dtype=np.int64)
    places[order] = np.cumsum(new) - 1
    first = order[new]
    return a[first], b[first], places
